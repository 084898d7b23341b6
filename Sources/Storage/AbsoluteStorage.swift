import CHost
package import Synchronization

/// Absolute storage and its storage keys: the bytes that every CPU and every channel sees.
///
/// Concurrency: shared by all CPU threads and the channel's threads without a lock, as the hardware's storage is.
/// Plain loads and stores here are the x86 ones; interlocked updates go through `compareAndSwap`. Key bytes are
/// atomic: turning bits on or off loses no other bit, and set change bits are published before the store they announce.
///
/// Callers check `contains` first: the accessors do not (a precondition in debug builds).
package final class AbsoluteStorage: @unchecked Sendable {
  /// The host address of absolute address 0. Fixed for the life of the object.
  package let base: UnsafeMutableRawPointer
  /// Main storage in bytes, a multiple of 1 MiB.
  package let size: UInt64
  /// The first absolute address that no region can have.
  package let end: UInt64
  /// Storage beyond `size`, in ascending order of address. Set before CPUs and channels run.
  package private(set) var regions: [StorageRegion] = []
  /// Held while a store into a durable region becomes durable.
  package let order = StoreOrder()
  /// One byte a 4-KiB block, in `StorageKey.bits` layout.
  package let keys: UnsafeMutablePointer<Atomic<UInt8>>
  /// One byte a 4-KiB block: not zero when a CPU has compiled code of it, or is about to, so that stores are to be noticed. A CPU sets
  /// it before it reads what it compiles, and another thread that stores looks at it behind the store: one of them sees what the other
  /// did. It is reset under the lock of `changedCode`, when the change is in there, and by a CPU that drops all its code.
  package let codeFrames: UnsafeMutablePointer<Atomic<UInt8>>
  private let changedCode = Mutex<[UInt64]>([])
  /// Whether `takeChangedCode` would give something: for CPUs that poll.
  package let hasChangedCode: UnsafeMutablePointer<Atomic<Bool>>

  package static let blockSize: UInt64 = 4096
  package static let increment: UInt64 = 1 << 20

  /// - Parameters:
  ///   - size: main storage.
  ///   - end: address space is reserved up to here, for regions beyond `size`; nil: there are none.
  /// - Returns: nil when `size` is zero or no multiple of 1 MiB, or when the host has no room for it.
  package init?(size: UInt64, end: UInt64? = nil) {
    let end = max(size, end ?? size)
    guard size > 0, size % Self.increment == 0, end % Self.increment == 0, let bytes = Int(exactly: end),
      let base = chost_reserve_addresses(bytes)
    else { return nil }
    let blocks = bytes / Int(Self.blockSize), keys = chost_reserve(blocks), codeFrames = chost_reserve(blocks)
    guard chost_populate(base, Int(size)) == 0, let keys, let codeFrames else {
      chost_unmap(base, bytes)
      if let keys { chost_unmap(keys, blocks) }
      if let codeFrames { chost_unmap(codeFrames, blocks) }
      return nil
    }
    self.base = base
    self.size = size
    self.end = end
    hasChangedCode = .allocate(capacity: 1)
    hasChangedCode.initialize(to: Atomic(false))
    self.keys = keys.assumingMemoryBound(to: Atomic<UInt8>.self)
    self.codeFrames = codeFrames.assumingMemoryBound(to: Atomic<UInt8>.self)
  }

  deinit {
    regions = []
    hasChangedCode.deinitialize(count: 1)
    hasChangedCode.deallocate()
    chost_unmap(base, Int(end))
    chost_unmap(keys, Int(end / Self.blockSize))
    chost_unmap(codeFrames, Int(end / Self.blockSize))
  }

  /// Adds a region whose bytes are already mapped at `host(range.lowerBound)`. Before CPUs and channels run.
  package func attach(_ region: StorageRegion) {
    precondition(region.range.lowerBound >= (regions.last?.range.upperBound ?? size) && region.range.upperBound <= end)
    regions.append(region)
  }

  /// Whether all of [address, address + count) is configured. Safe for every value a guest can make.
  @inlinable package func contains(_ address: AbsoluteAddress, count: UInt64) -> Bool {
    if address.value < size && count <= size &- address.value { return true }
    return address.value >= size && region(of: address, count: count) != nil
  }

  /// The loaded region that has all of [address, address + count).
  package func region(of address: AbsoluteAddress, count: UInt64) -> StorageRegion? {
    for region in regions where region.range.contains(address.value) {
      return count <= region.range.upperBound &- address.value && region.isAddressable ? region : nil
    }
    return nil
  }

  /// Where the host failed a region, once each.
  package func takeFailure() -> AbsoluteAddress? {
    for region in regions { if let failed = region.takeFailure() { return failed } }
    return nil
  }

  /// Whether a store at `address`, which is configured, would be refused because its region is read-only.
  @inlinable package func isReadOnly(_ address: AbsoluteAddress) -> Bool {
    address.value >= size && region(of: address, count: 1)?.isWritable != true
  }

  /// The host address of `address`, which the caller has checked.
  @inlinable package func host(_ address: AbsoluteAddress) -> UnsafeMutableRawPointer {
    assert(address.value < end)
    return base + Int(truncatingIfNeeded: address.value)
  }

  // MARK: Big-endian access

  @inlinable package func load<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type, at address: AbsoluteAddress) -> T {
    T(bigEndian: host(address).loadUnaligned(as: T.self))
  }
  @inlinable package func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at address: AbsoluteAddress) {
    if address.value < size {
      host(address).storeBytes(of: value.bigEndian, as: T.self)
    } else {
      withUnsafeBytes(of: value.bigEndian) { store($0, at: address) }
    }
  }

  /// Stores bytes, durably where the region asks for that. A read-only region takes nothing: callers ask `isReadOnly` first.
  package func store(_ bytes: UnsafeRawBufferPointer, at address: AbsoluteAddress) {
    guard let source = bytes.baseAddress else { return }
    change(at: address, count: bytes.count) { $0.copyMemory(from: source, byteCount: bytes.count) }
  }
  package func store(_ bytes: [UInt8], at address: AbsoluteAddress) { bytes.withUnsafeBytes { store($0, at: address) } }

  /// Runs `body` on the host address of `count` bytes that it may change: every store that is not a CPU's operand.
  package func change(at address: AbsoluteAddress, count: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    defer { noteStore(at: address, count: count) }
    guard address.value >= size else { return body(host(address)) }
    guard let region = region(of: address, count: UInt64(count)), region.isWritable else { return }
    guard let durability = region.durability else { return body(host(address)) }
    var stores = DurableStores(order: order)
    stores.begin(durability, host(address), count)
    body(host(address))
    stores.finish()
  }

  // MARK: Keys

  @inlinable package func key(at address: AbsoluteAddress) -> StorageKey {
    StorageKey(bits: keyByte(address).pointee.load(ordering: .relaxed))
  }
  @inlinable package func setKey(_ key: StorageKey, at address: AbsoluteAddress) {
    keyByte(address).pointee.store(key.bits, ordering: .relaxed)
  }
  /// Sets the reference bit of the block of `address`.
  @inlinable package func recordReference(_ address: AbsoluteAddress) {
    turnOn(StorageKey.referenceBit, address)
  }
  /// Sets the reference and change bits of the block of `address`.
  @inlinable package func recordChange(_ address: AbsoluteAddress) {
    turnOn(StorageKey.referenceBit | StorageKey.changeBit, address)
    if hasCode(address) { noteCodeChange(Int(truncatingIfNeeded: address.value &>> 12)) }
  }
  /// Resets the reference bit of the block of `address`, and no other.
  /// - Returns: the key before.
  package func resetReference(_ address: AbsoluteAddress) -> StorageKey {
    let key = keyByte(address).pointee.bitwiseAnd(~StorageKey.referenceBit, ordering: .relaxed).oldValue
    return StorageKey(bits: key)
  }
  @inlinable package func keyByte(_ address: AbsoluteAddress) -> UnsafeMutablePointer<Atomic<UInt8>> {
    keys + Int(truncatingIfNeeded: address.value &>> 12)
  }
  @inlinable package func turnOn(_ bits: UInt8, _ address: AbsoluteAddress) {
    let key = keyByte(address)
    if key.pointee.load(ordering: .relaxed) & bits != bits { key.pointee.bitwiseOr(bits, ordering: .relaxed) }
  }

  // MARK: Compiled code

  @inlinable package func hasCode(_ address: AbsoluteAddress) -> Bool {
    codeFrames[Int(truncatingIfNeeded: address.value &>> 12)].load(ordering: .relaxed) != 0
  }
  package func setHasCode(_ address: AbsoluteAddress, _ has: Bool) {
    codeFrames[Int(truncatingIfNeeded: address.value &>> 12)].store(has ? 1 : 0, ordering: .sequentiallyConsistent)
  }
  /// Remembers that a block with compiled code was stored into, or is about to be by the CPU that has the code.
  @usableFromInline @inline(never) func noteCodeChange(_ k: Int) {
    changedCode.withLock {
      $0.append(UInt64(k) << 12)
      hasChangedCode.pointee.store(true, ordering: .sequentiallyConsistent)
      codeFrames[k].store(0, ordering: .sequentiallyConsistent)
    }
  }
  package var isCodeChanged: Bool { hasChangedCode.pointee.load(ordering: .relaxed) }
  /// To be called when the host itself has stored.
  package func noteStore(at address: AbsoluteAddress, count: Int) {
    guard count > 0 else { return }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    for k in Int(address.value >> 12)...Int((address.value &+ UInt64(count) &- 1) >> 12) { noteCode(k) }
  }
  private func noteCode(_ k: Int) {
    if codeFrames[k].load(ordering: .relaxed) != 0 { noteCodeChange(k) }
  }
  /// The blocks that were stored into since the last call.
  package func takeChangedCode() -> [UInt64] {
    changedCode.withLock { frames in
      hasChangedCode.pointee.store(false, ordering: .sequentiallyConsistent)
      defer { frames.removeAll() }
      return frames
    }
  }

  /// Clear reset (chapter 4): zeros main storage and all keys. The host gets the pages back. Regions keep their contents.
  package func clear() {
    if chost_discard(base, Int(size)) != 0 { base.initializeMemory(as: UInt8.self, repeating: 0, count: Int(size)) }
    let blocks = Int(end / Self.blockSize)
    if chost_discard(keys, blocks) != 0 {
      UnsafeMutableRawPointer(keys).initializeMemory(as: UInt8.self, repeating: 0, count: blocks)
    }
    for k in 0..<blocks { noteCode(k) }
  }
}

import CHost
import Synchronization

/// Absolute storage and its storage keys: the bytes that every CPU and every channel sees.
///
/// Concurrency: shared by all CPU threads and the channel's threads without a lock, as the hardware's storage is.
/// Plain loads and stores here are the x86 ones; interlocked updates go through `compareAndSwap`. Key bytes are
/// read and changed without a lock; a lost reference bit is permitted by the architecture, and set change bits
/// are published before the store they announce.
///
/// Callers check `contains` first: the accessors do not (a precondition in debug builds).
package final class AbsoluteStorage: @unchecked Sendable {
  /// The host address of absolute address 0. Fixed for the life of the object.
  package let base: UnsafeMutableRawPointer
  /// The configured size in bytes, a multiple of 1 MiB.
  package let size: UInt64
  /// One byte a 4-KiB block, in `StorageKey.bits` layout.
  package let keys: UnsafeMutablePointer<UInt8>
  /// One byte a 4-KiB block: not zero when a CPU has compiled code of it, so that stores are to be noticed.
  package let codeFrames: UnsafeMutablePointer<UInt8>
  private let changedCode = Mutex<[UInt64]>([])
  private let hasChangedCode = Atomic<Bool>(false)

  package static let blockSize: UInt64 = 4096
  package static let increment: UInt64 = 1 << 20

  /// - Returns: nil when `size` is zero or no multiple of 1 MiB, or when the host has no room for it.
  package init?(size: UInt64) {
    guard size > 0, size % Self.increment == 0, let bytes = Int(exactly: size), let base = chost_reserve(bytes) else {
      return nil
    }
    self.base = base
    self.size = size
    let blocks = bytes / Int(Self.blockSize)
    keys = .allocate(capacity: blocks)
    keys.initialize(repeating: 0, count: blocks)
    codeFrames = .allocate(capacity: blocks)
    codeFrames.initialize(repeating: 0, count: blocks)
  }

  deinit {
    chost_release(base, Int(size))
    keys.deallocate()
    codeFrames.deallocate()
  }

  /// Whether all of [address, address + count) is configured. Safe for every value a guest can make.
  @inlinable package func contains(_ address: AbsoluteAddress, count: UInt64) -> Bool {
    address.value < size && count <= size &- address.value
  }

  /// The host address of `address`, which the caller has checked.
  @inlinable package func host(_ address: AbsoluteAddress) -> UnsafeMutableRawPointer {
    assert(address.value < size)
    return base + Int(truncatingIfNeeded: address.value)
  }

  // MARK: Big-endian access

  @inlinable package func load<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type, at address: AbsoluteAddress) -> T {
    T(bigEndian: host(address).loadUnaligned(as: T.self))
  }
  @inlinable package func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at address: AbsoluteAddress) {
    host(address).storeBytes(of: value.bigEndian, as: T.self)
  }

  // MARK: Keys

  @inlinable package func key(at address: AbsoluteAddress) -> StorageKey {
    StorageKey(bits: keys[Int(truncatingIfNeeded: address.value &>> 12)])
  }
  @inlinable package func setKey(_ key: StorageKey, at address: AbsoluteAddress) {
    keys[Int(truncatingIfNeeded: address.value &>> 12)] = key.bits
  }
  /// Sets the reference bit of the block of `address`.
  @inlinable package func recordReference(_ address: AbsoluteAddress) {
    let k = Int(truncatingIfNeeded: address.value &>> 12)
    if keys[k] & StorageKey.referenceBit == 0 { keys[k] |= StorageKey.referenceBit }
  }
  /// Sets the reference and change bits of the block of `address`.
  @inlinable package func recordChange(_ address: AbsoluteAddress) {
    let k = Int(truncatingIfNeeded: address.value &>> 12), both = StorageKey.referenceBit | StorageKey.changeBit
    if keys[k] & both != both { keys[k] |= both }
    if codeFrames[k] != 0 { noteCodeChange(k) }
  }

  // MARK: Compiled code

  @inlinable package func hasCode(_ address: AbsoluteAddress) -> Bool { codeFrames[Int(truncatingIfNeeded: address.value &>> 12)] != 0 }
  package func setHasCode(_ address: AbsoluteAddress, _ has: Bool) { codeFrames[Int(truncatingIfNeeded: address.value &>> 12)] = has ? 1 : 0 }
  /// Remembers that a block with compiled code is being stored into.
  @usableFromInline @inline(never) func noteCodeChange(_ k: Int) {
    codeFrames[k] = 0
    changedCode.withLock { $0.append(UInt64(k) << 12) }
    hasChangedCode.store(true, ordering: .sequentiallyConsistent)
  }
  package var isCodeChanged: Bool { hasChangedCode.load(ordering: .relaxed) }
  /// To be called after the host itself stored into the block.
  package func noteStore(at address: AbsoluteAddress) {
    let k = Int(truncatingIfNeeded: address.value &>> 12)
    if codeFrames[k] != 0 { noteCodeChange(k) }
  }
  /// The blocks that were stored into since the last call.
  package func takeChangedCode() -> [UInt64] {
    hasChangedCode.store(false, ordering: .sequentiallyConsistent)
    return changedCode.withLock { frames in
      defer { frames.removeAll() }
      return frames
    }
  }

  /// Clear reset (chapter 4): zeros storage and keys. The host gets the pages back.
  package func clear() {
    if chost_discard(base, Int(size)) != 0 { base.initializeMemory(as: UInt8.self, repeating: 0, count: Int(size)) }
    keys.update(repeating: 0, count: Int(size / Self.blockSize))
    for k in 0..<Int(size / Self.blockSize) where codeFrames[k] != 0 { noteCodeChange(k) }
  }
}

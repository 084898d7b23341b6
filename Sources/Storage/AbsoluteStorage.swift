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
  /// The configured size in bytes, a multiple of 1 MiB.
  package let size: UInt64
  /// One byte a 4-KiB block, in `StorageKey.bits` layout.
  package let keys: UnsafeMutablePointer<Atomic<UInt8>>

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
    let keyBytes = UnsafeMutableRawPointer.allocate(byteCount: blocks, alignment: 16)
    keyBytes.initializeMemory(as: UInt8.self, repeating: 0, count: blocks)
    keys = keyBytes.assumingMemoryBound(to: Atomic<UInt8>.self)
  }

  deinit {
    chost_release(base, Int(size))
    UnsafeMutableRawPointer(keys).deallocate()
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

  /// Clear reset (chapter 4): zeros storage and keys. The host gets the pages back.
  package func clear() {
    if chost_discard(base, Int(size)) != 0 { base.initializeMemory(as: UInt8.self, repeating: 0, count: Int(size)) }
    UnsafeMutableRawPointer(keys).initializeMemory(as: UInt8.self, repeating: 0, count: Int(size / Self.blockSize))
  }
}

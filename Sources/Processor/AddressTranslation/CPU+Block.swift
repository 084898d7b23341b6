import Storage

/// Operands of up to 256 bytes that may cross one page boundary, checked whole before the first byte is changed.
extension CPU {
  /// `count` consecutive bytes (1...4096) at a logical address, in one or two pieces of host storage.
  package struct Block {
    package let first: UnsafeMutableRawPointer
    package let second: UnsafeMutableRawPointer
    /// Bytes in `first`; the rest are in `second`.
    let firstCount: Int
    package let count: Int
    @inline(__always) package init(first: UnsafeMutableRawPointer, second: UnsafeMutableRawPointer, firstCount: Int, count: Int) {
      self.first = first
      self.second = second
      self.firstCount = firstCount
      self.count = count
    }
    @inline(__always) package subscript(k: Int) -> UInt8 {
      get {
        k < firstCount
          ? first.load(fromByteOffset: k, as: UInt8.self) : second.load(fromByteOffset: k &- firstCount, as: UInt8.self)
      }
      nonmutating set {
        if k < firstCount {
          first.storeBytes(of: newValue, toByteOffset: k, as: UInt8.self)
        } else {
          second.storeBytes(of: newValue, toByteOffset: k &- firstCount, as: UInt8.self)
        }
      }
    }
    @inline(__always) var isContiguous: Bool { firstCount == count }
    /// Copies the whole operand out.
    package func read(into bytes: UnsafeMutableRawPointer) {
      bytes.copyMemory(from: first, byteCount: firstCount)
      if firstCount < count { (bytes + firstCount).copyMemory(from: second, byteCount: count &- firstCount) }
    }
    /// Replaces the whole operand.
    package func write(from bytes: UnsafeRawPointer) {
      first.copyMemory(from: bytes, byteCount: firstCount)
      if firstCount < count { second.copyMemory(from: bytes + firstCount, byteCount: count &- firstCount) }
    }
  }

  /// Access for fetching to `count` bytes, 1...4096.
  @inline(__always) func fetchBlock(_ o: StorageOperand<UInt64>, _ count: Int) throws(ProgramInterruption) -> Block {
    let room = 4096 &- Int(truncatingIfNeeded: o.address & 0xFFF)
    let first = try hostForFetch(o.address, o.base, count: UInt64(truncatingIfNeeded: min(count, room)))
    if count <= room { return Block(first: first, second: first, firstCount: count, count: count) }
    let second = try hostForFetch(
      (o.address &+ UInt64(truncatingIfNeeded: room)) & s.pointee.addressMask, o.base,
      count: UInt64(truncatingIfNeeded: count &- room))
    return Block(first: first, second: second, firstCount: room, count: count)
  }

  /// Access for storing to `count` bytes, 1...4096; both pages are checked before this returns.
  @inline(__always) package func storeBlock(_ o: StorageOperand<UInt64>, _ count: Int) throws(ProgramInterruption) -> Block {
    let room = 4096 &- Int(truncatingIfNeeded: o.address & 0xFFF)
    if count <= room {
      let first = try hostForStore(o.address, o.base, count: UInt64(truncatingIfNeeded: count))
      return Block(first: first, second: first, firstCount: count, count: count)
    }
    let first = try hostForStore(o.address, o.base, count: UInt64(truncatingIfNeeded: room))
    let second = try hostForStore(
      (o.address &+ UInt64(truncatingIfNeeded: room)) & s.pointee.addressMask, o.base,
      count: UInt64(truncatingIfNeeded: count &- room))
    return Block(first: first, second: second, firstCount: room, count: count)
  }

  /// Reads an operand of `count` bytes as a big-endian number of at most eight.
  func fetchNumber(_ o: StorageOperand<UInt64>, _ count: Int) throws(ProgramInterruption) -> UInt64 {
    let block = try fetchBlock(o, count)
    var v: UInt64 = 0
    for k in 0..<count { v = v &<< 8 | UInt64(block[k]) }
    return v
  }

  /// Stores the low `count` bytes of `v`, big-endian.
  func storeNumber(_ v: UInt64, _ o: StorageOperand<UInt64>, _ count: Int) throws(ProgramInterruption) {
    let block = try storeBlock(o, count)
    for k in 0..<count { block[k] = UInt8(truncatingIfNeeded: v &>> UInt64(truncatingIfNeeded: 8 &* (count &- 1 &- k))) }
  }
}

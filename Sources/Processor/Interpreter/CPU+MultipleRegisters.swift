/// LOAD MULTIPLE and STORE MULTIPLE: the whole operand is checked before the first register or byte changes.
extension CPU {
  @inline(__always) package mutating func loadMultiple(
    _ part: RegisterPart, _ first: Int, _ last: Int, _ o: StorageOperand<UInt64>
  ) throws(ProgramInterruption) {
    let count = (last &- first) & 15 &+ 1
    if case .all = part {
      let block = try fetchBlock(o, 8 &* count)
      if block.isContiguous {
        for k in 0..<count {
          setGR((first &+ k) & 15, UInt64(bigEndian: block.first.loadUnaligned(fromByteOffset: 8 &* k, as: UInt64.self)))
        }
      } else {
        for k in 0..<count { setGR((first &+ k) & 15, UInt64(block.word(8 &* k)) &<< 32 | UInt64(block.word(8 &* k &+ 4))) }
      }
      return
    }
    let block = try fetchBlock(o, 4 &* count)
    for k in 0..<count {
      let v = UInt64(block.word(4 &* k))
      if case .low = part { setGR32((first &+ k) & 15, v) } else { setGRHigh((first &+ k) & 15, v) }
    }
  }

  @inline(__always) package mutating func storeMultiple(
    _ part: RegisterPart, _ first: Int, _ last: Int, _ o: StorageOperand<UInt64>
  ) throws(ProgramInterruption) {
    let count = (last &- first) & 15 &+ 1
    if case .all = part {
      let block = try storeBlock(o, 8 &* count)
      if block.isContiguous {
        for k in 0..<count {
          block.first.storeBytes(of: gr((first &+ k) & 15).bigEndian, toByteOffset: 8 &* k, as: UInt64.self)
        }
      } else {
        for k in 0..<count {
          block.setWord(8 &* k, UInt32(truncatingIfNeeded: grHigh((first &+ k) & 15)))
          block.setWord(8 &* k &+ 4, UInt32(truncatingIfNeeded: gr((first &+ k) & 15)))
        }
      }
      return
    }
    let block = try storeBlock(o, 4 &* count)
    for k in 0..<count {
      let r = (first &+ k) & 15
      if case .low = part {
        block.setWord(4 &* k, UInt32(truncatingIfNeeded: gr(r)))
      } else {
        block.setWord(4 &* k, UInt32(truncatingIfNeeded: grHigh(r)))
      }
    }
  }
}

extension CPU.Block {
  /// The big-endian word at byte `k`, wherever the page boundary is.
  @inline(__always) package func word(_ k: Int) -> UInt32 {
    if k &+ 4 <= firstCount { return UInt32(bigEndian: first.loadUnaligned(fromByteOffset: k, as: UInt32.self)) }
    if k >= firstCount { return UInt32(bigEndian: second.loadUnaligned(fromByteOffset: k &- firstCount, as: UInt32.self)) }
    return UInt32(self[k]) &<< 24 | UInt32(self[k &+ 1]) &<< 16 | UInt32(self[k &+ 2]) &<< 8 | UInt32(self[k &+ 3])
  }
  @inline(__always) func setWord(_ k: Int, _ v: UInt32) {
    if k &+ 4 <= firstCount {
      first.storeBytes(of: v.bigEndian, toByteOffset: k, as: UInt32.self)
    } else if k >= firstCount {
      second.storeBytes(of: v.bigEndian, toByteOffset: k &- firstCount, as: UInt32.self)
    } else {
      for n in 0..<4 { self[k &+ n] = UInt8(truncatingIfNeeded: v &>> UInt32(truncatingIfNeeded: 24 &- 8 &* n)) }
    }
  }
  /// The big-endian doubleword at byte `k`.
  @inline(__always) package func doubleword(_ k: Int) -> UInt64 {
    if k &+ 8 <= firstCount { return UInt64(bigEndian: first.loadUnaligned(fromByteOffset: k, as: UInt64.self)) }
    return UInt64(word(k)) &<< 32 | UInt64(word(k &+ 4))
  }
  @inline(__always) func setDoubleword(_ k: Int, _ v: UInt64) {
    if k &+ 8 <= firstCount { return first.storeBytes(of: v.bigEndian, toByteOffset: k, as: UInt64.self) }
    setWord(k, UInt32(truncatingIfNeeded: v &>> 32))
    setWord(k &+ 4, UInt32(truncatingIfNeeded: v))
  }
}

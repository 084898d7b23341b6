/// Moves, comparisons and logical operations from storage to storage, of up to 256 bytes (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineStorageToStorage() {
    routine("MVC", 0xD2, .ssA) { cpu, i throws(ProgramInterruption) in
      let count = i.byte1 &+ 1
      let source = try cpu.fetchBlock(cpu.ss2(i), count), target = try cpu.storeBlock(cpu.rs(i), count)
      source.copy(onto: target)
    }
    routine("MVCIN", 0xE8, .ssA) { cpu, i throws(ProgramInterruption) in try cpu.moveInverse(i) }
    routine("MVN", 0xD1, .ssA) { cpu, i throws(ProgramInterruption) in
      _ = try cpu.combineBytes(i) { target, source in target & 0xF0F0_F0F0_F0F0_F0F0 | source & 0x0F0F_0F0F_0F0F_0F0F }
    }
    routine("MVZ", 0xD3, .ssA) { cpu, i throws(ProgramInterruption) in
      _ = try cpu.combineBytes(i) { target, source in target & 0x0F0F_0F0F_0F0F_0F0F | source & 0xF0F0_F0F0_F0F0_F0F0 }
    }
    routine("NC", 0xD4, .ssA, .setsCC) { cpu, i throws(ProgramInterruption) in
      cpu.setCC(try cpu.combineBytes(i) { target, source in target & source } ? 1 : 0)
    }
    routine("OC", 0xD6, .ssA, .setsCC) { cpu, i throws(ProgramInterruption) in
      cpu.setCC(try cpu.combineBytes(i) { target, source in target | source } ? 1 : 0)
    }
    routine("XC", 0xD7, .ssA, .setsCC) { cpu, i throws(ProgramInterruption) in
      cpu.setCC(try cpu.combineBytes(i) { target, source in target ^ source } ? 1 : 0)
    }
    routine("CLC", 0xD5, .ssA, .setsCC) { cpu, i throws(ProgramInterruption) in
      let count = i.byte1 &+ 1
      let first = try cpu.fetchBlock(cpu.rs(i), count), second = try cpu.fetchBlock(cpu.ss2(i), count)
      cpu.setCC(first.order(against: second))
    }
  }
}

extension CPU {
  /// The first operand becomes what `combine` makes of it and the second, byte by byte from the left. `combine` is given
  /// a byte or eight of them, and treats them alike.
  /// - Returns: whether a byte of the result is not zero.
  @inline(__always) mutating func combineBytes(
    _ i: InstructionText, _ combine: (UInt64, UInt64) -> UInt64
  ) throws(ProgramInterruption) -> Bool {
    let count = i.byte1 &+ 1
    let source = try fetchBlock(ss2(i), count), target = try storeBlock(rs(i), count)
    var any: UInt64 = 0, k = 0
    // Words at a time, unless the first operand's bytes come up again as the second's.
    if source.isContiguous && target.isContiguous {
      let distance = UnsafeRawPointer(target.first) - UnsafeRawPointer(source.first)
      if distance <= 0 || distance >= 8 {
        while k &+ 8 <= count {
          let v = combine(
            target.first.loadUnaligned(fromByteOffset: k, as: UInt64.self),
            source.first.loadUnaligned(fromByteOffset: k, as: UInt64.self))
          target.first.storeBytes(of: v, toByteOffset: k, as: UInt64.self)
          any |= v
          k &+= 8
        }
      }
    }
    while k < count {
      let v = combine(UInt64(target[k]), UInt64(source[k])) & 0xFF
      target[k] = UInt8(truncatingIfNeeded: v)
      any |= v
      k &+= 1
    }
    return any != 0
  }

  /// MOVE INVERSE: the second-operand address is that of its rightmost byte.
  mutating func moveInverse(_ i: InstructionText) throws(ProgramInterruption) {
    let count = i.byte1 &+ 1
    let last = ss2(i)
    let first = StorageOperand((last.address &- UInt64(truncatingIfNeeded: count &- 1)) & s.pointee.addressMask, base: last.base)
    let source = try fetchBlock(first, count), target = try storeBlock(rs(i), count)
    for k in 0..<count { target[k] = source[count &- 1 &- k] }
  }
}

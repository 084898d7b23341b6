import Storage

/// Explicit tracing (chapter 4, "Tracing"; chapter 10, TRACE).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineTracingInstructions() {
    routine("TRACE", 0x99, .rsA, .privileged) { cpu, i throws(ProgramInterruption) in
      try cpu.trace(i.r1, i.r3, cpu.rs(i), isLong: false)
    }
    routine("TRACG", 0xEB0F, .rsyA, [.privileged, .zArchitectureOnly]) { cpu, i throws(ProgramInterruption) in
      try cpu.trace(i.r1, i.r3, cpu.rsy(i), isLong: true)
    }
  }
}

extension CPU {
  /// Makes an entry when CR12 bit 63 and bit 0 of the operand ask for one: count of registers, clock, operand, registers.
  mutating func trace(_ first: Int, _ last: Int, _ operand: StorageOperand<UInt64>, isLong: Bool) throws(ProgramInterruption) {
    let operand = try aligned(operand, to: 4)
    if s.pointee.cr[12] & 1 == 0 { return }
    let word = UInt32(truncatingIfNeeded: try load32(operand))
    if word & 0x8000_0000 != 0 { return }
    let count = ((last &- first) & 15) &+ 1
    var entry: [UInt32] = []
    let clock = complex.clock.unique()
    if isLong {
      // Bits 0-79 of the clock; those beyond bit 63 are zero.
      entry += [0x7080_0000 | UInt32(count &- 1) &<< 24 | UInt32(truncatingIfNeeded: clock &>> 48)]
      entry += [UInt32(truncatingIfNeeded: clock &>> 16), UInt32(truncatingIfNeeded: clock &<< 16), word]
    } else {
      entry += [0x7000_0000 | UInt32(count &- 1) &<< 24 | UInt32(truncatingIfNeeded: clock &>> 32) & 0xFFFF]
      entry += [UInt32(truncatingIfNeeded: clock), word]
    }
    for k in 0..<count {
      let v = gr((first &+ k) & 15)
      if isLong { entry.append(UInt32(truncatingIfNeeded: v &>> 32)) }
      entry.append(UInt32(truncatingIfNeeded: v))
    }
    // There must be room for all sixteen registers, however few are asked for.
    try appendToTrace(entry, room: isLong ? 144 : 76)
  }

  /// Stores an entry at the address in CR12 bits 2-61, which advances. The last block of storage's page never is entered:
  /// an entry that would end beyond the page is a trace-table exception.
  /// - Parameter room: bytes that there must be in the page, if more than the entry has.
  func appendToTrace(_ entry: [UInt32], room: UInt64 = 0) throws(ProgramInterruption) {
    let address = s.pointee.cr[12] & 0x3FFF_FFFF_FFFF_FFFC, length = UInt64(entry.count) &* 4
    try checkLowAddressProtection(real: address)
    let absolute = AbsoluteAddress(prefixed(address))
    guard storage.contains(absolute, count: 1) else { throw .addressing }
    if (address &+ max(length, room)) & ~0xFFF != address & ~0xFFF { throw .traceTable }
    if storage.isReadOnly(absolute) { throw .protection }
    storage.recordChange(absolute)
    for (k, word) in entry.enumerated() { storage.store(word, at: absolute + UInt64(4 &* k)) }
    s.pointee.cr[12] = s.pointee.cr[12] & ~0x3FFF_FFFF_FFFF_FFFC | address &+ length
  }
}

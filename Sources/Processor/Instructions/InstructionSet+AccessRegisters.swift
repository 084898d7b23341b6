/// Access registers (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineAccessRegisters() {
    routine("EAR", 0xB24F, .rre) { cpu, i throws(ProgramInterruption) in cpu.setGR32(i.e1, UInt64(cpu.s.pointee.ar[i.e2])) }
    routine("SAR", 0xB24E, .rre) { cpu, i throws(ProgramInterruption) in
      cpu.s.pointee.ar[i.e1] = UInt32(truncatingIfNeeded: cpu.gr(i.e2))
    }
    routine("CPYA", 0xB24D, .rre) { cpu, i throws(ProgramInterruption) in cpu.s.pointee.ar[i.e1] = cpu.s.pointee.ar[i.e2] }
    routine("LAM", 0x9A, .rsA) { cpu, i throws(ProgramInterruption) in try cpu.loadAccessMultiple(i, cpu.rs(i)) }
    routine("LAMY", 0xEB9A, .rsyA, [], .longDisplacement) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAccessMultiple(i, cpu.rsy(i))
    }
    routine("STAM", 0x9B, .rsA) { cpu, i throws(ProgramInterruption) in try cpu.storeAccessMultiple(i, cpu.rs(i)) }
    routine("STAMY", 0xEB9B, .rsyA, [], .longDisplacement) { cpu, i throws(ProgramInterruption) in
      try cpu.storeAccessMultiple(i, cpu.rsy(i))
    }
    routine("LAE", 0x51, .rxA) { cpu, i throws(ProgramInterruption) in cpu.loadAddressExtended(i.r1, cpu.rx(i)) }
    routine("LAEY", 0xE375, .rxyA, [], .generalInstructionsExtension) { cpu, i throws(ProgramInterruption) in
      cpu.loadAddressExtended(i.r1, cpu.rxy(i))
    }
  }
}

extension CPU {
  mutating func loadAccessMultiple(_ i: InstructionText, _ o: StorageOperand<UInt64>) throws(ProgramInterruption) {
    if o.address & 3 != 0 { throw .specification }
    let count = (i.r3 &- i.r1) & 15 &+ 1
    let block = try fetchBlock(o, 4 &* count)
    for k in 0..<count { s.pointee.ar[(i.r1 &+ k) & 15] = block.word(4 &* k) }
  }
  mutating func storeAccessMultiple(_ i: InstructionText, _ o: StorageOperand<UInt64>) throws(ProgramInterruption) {
    if o.address & 3 != 0 { throw .specification }
    let count = (i.r3 &- i.r1) & 15 &+ 1
    let block = try storeBlock(o, 4 &* count)
    for k in 0..<count { block.setWord(4 &* k, s.pointee.ar[(i.r1 &+ k) & 15]) }
  }
  /// The access register gets the ALET of the space that the address would be used in.
  mutating func loadAddressExtended(_ r: Int, _ o: StorageOperand<UInt64>) {
    switch addressSpace {
    case .primary: s.pointee.ar[r] = 0
    case .secondary: s.pointee.ar[r] = 1
    case .home: s.pointee.ar[r] = 2
    case .accessRegister: s.pointee.ar[r] = o.base == 0 ? 0 : s.pointee.ar[o.base]
    }
    setAddress(r, o.address)
  }
}

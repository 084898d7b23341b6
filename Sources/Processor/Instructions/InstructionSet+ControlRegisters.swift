import Storage

/// Control registers, the prefix register and the clocks (chapter 10).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineControlRegisterInstructions() {
    routine("LCTL", 0xB7, .rsA, [.privileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      try cpu.loadControlRegisters(i.r1, i.r3, cpu.rs(i), width: 4)
    }
    routine("LCTLG", 0xEB2F, .rsyA, [.privileged, .endsBlock, .zArchitectureOnly]) { cpu, i throws(ProgramInterruption) in
      try cpu.loadControlRegisters(i.r1, i.r3, cpu.rsy(i), width: 8)
    }
    routine("STCTL", 0xB6, .rsA, .privileged) { cpu, i throws(ProgramInterruption) in
      try cpu.storeControlRegisters(i.r1, i.r3, cpu.rs(i), width: 4)
    }
    routine("STCTG", 0xEB25, .rsyA, [.privileged, .zArchitectureOnly]) { cpu, i throws(ProgramInterruption) in
      try cpu.storeControlRegisters(i.r1, i.r3, cpu.rsy(i), width: 8)
    }
    routine("SPX", 0xB210, .s, [.privileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      let operand = try cpu.aligned(cpu.rs(i), to: 4)
      let prefix = cpu.prefixField(try cpu.load32(operand))
      guard cpu.isPrefixAreaAvailable(prefix) else { throw .addressing }
      cpu.setPrefix(prefix)
    }
    routine("STPX", 0xB211, .s, .privileged) { cpu, i throws(ProgramInterruption) in
      try cpu.store32(cpu.s.pointee.prefix, try cpu.aligned(cpu.rs(i), to: 4))
    }
  }

  mutating func defineClockInstructions() {
    routine("SCK", 0xB204, .s, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let value = try cpu.load64(try cpu.aligned(cpu.rs(i), to: 8))
      cpu.complex.clock.set(value)
      // Every CPU's comparator stands to another clock now.
      for signals in cpu.complex.signals { signals.requestAttention() }
      cpu.timersChanged()
      cpu.setCC(0)
    }
    routine("SCKC", 0xB206, .s, [.privileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      cpu.setClockComparator(try cpu.load64(try cpu.aligned(cpu.rs(i), to: 8)))
    }
    routine("STCKC", 0xB207, .s, .privileged) { cpu, i throws(ProgramInterruption) in
      try cpu.store64(cpu.s.pointee.clockComparator, try cpu.aligned(cpu.rs(i), to: 8))
    }
    routine("SPT", 0xB208, .s, [.privileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      cpu.setCPUTimer(try cpu.load64(try cpu.aligned(cpu.rs(i), to: 8)))
    }
    routine("STPT", 0xB209, .s, .privileged) { cpu, i throws(ProgramInterruption) in
      let operand = try cpu.aligned(cpu.rs(i), to: 8)
      try cpu.store64(cpu.reading(cpu.cpuTimer), operand)
    }
    routine("SCKPF", 0x0107, .e, .privileged) { cpu, _ throws(ProgramInterruption) in
      let field = cpu.gr32(0)
      if field > 0xFFFF { throw .specification }
      cpu.s.pointee.todProgrammable = field
    }
  }
}

extension CPU {
  /// The operand, when its address is a multiple of `boundary` (a power of two).
  @inline(__always) func aligned(_ operand: StorageOperand<UInt64>, to boundary: UInt64) throws(ProgramInterruption)
    -> StorageOperand<UInt64>
  {
    if operand.address & (boundary &- 1) != 0 { throw .specification }
    return operand
  }

  /// LOAD CONTROL: registers `first` to `last`, wrapping, from fields of 4 (bits 32-63) or 8 bytes.
  mutating func loadControlRegisters(_ first: Int, _ last: Int, _ operand: StorageOperand<UInt64>, width: Int)
    throws(ProgramInterruption)
  {
    let operand = try aligned(operand, to: UInt64(truncatingIfNeeded: width))
    let count = ((last &- first) & 15) &+ 1
    let block = try fetchBlock(operand, count &* width)
    // All fields are fetched before any takes effect: a new ASCE may not move the operand.
    var values: InlineArray<16, UInt64> = .init(repeating: 0)
    for k in 0..<count { values[k] = width == 8 ? block.doubleword(8 &* k) : UInt64(block.word(4 &* k)) }
    for k in 0..<count {
      let r = (first &+ k) & 15
      setControlRegister(r, width == 8 ? values[k] : s.pointee.cr[r] & ~0xFFFF_FFFF | values[k])
    }
  }

  /// STORE CONTROL.
  func storeControlRegisters(_ first: Int, _ last: Int, _ operand: StorageOperand<UInt64>, width: Int) throws(ProgramInterruption)
  {
    let operand = try aligned(operand, to: UInt64(truncatingIfNeeded: width))
    let count = ((last &- first) & 15) &+ 1
    let block = try storeBlock(operand, count &* width)
    for k in 0..<count {
      let v = s.pointee.cr[(first &+ k) & 15]
      for byte in 0..<width {
        block[k &* width &+ byte] = UInt8(truncatingIfNeeded: v &>> UInt64(truncatingIfNeeded: 8 &* (width &- 1 &- byte)))
      }
    }
  }

  /// The prefix that a word gives: bits 1-18, in ESA/390 mode 1-19.
  func prefixField(_ word: UInt64) -> UInt64 { word & (s.pointee.isZArchitecture ? 0x7FFF_E000 : 0x7FFF_F000) }

  /// Whether the area that `prefix` designates is configured.
  func isPrefixAreaAvailable(_ prefix: UInt64) -> Bool {
    storage.contains(.init(prefix), count: s.pointee.isZArchitecture ? 0x2000 : 0x1000)
  }
}

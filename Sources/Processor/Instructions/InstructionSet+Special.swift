/// Clocks, program mask, prefetching, cache attributes, MONITOR CALL (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineSpecial() {
    defineClockReading()
    define("IPM", 0xB222, .rre) { m, i throws(ProgramInterruption) in
      let byte = m.or(m.shiftLeft(m.conditionCode(), m.constant(28)), m.shiftLeft(m.programMask(), m.constant(24)))
      m.setGR32(i.e1, m.or(m.and(m.gr(i.e1), m.constant(0xFF_FFFF)), byte))
    }
    routine("SPM", 0x04, .rr, .setsCC) { cpu, i throws(ProgramInterruption) in
      let v = cpu.gr(i.r1)
      let field = UInt64(15) &<< PSW.programMaskShift
      cpu.s.pointee.pswMask = cpu.s.pointee.pswMask & ~field | (v &>> 24 & 15) &<< PSW.programMaskShift
      cpu.setCC(v &>> 28)
    }
    define("PFD", 0xE336, .rxyB, [], .generalInstructionsExtension) { _, _ throws(ProgramInterruption) in }
    define("PFDRL", 0xC602, .rilC, [], .generalInstructionsExtension) { _, _ throws(ProgramInterruption) in }
    routine("ECAG", 0xEB4C, .rsyA, [], .generalInstructionsExtension) { cpu, i throws(ProgramInterruption) in
      cpu.setGR(i.r1, CPU.cacheAttribute(cpu.rsy(i).address))
    }
    routine("MC", 0xAF, .si, .endsBlock) { cpu, i throws(ProgramInterruption) in
      let monitorClass = UInt64(truncatingIfNeeded: i.byte1)
      if monitorClass > 15 { throw .specification }
      let code = cpu.rs(i).address
      if cpu.s.pointee.cr[8] & (0x8000 &>> monitorClass) == 0 { return }
      cpu.s.pointee.monitorClass = UInt16(truncatingIfNeeded: monitorClass)
      cpu.s.pointee.monitorCode = code
      throw .monitorEvent
    }
  }

  private mutating func defineClockReading() {
    routine("STCK", 0xB205, .s, .setsCC) { cpu, i throws(ProgramInterruption) in
      let operand = cpu.rs(i)
      let block = try cpu.storeBlock(operand, 8)
      block.setDoubleword(0, cpu.reading(cpu.complex.clock.unique()))
      cpu.setCC(0)
    }
    routine("STCKF", 0xB27C, .s, .setsCC, .storeClockFast) { cpu, i throws(ProgramInterruption) in
      let block = try cpu.storeBlock(cpu.rs(i), 8)
      block.setDoubleword(0, cpu.reading(cpu.complex.clock.now()))
      cpu.setCC(0)
    }
    routine("STCKE", 0xB278, .s, .setsCC) { cpu, i throws(ProgramInterruption) in
      let block = try cpu.storeBlock(cpu.rs(i), 16)
      // An epoch byte, the clock, 40 more bits of it, the programmable field. The clock's value is unique; the bits below
      // it are not zero, as the architecture wants, so that its extended value exceeds the short one.
      let clock = cpu.reading(cpu.complex.clock.unique())
      block.setDoubleword(0, clock &>> 8)
      block.setDoubleword(8, clock &<< 56 | 0x10000 | cpu.s.pointee.todProgrammable & 0xFFFF)
      cpu.setCC(0)
    }
    routine("ECTG", 0xC801, .ssf, [], .extractCPUTime) { cpu, i throws(ProgramInterruption) in
      let first = try cpu.load64(cpu.rs(i)), second = try cpu.load64(cpu.ss2(i))
      let third = try cpu.load64(StorageOperand(cpu.reduced(cpu.gr(i.r1)), base: i.r1))
      let timer = cpu.reading(cpu.cpuTimer)
      cpu.setGR(0, first &- timer)
      cpu.setGR(1, second)
      cpu.setGR(i.r1, third)
    }
  }
}

extension CPU {
  /// EXTRACT CPU ATTRIBUTE: bits 56-59 of the address say which, 60-62 the cache level, 63 data or instructions. Two private
  /// levels are described, those of a z10; whatever is not there is all ones.
  static func cacheAttribute(_ selector: UInt64) -> UInt64 {
    let attribute = selector &>> 4 & 15, level = selector &>> 1 & 7, isInstruction = selector & 1 != 0
    if selector & 0xFF_FF00 != 0 { return ~0 }
    // Topology: a byte a level; scope 01 private in bits 4-5, type in bits 6-7: 00 separate, 11 unified.
    if attribute == 0 { return 0x0407_0000_0000_0000 }
    switch (level, attribute) {
    case (0, 1), (1, 1): return 256
    case (0, 2): return isInstruction ? 64 << 10 : 128 << 10
    case (0, 3): return isInstruction ? 4 : 8
    case (1, 2): return 3 << 20
    case (1, 3): return 12
    default: return ~0
    }
  }
}

/// Instructions that load or change the PSW (chapters 7 and 10).
extension InstructionSet where Machine: ~Copyable {
  mutating func definePSWInstructions() {
    routine("SVC", 0x0A, .i, .endsBlock) { cpu, i throws(ProgramInterruption) in
      cpu.interruptSupervisorCall(code: UInt8(truncatingIfNeeded: i.byte1))
    }
    routine("LPSWE", 0xB2B2, .s, [.privileged, .endsBlock, .setsCC, .zArchitectureOnly]) { cpu, i throws(ProgramInterruption) in
      let operand = cpu.rs(i)
      if operand.address & 7 != 0 { throw .specification }
      let block = try cpu.fetchBlock(operand, 16), mask = block.doubleword(0), address = block.doubleword(8)
      cpu.s.pointee.breakingEventAddress = cpu.s.pointee.instructionAddress
      cpu.hasLoadedPSW = true
      cpu.load(PSW(mask: mask, instructionAddress: address))
    }
    routine("LPSW", 0x82, .s, [.privileged, .endsBlock, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let operand = cpu.rs(i)
      if operand.address & 7 != 0 { throw .specification }
      let short = try cpu.load64(operand)
      // Bit 12 is the only one that z/Architecture looks at before it loads.
      if cpu.s.pointee.isZArchitecture && short & PSW.shortForm == 0 { throw .specification }
      cpu.s.pointee.breakingEventAddress = cpu.s.pointee.instructionAddress
      cpu.hasLoadedPSW = true
      cpu.load(PSW(short: short))
    }
    routine("SSM", 0x80, .s, [.privileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      if cpu.s.pointee.cr[0] & CR0.ssmSuppression != 0 { throw .specialOperation }
      let v = try cpu.load8(cpu.rs(i))
      cpu.setSystemMask(UInt8(truncatingIfNeeded: v))
    }
    routine("STNSM", 0xAC, .si, [.privileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      try cpu.store8(cpu.s.pointee.pswMask &>> 56, cpu.rs(i))
      cpu.setSystemMask(UInt8(truncatingIfNeeded: cpu.s.pointee.pswMask &>> 56) & UInt8(truncatingIfNeeded: i.byte1))
    }
    routine("STOSM", 0xAD, .si, [.privileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      try cpu.store8(cpu.s.pointee.pswMask &>> 56, cpu.rs(i))
      cpu.setSystemMask(UInt8(truncatingIfNeeded: cpu.s.pointee.pswMask &>> 56) | UInt8(truncatingIfNeeded: i.byte1))
    }
  }
}

extension CPU {
  /// Replaces PSW bits 0-7. A bit that must be zero leads to an early specification exception.
  mutating func setSystemMask(_ v: UInt8) {
    let mask = s.pointee.pswMask & ~(0xFF << 56) | UInt64(v) << 56
    setPSWMask(mask)
    if mask & PSW.unassigned != 0 || !s.pointee.isZArchitecture && mask & PSW.dat != 0 {
      hasInvalidPSW = true
      invalidPSWLength = s.pointee.instructionLength
      requestAnotherLook()
    }
  }
}

/// Address-space control, ASNs and authority (chapter 10).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineAddressSpaceInstructions() {
    routine("EPSW", 0xB98D, .rre) { cpu, i throws(ProgramInterruption) in
      let mask = cpu.psw.mask | (cpu.s.pointee.isZArchitecture ? 0 : PSW.shortForm)
      cpu.setGR32(i.e1, mask &>> 32)
      if i.e2 != 0 { cpu.setGR32(i.e2, mask & 0xFFFF_FFFF) }
    }
    routine("IAC", 0xB224, .rre, [.semiprivileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      if !cpu.isTranslating { throw .specialOperation }
      try cpu.requireExtractionAuthority()
      // The instruction's code has the two bits of the PSW in the other order.
      let space = cpu.addressSpace.rawValue, code = (space & 1) &<< 1 | space &>> 1
      cpu.setGR(i.e1, cpu.gr(i.e1) & ~0xFF00 | code &<< 8)
      cpu.setCC(code)
    }
    routine("SAC", 0xB219, .s, [.semiprivileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      try cpu.setAddressSpaceControl(cpu.rs(i).address)
    }
    routine("SACF", 0xB279, .s, [.semiprivileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      try cpu.setAddressSpaceControl(cpu.rs(i).address)
    }
    routine("EPAR", 0xB226, .rre, .semiprivileged) { cpu, i throws(ProgramInterruption) in
      if !cpu.isTranslating { throw .specialOperation }
      try cpu.requireExtractionAuthority()
      cpu.setGR32(i.e1, cpu.s.pointee.cr[4] & 0xFFFF)
    }
    routine("ESAR", 0xB227, .rre, .semiprivileged) { cpu, i throws(ProgramInterruption) in
      if !cpu.isTranslating { throw .specialOperation }
      try cpu.requireExtractionAuthority()
      cpu.setGR32(i.e1, cpu.s.pointee.cr[3] & 0xFFFF)
    }
    routine("ESEA", 0xB99D, .rre, [.privileged, .zArchitectureOnly]) { cpu, i throws(ProgramInterruption) in
      // Bits 32-47 of R1 receive the old EAX, bits 48-63 are the new one.
      let old = cpu.s.pointee.cr[8] & 0xFFFF_0000, new = (cpu.gr(i.e1) & 0xFFFF) &<< 16
      cpu.setGR(i.e1, cpu.gr(i.e1) & ~0xFFFF_0000 | old)
      cpu.s.pointee.cr[8] = cpu.s.pointee.cr[8] & ~0xFFFF_0000 | new
    }
  }
}

extension CPU {
  /// SET ADDRESS SPACE CONTROL: bits 52-55 of the operand address: 0 primary, 1 secondary, 2 access registers, 3 home.
  mutating func setAddressSpaceControl(_ operand: UInt64) throws(ProgramInterruption) {
    guard isTranslating, s.pointee.cr[0] & CR0.secondarySpace != 0 else { throw .specialOperation }
    let code = operand &>> 8 & 15
    if code == 3 && isProblemState { throw .privilegedOperation }
    guard code <= 3 else { throw .specification }
    let space = (code & 1) &<< 1 | code &>> 1, old = addressSpace
    setPSWMask(s.pointee.pswMask & ~PSW.addressSpace | space &<< PSW.addressSpaceShift)
    try signalHomeSwitch(from: old)
  }

  /// Going to or from the home space is a space-switch event when CR1 or CR13 asks for it, or with a PER event.
  mutating func signalHomeSwitch(from old: AddressSpace) throws(ProgramInterruption) {
    let isHome = addressSpace == .home
    guard isHome != (old == .home) else { return }
    let event = (s.pointee.cr[1] | s.pointee.cr[13]) & 0x40 != 0
    // To the home space: as for leaving the primary one. From it: no ASN, and the home space's control.
    let identification = isHome ? spaceSwitchIdentification : s.pointee.cr[13] & 0x40 != 0 ? 0x8000_0000 : 0
    try signalSpaceSwitch(identification, if: event)
  }
}

/// Implicit tracing (chapter 4, "Tracing"): entries that branches, changes of the addressing mode and changes of the address
/// space make by themselves. The forms of entries are those of the chapter's figures; Hercules' trace.c names them, too.
///
/// An instruction that is nullified or suppressed leaves control register 12 as it was: routines make their entry when
/// nothing but the entry can fail any more, or put the register back.
extension CPU {
  /// CR12: bit 0 branch, bit 1 mode, bit 62 ASN trace control.
  @inline(__always) var tracesBranches: Bool { s.pointee.cr[12] &>> 63 != 0 }
  @inline(__always) var tracesModes: Bool { s.pointee.cr[12] &>> 62 & 1 != 0 }
  @inline(__always) var tracesASNs: Bool { s.pointee.cr[12] & 2 != 0 }
  /// Instructions go one by one while this holds: those of `traceRegisterBranch` know nothing of tracing.
  @inline(__always) var tracesImplicitly: Bool { s.pointee.cr[12] &>> 62 != 0 }

  // MARK: Branches and modes

  /// BALR, BASR, BASSM, BSM and SET ADDRESSING MODE: makes the entry of an instruction that is about to be executed.
  func traceRegisterBranch(_ text: InstructionText) throws(ProgramInterruption) {
    switch OpcodeMap.opcode(of: text) {
    case 0x05 where text.r2 != 0, 0x0D where text.r2 != 0:
      if tracesBranches { try traceBranch(to: gr(text.r2), addressingMode) }
    case 0x0C where text.r2 != 0: try traceModeBranch(to: gr(text.r2), isBranchTraced: true)
    case 0x0B where text.r2 != 0: try traceModeBranch(to: gr(text.r2), isBranchTraced: false)
    case 0x010C, 0x010D:
      guard tracesModes && addressingMode == .bits64 else { return }
      try requireReachable(in: OpcodeMap.opcode(of: text) == 0x010C ? .bits24 : .bits31)
      try traceModeSwitch()
    case 0x010E:
      if tracesModes && addressingMode != .bits64 { try traceModeSwitch() }
    default: return
    }
  }

  /// A branch whose target says the mode: bit 63 of `target` 64 bits, else bit 32 31 bits.
  private func traceModeBranch(to target: UInt64, isBranchTraced: Bool) throws(ProgramInterruption) {
    let is64 = target & 1 != 0
    if tracesModes && is64 != (addressingMode == .bits64) {
      return isBranchTraced && tracesBranches ? try traceModeSwitchingBranch(to: target & ~1) : try traceModeSwitch()
    }
    if isBranchTraced && tracesBranches {
      try traceBranch(to: target & ~1, is64 ? .bits64 : target & 0x8000_0000 != 0 ? .bits31 : .bits24)
    }
  }

  /// A branch entry: one word with a 24-bit or 31-bit address, or three with a 64-bit one.
  func traceBranch(to target: UInt64, _ mode: AddressingMode) throws(ProgramInterruption) {
    switch mode {
    case .bits24: try appendToTrace([UInt32(target & 0xFF_FFFF)])
    case .bits31: try appendToTrace([0x8000_0000 | UInt32(target & 0x7FFF_FFFF)])
    case .bits64:
      if target <= 0x7FFF_FFFF { return try appendToTrace([0x8000_0000 | UInt32(target)]) }
      try appendToTrace([0x52C0_0000] + CPU.words(target))
    }
  }

  /// A mode-switching entry: the address of the next sequential instruction, in the mode that is left.
  func traceModeSwitch() throws(ProgramInterruption) {
    let next = s.pointee.nextAddress
    switch addressingMode {
    case .bits24: try appendToTrace([0x5130_0000, UInt32(truncatingIfNeeded: next)])
    case .bits31: try appendToTrace([0x5130_0000, 0x8000_0000 | UInt32(truncatingIfNeeded: next)])
    case .bits64:
      if next <= 0x7FFF_FFFF { return try appendToTrace([0x5120_0000, UInt32(next)]) }
      try appendToTrace([0x5260_0000] + CPU.words(next))
    }
  }

  /// A mode-switching-branch entry: the target, with bit 32 telling the mode when the 64-bit one is left.
  func traceModeSwitchingBranch(to target: UInt64) throws(ProgramInterruption) {
    if addressingMode == .bits64 { return try appendToTrace([0x51A0_0000, UInt32(truncatingIfNeeded: target)]) }
    if target <= 0x7FFF_FFFF { return try appendToTrace([0x51B0_0000, UInt32(target)]) }
    try appendToTrace([0x52F0_0000] + CPU.words(target))
  }

  /// A branch to `target` in the mode of `mask`, by an instruction that may switch modes: RESUME PROGRAM.
  func traceBranch(to target: UInt64, enteringModeOf mask: UInt64) throws(ProgramInterruption) {
    let is64 = mask & PSW.extendedAddressing != 0
    if tracesModes && is64 != (addressingMode == .bits64) {
      let address = is64 ? target : target | (mask & PSW.basicAddressing != 0 ? 0x8000_0000 : 0)
      return tracesBranches ? try traceModeSwitchingBranch(to: address) : try traceModeSwitch()
    }
    if tracesBranches { try traceBranch(to: target, AddressingMode(mask)) }
  }

  // MARK: Address spaces

  private var tracedKey: UInt32 { UInt32(accessKey) &<< 20 }
  private static func words(_ v: UInt64) -> [UInt32] { [UInt32(truncatingIfNeeded: v &>> 32), UInt32(truncatingIfNeeded: v)] }

  /// The address of a PSW, with bit 32 telling the 31-bit mode outside the 64-bit one.
  private static func address(_ psw: PSW) -> UInt64 {
    let isBasic = psw.mask & (PSW.extendedAddressing | PSW.basicAddressing) == PSW.basicAddressing
    return psw.instructionAddress | (isBasic ? 0x8000_0000 : 0)
  }
  private static func problemBit(_ psw: PSW) -> UInt64 { psw.mask & PSW.problemState != 0 ? 1 : 0 }

  /// PROGRAM CALL: the PC number and the return address with the problem-state bit; or the change of mode.
  func traceProgramCall(_ number: UInt64, entersBits64: Bool) throws(ProgramInterruption) {
    if tracesASNs {
      let is64 = addressingMode == .bits64
      let head = (is64 ? 0x2200_0000 : 0x2100_0000) | tracedKey | UInt32(truncatingIfNeeded: number & 0xF_FFFF)
      let back = CPU.address(psw) | CPU.problemBit(psw)
      return try appendToTrace([head] + (is64 ? CPU.words(back) : [UInt32(truncatingIfNeeded: back)]))
    }
    if tracesModes && entersBits64 != (addressingMode == .bits64) { try traceModeSwitch() }
  }

  /// PROGRAM RETURN from a called program: the new PASN, where it returns to, and the updated address before. Both addresses
  /// take a word or, when they need one, a doubleword.
  func traceProgramReturn(to new: PSW, asn: UInt16) throws(ProgramInterruption) {
    let from64 = addressingMode == .bits64, to64 = new.mask & PSW.extendedAddressing != 0
    if !tracesASNs {
      if tracesModes && from64 != to64 { try traceModeSwitch() }
      return
    }
    let target = CPU.address(new) | CPU.problemBit(new), here = CPU.address(psw)
    let isTargetLong = to64 && target &>> 32 != 0, isHereLong = from64 && here &>> 32 != 0
    var form: UInt32 = to64 ? (isTargetLong ? 0xC : 0x8) : 0
    form |= from64 ? (isHereLong ? 3 : 2) : 0
    let length: UInt32 = 2 &+ (isTargetLong ? 1 : 0) &+ (isHereLong ? 1 : 0)
    var entry = [0x3000_0000 | length &<< 24 | tracedKey | form &<< 16 | UInt32(asn)]
    entry += isTargetLong ? CPU.words(target) : [UInt32(truncatingIfNeeded: target)]
    entry += isHereLong ? CPU.words(here) : [UInt32(truncatingIfNeeded: here)]
    try appendToTrace(entry)
  }

  /// PROGRAM TRANSFER: the new PASN and general register R2.
  func traceProgramTransfer(_ asn: UInt16, _ r2: UInt64) throws(ProgramInterruption) {
    guard tracesASNs else { return }
    let is64 = addressingMode == .bits64, isLong = is64 && r2 &>> 32 != 0
    let form: UInt32 = isLong ? 0xC : is64 ? 0x8 : 0
    let head = (isLong ? 0x3200_0000 : 0x3100_0000) | tracedKey | form &<< 16 | UInt32(asn)
    try appendToTrace([head] + (isLong ? CPU.words(r2) : [UInt32(truncatingIfNeeded: r2)]))
  }

  /// SET SECONDARY ASN.
  func traceSecondaryASN(_ asn: UInt16) throws(ProgramInterruption) {
    if tracesASNs { try appendToTrace([0x1000_0000 | UInt32(asn)]) }
  }

  /// BRANCH IN SUBSPACE GROUP: the ALET and the branch address; with branch tracing alone, a branch entry.
  func traceSubspaceBranch(_ alet: UInt32, to target: UInt64) throws(ProgramInterruption) {
    let is64 = addressingMode == .bits64, isBasic = target & 0x8000_0000 != 0
    if !tracesASNs {
      if tracesBranches { try traceBranch(to: target, is64 ? .bits64 : isBasic ? .bits31 : .bits24) }
      return
    }
    if is64 { return try appendToTrace([0x4200_0000 | alet & 0xFF_FFFF] + CPU.words(target)) }
    // Bit 7 of the ALET, the primary-list bit, takes the place of bit 8.
    let shortALET = alet &>> 1 & 0x80_0000 | alet & 0x7F_FFFF
    try appendToTrace([0x4100_0000 | shortALET, UInt32(truncatingIfNeeded: isBasic ? target : target & 0xFF_FFFF)])
  }
}

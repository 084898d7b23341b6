/// Linkage between programs, spaces and states: the linkage stack, PROGRAM CALL and its kin (chapter 10).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineLinkageInstructions() {
    let linkage: InstructionTraits = [.semiprivileged, .endsBlock]
    routine("PC", 0xB218, .s, linkage) { cpu, i throws(ProgramInterruption) in
      try cpu.programCall(cpu.rs(i).address & 0xF_FFFF)
    }
    routine("PR", 0x0101, .e, [.semiprivileged, .endsBlock, .setsCC]) { cpu, _ throws(ProgramInterruption) in
      try cpu.programReturn()
    }
    routine("PT", 0xB228, .rre, linkage) { cpu, i throws(ProgramInterruption) in try cpu.programTransfer(i.e1, i.e2) }
    routine("SSAR", 0xB225, .rre, linkage) { cpu, i throws(ProgramInterruption) in
      try cpu.setSecondaryASN(UInt16(truncatingIfNeeded: cpu.gr(i.e1)))
    }
    routine("LASP", 0xE500, .sse, [.privileged, .endsBlock, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.loadAddressSpaceParameters(cpu.rs(i), functions: cpu.ss2(i).address)
    }
    routine("BAKR", 0xB240, .rre, linkage) { cpu, i throws(ProgramInterruption) in try cpu.branchAndStack(i.e1, i.e2) }
    routine("BSA", 0xB25A, .rre, linkage) { cpu, i throws(ProgramInterruption) in try cpu.branchAndSetAuthority(i.e1, i.e2) }
    routine("BSG", 0xB258, .rre, linkage) { cpu, i throws(ProgramInterruption) in try cpu.branchInSubspaceGroup(i.e1, i.e2) }
    routine("RP", 0xB277, .s, [.semiprivileged, .endsBlock, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.resumeProgram(cpu.rs(i))
    }
    routine("TRAP2", 0x01FF, .e, linkage) { cpu, _ throws(ProgramInterruption) in try cpu.trap(operand: nil) }
    routine("TRAP4", 0xB2FF, .s, linkage) { cpu, i throws(ProgramInterruption) in try cpu.trap(operand: cpu.rs(i).address) }
    routine("TAR", 0xB24C, .rre, .setsCC) { cpu, i throws(ProgramInterruption) in try cpu.testAccess(i.e1, i.e2) }
    defineStackedState()
  }

  private mutating func defineStackedState() {
    routine("EREG", 0xB249, .rre) { cpu, i throws(ProgramInterruption) in
      let entry = try cpu.stateEntry(try cpu.locateStateEntry(removes: false).address)
      cpu.unstackRegisters(entry, i.e1, i.e2, isLong: false)
    }
    routine("EREGG", 0xB90E, .rre, .zArchitectureOnly) { cpu, i throws(ProgramInterruption) in
      let entry = try cpu.stateEntry(try cpu.locateStateEntry(removes: false).address)
      cpu.unstackRegisters(entry, i.e1, i.e2, isLong: true)
    }
    routine("ESTA", 0xB24A, .rre, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.extractStackedState(i.e1, code: UInt8(truncatingIfNeeded: cpu.gr(i.e2)))
    }
    routine("MSTA", 0xB247, .rre) { cpu, i throws(ProgramInterruption) in
      try cpu.requireStack(removing: false)
      if i.e1 & 1 != 0 { throw .specification }
      let area = try cpu.modifiableArea(try cpu.locateStateEntry(removes: false).address)
      area.set(cpu.gr32(i.e1) &<< 32 | cpu.gr32(i.e1 &+ 1), 0)
    }
  }
}

extension CPU {
  /// BRANCH AND STACK: R1 has the return address and mode (0: the next instruction), R2 the branch address (0: none).
  mutating func branchAndStack(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let space = addressSpace
    guard isTranslating, space == .primary || space == .accessRegister else { throw .specialOperation }
    var back = psw
    if r1 != 0 {
      let v = gr(r1)
      back.mask &= ~(PSW.extendedAddressing | PSW.basicAddressing)
      if v & 1 != 0 {
        back.mask |= PSW.extendedAddressing | PSW.basicAddressing
      } else if v & 0x8000_0000 != 0 {
        back.mask |= PSW.basicAddressing
      }
      back.instructionAddress = v & 1 != 0 ? v & ~1 : v & (v & 0x8000_0000 != 0 ? 0x7FFF_FFFF : 0xFF_FFFF)
    }
    let target = reduced(r2 != 0 ? gr(r2) : s.pointee.nextAddress)
    let called = addressingMode == .bits64 ? target | 1 : target | (addressingMode == .bits31 ? 0x8000_0000 : 0)
    let traceRegister = s.pointee.cr[12]
    if r2 != 0 && tracesBranches { try traceBranch(to: target, addressingMode) }
    do { try formStateEntry(.branch, returning: back, called: called) } catch {
      s.pointee.cr[12] = traceRegister
      throw error
    }
    if r2 != 0 { branch(to: target) }
  }

  /// EXTRACT STACKED STATE: codes 0 key mask and ASNs, 1 ESA/390 PSW, 2 called address, 3 modifiable area, 4 PSW.
  /// CC 0 branch state entry, 1 call state entry.
  mutating func extractStackedState(_ r1: Int, code: UInt8) throws(ProgramInterruption) {
    try requireStack(removing: false)
    if r1 & 1 != 0 || code > 4 { throw .specification }
    let (address, type) = try locateStateEntry(removes: false)
    let entry = try stateEntry(address)
    let mask = entry.doubleword(StateEntry.pswMask), pswAddress = entry.doubleword(StateEntry.pswAddress)
    let at: Int
    switch code {
    case 0: at = StateEntry.keyMaskAndASNs
    case 2: at = StateEntry.called
    default: at = StateEntry.modifiable
    }
    switch code {
    case 1:
      setGR32(r1, mask &>> 32 | 0x0008_0000)
      // Bit 63 tells that the address does not fit.
      setGR32(r1 &+ 1, mask & 0x8000_0000 | pswAddress & 0x7FFF_FFFF | (pswAddress > 0x7FFF_FFFF ? 1 : 0))
    case 4:
      setGR(r1, mask)
      setGR(r1 &+ 1, pswAddress)
    default:
      setGR32(r1, entry.doubleword(at) &>> 32)
      setGR32(r1 &+ 1, entry.doubleword(at) & 0xFFFF_FFFF)
    }
    setCC(type == .call ? 1 : 0)
  }

  /// LOAD ADDRESS SPACE PARAMETERS. First operand: PKM, SASN, AX, PASN. Functions: 4 translate always, 2 use the AX given,
  /// 1 secondary authority is not asked for. CC 1 primary, 2 secondary space not available, 3 space-switch event.
  mutating func loadAddressSpaceParameters(_ operand: StorageOperand<UInt64>, functions: UInt64) throws(ProgramInterruption) {
    try requireASNTranslation()
    let v = try load64(try aligned(operand, to: 8))
    let pasn = UInt16(truncatingIfNeeded: v), sasn = UInt16(truncatingIfNeeded: v &>> 32)
    let translatesAlways = functions & 4 != 0, isTrusted = functions & 1 != 0
    var primaryASCE = s.pointee.cr[1], origin = primaryASTEOrigin, index = authorizationIndex
    if translatesAlways || pasn != primaryASN {
      guard let (aste, asce) = try spaceOrNil(pasn) else { return setCC(1) }
      if hasSpaceSwitchEvent(aste.asce) { return setCC(3) }
      (primaryASCE, origin, index) = (asce, aste.origin, aste.authorizationIndex)
    }
    if functions & 2 != 0 { index = UInt16(truncatingIfNeeded: v &>> 16) }
    var secondaryASCE = primaryASCE
    if sasn != pasn {
      if !translatesAlways && isTrusted && sasn == secondaryASN {
        secondaryASCE = s.pointee.cr[7]
      } else {
        guard let (aste, asce) = try spaceOrNil(sasn) else { return setCC(2) }
        if !isTrusted { guard try isAuthorized(index, aste, .secondary) else { return setCC(2) } }
        secondaryASCE = asce
      }
    }
    s.pointee.cr[3] = s.pointee.cr[3] & ~0xFFFF_FFFF | (v &>> 48) &<< 16 | UInt64(sasn)
    s.pointee.cr[4] = s.pointee.cr[4] & ~0xFFFF_FFFF | UInt64(index) &<< 16 | UInt64(pasn)
    s.pointee.cr[5] = s.pointee.cr[5] & ~0xFFFF_FFFF | origin
    setControlRegister(1, primaryASCE)
    setControlRegister(7, secondaryASCE)
    setCC(0)
  }
  /// The space of an ASN, nil when it is not available.
  private func spaceOrNil(_ asn: UInt16) throws(ProgramInterruption) -> (aste: ASTE, asce: UInt64)? {
    do {
      let aste = try translateASN(asn)
      return (aste, try asceAfterSubspaceReplacement(aste))
    } catch {
      if error == .addressing { throw error }
      return nil
    }
  }

  /// RESUME PROGRAM: PSW, access and general register B2 from the operand, at displacements that follow the instruction:
  /// flags (13 16-byte PSW, 14 64-bit register, 15 in two parts), PSW, AR, GR and upper GR.
  mutating func resumeProgram(_ operand: StorageOperand<UInt64>) throws(ProgramInterruption) {
    // Under EXECUTE, too, the list is behind RESUME PROGRAM.
    let list = s.pointee.instructionAddress &+ 4
    let flags = try instructionHalfword(list)
    if flags & 0xFFF8 != 0 { throw .specification }
    let at = { (displacement: UInt64, mask: UInt64) in
      StorageOperand((operand.address &+ displacement) & mask, base: operand.base)
    }
    let wrap = s.pointee.addressMask
    let pswAt = at(try instructionHalfword(list &+ 2), wrap)
    let arAt = at(try instructionHalfword(list &+ 4), wrap), grAt = at(try instructionHalfword(list &+ 6), wrap)
    var new: PSW
    if flags & 4 != 0 {
      let block = try fetchBlock(pswAt, 16)
      new = PSW(mask: block.doubleword(0), instructionAddress: block.doubleword(8))
    } else {
      new = PSW(short: try load64(pswAt))
    }
    let ar = try load32(arAt)
    var value = gr(operand.base)
    switch flags & 3 {
    case 2: value = try load64(grAt)
    case 3:
      let high = try load32(at(try instructionHalfword(list &+ 8), wrap))
      value = high &<< 32 | (try load32(grAt))
    default: value = value & ~0xFFFF_FFFF | (try load32(grAt))
    }
    let replaced =
      PSW.addressSpace | PSW.conditionCode | 0xF &<< PSW.programMaskShift | PSW.extendedAddressing | PSW.basicAddressing
    new.mask = psw.mask & ~replaced | new.mask & replaced
    let old = addressSpace
    let isHome = new.mask & PSW.addressSpace == PSW.addressSpace
    if isTranslating && isProblemState && isHome { throw .privilegedOperation }
    if new.isInvalid || new.instructionAddress & 1 != 0 { throw .specification }
    try traceBranch(to: new.instructionAddress, enteringModeOf: new.mask)
    s.pointee.ar[operand.base] = UInt32(truncatingIfNeeded: ar)
    setGR(operand.base, value)
    s.pointee.breakingEventAddress = s.pointee.instructionAddress
    load(new)
    if isTranslating { try signalHomeSwitch(from: old) }
  }
  /// A halfword of the instruction stream.
  private mutating func instructionHalfword(_ address: UInt64) throws(ProgramInterruption) -> UInt64 {
    let host = try hostForInstruction(address & s.pointee.addressMask)
    return UInt64(UInt16(bigEndian: host.load(as: UInt16.self)))
  }

  /// TRAP2 and TRAP4: saves the state in the trap save area and branches to the trap program, both in the home space.
  mutating func trap(operand: UInt64?) throws(ProgramInterruption) {
    let space = addressSpace
    guard isTranslating, space == .primary || space == .accessRegister else { throw .specialOperation }
    let control = try tableWord(dispatchableUnitControlTable &+ DUCT.trapControlBlock)
    if control & 1 == 0 { throw .specialOperation }
    let home = DesignatedSpace(asce: ASCE(s.pointee.cr[13]), space: .home)
    let block = try block(
      MoveOperand(address: UInt64(control & 0x7FFF_FFF8), space: home, key: accessKey), .fetch, 24, addressMask: 0x7FFF_FFFF)
    let has16BytePSW = block.word(0) & 0x0004_0000 != 0, has64BitRegisters = block.word(0) & 0x0002_0000 != 0
    if !has16BytePSW && addressingMode == .bits64 { throw .specialOperation }
    let area = try self.block(
      MoveOperand(address: UInt64(block.word(12) & 0x7FFF_FFF8), space: home, key: accessKey), .store,
      has64BitRegisters ? 160 : 96, addressMask: 0x7FFF_FFFF)
    let target = UInt64(block.word(20) & 0x7FFF_FFFF)
    try traceBranch(to: target, enteringModeOf: PSW.basicAddressing)
    let lengthAndKind = UInt32(truncatingIfNeeded: s.pointee.instructionLength) &<< 16
    area.set(word: lengthAndKind | (isExecuteTarget ? 0x8000_0000 : 0) | (operand == nil ? 0 : 0x4000_0000), 0)
    area.set(word: 0, 4)
    area.set(word: UInt32(truncatingIfNeeded: operand ?? 0) & 0x7FFF_FFFF, 8)
    area.set(word: s.pointee.ar[15], 12)
    let current = psw
    area.set(has16BytePSW ? current.mask : current.short, 16)
    area.set(has16BytePSW ? current.instructionAddress : 0, 24)
    for r in 0..<16 {
      if has64BitRegisters {
        area.set(gr(r), 32 &+ 8 &* r)
      } else {
        area.set(word: UInt32(truncatingIfNeeded: gr(r)), 32 &+ 4 &* r)
      }
    }
    if addressingMode == .bits64 { setGR(15, UInt64(control & 0x7FFF_FFF8)) } else { setGR32(15, UInt64(control & 0x7FFF_FFF8)) }
    s.pointee.breakingEventAddress = s.pointee.instructionAddress
    setPSWMask(s.pointee.pswMask & ~(PSW.addressSpace | PSW.extendedAddressing) | PSW.basicAddressing)
    s.pointee.nextAddress = target
  }
}

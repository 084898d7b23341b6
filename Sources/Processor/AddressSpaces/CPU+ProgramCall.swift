/// PROGRAM CALL, PROGRAM RETURN, PROGRAM TRANSFER (chapter 10).
extension CPU {
  // MARK: PROGRAM CALL

  mutating func programCall(_ number: UInt64) throws(ProgramInterruption) {
    let space = addressSpace
    guard isTranslating, space == .primary || space == .accessRegister else { throw .specialOperation }
    let entry = try translatePCNumber(number)
    if !entry.isStacking && (space == .accessRegister || entry.is64Bit != (addressingMode == .bits64)) { throw .specialOperation }
    if !entry.is64Bit && !entry.is31Bit && entry.instructionAddress > 0xFF_FFFF { throw .pcTranslationSpecification }
    let keyMask = UInt32(truncatingIfNeeded: s.pointee.cr[3] &>> 16) & 0xFFFF
    if isProblemState && keyMask & entry.authorizationKeyMask == 0 { throw .privilegedOperation }
    var switched: (aste: ASTE, asce: UInt64)?
    if entry.asn != 0 {
      try requireASNTranslation()
      let aste = try ASTE(self, at: entry.asteOrigin)
      s.pointee.translationExceptionIdentification = UInt64(entry.asn)
      s.pointee.exceptionAccessIdentification = 0
      if aste.isInvalid { throw .asxTranslation }
      switched = (aste, try asceAfterSubspaceReplacement(aste))
    }
    let traceRegister = s.pointee.cr[12]
    try traceProgramCall(number, entersBits64: entry.is64Bit)
    if entry.isStacking {
      let calledSpace = switched.map { UInt64(entry.asn) &<< 16 | UInt64($0.aste.sequenceNumber & 0xFFFF) } ?? 0
      do {
        try formStateEntry(.call, returning: psw, called: calledSpace &<< 32 | (entry.is64Bit ? 0x8000_0000 : 0) | number)
      } catch {
        s.pointee.cr[12] = traceRegister
        throw error
      }
    } else {
      linkBasicCall()
    }
    enter(entry)
    let event = spaceSwitchIdentification
    // The caller's space becomes the secondary one.
    setSecondary(asn: primaryASN, asce: s.pointee.cr[1])
    if let (aste, asce) = switched {
      let isEvent = hasSpaceSwitchEvent(asce)
      setPrimary(asn: entry.asn, aste, asce: asce)
      if entry.isStacking && entry.makesSecondaryPrimary { setSecondary(asn: primaryASN, asce: asce) }
      try signalSpaceSwitch(event, if: isEvent)
    }
  }

  /// Basic PC: return information into general registers 14 and 3.
  private mutating func linkBasicCall() {
    let problem: UInt64 = isProblemState ? 1 : 0, next = s.pointee.nextAddress
    if addressingMode == .bits64 {
      setGR(14, next | problem)
    } else {
      setGR32(14, (addressingMode == .bits31 ? 0x8000_0000 : 0) | next | problem)
    }
    setGR32(3, s.pointee.cr[3] & 0xFFFF_0000 | UInt64(primaryASN))
  }

  /// Goes where the entry says, in its state.
  private mutating func enter(_ entry: EntryTableEntry) {
    var mask = s.pointee.pswMask & ~(PSW.problemState | PSW.extendedAddressing | PSW.basicAddressing)
    mask |= entry.addressingBits | (entry.entersProblemState ? PSW.problemState : 0)
    var keyMask = entry.entryKeyMask | s.pointee.cr[3] &>> 16 & 0xFFFF
    if entry.isStacking {
      if entry.replacesKey { mask = mask & ~PSW.key | entry.key &<< PSW.keyShift }
      if entry.replacesKeyMask { keyMask = entry.entryKeyMask }
      if entry.replacesExtendedAuthority {
        s.pointee.cr[8] = s.pointee.cr[8] & ~0xFFFF_0000 | entry.extendedAuthorizationIndex &<< 16
      }
      mask &= ~PSW.addressSpace
      if entry.setsAccessRegisterMode { mask |= AddressSpace.accessRegister.rawValue &<< PSW.addressSpaceShift }
    }
    s.pointee.cr[3] = s.pointee.cr[3] & ~0xFFFF_0000 | keyMask &<< 16
    s.pointee.breakingEventAddress = s.pointee.instructionAddress
    setPSWMask(mask)
    s.pointee.nextAddress = entry.instructionAddress
    if entry.is64Bit { setGR(4, entry.parameter) } else { setGR32(4, entry.parameter & 0xFFFF_FFFF) }
  }

  // MARK: Primary and secondary space

  mutating func setSecondary(asn: UInt16, asce: UInt64) {
    s.pointee.cr[3] = s.pointee.cr[3] & ~0xFFFF | UInt64(asn)
    setControlRegister(7, asce)
  }
  /// ASN, authorization index, ASTE origin and ASCE of the primary space.
  mutating func setPrimary(asn: UInt16, _ aste: ASTE, asce: UInt64) {
    s.pointee.cr[4] = s.pointee.cr[4] & ~0xFFFF_FFFF | UInt64(aste.authorizationIndex) &<< 16 | UInt64(asn)
    s.pointee.cr[5] = s.pointee.cr[5] & ~0xFFFF_FFFF | aste.origin
    setControlRegister(1, asce)
  }

  /// The identification of a space-switch event: the old PASN, and in bit 32 the old primary space's control.
  var spaceSwitchIdentification: UInt64 { UInt64(primaryASN) | (s.pointee.cr[1] & 0x40 != 0 ? 0x8000_0000 : 0) }
  /// Whether going to the space of `asce` is a space-switch event.
  func hasSpaceSwitchEvent(_ asce: UInt64) -> Bool { (s.pointee.cr[1] | asce) & 0x40 != 0 }

  /// To be called last: the event completes the instruction. A PER event of the instruction makes it one too, successful
  /// branching by all but SAC among them.
  mutating func signalSpaceSwitch(_ identification: UInt64, if isEvent: Bool) throws(ProgramInterruption) {
    if isPERActive && s.pointee.breakingEventAddress != CPUState.noBreakingEvent { recordBranchForPER() }
    guard isEvent || s.pointee.perCode != 0 else { return }
    s.pointee.translationExceptionIdentification = identification
    throw .spaceSwitch
  }

  // MARK: PROGRAM RETURN

  mutating func programReturn() throws(ProgramInterruption) {
    let (address, type) = try locateStateEntry(removes: true)
    let entry = try stateEntry(address)
    let previous = address &- StackEntryDescriptor.stateEntrySize
    var psw = PSW(mask: entry.doubleword(StateEntry.pswMask), instructionAddress: entry.doubleword(StateEntry.pswAddress))
    psw.mask = psw.mask & ~PSW.per | s.pointee.pswMask & PSW.per
    let spaces = type == .call ? try spacesOfReturn(entry.doubleword(StateEntry.keyMaskAndASNs)) : nil
    let before = try stackBlock(previous, .store, 8)
    if type == .call {
      try traceProgramReturn(to: psw, asn: UInt16(truncatingIfNeeded: entry.doubleword(StateEntry.keyMaskAndASNs)))
    }
    before.set(StackEntryDescriptor(word: before.doubleword(0)).withoutNextEntry, 0)
    unstackRegisters(entry, 2, 14, isLong: true)
    let event = spaceSwitchIdentification
    var isEvent = false, isSwitch = false
    if type == .call, let spaces {
      let saved = entry.doubleword(StateEntry.keyMaskAndASNs)
      s.pointee.cr[3] = s.pointee.cr[3] & ~0xFFFF_0000 | saved &>> 32 & 0xFFFF_0000
      s.pointee.cr[8] = s.pointee.cr[8] & ~0xFFFF_0000 | saved & 0xFFFF_0000
      if let primary = spaces.primary {
        isSwitch = true
        isEvent = hasSpaceSwitchEvent(primary.asce)
        setPrimary(asn: UInt16(truncatingIfNeeded: saved), primary.aste, asce: primary.asce)
      }
      setSecondary(asn: UInt16(truncatingIfNeeded: saved &>> 32), asce: spaces.secondary ?? s.pointee.cr[1])
    }
    s.pointee.cr[15] = previous | s.pointee.cr[15] & 7
    s.pointee.breakingEventAddress = s.pointee.instructionAddress
    load(psw)
    if isSwitch { try signalSpaceSwitch(event, if: isEvent) }
  }

  /// The spaces to return to: `primary` nil when it is the current one, `secondary` nil when it is the (new) primary one.
  private typealias Spaces = (primary: (aste: ASTE, asce: UInt64)?, secondary: UInt64?)
  private func spacesOfReturn(_ saved: UInt64) throws(ProgramInterruption) -> Spaces {
    let pasn = UInt16(truncatingIfNeeded: saved), sasn = UInt16(truncatingIfNeeded: saved &>> 32)
    var primary: (aste: ASTE, asce: UInt64)?
    if pasn != primaryASN {
      try requireASNTranslation()
      let aste = try translateASN(pasn)
      primary = (aste, try asceAfterSubspaceReplacement(aste))
    }
    if sasn == pasn { return (primary, nil) }
    try requireASNTranslation()
    let aste = try translateASN(sasn)
    guard try isAuthorized(primary?.aste.authorizationIndex ?? authorizationIndex, aste, .secondary) else {
      throw .secondaryAuthority
    }
    return (primary, try asceAfterSubspaceReplacement(aste))
  }

  // MARK: PROGRAM TRANSFER, SET SECONDARY ASN

  mutating func programTransfer(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    guard isTranslating, addressSpace == .primary else { throw .specialOperation }
    let asn = UInt16(truncatingIfNeeded: gr(r1)), keyMask = gr(r1) & 0xFFFF_0000, target = gr(r2)
    if try tableWord(primaryASTEOrigin &+ 24) & 0x8000_0000 == 0 { throw .specialOperation }
    if isProblemState && target & 1 == 0 { throw .privilegedOperation }
    var mask = s.pointee.pswMask & ~PSW.problemState | (target & 1 != 0 ? PSW.problemState : 0)
    var address = target & ~1
    if addressingMode != .bits64 {
      mask = mask & ~PSW.basicAddressing | (target & 0x8000_0000 != 0 ? PSW.basicAddressing : 0)
      address = target & 0x7FFF_FFFE
      if target & 0x8000_0000 == 0 && address > 0xFF_FFFF { throw .specification }
    }
    let event = spaceSwitchIdentification
    var isEvent = false
    let isSwitch = asn != primaryASN
    if isSwitch {
      try requireASNTranslation()
      let aste = try translateASN(asn)
      guard try isAuthorized(authorizationIndex, aste, .primary) else { throw .primaryAuthority }
      let asce = try asceAfterSubspaceReplacement(aste)
      isEvent = hasSpaceSwitchEvent(asce)
      try traceProgramTransfer(asn, target)
      setPrimary(asn: asn, aste, asce: asce)
    } else {
      try traceProgramTransfer(asn, target)
    }
    s.pointee.cr[3] &= keyMask | ~0xFFFF_0000
    setSecondary(asn: asn, asce: s.pointee.cr[1])
    s.pointee.breakingEventAddress = s.pointee.instructionAddress
    setPSWMask(mask)
    s.pointee.nextAddress = address
    if isSwitch { try signalSpaceSwitch(event, if: isEvent) }
  }

  mutating func setSecondaryASN(_ asn: UInt16) throws(ProgramInterruption) {
    guard isTranslating else { throw .specialOperation }
    try requireASNTranslation()
    var asce = s.pointee.cr[1]
    if asn != primaryASN {
      let aste = try translateASN(asn)
      guard try isAuthorized(authorizationIndex, aste, .secondary) else { throw .secondaryAuthority }
      asce = try asceAfterSubspaceReplacement(aste)
    }
    try traceSecondaryASN(asn)
    setSecondary(asn: asn, asce: asce)
  }
}

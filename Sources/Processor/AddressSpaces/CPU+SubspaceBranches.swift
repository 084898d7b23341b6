/// Branches that change authority or space by the dispatchable-unit control table (chapter 10).
extension CPU {
  /// A return address with the addressing mode, into a register that BSA and BSG name.
  private mutating func saveReturnAddress(_ r1: Int) {
    if r1 == 0 { return }
    if addressingMode == .bits64 {
      setGR(r1, s.pointee.nextAddress)
    } else {
      setGR32(r1, s.pointee.nextAddress | (addressingMode == .bits31 ? 0x8000_0000 : 0))
    }
  }

  /// The PSW mask and address of a branch to `target`, whose bit 32 selects 24 or 31 bits unless the mode is 64 bits.
  private func branchTarget(_ target: UInt64, _ mask: UInt64) -> (mask: UInt64, address: UInt64) {
    if addressingMode == .bits64 { return (mask, target) }
    return target & 0x8000_0000 != 0
      ? (mask | PSW.basicAddressing, target & 0x7FFF_FFFF) : (mask & ~PSW.basicAddressing, target & 0xFF_FFFF)
  }

  /// BRANCH AND SET AUTHORITY: to reduced authority (R2 not 0), or back to base authority (R2 is 0).
  mutating func branchAndSetAuthority(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let table = dispatchableUnitControlTable
    try checkLowAddressProtection(real: table)
    let authority = try tableWord(table &+ DUCT.authority)
    let isReduced = authority & DUCT.isAuthorityReduced != 0
    guard isReduced == (r2 == 0) else { throw .specialOperation }
    if isReduced { return try returnToBaseAuthority(r1, table, authority) }
    let key = gr(r1) &>> 4 & 15
    try requireKeyAuthority(UInt8(key))
    let (mask, address) = branchTarget(gr(r2), s.pointee.pswMask)
    var back = s.pointee.nextAddress
    if addressingMode == .bits31 { back |= 0x8000_0000 }
    if tracesBranches { try traceBranch(to: address, AddressingMode(mask)) }
    let saved = UInt32(truncatingIfNeeded: s.pointee.cr[3]) & 0xFFFF_0000 | UInt32(accessKey) &<< 4
    try setTableWord(table &+ DUCT.authority, saved | (isProblemState ? 1 : 0) | DUCT.isAuthorityReduced)
    try setTableWord(table &+ DUCT.returnAddress, UInt32(truncatingIfNeeded: back &>> 32))
    try setTableWord(table &+ DUCT.returnAddress &+ 4, UInt32(truncatingIfNeeded: back))
    s.pointee.cr[3] &= gr(r1) & 0xFFFF_0000 | ~0xFFFF_0000
    s.pointee.breakingEventAddress = s.pointee.instructionAddress
    setPSWMask(mask & ~PSW.key | key &<< PSW.keyShift | PSW.problemState)
    s.pointee.nextAddress = address
  }

  private mutating func returnToBaseAuthority(_ r1: Int, _ table: UInt64, _ authority: UInt32) throws(ProgramInterruption) {
    let high = try tableWord(table &+ DUCT.returnAddress), low = try tableWord(table &+ DUCT.returnAddress &+ 4)
    var mask = s.pointee.pswMask & ~(PSW.key | PSW.problemState)
    mask |= UInt64(authority &>> 4 & 15) &<< PSW.keyShift | (authority & 1 != 0 ? PSW.problemState : 0)
    var address = UInt64(high) &<< 32 | UInt64(low)
    if addressingMode != .bits64 {
      mask = mask & ~PSW.basicAddressing | (low & 0x8000_0000 != 0 ? PSW.basicAddressing : 0)
      address = UInt64(low & 0x7FFF_FFFF)
    }
    if tracesBranches { try traceBranch(to: address, AddressingMode(mask)) }
    try setTableWord(table &+ DUCT.authority, authority & ~DUCT.isAuthorityReduced)
    saveReturnAddress(r1)
    s.pointee.cr[3] = s.pointee.cr[3] & ~0xFFFF_0000 | UInt64(authority & 0xFFFF_0000)
    s.pointee.breakingEventAddress = s.pointee.instructionAddress
    // A 24-bit address that is too large is an early exception, as with LOAD PSW.
    load(PSW(mask: mask | s.pointee.conditionCode &<< PSW.conditionCodeShift, instructionAddress: address))
  }

  /// BRANCH IN SUBSPACE GROUP: to the base space (ALET 0), the last subspace (ALET 1), or another space of the group.
  mutating func branchInSubspaceGroup(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    if !isTranslating { throw .specialOperation }
    let table = dispatchableUnitControlTable
    try checkLowAddressProtection(real: table)
    let base = UInt64(try tableWord(table &+ DUCT.base) & DUCT.originMask)
    let subspace = try tableWord(table &+ DUCT.subspace)
    if primaryASTEOrigin != base { throw .specialOperation }
    let alet = r2 == 0 ? 0 : s.pointee.ar[r2]
    s.pointee.exceptionAccessIdentification = UInt8(truncatingIfNeeded: r2)
    let destination = try subspaceDestination(alet, base, subspace, table)
    let isBase = destination.origin == base && alet != 1
    let asce = isBase ? destination.asce : s.pointee.cr[1] & 0xC0 | destination.asce & ~0xC0
    let (mask, address) = branchTarget(gr(r2), s.pointee.pswMask)
    try traceSubspaceBranch(alet, to: gr(r2))
    if isBase {
      try setTableWord(table &+ DUCT.subspace, subspace & ~DUCT.isSubspaceActive)
    } else if alet == 1 {
      try setTableWord(table &+ DUCT.subspace, subspace | DUCT.isSubspaceActive)
    } else {
      try setTableWord(table &+ DUCT.subspace, DUCT.isSubspaceActive | UInt32(truncatingIfNeeded: destination.origin))
      try setTableWord(table &+ DUCT.subspaceSequenceNumber, destination.sequenceNumber)
    }
    saveReturnAddress(r1)
    s.pointee.breakingEventAddress = s.pointee.instructionAddress
    setControlRegister(1, asce)
    setSecondary(asn: primaryASN, asce: asce)
    setPSWMask(mask)
    s.pointee.nextAddress = address
  }

  private func subspaceDestination(
    _ alet: UInt32, _ base: UInt64, _ subspace: UInt32, _ table: UInt64
  ) throws(ProgramInterruption) -> ASTE {
    switch alet {
    case 0: return try ASTE(self, at: base)
    case 1:
      let origin = UInt64(subspace & DUCT.originMask)
      if origin == 0 { throw .specialOperation }
      let aste = try ASTE(self, at: origin)
      if aste.isInvalid { throw .asteValidity }
      if aste.sequenceNumber != (try tableWord(table &+ DUCT.subspaceSequenceNumber)) { throw .asteSequence }
      return aste
    default:
      let aste = try translateALET(alet, nil).aste
      if aste.origin != base && (!aste.isInSubspaceGroup || aste.isBaseSpace) { throw .specialOperation }
      return aste
    }
  }
}

/// Access-register translation (chapter 5, "Access-Register-Translation Process").
extension CPU {
  /// The space that access register `ar` designates; AR 0 is the primary space whatever it holds.
  func translateAccessRegister(_ ar: Int) throws(ProgramInterruption) -> DesignatedSpace {
    let alet = ar == 0 ? 0 : s.pointee.ar[ar & 15]
    switch alet {
    case 0: return DesignatedSpace(asce: ASCE(s.pointee.cr[1]), space: .accessRegister, ar: ar)
    case 1: return DesignatedSpace(asce: ASCE(s.pointee.cr[7]), space: .accessRegister, ar: ar)
    default:
      s.pointee.exceptionAccessIdentification = UInt8(truncatingIfNeeded: ar)
      let (aste, isFetchOnly) = try translateALET(alet, extendedAuthorizationIndex)
      let asce = try asceAfterSubspaceReplacement(aste)
      return DesignatedSpace(asce: ASCE(asce), space: .accessRegister, ar: ar, isFetchOnly: isFetchOnly)
    }
  }

  /// The ASTE that an ALET other than 0 and 1 designates, and whether its access-list entry permits fetching only.
  /// - Parameter index: the extended authorization index; nil for BRANCH IN SUBSPACE GROUP, which asks for no authority.
  func translateALET(_ alet: UInt32, _ index: UInt16?) throws(ProgramInterruption) -> (aste: ASTE, isFetchOnly: Bool) {
    if alet & 0xFE00_0000 != 0 { throw .aletSpecification }
    // Bit 7: the primary space's access list; else the dispatchable unit's.
    let designation =
      alet & 0x0100_0000 != 0
      ? try tableWord(primaryASTEOrigin &+ 16) : try tableWord(dispatchableUnitControlTable &+ DUCT.accessListDesignation)
    let number = alet & 0xFFFF
    if number &>> 3 > designation & 0x7F { throw .alenTranslation }
    let entry = UInt64(designation & 0x7FFF_FF80) &+ UInt64(number) &* 16
    let controls = try tableWord(entry)
    if controls & 0x8000_0000 != 0 { throw .alenTranslation }
    if (controls ^ alet) & 0x00FF_0000 != 0 { throw .aleSequence }
    let aste = try ASTE(self, at: UInt64(try tableWord(entry &+ 8) & 0x7FFF_FFC0))
    if aste.isInvalid { throw .asteValidity }
    if aste.sequenceNumber != (try tableWord(entry &+ 12)) { throw .asteSequence }
    // Bit 7 of the entry: private. Its owner's index, or secondary authority in the space's own table, opens it.
    if let index, controls & 0x0100_0000 != 0, UInt16(truncatingIfNeeded: controls) != index {
      guard try isAuthorized(index, aste, .secondary) else { throw .extendedAuthority }
    }
    return (aste, controls & 0x0200_0000 != 0)
  }

  /// TEST ACCESS: CC 0 ALET 0; 1 or 2 translatable by the dispatchable unit's or the primary space's list; 3 otherwise.
  mutating func testAccess(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let alet = s.pointee.ar[r1 & 15]
    if alet <= 1 { return setCC(alet == 0 ? 0 : 3) }
    do { _ = try asceAfterSubspaceReplacement(try translateALET(alet, UInt16(truncatingIfNeeded: gr(r2) &>> 16)).aste) } catch {
      if error == .addressing { throw error }
      return setCC(3)
    }
    setCC(alet & 0x0100_0000 == 0 ? 1 : 2)
  }
}

import Storage

/// Tables of the control program in real storage: words at 31-bit real addresses, which wrap (chapter 5).
extension CPU {
  /// The word at real address `real`. No protection applies; what is not configured is an addressing exception.
  func tableWord(_ real: UInt64) throws(ProgramInterruption) -> UInt32 {
    let absolute = AbsoluteAddress(prefixed(real & 0x7FFF_FFFC))
    guard storage.contains(absolute, count: 4) else { throw .addressing }
    storage.recordReference(absolute)
    return storage.load(UInt32.self, at: absolute)
  }

  func tableByte(_ real: UInt64) throws(ProgramInterruption) -> UInt8 {
    let absolute = AbsoluteAddress(prefixed(real & 0x7FFF_FFFF))
    guard storage.contains(absolute, count: 1) else { throw .addressing }
    storage.recordReference(absolute)
    return storage.load(UInt8.self, at: absolute)
  }

  /// Replaces a word; the caller has applied low-address protection.
  func setTableWord(_ real: UInt64, _ v: UInt32) throws(ProgramInterruption) {
    let absolute = AbsoluteAddress(prefixed(real & 0x7FFF_FFFC))
    guard storage.contains(absolute, count: 4) else { throw .addressing }
    if storage.isReadOnly(absolute) { throw .protection }
    storage.recordChange(absolute)
    storage.store(v, at: absolute)
  }

  /// The dispatchable-unit control table: CR2 bits 33-57.
  var dispatchableUnitControlTable: UInt64 { s.pointee.cr[2] & 0x7FFF_FFC0 }
  /// The primary ASTE: CR5 bits 33-57.
  var primaryASTEOrigin: UInt64 { s.pointee.cr[5] & 0x7FFF_FFC0 }
}

/// Words of the dispatchable-unit control table, by their displacement.
enum DUCT {
  /// Bits 1-25: the base-ASTE origin.
  static let base: UInt64 = 0
  /// Bit 0 subspace active, bits 1-25 the subspace-ASTE origin.
  static let subspace: UInt64 = 4
  static let subspaceSequenceNumber: UInt64 = 12
  static let accessListDesignation: UInt64 = 16
  /// PSW-key mask 0-15, key 24-27, reduced authority 28, problem state 31.
  static let authority: UInt64 = 20
  static let returnAddress: UInt64 = 32
  /// Bits 1-28 the trap control block, bit 31 enabled.
  static let trapControlBlock: UInt64 = 44

  static let isSubspaceActive: UInt32 = 0x8000_0000
  static let isAuthorityReduced: UInt32 = 0x8
  static let originMask: UInt32 = 0x7FFF_FFC0
}

/// An ASN-second-table entry (chapter 3, "ASN-Second-Table Entries").
///
///     word 0: I 0, authority-table origin 1-29, base space 31     word 1: AX 0-15, authority-table length 16-27
///     words 2-3: ASCE      word 4: access-list designation        word 5: ASTE sequence number
///     word 6: linkage-table designation                           word 11: ASTE instance number
struct ASTE {
  let origin: UInt64
  private let words: InlineArray<7, UInt32>

  init(_ cpu: borrowing CPU, at origin: UInt64) throws(ProgramInterruption) {
    self.origin = origin & 0x7FFF_FFC0
    var words: InlineArray<7, UInt32> = .init(repeating: 0)
    for k in 0..<7 { words[k] = try cpu.tableWord(origin &+ UInt64(truncatingIfNeeded: 4 &* k)) }
    self.words = words
  }

  var isInvalid: Bool { words[0] & 0x8000_0000 != 0 }
  var isBaseSpace: Bool { words[0] & 1 != 0 }
  var authorityTableOrigin: UInt64 { UInt64(words[0] & 0x7FFF_FFFC) }
  var authorizationIndex: UInt16 { UInt16(truncatingIfNeeded: words[1] &>> 16) }
  var authorityTableLength: UInt16 { UInt16(truncatingIfNeeded: words[1] &>> 4) & 0xFFF }
  var asce: UInt64 { UInt64(words[2]) &<< 32 | UInt64(words[3]) }
  var accessListDesignation: UInt32 { words[4] }
  var sequenceNumber: UInt32 { words[5] }
  /// G, bit 54 of the ASCE: a space of a subspace group.
  var isInSubspaceGroup: Bool { words[3] & 0x200 != 0 }
}

/// A bit of a pair in the authority table.
enum Authority: UInt8 { case primary = 0x80, secondary = 0x40 }

extension CPU {
  /// Whether authorization index `ax` has this authority over the space of `aste` (chapter 3, "ASN Authorization").
  func isAuthorized(_ ax: UInt16, _ aste: ASTE, _ authority: Authority) throws(ProgramInterruption) -> Bool {
    if ax &>> 4 > aste.authorityTableLength { return false }
    let pairs = try tableByte(aste.authorityTableOrigin &+ UInt64(ax &>> 2))
    return pairs &<< (UInt8(truncatingIfNeeded: ax & 3) &* 2) & authority.rawValue != 0
  }

  /// ASN translation (chapter 3): the ASTE of `asn`. The identification of an exception is the ASN.
  func translateASN(_ asn: UInt16) throws(ProgramInterruption) -> ASTE {
    s.pointee.translationExceptionIdentification = UInt64(asn)
    s.pointee.exceptionAccessIdentification = 0
    let first = try tableWord((s.pointee.cr[14] & 0x7_FFFF) &<< 12 &+ UInt64(asn &>> 6) &* 4)
    if first & 0x8000_0000 != 0 { throw .afxTranslation }
    let aste = try ASTE(self, at: UInt64(first & 0x7FFF_FFC0) &+ UInt64(asn & 63) &* 64)
    if aste.isInvalid { throw .asxTranslation }
    return aste
  }

  /// The ASN-translation control, CR14 bit 44.
  func requireASNTranslation() throws(ProgramInterruption) {
    if s.pointee.cr[14] & 0x8_0000 == 0 { throw .specialOperation }
  }

  /// Subspace replacement (chapter 5, "Subspace-Replacement Operations"): the ASCE for `aste`, which is that of the active
  /// subspace when the ASTE is the dispatchable unit's base space.
  func asceAfterSubspaceReplacement(_ aste: ASTE) throws(ProgramInterruption) -> UInt64 {
    guard aste.isInSubspaceGroup else { return aste.asce }
    let table = dispatchableUnitControlTable
    guard UInt64(try tableWord(table &+ DUCT.base) & DUCT.originMask) == aste.origin else { return aste.asce }
    let subspace = try tableWord(table &+ DUCT.subspace)
    if subspace & DUCT.isSubspaceActive == 0 { return aste.asce }
    let other = try ASTE(self, at: UInt64(subspace & DUCT.originMask))
    if other.isInvalid { throw .asteValidity }
    if other.sequenceNumber != (try tableWord(table &+ DUCT.subspaceSequenceNumber)) { throw .asteSequence }
    // The events are those of the base space.
    return other.asce & ~0xC0 | aste.asce & 0xC0
  }

  /// Authorization index of the current primary space, CR4 bits 32-47; ASNs of primary and secondary space.
  var authorizationIndex: UInt16 { UInt16(truncatingIfNeeded: s.pointee.cr[4] &>> 16) }
  var primaryASN: UInt16 { UInt16(truncatingIfNeeded: s.pointee.cr[4]) }
  var secondaryASN: UInt16 { UInt16(truncatingIfNeeded: s.pointee.cr[3]) }
  /// The extended authorization index, CR8 bits 32-47.
  var extendedAuthorizationIndex: UInt16 { UInt16(truncatingIfNeeded: s.pointee.cr[8] &>> 16) }
}

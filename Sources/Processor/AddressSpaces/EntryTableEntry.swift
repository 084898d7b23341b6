/// What PROGRAM CALL finds under a PC number (chapter 5, "PC-Number Translation").
///
///     words 0-1: entry instruction address (G: 0-62; else A 32, 33-62), P 63       word 2: AKM 0-15, ASN 16-31
///     word 3: EKM 0-15     word 4: T 0, G 1, K 3, M 4, E 5, C 6, S 7, EK 8-11, EEAX 16-31
///     word 5: ASTE origin 1-25                                                     words 6-7: entry parameter
struct EntryTableEntry {
  private let words: InlineArray<8, UInt32>

  init(_ cpu: borrowing CPU, at origin: UInt64) throws(ProgramInterruption) {
    var words: InlineArray<8, UInt32> = .init(repeating: 0)
    for k in 0..<8 { words[k] = try cpu.tableWord(origin &+ UInt64(truncatingIfNeeded: 4 &* k)) }
    self.words = words
  }

  private func control(_ n: UInt32) -> Bool { words[4] & (0x8000_0000 &>> n) != 0 }
  var isStacking: Bool { control(0) }
  var is64Bit: Bool { control(1) }
  var replacesKey: Bool { control(3) }
  var replacesKeyMask: Bool { control(4) }
  var replacesExtendedAuthority: Bool { control(5) }
  var setsAccessRegisterMode: Bool { control(6) }
  var makesSecondaryPrimary: Bool { control(7) }
  var key: UInt64 { UInt64(words[4] &>> 20) & 15 }
  var extendedAuthorizationIndex: UInt64 { UInt64(words[4] & 0xFFFF) }
  var is31Bit: Bool { words[1] & 0x8000_0000 != 0 }
  var entersProblemState: Bool { words[1] & 1 != 0 }
  var instructionAddress: UInt64 {
    is64Bit ? UInt64(words[0]) &<< 32 | UInt64(words[1] & ~1) : UInt64(words[1] & 0x7FFF_FFFE)
  }
  var authorizationKeyMask: UInt32 { words[2] &>> 16 }
  var asn: UInt16 { UInt16(truncatingIfNeeded: words[2]) }
  var entryKeyMask: UInt64 { UInt64(words[3] &>> 16) }
  var asteOrigin: UInt64 { UInt64(words[5] & 0x7FFF_FFC0) }
  var parameter: UInt64 { UInt64(words[6]) &<< 32 | UInt64(words[7]) }

  /// PSW bits 31 and 32 on entry.
  var addressingBits: UInt64 {
    is64Bit ? PSW.extendedAddressing | PSW.basicAddressing : is31Bit ? PSW.basicAddressing : 0
  }
}

extension CPU {
  /// The entry-table entry of a 20-bit PC number: linkage index 44-55, entry index 56-63.
  func translatePCNumber(_ number: UInt64) throws(ProgramInterruption) -> EntryTableEntry {
    s.pointee.translationExceptionIdentification = number
    let designation = try tableWord(primaryASTEOrigin &+ 24)
    if designation & 0x8000_0000 == 0 { throw .specialOperation }
    let linkageIndex = number &>> 8 & 0xFFF
    if linkageIndex &>> 5 > UInt64(designation & 0x7F) { throw .lxTranslation }
    let linkage = try tableWord(UInt64(designation & 0x7FFF_FF80) &+ linkageIndex &* 4)
    if linkage & 0x8000_0000 != 0 { throw .lxTranslation }
    let entryIndex = number & 0xFF
    if entryIndex &>> 2 > UInt64(linkage & 0x3F) { throw .exTranslation }
    return try EntryTableEntry(self, at: UInt64(linkage & 0x7FFF_FFC0) &+ entryIndex &* 32)
  }
}

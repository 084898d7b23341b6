import Processor
import Testing

/// Specification exceptions of every instruction that has them: register pairs, boundaries, fields (each instruction's
/// "Program Exceptions").
@Suite struct SpecificationTests {
  let bare = BareMachine.forPrograms()
  static let rows = Dictionary(
    InstructionSet<CPU>().rows.map { (String(describing: $0.mnemonic), (opcode: $0.opcode, format: $0.format)) }
  ) { first, _ in first }

  /// The text of a row with registers in their places, and base register 12 for operands in storage.
  static func text(_ mnemonic: String, r1: Int = 0, r2: Int = 0, r3: Int = 0) throws -> [UInt8] {
    let row = try #require(rows[mnemonic], "\(mnemonic)")
    var text = SequenceText(opcode: row.opcode, random: 0)
    let length = text.bytes.count
    switch row.format {
    case .rr: text.set(8, 8, UInt64(r1 << 4 | r2))
    case .rre: text.set(24, 8, UInt64(r1 << 4 | r2))
    case .rrfA, .rrfB, .rrfC: text.set(16, 16, UInt64(r3 << 12 | r1 << 4 | r2))
    default:
      text.set(8, 8, row.opcode > 0xFF && length == 4 ? UInt64(row.opcode & 0xFF) : UInt64(r1 << 4 | r3))
      if row.format == .ssf { text.set(8, 8, UInt64(r1 << 4) | UInt64(row.opcode & 15)) }
      if row.format == .sse { text.set(8, 8, UInt64(row.opcode & 0xFF)) }
      if [.si].contains(row.format) { text.set(8, 8, 0) }
      text.set(16, 4, 12)
      if length == 6 && [.sse, .ssf, .ssD].contains(row.format) { text.set(32, 4, 12) }
    }
    return text.bytes
  }

  private func prepare() {
    for r in 0..<16 { bare[r] = 0 }
    bare[12] = 0x4000
    bare.cpu.s.pointee.cr[14] |= 0x8_0000  // ASN translation, for LASP
    bare.setMask(BareMachine.supervisor)
  }
  private func expectSpecification(_ text: [UInt8], _ what: String) {
    let before = (0..<16).map { bare[$0] }
    #expect(bare.run(text) == .specification, "\(what)")
    #expect((0..<16).map { bare[$0] } == before, "\(what)")
    #expect(bare.oldPSW.instructionAddress == 0x2000 + UInt64(text.count), "\(what)")
    #expect(bare.load(UInt16.self, at: Lowcore.programLength) == UInt16(text.count), "\(what)")
  }

  /// Instructions with pairs of general registers, by the fields that name them.
  static let pairs: [(fields: String, mnemonics: String)] = [
    (
      "1",
      "MR M MFY MLR ML MLGR MLG DR D DLR DL DLGR DLG DSGR DSGFR DSG DSGF SLDL SRDL SLDA SRDA LPQ STPQ LPD LPDG CSP CSPG "
        + "TRE TROO TROT TRTO TRTT TRTE TRTRE"
    ),
    ("13", "CDS CDSY CDSG MVCLE CLCLE MVCLU CLCLU"), ("12", "MVCL CLCL CU12 CU21 CU14 CU24 CU41 CU42 CUSE CMPSC"), ("2", "CKSM"),
  ]

  @Test(arguments: pairs.flatMap { p in p.mnemonics.split(separator: " ").map { (p.fields, String($0)) } })
  func `an odd register where a pair is wanted is a specification exception`(fields: String, mnemonic: String) throws {
    for field in fields {
      prepare()
      bare[0] = 0x1000
      let odd = try Self.text(
        mnemonic, r1: field == "1" ? 3 : 2, r2: field == "2" ? 5 : 4, r3: field == "3" ? 7 : 6)
      expectSpecification(odd, "\(mnemonic) R\(field)")
    }
    prepare()
    bare[0] = 0x1000
    #expect(bare.run(try Self.text(mnemonic, r1: 2, r2: 4, r3: 6)) != .specification, "\(mnemonic)")
  }

  /// Instructions whose storage operand has a boundary.
  static let boundaries: [(boundary: UInt64, mnemonics: String)] = [
    (2, "STAP"),
    (
      4, "CS CSY LCTL STCTL SPX STPX LAM LAMY STAM STAMY SSCH MSCH STSCH TSCH TPI STCRW LPD LAA LAAL LAN LAO LAX"
    ),
    (
      8, "CSG CDS CDSY LPSW LPSWE LCTLG STCTG SCK SCKC STCKC SPT STPT STIDP STFLE LASP LPDG LAAG LAALG LANG LAOG LAXG"
    ),
    (16, "CDSG LPQ STPQ"), (32, "STCPS"), (4096, "STSI"),
  ]

  @Test(arguments: boundaries.flatMap { b in b.mnemonics.split(separator: " ").map { (b.boundary, String($0)) } })
  func `an operand off its boundary is a specification exception`(boundary: UInt64, mnemonic: String) throws {
    for offset in [1, boundary / 2, boundary - 1] where offset > 0 && offset < boundary {
      prepare()
      bare[12] = 0x4000 + offset
      if mnemonic == "STSI" { (bare[0], bare[1]) = (0x1000_0001, 1) }
      if "SSCH MSCH STSCH TSCH".contains(mnemonic) { bare[1] = 0x1_0000 }
      expectSpecification(try Self.text(mnemonic, r1: 2, r3: 4), "\(mnemonic) + \(offset)")
    }
  }

  @Test(arguments: [("LURA", 4), ("STURA", 4), ("LURAG", 8), ("STURG", 8), ("CHSC", 4096)] as [(String, UInt64)])
  func `a real operand off its boundary is a specification exception`(mnemonic: String, boundary: UInt64) throws {
    for offset in [1, boundary / 2, boundary - 1] {
      prepare()
      (bare[3], bare[5]) = (0x4000 + offset, 0x4000 + offset)
      expectSpecification(try Self.text(mnemonic, r1: 3, r2: 5), "\(mnemonic) + \(offset)")
    }
  }

  @Test(arguments: ["L", "ST", "LG", "STG", "LH", "STH", "LM", "STM", "LMG", "STMG", "STCK", "STCKF", "STCKE", "CVD", "CVB", "A"])
  func `an operand of other instructions needs no boundary`(mnemonic: String) throws {
    prepare()
    bare[12] = 0x4001
    if mnemonic == "CVB" { bare.put([0, 0, 0, 0, 0, 0, 0, 0x0C], at: 0x4001) }
    #expect(bare.run(try Self.text(mnemonic, r1: 2, r3: 4)) == nil, "\(mnemonic)")
  }

  @Test func `fields that must not be what they are are specification exceptions`() {
    let cases: [(UInt64, [UInt8], String)] = [
      (0x100, [0xB2, 0x5E, 0, 0x24], "SRST: bits 32-55 of register 0"), (0x100, [0xB2, 0x55, 0, 0x24], "MVST"),
      (0x100, [0xB2, 0x5D, 0, 0x24], "CLST"), (0x1_0000, [0xB9, 0xBE, 0, 0x24], "SRSTU: bits 32-47"),
      (0x1000, [0xB2, 0x54, 0, 0x24], "MVPG: bits 48-51"), (0xC00, [0xB2, 0x54, 0, 0x24], "MVPG: two keys"),
      (0x1_0000, [0x01, 0x07], "SCKPF: bits 32-47"), (3, [0xC8, 0x22, 0xC0, 0, 0xC0, 0], "CSST: function code 3"),
      (0x500, [0xC8, 0x22, 0xC0, 0, 0xC0, 0], "CSST: store characteristic 5"), (0, [0xAF, 0x10, 0, 0], "MC: class 16"),
      (0, [0xE9, 32, 0xC0, 0, 0xC0, 0], "PKA: 33 bytes"), (0, [0xE1, 65, 0xC0, 0, 0xC0, 0], "PKU: 66 bytes"),
      (0, [0xE1, 2, 0xC0, 0, 0xC0, 0], "PKU: an odd length"), (0, [0xEA, 32, 0xC0, 0, 0xC0, 0], "UNPKA: 33 bytes"),
      (0, [0xE2, 65, 0xC0, 0, 0xC0, 0], "UNPKU: 66 bytes"), (0, [0xE2, 2, 0xC0, 0, 0xC0, 0], "UNPKU: an odd length"),
      (0, [0xFC, 0xF8, 0xC0, 0, 0xC0, 0], "MP: nine bytes"), (0, [0xFC, 0x22, 0xC0, 0, 0xC0, 0], "MP: not shorter"),
      (0, [0xFD, 0xF8, 0xC0, 0, 0xC0, 0], "DP: nine bytes"), (0, [0xFD, 0x22, 0xC0, 0, 0xC0, 0], "DP: not shorter"),
      (0x200, [0xEE, 0x24, 0xC0, 0, 0xC0, 0], "PLO: bit 54"), (24, [0xEE, 0x24, 0xC0, 0, 0xC0, 0], "PLO: function code 24"),
      (0, [0x44, 0, 0xC0, 1], "EX of an odd address"), (0, [0xB9, 0x8E, 0, 0x24], "IDTE: bits 44-51"),
    ]
    for (zero, text, what) in cases {
      prepare()
      (bare[0], bare[4]) = (zero, 0x1_1000)
      expectSpecification(text, what)
    }
  }

  @Test func `a register that is no pair of extended floating point is a specification exception`() {
    let both: [UInt16] = [0xB365, 0xB34A, 0xB34B, 0xB34C, 0xB34D, 0xB349, 0xB348, 0xB342, 0xB343, 0xB341, 0xB340, 0xB316]
    for opcode in both {
      for register in [2, 3, 6, 7, 10, 11, 14, 15] as [UInt8] {
        for operands in [register << 4, register] {
          prepare()
          expectSpecification([UInt8(opcode >> 8), UInt8(opcode & 255), 0, operands], String(opcode, radix: 16))
        }
      }
      for register in [0, 1, 4, 5, 8, 9, 12, 13] as [UInt8] {
        prepare()
        #expect(bare.run([UInt8(opcode >> 8), UInt8(opcode & 255), 0, register << 4 | register]) != .specification)
      }
    }
  }
}

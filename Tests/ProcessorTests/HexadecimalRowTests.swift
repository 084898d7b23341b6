import Processor
import Testing

/// One HFP instruction and what the arithmetic, which has tests of its own, makes of its operands: first in register 0 (pair 0, 2),
/// second in register 4 (pair 4, 6) or, for storage forms, at displacement 0.
private struct HexadecimalRow: CustomTestStringConvertible, Sendable {
  let name: String
  let text: UInt64
  /// The second operand's length if it is in storage.
  let storage: Int?
  let expected: @Sendable (inout OracleState) -> Void
  var testDescription: String { name }

  static func registers(_ name: String, _ opcode: UInt64, _ expected: @escaping @Sendable (inout OracleState) -> Void)
    -> HexadecimalRow
  {
    HexadecimalRow(
      name: name, text: opcode > 0xFF ? opcode << 48 | 4 << 32 : opcode << 56 | 4 << 48, storage: nil, expected: expected)
  }
  static func storage(
    _ name: String, _ opcode: UInt64, _ length: Int, _ expected: @escaping @Sendable (inout OracleState) -> Void
  ) -> HexadecimalRow {
    let text = opcode > 0xFF ? (opcode >> 8) << 56 | 1 << 44 | (opcode & 0xFF) << 16 : opcode << 56 | 1 << 44
    return HexadecimalRow(name: name, text: text, storage: length, expected: expected)
  }
}

private let mask = HexadecimalMask(underflow: false, significance: false)
private typealias E = ShortHexadecimalArithmetic
private typealias D = LongHexadecimalArithmetic
private typealias X = ExtendedHexadecimalArithmetic

extension OracleState {
  fileprivate mutating func setE(_ v: UInt32, cc: Bool = false) {
    setFloat(0, v)
    if cc { conditionCode = E.conditionCode(v) }
  }
  fileprivate mutating func setD(_ v: UInt64, cc: Bool = false) {
    fr[0] = v
    if cc { conditionCode = D.conditionCode(v) }
  }
  fileprivate mutating func setX(_ v: UInt128, cc: Bool = false) {
    setExtended(0, v)
    if cc { conditionCode = X.conditionCode(v) }
  }
}

private let rows: [HexadecimalRow] = [
  .registers("AER", 0x3A) { $0.setE(E.add($0.float(0), $0.float(4), mask).value, cc: true) },
  .registers("SER", 0x3B) { $0.setE(E.add($0.float(0), $0.float(4), subtracting: true, mask).value, cc: true) },
  .registers("AUR", 0x3E) { $0.setE(E.add($0.float(0), $0.float(4), normalizing: false, mask).value, cc: true) },
  .registers("SUR", 0x3F) {
    $0.setE(E.add($0.float(0), $0.float(4), subtracting: true, normalizing: false, mask).value, cc: true)
  },
  .registers("ADR", 0x2A) { $0.setD(D.add($0.fr[0], $0.fr[4], mask).value, cc: true) },
  .registers("SDR", 0x2B) { $0.setD(D.add($0.fr[0], $0.fr[4], subtracting: true, mask).value, cc: true) },
  .registers("AWR", 0x2E) { $0.setD(D.add($0.fr[0], $0.fr[4], normalizing: false, mask).value, cc: true) },
  .registers("SWR", 0x2F) { $0.setD(D.add($0.fr[0], $0.fr[4], subtracting: true, normalizing: false, mask).value, cc: true) },
  .registers("AXR", 0x36) { $0.setX(X.add($0.extended(0), $0.extended(4), mask).value, cc: true) },
  .registers("SXR", 0x37) { $0.setX(X.add($0.extended(0), $0.extended(4), subtracting: true, mask).value, cc: true) },
  .storage("AE", 0x7A, 4) { $0.setE(E.add($0.float(0), $0.float(4), mask).value, cc: true) },
  .storage("SU", 0x7F, 4) {
    $0.setE(E.add($0.float(0), $0.float(4), subtracting: true, normalizing: false, mask).value, cc: true)
  },
  .storage("AD", 0x6A, 8) { $0.setD(D.add($0.fr[0], $0.fr[4], mask).value, cc: true) },
  .storage("SD", 0x6B, 8) { $0.setD(D.add($0.fr[0], $0.fr[4], subtracting: true, mask).value, cc: true) },
  .storage("AW", 0x6E, 8) { $0.setD(D.add($0.fr[0], $0.fr[4], normalizing: false, mask).value, cc: true) },
  .registers("CER", 0x39) { $0.conditionCode = E.compare($0.float(0), $0.float(4)) },
  .registers("CDR", 0x29) { $0.conditionCode = D.compare($0.fr[0], $0.fr[4]) },
  .registers("CXR", 0xB369) { $0.conditionCode = X.compare($0.extended(0), $0.extended(4)) },
  .storage("CE", 0x79, 4) { $0.conditionCode = E.compare($0.float(0), $0.float(4)) },
  .storage("CD", 0x69, 8) { $0.conditionCode = D.compare($0.fr[0], $0.fr[4]) },
  .registers("MEER", 0xB337) { $0.setE(E.multiply($0.float(0), $0.float(4), from: ShortHexadecimal.self, mask).value) },
  .registers("MDER", 0x3C) { $0.setD(D.multiply($0.float(0), $0.float(4), from: ShortHexadecimal.self, mask).value) },
  .registers("MDR", 0x2C) { $0.setD(D.multiply($0.fr[0], $0.fr[4], from: LongHexadecimal.self, mask).value) },
  .registers("MXDR", 0x27) { $0.setX(X.multiply($0.fr[0], $0.fr[4], from: LongHexadecimal.self, mask).value) },
  .registers("MXR", 0x26) { $0.setX(X.multiply($0.extended(0), $0.extended(4), from: ExtendedHexadecimal.self, mask).value) },
  .storage("MEE", 0xED37, 4) { $0.setE(E.multiply($0.float(0), $0.float(4), from: ShortHexadecimal.self, mask).value) },
  .storage("MDE", 0x7C, 4) { $0.setD(D.multiply($0.float(0), $0.float(4), from: ShortHexadecimal.self, mask).value) },
  .storage("MXD", 0x67, 8) { $0.setX(X.multiply($0.fr[0], $0.fr[4], from: LongHexadecimal.self, mask).value) },
  .registers("DER", 0x3D) { $0.setE(E.divide($0.float(0), $0.float(4), mask).value) },
  .registers("DDR", 0x2D) { $0.setD(D.divide($0.fr[0], $0.fr[4], mask).value) },
  .registers("DXR", 0xB22D) { $0.setX(X.divide($0.extended(0), $0.extended(4), mask).value) },
  .storage("DD", 0x6D, 8) { $0.setD(D.divide($0.fr[0], $0.fr[4], mask).value) },
  .registers("HER", 0x34) { $0.setE(E.halve($0.float(4), mask).value) },
  .registers("HDR", 0x24) { $0.setD(D.halve($0.fr[4], mask).value) },
  .registers("LPER", 0x30) { $0.setE($0.float(4) & 0x7FFF_FFFF, cc: true) },
  .registers("LNDR", 0x21) { $0.setD($0.fr[4] | 1 << 63, cc: true) },
  .registers("LTDR", 0x22) { $0.setD($0.fr[4], cc: true) },
  .registers("LCER", 0x33) { $0.setE($0.float(4) ^ 0x8000_0000, cc: true) },
  .registers("LCXR", 0xB363) { $0.setX(X.withSign(!X.isNegative($0.extended(4)), $0.extended(4)), cc: true) },
  .registers("LTXR", 0xB362) { $0.setX(X.withSign(X.isNegative($0.extended(4)), $0.extended(4)), cc: true) },
  .registers("LDER", 0xB324) { $0.setD(UInt64($0.float(4)) << 32) },
  .registers("LXDR", 0xB325) { $0.setX(X.lengthen($0.fr[4], from: LongHexadecimal.self)) },
  .storage("LXE", 0xED26, 4) { $0.setX(X.lengthen($0.float(4), from: ShortHexadecimal.self)) },
  .registers("LEDR", 0x35) { $0.setE(E.loadRounded($0.fr[4], from: LongHexadecimal.self).value) },
  .registers("LDXR", 0x25) { $0.setD(D.loadRounded($0.extended(4), from: ExtendedHexadecimal.self).value) },
  .registers("LEXR", 0xB366) { $0.setE(E.loadRounded($0.extended(4), from: ExtendedHexadecimal.self).value) },
  .registers("FIER", 0xB377) { $0.setE(E.loadInteger($0.float(4))) },
  .registers("FIDR", 0xB37F) { $0.setD(D.loadInteger($0.fr[4])) },
  .registers("FIXR", 0xB367) { $0.setX(X.loadInteger($0.extended(4))) },
  .registers("CEFR", 0xB3B4) { $0.setE(E.convert(Int64(Int32(truncatingIfNeeded: $0.gr[4])))) },
  .registers("CDGR", 0xB3C5) { $0.setD(D.convert(Int64(bitPattern: $0.gr[4]))) },
  .registers("CXFR", 0xB3B6) { $0.setX(X.convert(Int64(Int32(truncatingIfNeeded: $0.gr[4])))) },
  .registers("CGXR", 0xB3CA) { s in
    let r = X.convert(s.extended(4), to: Int64.self, .towardZero)
    (s.gr[0], s.conditionCode) = (UInt64(bitPattern: r.integer), r.conditionCode)
  },
  .registers("CFER", 0xB3B8) { s in
    let r = E.convert(s.float(4), to: Int32.self, .towardZero)
    s.gr[0] = s.gr[0] & ~0xFFFF_FFFF | UInt64(UInt32(bitPattern: r.integer))
    s.conditionCode = r.conditionCode
  },
  .registers("THDR", 0xB359) { s in
    let r = RadixConversion.hexadecimal(s.fr[4], from: LongBinary.self)
    (s.fr[0], s.conditionCode) = (r.value, r.conditionCode)
  },
  .registers("TBEDR", 0xB350) { s in
    let r = RadixConversion.binary(s.fr[4], to: ShortBinary.self, .towardZero)
    s.setFloat(0, r.value)
    s.conditionCode = r.conditionCode
  },
]

@Suite struct HexadecimalRowTests {
  /// A pair of moderate extended numbers, whose parts are moderate long and short ones.
  private func operands(_ random: inout SeededGenerator) -> OracleState {
    var s = OracleState()
    for k in s.fr.indices {
      // Not zero, also when only its short part is looked at.
      let fraction = (random.next() | 1 << 63) >> UInt64(8 + 4 * Int.random(in: 0..<6, using: &random))
      s.fr[k] = random.next() & 1 << 63 | UInt64.random(in: 58...76, using: &random) << 56 | fraction
    }
    for k in s.gr.indices { s.gr[k] = random.next() }
    s.conditionCode = UInt8.random(in: 0...3, using: &random)
    return s
  }

  @Test(arguments: rows)
  fileprivate func `an HFP instruction puts what the arithmetic says where it belongs`(_ row: HexadecimalRow) throws {
    let bench = try InstructionBench()
    var random = SeededGenerator(seed: row.text)
    for _ in 0..<200 {
      var before = operands(&random)
      before.text = row.text
      var expected = before
      row.expected(&expected)
      var ours = before
      if let length = row.storage {
        for k in 0..<length { ours.memory[k] = UInt8(truncatingIfNeeded: before.fr[4] >> UInt64(56 - 8 * k)) }
        ours.fr[4] = 0x5555
        expected.fr[4] = 0x5555
      }
      #expect(bench.execute(&ours) == nil)
      #expect(
        ours.fr == expected.fr && ours.gr[0] == expected.gr[0] && ours.conditionCode == expected.conditionCode, "\(row.name)")
    }
  }

  @Test func `multiply and add takes its product from R3 and R2 or storage`() throws {
    let bench = try InstructionBench()
    // 3 × 2 ± 10, registers R1 8, R3 0, R2 4.
    for (opcode, storageOpcode, wanted) in [(0x3E, 0x3E, 0x4210_0000_0000_0000), (0x3F, 0x3F, 0xC140_0000_0000_0000)]
      as [(UInt64, UInt64, UInt64)]
    {
      var s = OracleState()
      (s.fr[0], s.fr[4], s.fr[8]) = (0x4130_0000_0000_0000, 0x4120_0000_0000_0000, 0x41A0_0000_0000_0000)
      s.text = 0xB300_8004_0000_0000 | opcode << 48
      #expect(bench.execute(&s) == nil && s.fr[8] == wanted)
      var t = OracleState()
      (t.fr[0], t.fr[8]) = (0x4130_0000_0000_0000, 0x41A0_0000_0000_0000)
      (t.memory[0], t.memory[1]) = (0x41, 0x20)
      t.text = 0xED00_1000_8000_0000 | storageOpcode << 16
      #expect(bench.execute(&t) == nil && t.fr[8] == wanted)
    }
  }
}

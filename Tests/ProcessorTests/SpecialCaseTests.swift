import Processor
import Testing

/// Special cases that each instruction's description names and that random comparison does not reach.
@Suite struct SpecialCaseTests {
  let bare = BareMachine.forPrograms()

  // MARK: Division and conversion

  /// Text, general registers 2-5, operand at 0x4000.
  static let divisions: [(String, [UInt8], [UInt64], UInt64)] = [
    ("DR by zero", [0x1D, 0x24], [0, 7, 0, 0], 0), ("DR too large", [0x1D, 0x24], [1, 0, 1, 0], 0),
    ("DR at the limit", [0x1D, 0x24], [0xFFFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0], 0),
    ("D by zero", [0x5D, 0x20, 0xC0, 0], [0, 7, 0, 0], 0),
    ("D too large", [0x5D, 0x20, 0xC0, 0], [0, 0x8000_0000, 0, 0], 1 << 32),
    ("DLR by zero", [0xB9, 0x97, 0, 0x24], [0, 7, 0, 0], 0), ("DLR too large", [0xB9, 0x97, 0, 0x24], [5, 7, 5, 0], 0),
    ("DL by zero", [0xE3, 0x20, 0xC0, 0, 0, 0x97], [0, 7, 0, 0], 0), ("DLGR by zero", [0xB9, 0x87, 0, 0x24], [0, 7, 0, 0], 0),
    ("DLGR too large", [0xB9, 0x87, 0, 0x24], [5, 7, 5, 0], 0), ("DLG", [0xE3, 0x20, 0xC0, 0, 0, 0x87], [5, 7, 0, 0], 5),
    ("DSGR by zero", [0xB9, 0x0D, 0, 0x24], [0, 7, 0, 0], 0), ("DSGR too large", [0xB9, 0x0D, 0, 0x24], [0, 1 << 63, ~0, 0], 0),
    ("DSGFR by zero", [0xB9, 0x1D, 0, 0x24], [0, 7, 1 << 32, 0], 0),
    ("DSGFR too large", [0xB9, 0x1D, 0, 0x24], [0, 1 << 63, 0xFFFF_FFFF, 0], 0),
    ("DSG", [0xE3, 0x20, 0xC0, 0, 0, 0x0D], [0, 1 << 63, 0, 0], ~0),
    ("DSGF", [0xE3, 0x20, 0xC0, 0, 0, 0x1D], [0, 1 << 63, 0, 0], 0xFFFF_FFFF << 32),
  ]

  @Test func `a quotient that there is not is a fixed-point-divide exception and leaves dividend and condition code`() {
    for (what, text, registers, operand) in Self.divisions {
      for k in 0..<4 { bare[2 + k] = registers[k] }
      bare[12] = 0x4000
      bare.store(operand, at: 0x4000)
      bare.conditionCode = 2
      #expect(bare.run(text) == .fixedPointDivide, "\(what)")
      #expect((2..<6).map { bare[$0] } == registers, "\(what)")
      #expect(bare.oldPSW.mask & PSW.conditionCode == 2 << PSW.conditionCodeShift, "\(what)")
      #expect(bare.oldPSW.instructionAddress == 0x2000 + UInt64(text.count), "\(what)")
    }
  }

  @Test func `the lowest quotient is one`() {
    (bare[2], bare[3], bare[4]) = (0xFFFF_FFFF, 0x8000_0000, 1)
    #expect(bare.run([0x1D, 0x24]) == nil)
    #expect((bare[2], bare[3]) == (0, 0x8000_0000))
    (bare[2], bare[3], bare[4]) = (0xFFFF_FFFF, 0x7FFF_FFFF, 0xFFFF_FFFF)  // -2147483649 / -1
    #expect(bare.run([0x1D, 0x24]) == .fixedPointDivide)
  }

  @Test func `CONVERT TO BINARY: the 32-bit form stores what fits before it interrupts, the 64-bit form nothing`() {
    bare[12] = 0x4000
    for (decimal, result, cause) in [
      (0x0000_0214_7483_647C, 0x7FFF_FFFF, nil), (0x0000_0214_7483_648D, 0x8000_0000, nil),
      (0x0000_0214_7483_648C, 0x8000_0000, .fixedPointDivide), (0x0000_0429_4967_296C, 0, .fixedPointDivide),
    ] as [(UInt64, UInt64, ProgramInterruption?)] {
      bare.store(decimal, at: 0x4000)
      bare[2] = 0x1111_1111_2222_2222
      #expect(bare.run([0x4F, 0x20, 0xC0, 0x00]) == cause)
      #expect(bare[2] == 0x1111_1111_0000_0000 | result)
    }
    for (low, result, cause) in [
      (0x3720_3685_4775_807C, UInt64(Int64.max), nil), (0x3720_3685_4775_808D, 1 << 63, nil),
      (0x3720_3685_4775_808C, 0x1234, .fixedPointDivide),
    ] as [(UInt64, UInt64, ProgramInterruption?)] {
      bare.store(UInt64(0x9223), at: 0x4000)
      bare.store(low, at: 0x4008)
      bare[2] = 0x1234
      #expect(bare.run([0xE3, 0x20, 0xC0, 0x00, 0x00, 0x0E]) == cause)
      #expect(bare[2] == result)
    }
  }

  @Test func `CONVERT TO DECIMAL has room for the lowest number`() {
    (bare[2], bare[12]) = (1 << 63, 0x4000)
    #expect(bare.run([0x4E, 0x20, 0xC0, 0x00]) == nil)
    #expect(bare.load(UInt64.self, at: 0x4000) == 0xC)
    #expect(bare.run([0xE3, 0x20, 0xC0, 0x00, 0x00, 0x2E]) == nil)
    #expect(bare.bytes(16, at: 0x4000) == [0, 0, 0, 0, 0, 0, 0x92, 0x23, 0x37, 0x20, 0x36, 0x85, 0x47, 0x75, 0x80, 0x8D])
    bare[2] = 0x8000_0000
    #expect(bare.run([0x4E, 0x20, 0xC0, 0x00]) == nil)
    #expect(bare.load(UInt64.self, at: 0x4000) == 0x2_1474_8364_8D)
  }

  // MARK: Decimal

  @Test func `EDIT AND MARK leaves the address of the first significant digit, and none where the starter made it`() {
    let pattern: [UInt8] = [0x40, 0x20, 0x20, 0x6B, 0x20, 0x20, 0x21, 0x4B, 0x20, 0x20, 0x40, 0xC3, 0xD9]
    (bare[11], bare[12]) = (0x4000, 0x5000)
    for (source, result, code, mark) in [
      (
        [0x02, 0x57, 0x42, 0x6C], [0x40, 0x40, 0xF2, 0x6B, 0xF5, 0xF7, 0xF4, 0x4B, 0xF2, 0xF6, 0x40, 0x40, 0x40], 2, 0x5002
      ),
      (
        [0x00, 0x00, 0x02, 0x6D], [0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x4B, 0xF2, 0xF6, 0x40, 0xC3, 0xD9], 1, 0x77
      ),
      (
        [0x00, 0x00, 0x00, 0x0C], [0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x4B, 0xF0, 0xF0, 0x40, 0x40, 0x40], 0, 0x77
      ),
    ] as [([UInt8], [UInt8], UInt64, UInt64)] {
      bare.put(pattern, at: 0x5000)
      bare.put(source, at: 0x4000)
      bare[1] = 0x77
      #expect(bare.run([0xDF, 12, 0xC0, 0x00, 0xB0, 0x00]) == nil)
      #expect(bare.bytes(13, at: 0x5000) == result)
      #expect((bare.conditionCode, bare[1]) == (code, mark))
    }
    // Bits 32-39 stay in the 24-bit mode, bit 32 becomes zero in the 31-bit mode.
    for (mask, expected) in [(0, 0x1111_1111_FF00_5002), (PSW.basicAddressing, 0x1111_1111_0000_5002)] as [(UInt64, UInt64)] {
      bare.setMask(mask)
      bare.put(pattern, at: 0x5000)
      bare.put([0x02, 0x57, 0x42, 0x6C], at: 0x4000)
      bare[1] = 0x1111_1111_FF00_0000
      #expect(bare.run([0xDF, 12, 0xC0, 0x00, 0xB0, 0x00]) == nil)
      #expect(bare[1] == expected)
    }
  }

  @Test func `PACK and UNPACK ASCII and UNICODE keep digits and tell the sign`() {
    (bare[11], bare[12]) = (0x4000, 0x5000)
    bare.put(Array("12345678901234567890123456789012".utf8), at: 0x4000)
    #expect(bare.run([0xE9, 31, 0xC0, 0x00, 0xB0, 0x00]) == nil)  // PKA of 32 characters: 31 digits
    #expect(
      bare.bytes(16, at: 0x5000)
        == [0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x45, 0x67, 0x89, 0x01, 0x2C])
    bare.put([0x00, 0x37, 0x12, 0x38], at: 0x4000)
    #expect(bare.run([0xE1, 3, 0xC0, 0x00, 0xB0, 0x00]) == nil)  // PKU: the second byte of each character counts
    #expect(bare.bytes(16, at: 0x5000) == [UInt8](repeating: 0, count: 14) + [0x07, 0x8C])
    for (sign, code) in [(0xA, 0), (0xB, 1), (0xC, 0), (0xD, 1), (0xE, 0), (0xF, 0), (0, 3), (9, 3)] as [(UInt8, UInt64)] {
      bare.put([UInt8](repeating: 0, count: 14) + [0x04, 0x50 | sign], at: 0x4000)
      #expect(bare.run([0xEA, 3, 0xC0, 0x00, 0xB0, 0x00]) == nil)
      #expect(bare.bytes(4, at: 0x5000) == Array("0045".utf8))
      #expect(bare.conditionCode == code)
      #expect(bare.run([0xE2, 3, 0xC0, 0x00, 0xB0, 0x00]) == nil)
      #expect(bare.bytes(4, at: 0x5000) == [0, 0x34, 0, 0x35])
      #expect(bare.conditionCode == code)
    }
  }

  // MARK: Masks of zero

  @Test func `INSERT CHARACTERS and COMPARE LOGICAL CHARACTERS under a mask of zero access one byte`() {
    bare[12] = 0x10_0000
    bare[2] = 0x1234
    #expect(bare.run([0xBF, 0x20, 0xC0, 0x00]) == .addressing)
    #expect(bare.run([0xBD, 0x20, 0xC0, 0x00]) == .addressing)
    bare[12] = 0xF_FFFF
    bare.conditionCode = 3
    #expect(bare.run([0xBF, 0x20, 0xC0, 0x00]) == nil)
    #expect((bare.conditionCode, bare[2]) == (0, 0x1234))
    bare.conditionCode = 3
    #expect(bare.run([0xBD, 0x20, 0xC0, 0x00]) == nil)
    #expect(bare.conditionCode == 0)
    // As many bytes as the mask has ones, and no more.
    bare.put([0x7F], at: 0xF_FFFF)
    #expect(bare.run([0xBF, 0x21, 0xC0, 0x00]) == nil)
    #expect(bare.run([0xBF, 0x23, 0xC0, 0x00]) == .addressing)
    #expect(bare.run([0xBE, 0x24, 0xC0, 0x00]) == nil)
    #expect(bare.run([0xBE, 0x26, 0xC0, 0x00]) == .addressing)
  }

  // MARK: Locked operations

  @Test(arguments: 0...2, 0...4) func `COMPARE AND SWAP AND STORE does both or neither`(function: Int, characteristic: Int) {
    let size = 4 << function, storeSize = 1 << characteristic
    let old = (0..<16).map { UInt8(0x10 + $0) }, new = (0..<16).map { UInt8(0x40 + $0) },
      value = (0..<16).map { UInt8(0x80 + $0) }
    for isEqual in [true, false] {
      bare.put(old, at: 0x4000)
      bare.put([UInt8](repeating: 0xEE, count: 32), at: 0x5000)
      bare.put(new + value, at: 0x6000)
      (bare[0], bare[1], bare[12], bare[13]) = (UInt64(characteristic << 8 | function), 0x6007, 0x4000, 0x5000)
      (bare[2], bare[3]) = function == 0 ? (0xAAAA_AAAA_1011_1213, 0x77) : (0x1011_1213_1415_1617, 0x1819_1A1B_1C1D_1E1F)
      if !isEqual { bare[function == 2 ? 3 : 2] ^= 1 }
      #expect(bare.run([0xC8, 0x22, 0xC0, 0x00, 0xD0, 0x00]) == nil)
      #expect(bare.conditionCode == (isEqual ? 0 : 1))
      #expect(bare.bytes(16, at: 0x4000) == (isEqual ? Array(new.prefix(size) + old.dropFirst(size)) : old))
      let rest = [UInt8](repeating: 0xEE, count: 32)
      #expect(bare.bytes(32, at: 0x5000) == (isEqual ? Array(value.prefix(storeSize) + rest.dropFirst(storeSize)) : rest))
      #expect(bare[2] == (function == 0 ? 0xAAAA_AAAA_1011_1213 : 0x1011_1213_1415_1617))
      #expect(bare[3] == (function == 0 ? 0x77 : 0x1819_1A1B_1C1D_1E1F))
    }
  }

  // MARK: Several registers

  @Test func `LOAD MULTIPLE DISJOINT takes both halves of registers from where each is, around register 15`() {
    (bare[12], bare[13]) = (0x4FF6, 0x5FFA)
    bare.put((1...16).map { UInt8($0) }, at: 0x4FF6)
    bare.put((0x81...0x90).map { UInt8($0) }, at: 0x5FFA)
    #expect(bare.run([0xEF, 0xE1, 0xC0, 0x00, 0xD0, 0x00]) == nil)
    #expect((bare[14], bare[15]) == (0x0102_0304_8182_8384, 0x0506_0708_8586_8788))
    #expect((bare[0], bare[1]) == (0x090A_0B0C_898A_8B8C, 0x0D0E_0F10_8D8E_8F90))
    // Nothing is loaded when the second field is not there.
    (bare[12], bare[13], bare[0]) = (0x4000, 0xF_FFFC, 7)
    #expect(bare.run([0xEF, 0xE1, 0xC0, 0x00, 0xD0, 0x00]) == .addressing)
    #expect((bare[14], bare[0]) == (0x0102_0304_8182_8384, 7))
  }

  @Test func `the base register may be one of those loaded`() {
    bare.put((1...16).map { UInt8($0) }, at: 0x4000)
    bare[2] = 0x4000
    #expect(bare.run([0x98, 0x14, 0x20, 0x00]) == nil)  // LM 1,4,0(2)
    #expect((bare[1] & 0xFFFF_FFFF, bare[2], bare[4] & 0xFFFF_FFFF) == (0x0102_0304, 0x0506_0708, 0x0D0E_0F10))
  }

  // MARK: Storage keys

  @Test func `a block that is not there is an addressing exception of what looks at keys and frames`() {
    for (text, what) in [
      ([0xB2, 0x29, 0, 0x24], "ISKE"), ([0xB2, 0x2A, 0, 0x24], "RRBE"), ([0xB2, 0x2B, 0, 0x24], "SSKE"),
      ([0xB2, 0x2B, 0x10, 0x24], "SSKE of many"), ([0xB2, 0x2C, 0, 0x24], "TB"), ([0xB9, 0xAF, 0, 0x34], "PFMF"),
      ([0xB9, 0xAF, 0, 0x54], "PFMF of many"), ([0xB2, 0x4B, 0, 0x24], "LURA"), ([0xB2, 0x46, 0, 0x24], "STURA"),
    ] as [([UInt8], String)] {
      (bare[2], bare[3], bare[4], bare[5]) = (0x55, 0x2_0040, 0x10_0000, 0x2_1040)
      #expect(bare.run(text) == .addressing, "\(what)")
      #expect((bare[2], bare[3], bare[4], bare[5]) == (0x55, 0x2_0040, 0x10_0000, 0x2_1040), "\(what)")
      #expect(bare.oldPSW.instructionAddress == 0x2004, "\(what)")
    }
  }
}

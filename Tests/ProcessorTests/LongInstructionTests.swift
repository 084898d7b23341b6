import Processor
import Storage
import Testing

/// Instructions that QEMU lacks, or tests only with data made for them.
@Suite struct LongInstructionTests {
  let bare = BareMachine.forPrograms()

  // MARK: Registers

  @Test func `comparing an operand with itself steps its registers once`() {
    for text in [[0x0F, 0x22], [0xA9, 0x22, 0, 0], [0xEB, 0x22, 0, 0, 0, 0x8F]] as [[UInt8]] {
      (bare[2], bare[3]) = (0x5000, 100)
      #expect(bare.run(text) == nil)
      #expect(bare.conditionCode == 0)
      #expect((bare[2], bare[3]) == (0x5064, 0))
    }
  }

  @Test func `COMPARE UNTIL SUBSTRING EQUAL leaves a length below zero as it is`() {
    bare.put([1, 2, 3, 4], at: 0x5000)
    (bare[0], bare[1], bare[2], bare[3], bare[4], bare[5]) = (2, 0, 0x5000, 4, 0x6000, ~0)
    #expect(bare.run([0xB2, 0x57, 0x00, 0x24]) == nil)
    #expect(bare.conditionCode == 2)
    #expect((bare[2], bare[3], bare[4], bare[5]) == (0x5004, 0, 0x6000, ~0))
  }

  @Test func `TRANSLATE AND TEST clears bit 32 of general register 1 in the 31-bit mode and keeps bits 32-39 in the 24-bit mode`()
  {
    bare.put([7], at: 0x5000)
    bare.put([UInt8](repeating: 0, count: 7) + [9], at: 0x6000)
    for (mask, expected) in [
      (PSW.basicAddressing, 0xAAAA_AAAA_0000_5000), (0, 0xAAAA_AAAA_EE00_5000), (BareMachine.supervisor, 0x5000),
    ] as [(UInt64, UInt64)] {
      bare.setMask(mask)
      (bare[1], bare[2], bare[3], bare[4]) = (0xAAAA_AAAA_EEEE_EEEE, 0, 0x5000, 0x6000)
      #expect(bare.run([0xDD, 0x00, 0x30, 0x00, 0x40, 0x00]) == nil)
      #expect(bare.conditionCode == 2)
      #expect((bare[1], bare[2]) == (expected, 9))
    }
    bare.setMask(BareMachine.supervisor)
  }

  @Test func `PERFORM LOCKED OPERATION refuses reserved bits, testing or not`() {
    for test in [UInt64(0), 0x100] {
      bare[0] = 0x200 | test
      #expect(bare.run([0xEE, 0x24, 0x50, 0x00, 0x60, 0x00]) == .specification)
    }
  }

  // MARK: Unicode

  private static let text = "Straße, Ω, 漢字, 🂡𝄞, plain"
  private static var utf8: [UInt8] { Array(text.utf8) }
  private static var utf16: [UInt8] { text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }
  private static var utf32: [UInt8] {
    text.unicodeScalars.flatMap { scalar in (0..<4).map { UInt8(truncatingIfNeeded: scalar.value >> UInt32(24 - 8 * $0)) } }
  }

  @Test(
    arguments: [
      ([0xB2, 0xA7, 0x10, 0x24], utf8, utf16), ([0xB2, 0xA6, 0x10, 0x24], utf16, utf8), ([0xB9, 0xB0, 0x10, 0x24], utf8, utf32),
      ([0xB9, 0xB1, 0x10, 0x24], utf16, utf32), ([0xB9, 0xB2, 0x00, 0x24], utf32, utf8),
      ([0xB9, 0xB3, 0x00, 0x24], utf32, utf16),
    ] as [([UInt8], [UInt8], [UInt8])])
  func `CONVERT UTF converts each form to each other`(text: [UInt8], source: [UInt8], expected: [UInt8]) {
    bare.put(source, at: 0x4FF5)
    (bare[2], bare[3], bare[4], bare[5]) = (0x5FFA, 4096, 0x4FF5, UInt64(source.count))
    #expect(bare.run(text) == nil)
    #expect(bare.conditionCode == 0)
    #expect(bare.bytes(expected.count, at: 0x5FFA) == expected)
    #expect((bare[2], bare[3]) == (0x5FFA + UInt64(expected.count), 4096 - UInt64(expected.count)))
    #expect((bare[4], bare[5]) == (0x4FF5 + UInt64(source.count), 0))
    // A first operand without room for the last character.
    (bare[2], bare[3], bare[4], bare[5]) = (0x5FFA, UInt64(expected.count) - 1, 0x4FF5, UInt64(source.count))
    #expect(bare.run(text) == nil)
    #expect(bare.conditionCode == 1)
  }

  @Test func `ill-formed UTF-8 is refused where it is checked`() {
    for bytes in [[0xC1, 0x81], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x28, 0xA1]] as [[UInt8]]
    {
      bare.put(bytes, at: 0x4000)
      (bare[2], bare[3], bare[4], bare[5]) = (0x5000, 64, 0x4000, UInt64(bytes.count))
      #expect(bare.run([0xB9, 0xB0, 0x10, 0x24]) == nil)
      #expect(bare.conditionCode == 2)
      #expect(bare.run([0xB9, 0xB0, 0x00, 0x24]) == nil)
      #expect(bare.conditionCode == 0)
    }
  }

  // MARK: Translate and test extended

  @Test func `TRANSLATE AND TEST EXTENDED finds a character in both directions`() {
    bare[1] = 0x6000
    bare.put([0x77], at: 0x6000 + 0x41)
    bare.put([0, 0, 0x41, 0, 0], at: 0x7000)
    (bare[2], bare[3]) = (0x7000, 5)
    #expect(bare.run([0xB9, 0xBF, 0x00, 0x24]) == nil)
    #expect(bare.conditionCode == 1)
    #expect((bare[2], bare[3], bare[4]) == (0x7002, 3, 0x77))
    (bare[2], bare[3]) = (0x7004, 5)
    #expect(bare.run([0xB9, 0xBD, 0x00, 0x24]) == nil)
    #expect((bare.conditionCode, bare[2], bare[3], bare[4]) == (1, 0x7002, 3, 0x77))
    (bare[2], bare[3]) = (0x7003, 2)
    #expect(bare.run([0xB9, 0xBF, 0x00, 0x24]) == nil)
    #expect((bare.conditionCode, bare[2], bare[3], bare[4]) == (0, 0x7005, 0, 0))
    // Two-byte characters; those above 255 have no entry when M3 says so.
    bare.put([0x12, 0x41, 0x00, 0x41], at: 0x7000)
    (bare[2], bare[3]) = (0x7000, 4)
    #expect(bare.run([0xB9, 0xBF, 0xA0, 0x24]) == nil)
    #expect((bare.conditionCode, bare[2], bare[3], bare[4]) == (1, 0x7002, 2, 0x77))
  }

  @Test func `TRANSLATE TWO TO TWO uses a table of doublewords' alignment`() {
    bare[1] = 0x1_0007
    for k in 0..<UInt64(0x800) { bare.store(UInt16(truncatingIfNeeded: k ^ 0x55AA), at: 0x1_0000 + 2 * k) }
    bare.put([0x01, 0x23, 0x07, 0xFF, 0x00, 0x00], at: 0x4000)
    bare[0] = 0x55AA
    (bare[2], bare[3], bare[4]) = (0x5000, 6, 0x4000)
    #expect(bare.run([0xB9, 0x90, 0x00, 0x24]) == nil)
    #expect(bare.conditionCode == 1)
    #expect(bare.load(UInt32.self, at: 0x5000) == 0x5489_5255)
    #expect((bare[2], bare[3], bare[4]) == (0x5004, 2, 0x4004))
  }

  // MARK: Locked operations

  /// PLO 2,0(12),4,0(13) with function code `code`.
  private func performLocked(_ code: UInt64) -> ProgramInterruption? {
    bare[0] = code
    bare[12] = 0x4000
    bare[13] = 0x5000
    return bare.run([0xEE, 0x24, 0xC0, 0x00, 0xD0, 0x00])
  }

  @Test func `PERFORM LOCKED OPERATION knows 24 function codes`() {
    for code in 0..<UInt64(26) {
      #expect(performLocked(0x100 | code) == nil)
      #expect(bare.conditionCode == (code < 24 ? 0 : 3))
    }
    #expect(performLocked(24) == .specification)
  }

  @Test func `PERFORM LOCKED OPERATION in registers`() {
    bare.store(UInt32(11), at: 0x4000)
    bare.store(UInt32(44), at: 0x5000)
    (bare[2], bare[3], bare[4], bare[5]) = (11, 12, 0, 0)
    #expect(performLocked(0) == nil)  // compare and load
    #expect((bare.conditionCode, bare[4]) == (0, 44))
    (bare[2], bare[4]) = (10, 0)
    #expect(performLocked(0) == nil)
    #expect((bare.conditionCode, bare[2], bare[4]) == (1, 11, 0))
    #expect(performLocked(4) == nil)  // compare and swap
    #expect(bare.load(UInt32.self, at: 0x4000) == 12)
    bare.store(UInt64(21), at: 0x4000)
    bare.store(UInt64(41), at: 0x5000)
    (bare[2], bare[3], bare[4], bare[5]) = (21, 22, 40, 42)
    #expect(performLocked(10) == nil)  // double compare and swap, doublewords
    #expect((bare.conditionCode, bare[4]) == (2, 41))
    #expect(performLocked(10) == nil)
    #expect(bare.conditionCode == 0)
    #expect((bare.load(UInt64.self, at: 0x4000), bare.load(UInt64.self, at: 0x5000)) == (22, 42))
    (bare[2], bare[3], bare[4]) = (22, 23, 99)
    #expect(performLocked(14) == nil)  // compare and swap and store
    #expect((bare.load(UInt64.self, at: 0x4000), bare.load(UInt64.self, at: 0x5000)) == (23, 99))
  }

  @Test func `PERFORM LOCKED OPERATION with a parameter list`() {
    for k in 0..<UInt64(4) { bare.store(UInt64(100 + k), at: 0x6000 + 8 * k) }
    // Compare and swap and triple store of quadwords: values at 48, 80, 112, addresses at 72, 104, 136.
    bare.store(UInt64(7), at: 0x4000)
    bare.store(UInt64(8), at: 0x4008)
    for (offset, value) in [
      (0, 7), (8, 8), (16, 17), (24, 18), (48, 1), (56, 2), (72, 0x7000), (80, 3), (88, 4), (104, 0x7010), (112, 5),
      (120, 6), (136, 0x7020),
    ] as [(UInt64, UInt64)] { bare.store(value, at: 0x5000 + offset) }
    #expect(performLocked(23) == nil)
    #expect(bare.conditionCode == 0)
    #expect((bare.load(UInt64.self, at: 0x4000), bare.load(UInt64.self, at: 0x4008)) == (17, 18))
    #expect((0..<6).map { bare.load(UInt64.self, at: 0x7000 + 8 * UInt64($0)) } == [1, 2, 3, 4, 5, 6])
    #expect(performLocked(23) == nil)
    #expect(bare.conditionCode == 1)
    #expect((bare.load(UInt64.self, at: 0x5000), bare.load(UInt64.self, at: 0x5008)) == (17, 18))
  }

  // MARK: Sorting

  @Test func `COMPARE AND FORM CODEWORD makes a codeword of the place and the data of the difference`() {
    bare.put(Array("ABCDEFGHIJKLMNOP".utf8), at: 0x4000)
    bare.put(Array("ABCDEFGHIXKLMNOP".utf8), at: 0x5000)
    (bare[1], bare[2], bare[3]) = (0x4000, 0, 0x5000)
    #expect(bare.run([0xB2, 0x1A, 0x00, 0x10]) == nil)
    #expect(bare.conditionCode == 1)
    // The index after the unit that differs, and the complement of the higher operand's six bytes.
    #expect(bare[2] == 12 << 48 | ~(0x4748_4958_4B4C) & 0xFFFF_FFFF_FFFF)
    (bare[1], bare[2], bare[3]) = (0x5000, 0, 0x4000)
    #expect(bare.run([0xB2, 0x1A, 0x00, 0x10]) == nil)
    #expect((bare.conditionCode, bare[1], bare[3]) == (2, 0x4000, 0x5000))
    (bare[1], bare[2], bare[3]) = (0x4000, 0, 0x4000)
    #expect(bare.run([0xB2, 0x1A, 0x00, 0x10]) == nil)
    #expect((bare.conditionCode, bare[2]) == (0, 1 << 63 | 0x4000))
  }

  @Test func `UPDATE TREE exchanges nodes with higher codewords on the way to the root`() {
    // Nodes of 16 bytes; node n at 0x4000 + 16 n.
    bare.store(UInt64(50), at: 0x4010)
    bare.store(UInt64(51), at: 0x4018)
    bare.store(UInt64(20), at: 0x4020)
    bare.store(UInt64(21), at: 0x4028)
    (bare[0], bare[1], bare[4], bare[5]) = (30, 31, 0x4000, 0x40)
    #expect(bare.run([0x01, 0x02]) == nil)
    #expect((bare.conditionCode, bare[0], bare[1], bare[5]) == (1, 50, 51, 0))
    #expect((bare.load(UInt64.self, at: 0x4010), bare.load(UInt64.self, at: 0x4018)) == (30, 31))
    (bare[0], bare[1], bare[5]) = (20, 1, 0x50)
    #expect(bare.run([0x01, 0x02]) == nil)
    #expect((bare.conditionCode, bare[2], bare[3], bare[5]) == (0, 20, 21, 0x20))
  }

  @Test func `COMPARE UNTIL SUBSTRING EQUAL finds the substring at the same place of both operands`() {
    bare.put(Array("xxABCDxx".utf8), at: 0x4000)
    bare.put(Array("yyABCDyy".utf8), at: 0x5000)
    bare[0] = 4
    (bare[2], bare[3], bare[4], bare[5]) = (0x4000, 8, 0x5000, 8)
    #expect(bare.run([0xB2, 0x57, 0x00, 0x24]) == nil)
    #expect(bare.conditionCode == 0)
    #expect((bare[2], bare[3], bare[4], bare[5]) == (0x4002, 6, 0x5002, 6))
    bare[0] = 5
    (bare[2], bare[3], bare[4], bare[5]) = (0x4000, 8, 0x5000, 8)
    #expect(bare.run([0xB2, 0x57, 0x00, 0x24]) == nil)
    #expect((bare.conditionCode, bare[3], bare[5]) == (2, 0, 0))
  }

  @Test func `CHECKSUM adds with end-around carry over more than a page`() {
    for k in 0..<UInt64(0x2000) { bare.put([0xFF], at: 0x4000 + k) }
    (bare[2], bare[4], bare[5]) = (0x1_0000_0001, 0x4001, 0x1FFE)
    #expect(bare.run([0xB2, 0x41, 0x00, 0x24, 0xA7, 0x14, 0xFF, 0xFE]) == nil)
    #expect((bare.conditionCode, bare[4], bare[5]) == (0, 0x5FFF, 0))
    // 2047 words of ones are nothing but a carry each; the last two bytes are the high ones of a word.
    #expect(bare[2] == 0x1_FFFF_0001)
  }

  @Test(arguments: ExecutionMode.allCases)
  func `MOVE STRING that has moved a part leaves the next part's exception to its next execution`(_ mode: ExecutionMode) throws {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: mode.settings)
    try bare.mapIdentity()
    let source: UInt64 = 0x10_0FF0, page: UInt64 = 0x10_1000
    for k in 0..<UInt64(32) { bare[UInt8.self, source + k] = k == 31 ? 0 : UInt8(k + 1) }
    bare[UInt64.self, bare.pageEntry(page)] |= 0x400
    bare.code("B255 0012 8300 0500", at: 0x2000)
    (bare[0], bare[1], bare[2]) = (0, source - 1, source)
    let outcomes: [(cause: ProgramInterruption?, code: UInt64?, moved: UInt64)] = [
      (nil, 3, 16), (.pageTranslation, nil, 16), (nil, 1, 31),
    ]
    for (cause, code, moved) in outcomes {
      if code == 1 { bare[UInt64.self, bare.pageEntry(page)] &= ~0x400 }
      bare.setMask(BareMachine.dat)
      #expect(bare.start(at: 0x2000) == cause)
      if let code { #expect(bare.cpu.s.pointee.conditionCode == code) }
      #expect(bare[1] == source - 1 + moved)
      #expect(bare[2] == (code == 1 ? page : source + moved))
    }
    for k in 0..<UInt64(32) { #expect(bare[UInt8.self, source - 1 + k] == (k == 31 ? 0 : UInt8(k + 1))) }
  }
}

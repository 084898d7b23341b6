import Processor
import Testing

/// COMPRESSION CALL (chapter 7), against a reference of another shape and vectors made by hand.
@Suite struct CompressionTests {
  static let call: [UInt8] = [0xB2, 0x63, 0x00, 0x24]
  static let dictionary: UInt64 = 0x20_0000, source: UInt64 = 0x10_0000, target: UInt64 = 0x18_0000
  let bare = BareMachine.forPrograms(megabytes: 4)

  /// Bits as a row of truth values: symbols from bit `start` on.
  private func bits(_ symbols: [UInt64], size: Int, after start: [Bool]) -> [Bool] {
    start + symbols.flatMap { symbol in (0..<size).map { symbol >> UInt64(size - 1 - $0) & 1 != 0 } }
  }
  private func bits(_ bytes: [UInt8]) -> [Bool] { bytes.flatMap { byte in (0..<8).map { byte << $0 & 0x80 != 0 } } }

  /// Executes COMPRESSION CALL until it ends with another condition code than 3.
  private func complete() -> ProgramInterruption? {
    while true {
      if let cause = bare.run(Self.call) { return cause }
      if bare.conditionCode != 3 { return nil }
    }
  }

  private func putDictionaries(_ tree: CompressionTree) {
    for (k, entry) in (tree.compression + tree.expansion).enumerated() {
      bare.store(entry, at: Self.dictionary + 8 * UInt64(k))
    }
  }

  @Test(arguments: 9...13, [false, true])
  func `a random text compresses by a random dictionary as the tree says, and expands to itself`(size: Int, isFormat1: Bool) {
    var random = SeededGenerator(seed: UInt64(size) * 2 + (isFormat1 ? 1 : 0))
    let options = UInt64(size - 8) << 12 | (isFormat1 ? 0x200 : 0)
    for round in 0..<24 {
      let letters = (0..<[3, 20, 60, 200][round % 4]).map { UInt8(truncatingIfNeeded: 7 * $0 + round) }
      let tree = CompressionTree(symbolSize: size, isFormat1: isFormat1, bytes: letters, random: &random)
      putDictionaries(tree)
      let text = tree.text(Int.random(in: 1...9000, using: &random), &random)
      let symbols = tree.compressed(text)
      let bit = Int.random(in: 0...7, using: &random), offset = UInt64.random(in: 0...4095, using: &random)
      let from = Self.source + offset, to = Self.target + 4095 - offset
      bare.put(text, at: from)
      bare.put([UInt8](repeating: 0xA5, count: 3 * text.count + 8), at: to)
      let room = (bit + symbols.count * size + 7) / 8
      (bare[0], bare[1]) = (options, Self.dictionary | UInt64(bit))
      (bare[2], bare[3], bare[4], bare[5]) = (to, UInt64(room), from, UInt64(text.count))
      #expect(complete() == nil)
      #expect(bare.conditionCode == 0)
      let expected = bits(symbols.map(\.index), size: size, after: Array(bits([0xA5]).prefix(bit)))
      let stored = bits(bare.bytes(room + 1, at: to))
      #expect(Array(stored.prefix(expected.count)) == expected)
      #expect(stored.suffix(8) == bits([0xA5])[...])
      let whole = UInt64(expected.count / 8)
      #expect((bare[2], bare[3]) == (to + whole, UInt64(room) - whole))
      #expect((bare[4], bare[5], bare[1]) == (from + UInt64(text.count), 0, Self.dictionary | UInt64(expected.count % 8)))

      // And back, with the expansion dictionary alone.
      bare.put([UInt8](repeating: 0x5A, count: text.count + 8), at: from)
      (bare[0], bare[1]) = (options | 0x100, (Self.dictionary + 8 << UInt64(size)) | UInt64(bit))
      (bare[2], bare[3], bare[4], bare[5]) = (from, UInt64(text.count), to, UInt64(room))
      #expect(complete() == nil)
      // The last byte may have room for a symbol of zeros when it is longer than a byte: never.
      #expect(bare.conditionCode == 0)
      #expect(bare.bytes(text.count + 8, at: from) == text + [UInt8](repeating: 0x5A, count: 8))
      #expect((bare[2], bare[3]) == (from + UInt64(text.count), 0))
      #expect((bare[4], bare[5], bare[1] & 7) == (to + whole, UInt64(room) - whole, UInt64(expected.count % 8)))
    }
  }

  @Test(arguments: 9...13) func `without room for the next symbol the condition code is 1, and what is done is done`(size: Int) {
    var random = SeededGenerator(seed: UInt64(size) + 900)
    let tree = CompressionTree(symbolSize: size, isFormat1: true, bytes: Array(0x41...0x50), random: &random)
    putDictionaries(tree)
    let text = tree.text(400, &random), symbols = tree.compressed(text)
    bare.put(text, at: Self.source)
    for room in 0..<UInt64(40) {
      let bit = room % 8
      let count = room == 0 ? 0 : (Int(8 * room - bit)) / size
      let done = symbols.prefix(count), used = UInt64(done.map(\.string.count).reduce(0, +)), end = Int(bit) + count * size
      (bare[0], bare[1]) = (UInt64(size - 8) << 12 | 0x200, Self.dictionary | bit)
      (bare[2], bare[3], bare[4], bare[5]) = (Self.target, room, Self.source, UInt64(text.count))
      #expect(complete() == nil)
      #expect(bare.conditionCode == 1)
      #expect((bare[2], bare[3]) == (Self.target + UInt64(end / 8), room - UInt64(end / 8)))
      #expect((bare[4], bare[5], bare[1] & 7) == (Self.source + used, UInt64(text.count) - used, UInt64(end % 8)))
      // Expansion into one byte less than the characters need stops before the last symbol.
      guard let last = done.last else { continue }
      let before = end - size, less = used - UInt64(last.string.count)
      (bare[0], bare[1]) = (UInt64(size - 8) << 12 | 0x100, (Self.dictionary + 8 << UInt64(size)) | bit)
      (bare[2], bare[3], bare[4], bare[5]) = (0x1C_0FFE, used - 1, Self.target, room)
      #expect(complete() == nil)
      #expect(bare.conditionCode == 1)
      #expect((bare[2], bare[3]) == (0x1C_0FFE + less, used - 1 - less))
      #expect((bare[4], bare[1] & 7) == (Self.target + UInt64(before / 8), UInt64(before % 8)))
    }
  }

  // MARK: By hand

  /// The example of "z/OS Assembler Services Guide", chapter "Compression and Expansion Services".
  private func putExample() {
    bare.put([UInt8](repeating: 0, count: 0x4000), at: Self.dictionary)
    bare.store(UInt64(0x4801_00C2_C300_0000), at: Self.dictionary + 8 * 0xC1)
    bare.store(UInt64(0x5822_00F1_C4C5_0000), at: Self.dictionary + 8 * 0x101)
    bare.store(UInt64(0x0040_00F1_F200_0000), at: Self.dictionary + 8 * 0x200)
    bare.store(UInt64(0x0080_00F1_F2F3_F400), at: Self.dictionary + 8 * 0x201)
    bare.store(UInt64(0x01C1_0000_0000_0000), at: Self.dictionary + 8 * (0x400 + 0xC1))
    bare.store(UInt64(0x40C1_C3F1_0000_0001), at: Self.dictionary + 8 * (0x400 + 0x101))
    bare.store(UInt64(0xA101_C5F1_F2F3_F403), at: Self.dictionary + 8 * (0x400 + 0x201))
  }

  /// Compresses `text` with the dictionary that is there.
  private func compress(_ text: [UInt8], options: UInt64 = 0x2000) -> ProgramInterruption? {
    bare.put(text, at: Self.source)
    (bare[0], bare[1]) = (options, Self.dictionary)
    (bare[2], bare[3], bare[4], bare[5]) = (Self.target, 64, Self.source, UInt64(text.count))
    return bare.run(Self.call)
  }
  /// The ten-bit symbols that were stored.
  private var symbols: [UInt64] {
    let count = (Int(bare[2] - Self.target) * 8 + Int(bare[1] & 7)) / 10
    let stored = bits(bare.bytes(64, at: Self.target))
    return (0..<count).map { k in stored[10 * k..<10 * k + 10].reduce(0) { $0 << 1 | ($1 ? 1 : 0) } }
  }

  @Test func `the manual's example compresses and expands as the manual says`() {
    putExample()
    let cases: [([UInt8], [UInt64])] = [
      ([0xC1, 0xC4], [0xC1, 0xC4]), ([0xC1, 0xC2], [0x100]), ([0xC1, 0xC3], [0xC1, 0xC3]), ([0xC1, 0xC3, 0xF1], [0x101]),
      ([0xC1, 0xC3, 0xF1, 0xC4, 0xF1, 0xF2], [0x200]), ([0xC1, 0xC3, 0xF1, 0xC4, 0xF1], [0x101, 0xC4, 0xF1]),
      ([0xC1, 0xC3, 0xF1, 0xC5, 0xF1, 0xF2, 0xF3, 0xF4], [0x201]),
    ]
    for (text, expected) in cases {
      #expect(compress(text) == nil)
      #expect(bare.conditionCode == 0)
      #expect(symbols == expected)
    }
    (bare[0], bare[1]) = (0x2100, Self.dictionary + 0x2000)
    (bare[2], bare[3], bare[4], bare[5]) = (0x1A_0000, 8, Self.target, 2)
    #expect(bare.run(Self.call) == nil)
    #expect(bare.bytes(8, at: 0x1A_0000) == [0xC1, 0xC3, 0xF1, 0xC5, 0xF1, 0xF2, 0xF3, 0xF4])
    #expect((bare.conditionCode, bare[2], bare[3], bare[4], bare[5], bare[1] & 7) == (0, 0x1A_0008, 0, Self.target + 1, 1, 2))
  }

  @Test func `children with the first one's character are tried in turn, and no others after them`() {
    bare.put([UInt8](repeating: 0, count: 0x4000), at: Self.dictionary)
    // "1": children "2" with "33", "2" with "4", "5", and behind a descriptor "6".
    bare.store(UInt64(0xDC01_0002_0202_0507), at: Self.dictionary + 8 * 1)
    bare.store(UInt64(0x0040_0003_0300_0000), at: Self.dictionary + 8 * 0x100)
    bare.store(UInt64(0x0020_0004_0000_0000), at: Self.dictionary + 8 * 0x101)
    bare.store(UInt64(0x0020_0009_0000_0000), at: Self.dictionary + 8 * 0x102)
    bare.store(UInt64(0x2006_0000_0000_0000), at: Self.dictionary + 8 * 0x105)
    let cases: [([UInt8], [UInt64])] = [
      ([1, 2, 3, 3], [0x100]), ([1, 2, 4], [0x101]), ([1, 2, 9], [0x102]), ([1, 2, 8], [1, 2, 8]), ([1, 5], [0x103]),
      ([1, 6], [0x106]), ([1, 7], [0x104]), ([1, 8], [1, 8]),
    ]
    for (text, expected) in cases {
      #expect(compress(text) == nil)
      #expect(symbols == expected, "\(text)")
    }
  }

  @Test func `symbol translation stores what the table has for a symbol`() {
    putExample()
    bare.store(UInt16(0xFD55), at: Self.dictionary + 0x4080 + 2 * 0x201)
    bare.put([0xC1, 0xC3, 0xF1, 0xC5, 0xF1, 0xF2, 0xF3, 0xF4], at: Self.source)
    (bare[0], bare[1]) = (0x1_2000, Self.dictionary | 0x81 << 3)
    (bare[2], bare[3], bare[4], bare[5]) = (Self.target, 64, Self.source, 8)
    #expect(bare.run(Self.call) == nil)
    #expect(symbols == [0x155])
    #expect(bare[1] == Self.dictionary | 0x81 << 3 | 2)
  }

  // MARK: Exceptions

  @Test func `an odd register and a symbol size that is none are specification exceptions`() {
    for (options, text) in [
      (0x2000, [0xB2, 0x63, 0, 0x34]), (0x2000, [0xB2, 0x63, 0, 0x25]), (0, Self.call), (0x6000, Self.call), (0xF000, Self.call),
    ] as [(UInt64, [UInt8])] {
      bare[0] = options
      #expect(bare.run(text) == .specification)
    }
  }

  @Test func `a dictionary that says what it must not is a data exception at the symbol that uses it`() {
    let bad: [(UInt64, [UInt8])] = [
      (0x00A0_0000_0000_0000, [5]), (0x20A1_0000_0000_0000, [5]), (0xE001_0000_0000_0000, [5]), (0xC021_0000_0000_0000, [5]),
      // A descriptor without siblings, and an entry behind the dictionary.
      (0xC001_0001_0101_0101, [5, 2]), (0x2007_FF06_0000_0000, [5, 6]), (0x3007_FF06_0000_0000, [5, 6]),
    ]
    for (entry, text) in bad {
      putExample()
      bare.store(entry, at: Self.dictionary + 8 * 5)
      bare.cpu.s.pointee.dataExceptionCode = 0xFF
      let before = [0x2000, Self.dictionary, Self.target, 64, Self.source, UInt64(text.count)]
      #expect(compress(text) == .data, "\(String(entry, radix: 16))")
      #expect((0...5).map { bare[$0] } == before)
      #expect(bare.cpu.s.pointee.dataExceptionCode == 0)
      // Behind a good symbol it waits for the next execution.
      #expect(compress([0xC1, 0xC2] + text) == nil)
      #expect((bare.conditionCode, bare[4], bare[5]) == (3, Self.source + 2, UInt64(text.count)))
      #expect(bare.run(Self.call) == .data)
    }
    for entry in [0x0000_0000_0000_0000, 0xC0C1_0000_0000_0001, 0x4101_0000_0000_0001, 0x20C1_0000_0000_0000] as [UInt64] {
      putExample()
      bare.store(entry, at: Self.dictionary + 0x2000 + 8 * 0x101)
      bare.store(UInt64(0x20C1_0000_0000_0009), at: Self.dictionary + 0x2000 + 8 * 0xC1)
      bare.put([0x40, 0x40], at: Self.source)
      (bare[0], bare[1]) = (0x2100, Self.dictionary + 0x2000)
      (bare[2], bare[3], bare[4], bare[5]) = (Self.target, 300, Self.source, 2)
      #expect(bare.run(Self.call) == .data)
      #expect((bare[2], bare[3], bare[4], bare[5]) == (Self.target, 300, Self.source, 2))
    }
  }

  @Test func `a symbol stands for at most 260 characters`() {
    bare.put([UInt8](repeating: 0, count: 0x4000), at: Self.dictionary)
    // 7, 77, 777 ...: each entry's only child is the next one.
    bare.store(UInt64(0x3001_0007_0000_0000), at: Self.dictionary + 8 * 7)
    for k in UInt64(0x100)..<0x300 { bare.store(0x3000_0007_0000_0000 | (k + 1) << 40, at: Self.dictionary + 8 * k) }
    #expect(compress([UInt8](repeating: 7, count: 260)) == nil)
    #expect((symbols, bare[5]) == ([0x202], 0))
    #expect(compress([UInt8](repeating: 7, count: 261)) == .data)
    #expect(bare[5] == 261)
  }

  /// One symbol whose operands and dictionary entries are all in different pages.
  private func prepareAccesses(expanding: Bool) {
    putExample()
    // "A" has the children "B" and "C" of the example and, by a descriptor, seven more: the last one is "9".
    bare.store(UInt64(0xD801_00C2_C3C6_C7C8), at: Self.dictionary + 8 * 0xC1)
    bare.store(UInt64(0x7000_0102_0304_0506), at: Self.dictionary + 8 * 0x105)
    bare.store(UInt64(0xF900_0000_0000_0000), at: Self.dictionary + 0x2000 + 8 * 0x105)
    bare.store(UInt16(0x201), at: Self.dictionary + 0x4080 + 2 * 0x201)
    bare.store(UInt16(0x10C), at: Self.dictionary + 0x4080 + 2 * 0x10C)
    bare.put([0xC1, 0xC3, 0xF1, 0xC5, 0xF1, 0xF2, 0xF3, 0xF4], at: 0x10_0FFF)
    // Symbol 0x201 from bit 7 on.
    bare.put([0x01, 0x00, 0x80], at: 0x11_0FFE)
    let options: UInt64 = expanding ? 0x2100 : 0x1_2200
    let compressed: (UInt64, UInt64) = expanding ? (0x18_0FFC, 8) : (0x18_0FFE, 3)
    (bare[0], bare[1]) = (options, Self.dictionary + (expanding ? 0x2000 : 0x81 << 3) | 7)
    (bare[2], bare[3]) = compressed
    (bare[4], bare[5]) = expanding ? (0x11_0FFE, 3) : (0x10_0FFF, 8)
    bare.put([UInt8](repeating: 0xEE, count: 16), at: 0x18_0FF8)
  }

  @Test(
    arguments: [
      (false, 0x10_0000), (false, 0x10_1000), (false, 0x20_0000), (false, 0x20_1000), (false, 0x20_4000), (false, 0x18_0000),
      (false, 0x18_1000), (true, 0x11_0000), (true, 0x11_1000), (true, 0x20_2000), (true, 0x20_3000), (true, 0x18_0000),
      (true, 0x18_1000),
    ] as [(Bool, UInt64)])
  func `an access exception at any access leaves registers and storage as they were`(expanding: Bool, page: UInt64) throws {
    try bare.mapIdentity()
    prepareAccesses(expanding: expanding)
    let before = (0...5).map { bare[$0] }
    bare.setMask(BareMachine.dat)
    bare.store(bare.load(UInt64.self, at: bare.pageEntry(page)) | 0x400, at: bare.pageEntry(page))
    #expect(bare.run(Self.call) == .pageTranslation)
    #expect((0...5).map { bare[$0] } == before)
    #expect(bare.bytes(16, at: 0x18_0FF8) == [UInt8](repeating: 0xEE, count: 16))
    let kind = page >> 16 == 0x18 ? TranslationTests.storing : TranslationTests.fetching
    #expect((bare.oldPSW.instructionAddress, bare.identification) == (0x2000, page | kind))
    // A key that does not match is met at the same place, and suppresses.
    bare.store(bare.load(UInt64.self, at: bare.pageEntry(page)) & ~0x400, at: bare.pageEntry(page))
    bare.cpu.flushTLB()
    bare.key(page, 0x38)
    bare.key(0x2000, 0x40)
    bare.setMask(BareMachine.dat | 4 << PSW.keyShift)
    for k in [0x10, 0x11, 0x18, 0x20] as [UInt64] {
      for p in 0..<UInt64(5) where k << 16 + p << 12 != page { bare.key(k << 16 + p << 12, 0x40) }
    }
    #expect(bare.run(Self.call) == .protection)
    #expect((0...5).map { bare[$0] } == before)
    #expect(bare.bytes(16, at: 0x18_0FF8) == [UInt8](repeating: 0xEE, count: 16))
    #expect(bare.oldPSW.instructionAddress == 0x2004)
    bare.key(page, 0x40)
    bare.setMask(BareMachine.dat | 4 << PSW.keyShift)
    #expect(bare.run(Self.call) == nil)
    #expect((bare.conditionCode, bare[5]) == (0, expanding ? 1 : 0))
  }

  @Test func `more siblings of format 1 come from the expansion dictionary, which must be there`() throws {
    try bare.mapIdentity()
    prepareAccesses(expanding: false)
    bare.put([0xC1, 0xF9], at: 0x10_0FFF)
    bare[5] = 2
    let before = (0...5).map { bare[$0] }
    let entry = bare.pageEntry(Self.dictionary + 0x2000)
    bare.setMask(BareMachine.dat)
    bare.store(bare.load(UInt64.self, at: entry) | 0x400, at: entry)
    #expect(bare.run(Self.call) == .pageTranslation)
    #expect((0...5).map { bare[$0] } == before)
    #expect(bare.identification == Self.dictionary + 0x2000 | TranslationTests.fetching)
    bare.store(bare.load(UInt64.self, at: entry) & ~0x400, at: entry)
    bare.setMask(BareMachine.dat)
    #expect(bare.run(Self.call) == nil)
    #expect((bare.conditionCode, bare[1] & 7, bare[2], bare[5]) == (0, 1, 0x18_1000, 0))
    // 0x10C behind the seven bits that were there.
    #expect(bare.bytes(3, at: 0x18_0FFE) == [0xEE, 0x86, 0x00])
  }

  @Test func `in the 31-bit mode addresses and lengths are those of bits 33-63 and 32-63`() {
    putExample()
    bare.put([0xC1, 0xC2], at: Self.source)
    bare.setMask(PSW.basicAddressing)
    let high: UInt64 = 0xFFFF_FFFF_0000_0000
    (bare[0], bare[1]) = (high | 0x2000, high | 0x8000_0000 | Self.dictionary)
    (bare[2], bare[3], bare[4], bare[5]) = (high | 0x8000_0000 | Self.target, high | 2, high | Self.source, high | 2)
    #expect(bare.run(Self.call) == nil)
    #expect((bare.conditionCode, bare[1]) == (0, high | 0x8000_0000 | Self.dictionary | 2))
    #expect((bare[2], bare[3]) == (high | (Self.target + 1), high | 1))
    #expect((bare[4], bare[5]) == (high | (Self.source + 2), high))
    #expect(bare.bytes(2, at: Self.target) == [0x40, 0x00])
  }

  @Test func `a long text ends with condition code 3 and goes on from the registers`() {
    putExample()
    let text = [UInt8](repeating: 0x40, count: 6000)
    bare.put(text, at: Self.source)
    (bare[0], bare[1]) = (0x2000, Self.dictionary)
    (bare[2], bare[3], bare[4], bare[5]) = (Self.target, 7500, Self.source, 6000)
    #expect(bare.run(Self.call) == nil)
    #expect(bare.conditionCode == 3)
    let done = bare[4] - Self.source
    #expect((bare[3], bare[5]) == (7500 - done * 10 / 8, 6000 - done))
    #expect(complete() == nil)
    #expect((bare.conditionCode, bare[3], bare[5]) == (0, 0, 0))
  }
}

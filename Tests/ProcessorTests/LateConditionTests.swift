import Processor
import Testing

/// Condition codes that compiled code does not compute until somebody asks: in the block, where flags are lost by then, and outside
/// of it.
@Suite struct LateConditionTests {
  /// Instructions that set the condition code from registers 1 and 6, which lie in a host register and in the state, or from a constant.
  private static let setters: [[UInt8]] = {
    var setters: [[UInt8]] = []
    for pair: UInt8 in [0x12, 0x16, 0x61, 0x67, 0x11] {
      setters += ([0x1A, 0x1B, 0x1E, 0x1F, 0x19, 0x15, 0x12, 0x14, 0x10, 0x11, 0x13] as [UInt8]).map { [$0, pair] }
      setters += ([0x08, 0x09, 0x0A, 0x0B, 0x20, 0x21, 0x02, 0x80, 0x82, 0x88, 0x89] as [UInt8]).map { [0xB9, $0, 0, pair] }
    }
    for register: UInt8 in [0x10, 0x60] {
      for value: [UInt8] in [[0, 0], [0, 1], [0x80, 0], [0xFF, 0xFF]] {
        setters += ([0xA, 0xB, 0xE, 0xF, 0x1] as [UInt8]).map { [0xA7, register | $0] + value }
      }
    }
    // SET PROGRAM MASK of register 6; SLA and SRA of registers 1 and 6.
    return setters + [[0x04, 0x60], [0x8B, 0x10, 0, 3], [0x8A, 0x60, 0, 3]]
  }()
  private static let values: [UInt64] = [
    0, 1, .max, 1 << 63, 1 << 63 - 1, 1 << 31, 1 << 31 - 1, 1 << 32 - 1, 1 << 32, 0xFFFF_FFFF_0000_0000, 0x7FFF_FFFF_8000_0000,
  ]

  private static func outcome(_ bare: BareMachine, _ text: [UInt8], _ first: UInt64, _ second: UInt64) -> [UInt64] {
    (bare[1], bare[2], bare[6], bare[7], bare[8], bare[9]) = (first, second, second, second, 0x3000, 0)
    bare.load(mask: BareMachine.supervisor, address: 0x2000)
    let cause = bare.start(at: 0x2000)
    return [bare[1], bare[6], bare[9], bare.cpu.s.pointee.conditionCode, cause == nil ? 0 : 1, bare.psw.instructionAddress]
  }

  @Test func `whoever asks for a condition code gets it, however late`() {
    // Nothing behind it; a store, which loses the flags, and INSERT PROGRAM MASK; the same and a branch on each mask.
    let store: [UInt8] = [0xE3, 0x10, 0x80, 0x00, 0x00, 0x24], insert: [UInt8] = [0xB2, 0x22, 0, 0x90]
    let branches: [[UInt8]] = (1..<15).map { [0xA7, $0 << 4 | 4, 0, 4, 0x1B, 0x99] }
    let ends = [[], store + insert, insert] + branches.map { store + $0 } + branches
    let machines = [nil, ExecutionMode.compiled.settings].map { BareMachine.forPrograms(compiling: $0) }
    for (k, setter) in LateConditionTests.setters.enumerated() {
      for end in [ends[0], ends[1], ends[2], ends[3 + k % 14], ends[17 + (k + 5) % 14]] {
        for bare in machines { bare.put(setter + end + BareMachine.stopText, at: 0x2000) }
        for first in LateConditionTests.values {
          for second in LateConditionTests.values {
            let results = machines.map { LateConditionTests.outcome($0, setter, first, second) }
            #expect(results[0] == results[1], "\(setter) \(end) \(first) \(second)")
            if results[0] != results[1] { return }
          }
        }
      }
    }
  }

  /// AGSI, ASI, ALGSI and ALSI of 1 where the operand crosses a page, so that they are interpreted; then INSERT PROGRAM MASK.
  @Test(arguments: [
    [0xEB, 1, 0x80, 0, 0, 0x7A], [0xEB, 1, 0x80, 0, 0, 0x6A], [0xEB, 1, 0x80, 0, 0, 0x7E], [0xEB, 1, 0x80, 0, 0, 0x6E],
  ])
  func `the condition code is that of an instruction that had to be interpreted`(_ text: [Int]) {
    let text = text.map(UInt8.init)
    for mode in ExecutionMode.allCases {
      let bare = BareMachine.forPrograms(compiling: mode.settings)
      bare.put(text + [0xB2, 0x22, 0, 0x90] + BareMachine.stopText, at: 0x2000)
      // First on its boundary, so that what the block keeps is of another operand.
      for (address, value, code) in [
        (0x3000, 5, 2), (0x3FFD, UInt64.max, 0), (0x3000, UInt64.max - 8, 1), (0x3FFD, 7, 2),
      ] as [(UInt64, UInt64, UInt64)] {
        let isWide = text[5] & 0x10 != 0, isLogical = text[5] & 4 != 0
        if isWide { bare[UInt64.self, address] = value } else { bare[UInt32.self, address] = UInt32(truncatingIfNeeded: value) }
        (bare[8], bare[9]) = (address, 0)
        #expect(bare.start(at: 0x2000) == nil)
        let logical: UInt64 = value == .max ? 2 : 1
        #expect(bare[9] >> 28 & 3 == (isLogical ? logical : code), "\(mode) \(address)")
      }
      #expect(bare.services.firstDifference == nil)
    }
  }
}

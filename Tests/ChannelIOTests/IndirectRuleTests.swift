import ChannelIO
import Storage
import Testing

/// IDAWs and MIDAWs (chapter 15, "CCW Indirect Data Addressing", "Modified-CCW-Indirect-Data-Addressing").
enum IndirectRules {
  static let list: UInt32 = 0x3000

  static func words(_ words: UInt32...) -> @Sendable (Rig) -> Void {
    { rig in for (n, word) in words.enumerated() { rig.storage.store(word, at: AbsoluteAddress(0x3000 + UInt64(n) * 4)) } }
  }
  static func doublewords(_ words: UInt64...) -> @Sendable (Rig) -> Void {
    { rig in for (n, word) in words.enumerated() { rig.storage.store(word, at: AbsoluteAddress(0x3000 + UInt64(n) * 8)) } }
  }
  static func midaws(at address: UInt64 = 0x3000, _ words: MIDAW...) -> @Sendable (Rig) -> Void {
    { rig in for (n, word) in words.enumerated() { rig.put(word.encode(), at: address + UInt64(n) * 16) } }
  }
  static let format2: @Sendable (inout ORB) -> Void = { $0.hasFormat2IDAWs = true }
  static let format2K: @Sendable (inout ORB) -> Void = {
    $0.hasFormat2IDAWs = true
    $0.has2KBlocks = true
  }
  static let modified: @Sendable (inout ORB) -> Void = { $0.allowsMIDAWs = true }

  static let format1Lists: [ProgramRule] = [
    .init(
      rule: "format-1 IDAWs designate 2-KiB blocks, the first from anywhere in one",
      ccws: [CCW(2, flags: .indirectData, count: 2500, dataAddress: list)], scsw: "00804007 00001008 0C000000",
      prepare: words(0x47F0, 0x8000, 0x6800), scripts: [2: sending(2500)],
      stored: [0x47F0: count(16), 0x8000: count(2048, from: 16), 0x6800: count(436, from: 2064)]),
    .init(
      rule: "a format-0 CCW has format-1 IDAWs of 31 bits", ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "00004007 00001008 0C000000", format1: false, prepare: words(0x47F8, 0x8000),
      stored: [0x47F8: count(8), 0x8000: count(8, from: 8)]),
    .init(
      rule: "a write gathers over IDAWs", ccws: [CCW(1, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "00804007 00001008 0C000000",
      prepare: {
        words(0x47FC, 0x8000)($0)
        $0.put(count(4), at: 0x47FC)
        $0.put(count(12, from: 4), at: 0x8000)
      }, received: [count(16)]),
    .init(
      rule: "the second IDAW must be on a 2-KiB boundary", ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200008", prepare: words(0x47F8, 0x8008), stored: [0x47F8: count(8)]),
    .init(
      rule: "bit 0 of a format-1 IDAW must be zero", ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", prepare: words(0x8000_4000)),
    .init(
      rule: "format-1 IDAWs are on a word boundary", ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list + 2)],
      scsw: "00804017 00001008 0C200010", prepare: words(0x4000, 0x4000)),
    .init(
      rule: "IDAWs must be in storage", ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: 0x10_0000)],
      scsw: "00804017 00001008 0C200010"),
    .init(
      rule: "an IDAW that the key may not fetch is a protection check",
      ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "20804017 00001008 0C100010", orb: { $0.key = 2 },
      prepare: {
        words(0x4000)($0)
        $0.storage.setKey(StorageKey(bits: 0x38), at: AbsoluteAddress(0x3000))
        $0.storage.setKey(StorageKey(bits: 0x20), at: AbsoluteAddress(0x4000))
      }),
    .init(
      rule: "an IDAW is not fetched before its block is needed",
      ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: 0xF_FFFC)],
      scsw: "00804007 00001008 0C000000", prepare: { $0.storage.store(UInt32(0x47F0), at: AbsoluteAddress(0xF_FFFC)) },
      stored: [0x47F0: count(16)]),
    .init(
      rule: "each CCW of a data chain has a list of its own",
      ccws: [
        CCW(2, flags: [.chainData, .indirectData], count: 6, dataAddress: list),
        CCW(0, flags: .indirectData, count: 10, dataAddress: list + 8),
      ], scsw: "00804007 00001010 0C000000", prepare: words(0x4001, 0, 0x4103),
      stored: [0x4001: count(6), 0x4103: count(10, from: 6)]),
    .init(
      rule: "IDAWs of a read backward end blocks", ccws: [CCW(0x0C, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "00804007 00001008 0C000000", prepare: words(0x4003, 0x87FF), scripts: [0x0C: sending(16)],
      stored: [0x4000: count(4).reversed(), 0x87F4: count(12, from: 4).reversed()]),
  ]

  static let format2Lists: [ProgramRule] = [
    .init(
      rule: "format-2 IDAWs designate 4-KiB blocks", ccws: [CCW(2, flags: .indirectData, count: 5000, dataAddress: list)],
      scsw: "00804007 00001008 0C000000", orb: format2, prepare: doublewords(0x4FF0, 0x8000, 0x6000), scripts: [2: sending(5000)],
      stored: [0x4FF0: count(16), 0x8000: count(4096, from: 16), 0x6000: count(888, from: 4112)]),
    .init(
      rule: "format-2 IDAWs designate 2-KiB blocks when the ORB's T says so",
      ccws: [CCW(2, flags: .indirectData, count: 2500, dataAddress: list)], scsw: "00804007 00001008 0C000000", orb: format2K,
      prepare: doublewords(0x4FF0, 0x8800, 0x6000), scripts: [2: sending(2500)],
      stored: [0x4FF0: count(16), 0x8800: count(2048, from: 16), 0x6000: count(436, from: 2064)]),
    .init(
      rule: "the second format-2 IDAW must be on a 4-KiB boundary",
      ccws: [CCW(2, flags: .indirectData, count: 32, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", orb: format2, prepare: doublewords(0x4FF0, 0x8800), scripts: [2: sending(32)],
      stored: [0x4FF0: count(16)]),
    .init(
      rule: "format-2 IDAWs are on a doubleword boundary", ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list + 4)],
      scsw: "00804017 00001008 0C200010", orb: format2, prepare: doublewords(0x4000, 0x4000)),
    .init(
      rule: "a 64-bit address out of storage is a program check",
      ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", orb: format2, prepare: doublewords(0x1_0000_0000_4000)),
    .init(
      rule: "an address that would wrap is a program check", ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", orb: format2, prepare: doublewords(0xFFFF_FFFF_FFFF_FFF8)),
    .init(
      rule: "format-2 IDAWs of a read backward end blocks",
      ccws: [CCW(0x0C, flags: .indirectData, count: 16, dataAddress: list)], scsw: "00804007 00001008 0C000000", orb: format2,
      prepare: doublewords(0x4003, 0x8FFF), scripts: [0x0C: sending(16)],
      stored: [0x4000: count(4).reversed(), 0x8FF4: count(12, from: 4).reversed()]),
    .init(
      rule: "the second IDAW of a read backward must end its block",
      ccws: [CCW(0x0C, flags: .indirectData, count: 16, dataAddress: list)], scsw: "00804017 00001008 0C20000C", orb: format2,
      prepare: doublewords(0x4003, 0x87FF), scripts: [0x0C: sending(16)], stored: [0x4000: count(4).reversed()]),
    .init(
      rule: "the second format-2 IDAW of 2-KiB blocks must be on a 2-KiB boundary",
      ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list)], scsw: "00804017 00001008 0C200008", orb: format2K,
      prepare: doublewords(0x47F8, 0x8400), stored: [0x47F8: count(8)]),
    .init(
      rule: "a format-0 CCW may have format-2 IDAWs", ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "00004007 00001008 0C000000", format1: false, orb: format2, prepare: doublewords(0x4FF8, 0x8000),
      stored: [0x4FF8: count(8), 0x8000: count(8, from: 8)]),
    .init(
      rule: "a list of IDAWs may cross a block",
      ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: 0x3FF8)], scsw: "00804007 00001008 0C000000", orb: format2,
      prepare: {
        $0.storage.store(UInt64(0x6FF8), at: AbsoluteAddress(0x3FF8))
        $0.storage.store(UInt64(0x9000), at: AbsoluteAddress(0x4000))
      }, stored: [0x6FF8: count(8), 0x9000: count(8, from: 8)]),
    .init(
      rule: "the ORB's T means nothing to format-1 IDAWs", ccws: [CCW(2, flags: .indirectData, count: 16, dataAddress: list)],
      scsw: "00804007 00001008 0C000000", orb: { $0.has2KBlocks = true }, prepare: words(0x47F8, 0x8800),
      stored: [0x47F8: count(8), 0x8800: count(8, from: 8)]),
  ]

  static let modifiedLists: [ProgramRule] = [
    .init(
      rule: "MIDAWs designate areas of any length", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804007 00001008 0C000000", orb: modified,
      prepare: midaws(.init(count: 3, dataAddress: 0x4001), .init(flags: .last, count: 13, dataAddress: 0x5FF3)),
      stored: [0x4001: count(3), 0x5FF3: count(13, from: 3)]),
    .init(
      rule: "a MIDAW can skip", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804007 00001008 0C000000", orb: modified,
      prepare: midaws(
        .init(count: 3, dataAddress: 0x4001), .init(flags: .skip, count: 5, dataAddress: 0),
        .init(flags: .last, count: 8, dataAddress: 0x4004)),
      stored: [0x4001: count(3) + count(8, from: 8)]),
    .init(
      rule: "a write gathers over MIDAWs", ccws: [CCW(1, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804007 00001008 0C000000", orb: modified,
      prepare: {
        midaws(.init(count: 4, dataAddress: 0x4FFC), .init(flags: .last, count: 12, dataAddress: 0x8000))($0)
        $0.put(count(4), at: 0x4FFC)
        $0.put(count(12, from: 4), at: 0x8000)
      }, received: [count(16)]),
    .init(
      rule: "MIDAWs are on a quadword boundary", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list + 8)],
      scsw: "00804017 00001008 0C200010", orb: modified, prepare: midaws(.init(flags: .last, count: 16, dataAddress: 0x4000))),
    .init(
      rule: "a list of MIDAWs stays in its 4-KiB block",
      ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: 0x3FF0)],
      scsw: "00804017 00001008 0C20000D", orb: modified,
      prepare: midaws(at: 0x3FF0, .init(count: 3, dataAddress: 0x5000), .init(flags: .last, count: 13, dataAddress: 0x6000)),
      stored: [0x5000: count(3)]),
    .init(
      rule: "the last MIDAW must use up the count", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C20000D", orb: modified,
      prepare: midaws(.init(count: 3, dataAddress: 0x4001), .init(flags: .last, count: 12, dataAddress: 0x5000)),
      stored: [0x4001: count(3)]),
    .init(
      rule: "a MIDAW must not go beyond the count", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C20000D", orb: modified,
      prepare: midaws(.init(count: 3, dataAddress: 0x4001), .init(flags: .last, count: 14, dataAddress: 0x5000)),
      stored: [0x4001: count(3)]),
    .init(
      rule: "a MIDAW's count is not zero", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", orb: modified, prepare: midaws(.init(count: 0, dataAddress: 0x4001))),
    .init(
      rule: "a MIDAW's area stays in its 4-KiB block", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", orb: modified, prepare: midaws(.init(flags: .last, count: 16, dataAddress: 0x4FF1))),
    .init(
      rule: "the first 40 bits of a MIDAW are zero", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", orb: modified,
      prepare: midaws(.init(head: 0x0000_0001_0080_0010, dataAddress: 0x4000))),
    .init(
      rule: "reserved flags of a MIDAW are zero", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", orb: modified,
      prepare: midaws(.init(head: 0x0000_0000_0090_0010, dataAddress: 0x4000))),
    .init(
      rule: "data-transfer interruption, which is not provided, is a program check",
      ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", orb: modified,
      prepare: midaws(.init(flags: [.last, .dataTransferInterruption], count: 16, dataAddress: 0x4000))),
    .init(
      rule: "a MIDAW that skips may skip more than a block, wherever its address is",
      ccws: [CCW(2, flags: .modifiedIndirectData, count: 5016, dataAddress: list)],
      scsw: "00804007 00001008 0C000000", orb: modified,
      prepare: midaws(
        .init(flags: .skip, count: 5000, dataAddress: 0xFFF_FFF0), .init(flags: .last, count: 16, dataAddress: 0x4000)),
      scripts: [2: sending(5016)], stored: [0x4000: count(16, from: 5000)]),
    .init(
      rule: "MIDAWs of a read backward name last bytes",
      ccws: [CCW(0x0C, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804007 00001008 0C000000", orb: modified,
      prepare: midaws(.init(count: 4, dataAddress: 0x4003), .init(flags: .last, count: 12, dataAddress: 0x5FFF)),
      scripts: [0x0C: sending(16)], stored: [0x4000: count(4).reversed(), 0x5FF4: count(12, from: 4).reversed()]),
    .init(
      rule: "a MIDAW of a read backward stays in its 4-KiB block",
      ccws: [CCW(0x0C, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C200010", orb: modified,
      prepare: midaws(.init(flags: .last, count: 16, dataAddress: 0x400E)), scripts: [0x0C: sending(16)]),
    .init(
      rule: "a MIDAW that the key may not fetch is a protection check",
      ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "20804017 00001008 0C100010",
      orb: {
        $0.allowsMIDAWs = true; $0.key = 2
      },
      prepare: {
        midaws(.init(flags: .last, count: 16, dataAddress: 0x4000))($0)
        $0.storage.setKey(StorageKey(bits: 0x38), at: AbsoluteAddress(0x3000))
        $0.storage.setKey(StorageKey(bits: 0x20), at: AbsoluteAddress(0x4000))
      }),
    .init(
      rule: "the area of a MIDAW is held to its key", ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "20804017 00001008 0C10000D",
      orb: {
        $0.allowsMIDAWs = true; $0.key = 2
      },
      prepare: {
        midaws(.init(count: 3, dataAddress: 0x4000), .init(flags: .last, count: 13, dataAddress: 0x5000))($0)
        $0.storage.setKey(StorageKey(bits: 0x20), at: AbsoluteAddress(0x4000))
        $0.storage.setKey(StorageKey(bits: 0x30), at: AbsoluteAddress(0x5000))
      }, stored: [0x4000: count(3)]),
    .init(
      rule: "a MIDAW's address out of storage is a program check",
      ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)],
      scsw: "00804017 00001008 0C20000D", orb: modified,
      prepare: midaws(.init(count: 3, dataAddress: 0x4000), .init(flags: .last, count: 13, dataAddress: 0x8000_0000_0000)),
      stored: [0x4000: count(3)]),
    .init(
      rule: "a count that ends before the last MIDAW is no error",
      ccws: [CCW(2, flags: [.modifiedIndirectData, .suppressLengthIndication], count: 32, dataAddress: list)],
      scsw: "00804007 00001008 0C000010", orb: modified,
      prepare: midaws(.init(count: 16, dataAddress: 0x4000), .init(flags: .last, count: 16, dataAddress: 0x5000)),
      stored: [0x4000: count(16)]),
    .init(
      rule: "MIDAWs of a format-0 CCW",
      ccws: [CCW(2, flags: .modifiedIndirectData, count: 16, dataAddress: list)], scsw: "00004007 00001008 0C000000",
      format1: false, orb: modified, prepare: midaws(.init(flags: .last, count: 16, dataAddress: 0x4001)),
      stored: [0x4001: count(16)]),
    .init(
      rule: "MIDAWs and IDAWs can follow each other in a data chain",
      ccws: [
        CCW(2, flags: [.chainData, .modifiedIndirectData], count: 6, dataAddress: list),
        CCW(0, flags: .indirectData, count: 10, dataAddress: list + 0x100),
      ], scsw: "00804007 00001010 0C000000", orb: modified,
      prepare: {
        midaws(.init(flags: .last, count: 6, dataAddress: 0x4001))($0)
        $0.storage.store(UInt32(0x5001), at: AbsoluteAddress(0x3100))
      }, stored: [0x4001: count(6), 0x5001: count(10, from: 6)]),
  ]
}

@Suite struct IndirectRuleTests {
  @Test(arguments: IndirectRules.format1Lists) func `format-1 IDAWs`(_ rule: ProgramRule) throws { try rule.check() }
  @Test(arguments: IndirectRules.format2Lists) func `format-2 IDAWs`(_ rule: ProgramRule) throws { try rule.check() }
  @Test(arguments: IndirectRules.modifiedLists) func `lists of MIDAWs`(_ rule: ProgramRule) throws { try rule.check() }
}

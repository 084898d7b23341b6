import ChannelIO
import Testing

/// Counts, incorrect length, chaining and SKIP (chapter 15, "Chaining"; chapter 16, "Incorrect Length").
enum ChainingRules {
  static let data: UInt32 = 0x2000

  static let lengths: [ProgramRule] = [
    .init(
      rule: "a read of the device's length ends normally", ccws: [CCW(2, count: 16, dataAddress: data)],
      scsw: "00804007 00001008 0C000000", stored: [0x2000: count(16)]),
    .init(
      rule: "a count larger than the record is an incorrect length", ccws: [CCW(2, count: 32, dataAddress: data)],
      scsw: "00804017 00001008 0C400010", stored: [0x2000: count(16)]),
    .init(
      rule: "SLI suppresses a count that is too large",
      ccws: [CCW(2, flags: .suppressLengthIndication, count: 32, dataAddress: data)], scsw: "00804007 00001008 0C000010",
      stored: [0x2000: count(16)]),
    .init(
      rule: "a count smaller than the record is an incorrect length", ccws: [CCW(2, count: 8, dataAddress: data)],
      scsw: "00804017 00001008 0C400000", stored: [0x2000: count(8)]),
    .init(
      rule: "SLI suppresses a count that is too small",
      ccws: [CCW(2, flags: .suppressLengthIndication, count: 8, dataAddress: data)], scsw: "00804007 00001008 0C000000",
      stored: [0x2000: count(8)]),
    .init(
      rule: "a write of the device's length ends normally", ccws: [CCW(1, count: 16, dataAddress: data)],
      scsw: "00804007 00001008 0C000000", prepare: { $0.put(count(16, from: 7), at: 0x2000) }, received: [count(16, from: 7)]),
    .init(
      rule: "a device that wants more than a write's count is an incorrect length", ccws: [CCW(1, count: 10, dataAddress: data)],
      scsw: "00804017 00001008 0C400000", received: [count(10).map { _ in 0 }]),
    .init(
      rule: "a device that wants less than a write's count leaves a residual",
      ccws: [CCW(1, flags: .suppressLengthIndication, count: 20, dataAddress: data)], scsw: "00804007 00001008 0C000004",
      received: [count(16).map { _ in 0 }]),
    .init(
      rule: "a device that stops when the counts of a data chain are used up ends normally",
      ccws: [CCW(1, flags: .chainData, count: 10, dataAddress: data), CCW(0, count: 14, dataAddress: data + 10)],
      scsw: "00804007 00001010 0C000000", prepare: { $0.put(count(24), at: 0x2000) },
      scripts: [
        1: { transfer, device in
          while !transfer.isUsedUp { _ = device.take(transfer, 8) }
          return .normalEnd
        }
      ], received: [count(8), count(8, from: 8), count(8, from: 16)]),
    .init(
      rule: "an incorrect length breaks command chaining",
      ccws: [CCW(2, flags: .chainCommand, count: 32, dataAddress: data), CCW(3, count: 1)], scsw: "00804017 00001008 0C400010",
      stored: [0x2000: count(16)], commands: [2]),
    .init(
      rule: "SLI keeps command chaining over a wrong length",
      ccws: [
        CCW(2, flags: [.chainCommand, .suppressLengthIndication], count: 32, dataAddress: data),
        CCW(2, flags: [.chainCommand, .suppressLengthIndication], count: 4, dataAddress: 0x2100),
        CCW(3, flags: .suppressLengthIndication, count: 1),
      ], scsw: "00804007 00001018 0C000001", stored: [0x2000: count(16), 0x2100: count(4)], commands: [2, 2, 3]),
    .init(
      rule: "a format-1 read with count zero transfers nothing and is an incorrect length", ccws: [CCW(2, count: 0)],
      scsw: "00804017 00001008 0C400000"),
    .init(
      rule: "a format-1 read with count zero and SLI ends normally", ccws: [CCW(2, flags: .suppressLengthIndication)],
      scsw: "00804007 00001008 0C000000"),
  ]

  static let immediate: [ProgramRule] = [
    .init(
      rule: "an immediate operation with a count in format 1 is an incorrect length", ccws: [CCW(3, count: 1)],
      scsw: "00804017 00001008 0C400001"),
    .init(
      rule: "an immediate operation with count zero has no length", ccws: [CCW(3)], scsw: "00804007 00001008 0C000000"),
    .init(
      rule: "SLI suppresses the length of an immediate operation", ccws: [CCW(3, flags: .suppressLengthIndication, count: 1)],
      scsw: "00804007 00001008 0C000001"),
    .init(
      rule: "the ORB's L suppresses the length of an immediate operation", ccws: [CCW(3, count: 1)],
      scsw: "00804007 00001008 0C000001", orb: { $0.suppressesIncorrectLength = true }),
    .init(
      rule: "the ORB's L does not suppress the length of a transfer", ccws: [CCW(2, count: 32, dataAddress: data)],
      scsw: "00804017 00001008 0C400010", orb: { $0.suppressesIncorrectLength = true }, stored: [0x2000: count(16)]),
    .init(
      rule: "an immediate operation in format 0 has no length and keeps command chaining",
      ccws: [CCW(3, flags: .chainCommand, count: 1), CCW(2, count: 16, dataAddress: data)], scsw: "00004007 00001010 0C000000",
      format1: false, stored: [0x2000: count(16)], commands: [3, 2]),
    .init(
      rule: "an immediate operation in format 0 with CD ends the program without an incorrect length",
      ccws: [CCW(3, flags: [.chainData, .chainCommand], count: 5), CCW(2, count: 16, dataAddress: data)],
      scsw: "00004007 00001008 0C000005", format1: false, commands: [3]),
    .init(
      rule: "an immediate operation in format 1 with CD is an incorrect length whatever SLI says",
      ccws: [CCW(3, flags: [.chainData, .suppressLengthIndication], count: 5), CCW(3)], scsw: "00804017 00001008 0C400005",
      commands: [3]),
    .init(
      rule: "the data address of an immediate operation is not looked at",
      ccws: [CCW(3, flags: [.indirectData, .suppressLengthIndication], count: 1, dataAddress: 0x7FFF_FFFF)],
      scsw: "00804007 00001008 0C000001"),
  ]

  static let dataChaining: [ProgramRule] = [
    .init(
      rule: "data chaining scatters a read",
      ccws: [CCW(2, flags: .chainData, count: 6, dataAddress: data), CCW(0, count: 10, dataAddress: 0x2100)],
      scsw: "00804007 00001010 0C000000", stored: [0x2000: count(6), 0x2100: count(10, from: 6)], commands: [2]),
    .init(
      rule: "data chaining gathers a write",
      ccws: [
        CCW(1, flags: .chainData, count: 6, dataAddress: data), CCW(0xFF, flags: .chainData, count: 1, dataAddress: 0x2200),
        CCW(0, count: 9, dataAddress: 0x2100),
      ], scsw: "00804007 00001018 0C000000",
      prepare: {
        $0.put(count(6), at: 0x2000)
        $0.put([99], at: 0x2200)
        $0.put(count(9, from: 6), at: 0x2100)
      }, received: [count(6) + [99] + count(9, from: 6)], commands: [1]),
    .init(
      rule: "a transfer in channel continues data chaining",
      ccws: [
        CCW(2, flags: .chainData, count: 6, dataAddress: data), CCW(8, dataAddress: 0x1020), CCW(0), CCW(0),
        CCW(0x55, count: 10, dataAddress: 0x2100),
      ], scsw: "00804007 00001028 0C000000", stored: [0x2000: count(6), 0x2100: count(10, from: 6)], commands: [2]),
    .init(
      rule: "the end of data while CD is on is an incorrect length in spite of SLI",
      ccws: [
        CCW(2, flags: [.chainData, .suppressLengthIndication], count: 32, dataAddress: data), CCW(0, count: 1, dataAddress: data),
      ],
      scsw: "00804017 00001008 0C400010", stored: [0x2000: count(16)]),
    .init(
      rule: "when a count is used up the next CCW of the data chain has control",
      ccws: [CCW(2, flags: .chainData, count: 16, dataAddress: data), CCW(0, count: 10, dataAddress: 0x2100)],
      scsw: "00804017 00001010 0C40000A", stored: [0x2000: count(16)]),
    .init(
      rule: "SLI counts in the last CCW of a data chain",
      ccws: [
        CCW(2, flags: .chainData, count: 10, dataAddress: data),
        CCW(0, flags: .suppressLengthIndication, count: 10, dataAddress: 0x2100),
      ], scsw: "00804007 00001010 0C000004", stored: [0x2000: count(10), 0x2100: count(6, from: 10)]),
    .init(
      rule: "CD overrides CC, and the CC of the last CCW of the data chain chains",
      ccws: [
        CCW(2, flags: [.chainData, .chainCommand], count: 10, dataAddress: data),
        CCW(0, flags: .chainCommand, count: 6, dataAddress: 0x2100), CCW(3),
      ], scsw: "00804007 00001018 0C000000", stored: [0x2000: count(10), 0x2100: count(6, from: 10)], commands: [2, 3]),
    .init(
      rule: "a count of zero while data are chained is a program check",
      ccws: [CCW(2, flags: .chainData, count: 10, dataAddress: data), CCW(0, count: 0, dataAddress: 0x2100)],
      scsw: "00804017 00001010 0C200000", stored: [0x2000: count(10)]),
    .init(
      rule: "the S flag while data are chained is a program check",
      ccws: [CCW(2, flags: .chainData, count: 10, dataAddress: data), CCW(0, flags: .suspend, count: 6, dataAddress: 0x2100)],
      scsw: "08804017 00001010 0C200006", orb: { $0.suspendControl = true }, stored: [0x2000: count(10)]),
    .init(
      rule: "two transfers in channel while data are chained are a program check",
      ccws: [CCW(2, flags: .chainData, count: 10, dataAddress: data), CCW(8, dataAddress: 0x1010), CCW(8, dataAddress: 0x1000)],
      scsw: "00804017 00001018 0C200000", stored: [0x2000: count(10)]),
  ]

  static let skipping: [ProgramRule] = [
    .init(
      rule: "SKIP stores nothing", ccws: [CCW(2, flags: .skip, count: 16, dataAddress: data)], scsw: "00804007 00001008 0C000000"),
    .init(
      rule: "SKIP does not look at the data address",
      ccws: [CCW(2, flags: [.skip, .indirectData], count: 16, dataAddress: 0x7FFF_FFFF)],
      scsw: "00804007 00001008 0C000000"),
    .init(
      rule: "SKIP in a data chain leaves out a part",
      ccws: [
        CCW(2, flags: .chainData, count: 4, dataAddress: data), CCW(0, flags: [.chainData, .skip], count: 4),
        CCW(0, count: 8, dataAddress: 0x2004),
      ], scsw: "00804007 00001018 0C000000", stored: [0x2000: count(4) + count(8, from: 8)]),
    .init(
      rule: "SKIP counts the length all the same", ccws: [CCW(2, flags: .skip, count: 20)], scsw: "00804017 00001008 0C400004"),
    .init(
      rule: "SKIP means nothing to a write", ccws: [CCW(1, flags: .skip, count: 16, dataAddress: data)],
      scsw: "00804007 00001008 0C000000", prepare: { $0.put(count(16), at: 0x2000) }, received: [count(16)]),
  ]
}

@Suite struct ChainingRuleTests {
  @Test(arguments: ChainingRules.lengths) func `length`(_ rule: ProgramRule) throws { try rule.check() }
  @Test(arguments: ChainingRules.immediate) func `immediate operation`(_ rule: ProgramRule) throws { try rule.check() }
  @Test(arguments: ChainingRules.dataChaining) func `data chaining`(_ rule: ProgramRule) throws { try rule.check() }
  @Test(arguments: ChainingRules.skipping) func `skipping`(_ rule: ProgramRule) throws { try rule.check() }
}

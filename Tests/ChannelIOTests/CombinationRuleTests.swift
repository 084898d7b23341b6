import ChannelIO
import Storage
import Testing

/// Chaining flags, SLI and SKIP in each combination, for records that are shorter than the count, as long, and longer (chapter 15,
/// "Chaining"; chapter 16, "Incorrect Length"). What is expected is worked out here from the rules as the Principles have them.
enum CombinationRules {
  static let flags: [CCWFlags] = (0..<16).map { n in
    var flags: CCWFlags = []
    if n & 8 != 0 { flags.insert(.chainData) }
    if n & 4 != 0 { flags.insert(.chainCommand) }
    if n & 2 != 0 { flags.insert(.suppressLengthIndication) }
    if n & 1 != 0 { flags.insert(.skip) }
    return flags
  }
  /// The count of the first CCW is 8, that of the second 4.
  static let lengths = [1, 4, 8, 10, 12, 20]

  /// Reads of `length` bytes: a CCW of 8 with `flags`, and one of 4 with SLI that goes on with data or is a command of its own.
  static func rule(_ flags: CCWFlags, _ length: Int, format1: Bool) -> ProgramRule {
    let first = Array(count(length).prefix(8))
    var stored: [UInt64: [UInt8]] = flags.contains(.skip) || first.isEmpty ? [:] : [0x2000: first]
    var address = 0x1008, status = 0x0C00, residual = max(0, 8 - length), commands: [UInt8] = [2]
    if flags.contains(.chainData) {
      if length < 8 {
        // SLI does not count while more of the count is to come, nor does CC.
        status |= 0x40
      } else {
        address = 0x1010
        let rest = Array(count(length).dropFirst(8).prefix(4))
        residual = 4 - rest.count
        if !rest.isEmpty { stored[0x2100] = rest }
      }
    } else if length != 8, !flags.contains(.suppressLengthIndication) {
      status |= 0x40
    } else if flags.contains(.chainCommand) {
      commands = [2, 2]
      address = 0x1010
      let second = Array(count(length).prefix(4))
      residual = 4 - second.count
      if !second.isEmpty { stored[0x2100] = second }
    }
    let word0 = (format1 ? 0x0080_4007 : 0x0000_4007) | (status & 0x40 != 0 ? 0x10 : 0)
    return ProgramRule(
      rule: "flags \(String(flags.rawValue, radix: 16)), record of \(length), format \(format1 ? 1 : 0)",
      ccws: [
        CCW(2, flags: flags, count: 8, dataAddress: 0x2000),
        CCW(2, flags: .suppressLengthIndication, count: 4, dataAddress: 0x2100),
      ], scsw: words(word0, address, status << 16 | residual), format1: format1, scripts: [2: sending(length, piece: 3)],
      stored: stored, commands: commands)
  }

  static func words(_ words: Int...) -> String {
    words.map { word in
      let text = String(word, radix: 16, uppercase: true)
      return String(repeating: "0", count: 8 - text.count) + text
    }.joined(separator: " ")
  }

  static let all: [ProgramRule] = flags.flatMap { flags in
    lengths.flatMap { length in [rule(flags, length, format1: true), rule(flags, length, format1: false)] }
  }

  static let data: UInt32 = 0x2000
  static let search: ScriptedDevice.Script = { transfer, device in
    _ = device.take(transfer, 5)
    return [.channelEnd, .deviceEnd, .statusModifier]
  }

  static let chains: [ProgramRule] = [
    .init(
      rule: "status modifier passes over a CCW that could not be executed",
      ccws: [
        CCW(0x31, flags: .chainCommand, count: 5, dataAddress: data), CCW(0, count: 0, dataAddress: 0x8000_0000),
        CCW(2, count: 16, dataAddress: 0x2100),
      ], scsw: "00804007 00001018 0C000000", scripts: [0x31: search], stored: [0x2100: count(16)],
      received: [count(5).map { _ in 0 }],
      commands: [0x31, 2]),
    .init(
      rule: "status modifier after a data chain counts from its last CCW",
      ccws: [
        CCW(0x31, flags: .chainData, count: 2, dataAddress: data), CCW(0, flags: .chainCommand, count: 3, dataAddress: data),
        CCW(0xF0), CCW(2, count: 16, dataAddress: 0x2100),
      ], scsw: "00804007 00001020 0C000000", scripts: [0x31: search], stored: [0x2100: count(16)],
      received: [count(5).map { _ in 0 }],
      commands: [0x31, 2]),
    .init(
      rule: "status modifier may lead to a transfer in channel",
      ccws: [
        CCW(0x31, flags: .chainCommand, count: 5, dataAddress: data), CCW(0xF0), CCW(8, dataAddress: 0x1028), CCW(0), CCW(0),
        CCW(2, count: 16, dataAddress: 0x2100),
      ], scsw: "00804007 00001030 0C000000", scripts: [0x31: search], stored: [0x2100: count(16)],
      received: [count(5).map { _ in 0 }],
      commands: [0x31, 2]),
    .init(
      rule: "status modifier out of storage is reported at the first CCW that is not there", ccws: [],
      scsw: "00804017 00100008 00200000", orb: { $0.programAddress = 0xF_FFF0 },
      prepare: { $0.write([CCW(0x31, flags: .chainCommand, count: 5, dataAddress: data)], at: 0xF_FFF0) },
      scripts: [0x31: search], received: [count(5).map { _ in 0 }], commands: [0x31]),
    .init(
      rule: "a transfer in channel of a data chain out of storage is a program check",
      ccws: [CCW(2, flags: .chainData, count: 10, dataAddress: data), CCW(8, dataAddress: 0x10_0000)],
      scsw: "00804017 00001010 0C200000", stored: [0x2000: count(10)]),
    .init(
      rule: "a data chain whose next CCW the key may not fetch is a protection check", ccws: [],
      scsw: "20804017 00003008 0C100000",
      orb: {
        $0.programAddress = 0x2FF8
        $0.key = 2
      },
      prepare: {
        $0.write([CCW(2, flags: .chainData, count: 10, dataAddress: 0x5000)], at: 0x2FF8)
        $0.storage.setKey(StorageKey(bits: 0x38), at: AbsoluteAddress(0x3000))
        $0.storage.setKey(StorageKey(bits: 0x20), at: AbsoluteAddress(0x5000))
      }, stored: [0x5000: count(10)]),
    .init(
      rule: "command chaining into a block that the key may not fetch is a protection check", ccws: [],
      scsw: "20804017 00003008 00100000",
      orb: {
        $0.programAddress = 0x2FF8
        $0.key = 2
      },
      prepare: {
        $0.write([CCW(3, flags: .chainCommand)], at: 0x2FF8)
        $0.storage.setKey(StorageKey(bits: 0x38), at: AbsoluteAddress(0x3000))
      }, commands: [3]),
    .init(
      rule: "PCI in a transfer in channel means nothing in format 0",
      ccws: [
        CCW(3, flags: .chainCommand, count: 1), CCW(8, flags: .programControlledInterruption, count: 1, dataAddress: 0x1018),
        CCW(0),
        CCW(3, count: 1),
      ], scsw: "00004007 00001020 0C000001", format1: false, commands: [3, 3]),
    .init(
      rule: "unit check with SLI and CC still ends the program",
      ccws: [CCW(5, flags: [.chainCommand, .suppressLengthIndication], count: 4), CCW(3)], scsw: "00804017 00001008 0E000004",
      commands: [5]),
    .init(
      rule: "control-unit end does not break command chaining",
      ccws: [CCW(7, flags: .chainCommand), CCW(2, count: 16, dataAddress: data)], scsw: "00804007 00001010 0C000000",
      scripts: [7: { _, _ in [.channelEnd, .deviceEnd, .controlUnitEnd] }], stored: [0x2000: count(16)], commands: [7, 2]),
    .init(
      rule: "attention with the ending status breaks command chaining",
      ccws: [CCW(7, flags: .chainCommand), CCW(2, count: 16, dataAddress: data)], scsw: "00804017 00001008 8C000000",
      scripts: [7: { _, _ in [.channelEnd, .deviceEnd, .attention] }], commands: [7]),
    .init(
      rule: "a count of zero chains to the next command in format 1 with SLI",
      ccws: [
        CCW(2, flags: [.chainCommand, .suppressLengthIndication], count: 0, dataAddress: data),
        CCW(2, count: 16, dataAddress: 0x2100),
      ],
      scsw: "00804007 00001010 0C000000", stored: [0x2100: count(16)], commands: [2, 2]),
    .init(
      rule: "a write with a count of zero sends nothing",
      ccws: [CCW(1, flags: .suppressLengthIndication, count: 0, dataAddress: data)],
      scsw: "00804007 00001008 0C000000", received: [[]], commands: [1]),
    .init(
      rule: "a sense command reads like any other", ccws: [CCW(4, count: 32, dataAddress: data)],
      scsw: "00804007 00001008 0C000000",
      stored: [0x2000: count(32).map { _ in 0 }], commands: [4]),
  ]
}

@Suite struct CombinationRuleTests {
  @Test(arguments: CombinationRules.all) func `flags and lengths`(_ rule: ProgramRule) throws { try rule.check() }
  @Test(arguments: CombinationRules.chains) func `chains`(_ rule: ProgramRule) throws { try rule.check() }
}

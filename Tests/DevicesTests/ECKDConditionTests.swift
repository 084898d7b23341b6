import ChannelIO
import DASD
import Devices
import Foundation
import Testing

/// Every command against every condition that the control unit reports: what it needs before it, extent violation, no record
/// found, end of cylinder, invalid track format, write inhibited. `ECKDConditions.table` has a row for each command; a
/// condition that is not in it cannot come about, for the reason given at the theme.
@Suite struct ECKDConditionTests {
  @Test func `The table of conditions has exactly the commands of the device`() {
    #expect(ECKDConditions.table.map(\.code).sorted() == ECKDCommand.rows.map(\.code).sorted())
  }

  @Test(arguments: ECKDConditions.table)
  func `A command runs behind its legal predecessors, and is an invalid sequence behind others`(_ row: ECKDConditions) throws {
    let result = try ECKDConditions.volume().run(row.legal)
    #expect(result.sense == nil)
    #expect(result.executed == row.legal.count)
    for illegal in row.illegal {
      let result = try ECKDConditions.volume().run(illegal.program)
      #expect(result.sense == sense(0x80, 0, 2, illegal.cylinder, illegal.head))
      #expect(result.executed == illegal.program.count)
    }
  }

  @Test(arguments: ECKDConditions.table)
  func `A condition ends the command with its 32 sense bytes`(_ row: ECKDConditions) throws {
    for (condition, place) in row.conditions {
      let result = try ECKDConditions.volume(readOnly: condition == .writeInhibited).run(place.program)
      #expect(result.sense == condition.sense(place.cylinder, place.head), "\(condition)")
      #expect(result.status == [.channelEnd, .deviceEnd, .unitCheck], "\(condition)")
      #expect(result.executed == place.program.count, "\(condition)")
    }
  }

  @Test func `READ IPL of a first track without record 1 finds no record, and of a damaged one an invalid format`() throws {
    let empty = try Volume()
    let extent = Command.defineExtent(at(0, 0), at(0, 14))
    #expect(empty.run([extent, .locate(0x0B, at(0, 0)), .command(0x11, Volume.record(at(0, 0), 1, 0))]).isNormal)
    #expect(empty.run([.command(0x02)]).sense == sense(0, 0x08))
    let damaged = try Volume()
    try damaged.write([0, 0, 0, 0, 1, 0, 0xFF, 0xF0], at: at(0, 0), offset: 21)
    #expect(damaged.run([.command(0x02)]).sense == sense(0, 0x40))
  }
}

/// What one command does where, and what it says. The volume is that of `Volume` with two tracks without records, 1.12 and
/// 1.13, and one, 2.10, whose home address is that of another track.
struct ECKDConditions: Sendable, CustomTestStringConvertible {
  enum Condition: Sendable {
    case extentViolation, noRecordFound, endOfCylinder, invalidTrackFormat, writeInhibited
    func sense(_ cylinder: UInt8, _ head: UInt8) -> [UInt8] {
      switch self {
      case .extentViolation: DevicesTests.sense(0, 0x04, 0, cylinder, head)
      case .noRecordFound: DevicesTests.sense(0, 0x08, 0, cylinder, head)
      case .endOfCylinder: DevicesTests.sense(0, 0x20, 0, cylinder, head)
      case .invalidTrackFormat: DevicesTests.sense(0, 0x40, 0, cylinder, head)
      case .writeInhibited: DevicesTests.sense(0x80, 0x02, 0, cylinder, head)
      }
    }
  }
  /// A program whose last command is the one at issue, and where the device is then.
  struct Place: Sendable {
    var cylinder: UInt8 = 0, head: UInt8 = 0
    var program: [Command]
  }

  let code: UInt8
  let legal: [Command]
  let illegal: [Place]
  let conditions: [(Condition, Place)]
  init(_ code: UInt8, legal: [Command], illegal: [Place], _ conditions: [(Condition, Place)] = []) {
    self.code = code
    self.legal = legal
    self.illegal = illegal
    self.conditions = conditions
  }

  var testDescription: String {
    String(code, radix: 16, uppercase: true) + " " + (ECKDCommand.rows.first { $0.code == code }?.name ?? "no such command")
  }

  static func volume(readOnly: Bool = false) throws -> Volume {
    let volume = try Volume(readOnly: readOnly)
    try volume.write([UInt8](repeating: 0, count: 5), at: at(2, 10), offset: 0)
    for head: UInt16 in [12, 13] { try volume.write([UInt8](repeating: 0xFF, count: 8), at: at(1, head), offset: 21) }
    return volume
  }

  static let table: [ECKDConditions] = [
    anywhere, first, positioning, searching, homeSearches, singleReads, multitrackReads, homeReads, writes, multitrackWrites,
    formats, trackFormats, domains, tracks,
  ].flatMap { $0 }

  private static func place(_ cylinder: UInt8, _ head: UInt8, _ program: [Command]) -> Place {
    Place(cylinder: cylinder, head: head, program: program)
  }
  private static let all = Command.defineExtent(at(0, 0), at(2, 14))
  private static func times(_ n: Int, _ command: Command) -> [Command] { Array(repeating: command, count: n) }

  // MARK: Commands that need no orientation: none of the conditions, but not within a domain either

  private static let anywhere: [ECKDConditions] = [
    (UInt8(0x03), [UInt8]()), (0x04, []), (0xE4, []), (0x64, []), (0xFA, []), (0x54, []), (0x5B, []), (0x94, []),
    (0x27, [0x18, 0, 0, 0, 0, 0, 0x41, 0, 0, 0, 0, 0]), (0x1F, [0]), (0x22, []), (0x63, all.output),
  ].map { (code: UInt8, output: [UInt8]) -> ECKDConditions in
    ECKDConditions(code, legal: [.command(code, output)], illegal: [place(0, 5, inDomain(.command(code, output)))])
  }
  private static let first: [ECKDConditions] = [
    ECKDConditions(
      0x3E, legal: [.command(0x27, [0x18, 0, 0, 0, 0, 0, 0x41, 0, 0, 0, 0, 0]), .command(0x3E)],
      illegal: [place(0, 0, [.command(0x3E)]), place(0, 0, [.command(0x03), .command(0x3E)])]),
    ECKDConditions(0x34, legal: [.command(0x5B), .command(0x34)], illegal: [place(0, 0, [.command(0x03), .command(0x34)])]),
    ECKDConditions(
      0xAF, legal: [.command(0xAF, [0] + times(11))], illegal: [place(0, 0, [.command(0x03), .command(0xAF, [0] + times(11))])]),
    ECKDConditions(0xB4, legal: [.command(0xB4)], illegal: [place(0, 0, [.command(0x03), .command(0xB4)])]),
    ECKDConditions(0x14, legal: [.command(0x14)], illegal: [place(0, 0, [.command(0x03), .command(0x14)])]),
    ECKDConditions(
      0x02, legal: [.command(0x02)],
      illegal: [place(0, 0, [all, .command(0x02)]), place(0, 0, [.fileMask(0), .command(0x02)])]),
  ]
  private static func times(_ n: Int) -> [UInt8] { [UInt8](repeating: 7, count: n) }
  /// `command` where READ commands are expected.
  private static func inDomain(_ command: Command) -> [Command] { [all, .locate(0x06, at(0, 5), record: 1, count: 2), command] }

  // MARK: Positioning

  private static let short = Command.defineExtent(at(0, 13), at(1, 0))
  private static let sector = Command.command(0x23, [0])
  private static let space = Command.command(0x0F, [0, 0, 0])
  private static let positioning: [ECKDConditions] = [
    ECKDConditions(
      0x07, legal: [.seek(at(1, 1))], illegal: [place(0, 5, inDomain(.seek(at(1, 1))))],
      [(.extentViolation, place(0, 0, [short, .seek(at(1, 1))]))]),
    ECKDConditions(
      0x0B, legal: [seekCylinder(at(1, 1))], illegal: [place(0, 5, inDomain(seekCylinder(at(1, 1))))],
      [(.extentViolation, place(0, 0, [short, seekCylinder(at(1, 1))]))]),
    ECKDConditions(
      0x1B, legal: [.seek(at(1, 0)), seekHead(3)], illegal: [place(0, 0, [seekHead(3)])],
      [(.extentViolation, place(1, 0, [short, .seek(at(1, 0)), seekHead(1)]))]),
    ECKDConditions(0x23, legal: [.seek(at(0, 1)), sector], illegal: [place(0, 0, [sector])]),
    // Record 0 is always there.
    ECKDConditions(
      0x0F, legal: [.seek(at(0, 1)), space], illegal: [place(0, 0, [space])],
      [(.invalidTrackFormat, place(2, 13, [.seek(at(2, 13)), space, space]))]),
  ]
  private static func seekCylinder(_ address: TrackAddress) -> Command {
    .command(0x0B, [0, 0] + Command.bytes(address))
  }
  private static func seekHead(_ head: UInt16) -> Command { .command(0x1B, [0, 0] + Command.bytes(at(9, head))) }

  // MARK: Searches, with an argument that is above all there is

  private static let searching: [ECKDConditions] =
    [UInt8(0x31), 0x51, 0x71, 0x29, 0x49, 0x69].flatMap { (code: UInt8) -> [ECKDConditions] in
      let high = { (code: UInt8) in Command.command(code, [UInt8](repeating: 0xFF, count: 5)) }
      // Key searches begin behind record 0.
      let isKey = code & 0x0F == 0x09
      return [
        ECKDConditions(
          code, legal: [.seek(at(0, 1)), high(code)], illegal: [place(0, 0, [high(code)]), place(0, 5, inDomain(high(code)))],
          [
            (.noRecordFound, place(1, 1, [.seek(at(1, 1))] + times(isKey ? 9 : 11, high(code)))),
            (.invalidTrackFormat, place(2, 13, [.seek(at(2, 13))] + times(isKey ? 1 : 2, high(code)))),
          ]),
        ECKDConditions(
          code | 0x80, legal: [.seek(at(0, 1)), high(code | 0x80)], illegal: [place(0, 0, [high(code | 0x80)])],
          [
            (.endOfCylinder, place(0, 14, [.seek(at(0, 14))] + times(isKey ? 5 : 6, high(code | 0x80)))),
            (.extentViolation, place(1, 0, [short, .seek(at(1, 0))] + times(isKey ? 5 : 6, high(code | 0x80)))),
            (.invalidTrackFormat, place(2, 13, [.seek(at(2, 13))] + times(isKey ? 1 : 2, high(code | 0x80)))),
          ]),
      ]
    }
  private static let homeSearches: [ECKDConditions] = [
    ECKDConditions(
      0x39, legal: [.seek(at(0, 1)), home(0x39)], illegal: [place(0, 0, [home(0x39)])],
      [
        (.noRecordFound, place(1, 1, [.seek(at(1, 1)), home(0x39), home(0x39)])),
        (.invalidTrackFormat, place(2, 10, [.seek(at(2, 10)), home(0x39)])),
      ]),
    ECKDConditions(
      0xB9, legal: [.seek(at(0, 1)), home(0xB9)], illegal: [place(0, 0, [home(0xB9)])],
      [
        (.endOfCylinder, place(0, 14, [.seek(at(0, 14)), home(0xB9)])),
        (.extentViolation, place(1, 0, [short, .seek(at(1, 0)), home(0xB9)])),
        (.invalidTrackFormat, place(2, 10, [.seek(at(2, 9)), home(0xB9)])),
      ]),
  ]
  private static func home(_ code: UInt8) -> Command { .command(code, [9, 9, 9, 9]) }

  // MARK: Reads

  private static let singleReads: [ECKDConditions] = [UInt8(0x06), 0x0E, 0x1E, 0x12, 0x5E].map {
    (code: UInt8) -> ECKDConditions in
    ECKDConditions(
      code, legal: [.seek(at(0, 1)), .command(code)], illegal: [place(0, 0, [.command(code)])],
      [
        (.noRecordFound, place(2, 14, [.seek(at(2, 14)), .command(code)])),
        (.invalidTrackFormat, place(2, 13, [.seek(at(2, 13)), .command(code)])),
      ])
  }
  /// Outside a domain the cylinder ends them, in one the second track without records does.
  private static let multitrackReads: [ECKDConditions] = [UInt8(0x86), 0x8E, 0x9E, 0x92].map { (code: UInt8) -> ECKDConditions in
    ECKDConditions(
      code, legal: [.seek(at(0, 1)), .command(code)], illegal: [place(0, 0, [.command(code)])],
      [
        (.noRecordFound, place(1, 13, [all, .locate(0x46, at(1, 12)), .command(code)])),
        (.endOfCylinder, place(2, 14, [.seek(at(2, 14)), .command(code)])),
        (
          .extentViolation,
          place(1, 12, [.defineExtent(at(0, 0), at(1, 12)), .seek(at(1, 12)), .command(code)])
        ),
        (.invalidTrackFormat, place(2, 13, [.seek(at(2, 13)), .command(code)])),
      ])
  }
  /// Home address and record 0 are there, or the track is none.
  private static let homeReads: [ECKDConditions] = [UInt8(0x16), 0x1A].flatMap { (code: UInt8) -> [ECKDConditions] in
    [
      ECKDConditions(
        code, legal: [.seek(at(0, 1)), .command(code)], illegal: [place(0, 0, [.command(code)])],
        [(.invalidTrackFormat, place(2, 10, [.seek(at(2, 10)), .command(code)]))]),
      ECKDConditions(
        code | 0x80, legal: [.seek(at(0, 1)), .command(code | 0x80)], illegal: [place(0, 0, [.command(code | 0x80)])],
        [
          (.endOfCylinder, place(2, 14, [.seek(at(2, 14)), .command(code | 0x80)])),
          (
            .extentViolation,
            place(1, 12, [.defineExtent(at(0, 0), at(1, 12)), .seek(at(1, 12)), .command(code | 0x80)])
          ),
          (.invalidTrackFormat, place(2, 10, [.seek(at(2, 9)), .command(code | 0x80)])),
        ]),
    ]
  }

  // MARK: Updates

  private static let hundred = [UInt8](repeating: 1, count: 100)
  private static func update(_ code: UInt8) -> Command { .command(code, hundred) }
  private static let writes: [ECKDConditions] =
    [UInt8(0x05), 0x0D].map { (code: UInt8) -> ECKDConditions in
      ECKDConditions(
        code, legal: [.seek(at(0, 2))] + Command.searches(at(0, 2), 2) + [update(code)],
        illegal: [
          place(0, 2, [.seek(at(0, 2)), .command(0x12), update(code)]),
          // Not the last one of its domain.
          place(0, 2, [all, .locate(0x01, at(0, 2), record: 2, count: 2, length: 100), update(code)]),
          // Behind orientation on data.
          place(0, 2, [all, .locate(0x81, at(0, 2), record: 2, length: 100), update(code)]),
        ],
        // The record is the one that was found.
        [
          (.invalidTrackFormat, place(0, 2, [all, .locate(0x01, at(0, 2), record: 2, length: 99), update(code)])),
          (.writeInhibited, place(0, 2, [.seek(at(0, 2))] + Command.searches(at(0, 2), 2) + [update(code)])),
        ])
    }
  private static let multitrackWrites: [ECKDConditions] =
    [UInt8(0x85), 0x8D].map { (code: UInt8) -> ECKDConditions in
      ECKDConditions(
        code, legal: [all, .locate(0x01, at(0, 2), record: 2, length: 100), update(code)],
        illegal: [
          place(0, 2, [.seek(at(0, 2)), update(code)]), place(0, 2, [all, .locate(0x03, at(0, 2)), update(code)]),
        ],
        [
          (.noRecordFound, place(1, 13, [all, .locate(0x81, at(1, 12), record: 0, length: 100), update(code)])),
          (.invalidTrackFormat, place(0, 2, [all, .locate(0x01, at(0, 2), record: 2, length: 99), update(code)])),
          (
            .extentViolation,
            place(
              1, 12, [.defineExtent(at(0, 0), at(1, 12)), .locate(0x81, at(1, 12), record: 0, length: 100), update(code)])
          ),
          // LOCATE RECORD says it already.
          (.writeInhibited, place(0, 0, [all, .locate(0x01, at(0, 2), record: 2, length: 100)])),
        ])
    }

  // MARK: Formats

  private static func count(_ address: TrackAddress, _ record: UInt8, _ length: Int = 10) -> [UInt8] {
    Volume.record(address, record, length)
  }
  private static let found = [Command.fileMask(0xC0), .seek(at(0, 3))] + Command.searches(at(0, 3), 2)
  private static let here = at(0, 3)
  private static let formats: [ECKDConditions] =
    [UInt8(0x1D), 0x11].map { (code: UInt8) -> ECKDConditions in
      ECKDConditions(
        code, legal: found + [.command(code, count(here, 3))],
        illegal: [place(0, 3, [.seek(here), .command(0x12), .command(code, count(here, 3))])],
        [
          (.invalidTrackFormat, place(0, 3, found + [.command(code, count(here, 3, 60_000))])),
          (.writeInhibited, place(0, 3, found + [.command(code, count(here, 3))])),
        ])
    }
  private static let trackFormats: [ECKDConditions] = [
    ECKDConditions(
      0x15, legal: [.fileMask(0xC0), .seek(here), .command(0x39, [0, 0, 0, 3]), .command(0x15, count(here, 0, 8))],
      illegal: [place(0, 3, [.fileMask(0xC0), .seek(here), .command(0x15, count(here, 0, 8))])],
      [
        (
          .invalidTrackFormat,
          place(
            0, 3, [.fileMask(0xC0), .seek(here), .command(0x39, [0, 0, 0, 3]), .command(0x15, count(here, 0, 60_000))])
        ),
        (
          .writeInhibited,
          place(0, 3, [.fileMask(0xC0), .seek(here), .command(0x39, [0, 0, 0, 3]), .command(0x15, count(here, 0, 8))])
        ),
      ]),
    // It makes any track a good one.
    ECKDConditions(
      0x19, legal: [.fileMask(0xC0), .seek(at(2, 10)), .command(0x19, [0, 0, 2, 0, 10])],
      illegal: [place(0, 0, [.fileMask(0xC0), .command(0x19, [0, 0, 0, 0, 0])])],
      [(.writeInhibited, place(0, 3, [.fileMask(0xC0), .seek(here), .command(0x19, [0, 0, 0, 0, 3])]))]),
    ECKDConditions(
      0x9D, legal: next(at(1, 14), count(at(1, 3), 1)),
      illegal: [
        place(1, 2, [.seek(at(1, 2)), .command(0x9D, count(at(1, 3), 1))]),
        place(1, 2, [all, .locate(0x03, at(1, 2), record: 0), .command(0x9D, count(at(1, 3), 1))]),
      ],
      [
        (.extentViolation, place(1, 2, next(at(1, 2), count(at(1, 3), 1)))),
        (.invalidTrackFormat, place(1, 3, next(at(1, 14), count(at(1, 3), 1, 60_000)))),
        (.writeInhibited, place(0, 0, Array(next(at(1, 14), count(at(1, 3), 1)).prefix(2)))),
      ]),
  ]
  /// Record 1 of track 1.2 and, as the next command, of the track behind it.
  private static func next(_ last: TrackAddress, _ second: [UInt8]) -> [Command] {
    [
      .defineExtent(at(1, 0), last), .locate(0x03, at(1, 2), record: 0, count: 2), .command(0x1D, count(at(1, 2), 1)),
      .command(0x9D, second),
    ]
  }

  // MARK: What opens a domain

  private static func extended(_ operation: UInt8, _ address: TrackAddress, _ record: UInt8, _ length: UInt16 = 0) -> Command {
    .command(0x4B, Command.location(operation, address, record: record, length: length) + [0, 0, 0, 0])
  }
  private static let domains: [ECKDConditions] = [
    ECKDConditions(
      0x47, legal: [all, .locate(0x06, at(0, 5), record: 1)], illegal: [place(0, 0, [.locate(0x06, at(0, 5), record: 1)])],
      [
        (.extentViolation, place(0, 0, [short, .locate(0x06, at(1, 1), record: 1)])),
        (.noRecordFound, place(0, 5, [all, .locate(0x06, at(0, 5), record: 9)])),
        (.invalidTrackFormat, place(2, 13, [all, .locate(0x06, at(2, 13), record: 1)])),
        (.writeInhibited, place(0, 0, [all, .locate(0x01, at(0, 5), record: 2, length: 100)])),
      ]),
    ECKDConditions(
      0x4B, legal: [all, extended(0x06, at(0, 5), 1)], illegal: [place(0, 0, [extended(0x06, at(0, 5), 1)])],
      [
        (.extentViolation, place(0, 0, [short, extended(0x06, at(1, 1), 1)])),
        (.noRecordFound, place(0, 5, [all, extended(0x06, at(0, 5), 9)])),
        (.invalidTrackFormat, place(2, 13, [all, extended(0x06, at(2, 13), 1)])),
        (.writeInhibited, place(0, 0, [all, extended(0x01, at(0, 5), 2, 100)])),
      ]),
    ECKDConditions(
      0xE7, legal: [.prefix(at(0, 5), at(0, 5), mask: 0x40, operation: 0x06)],
      illegal: [
        place(0, 0, [.fileMask(0), .prefix(at(0, 5), at(0, 5), mask: 0x40, operation: 0x06)]),
        place(0, 5, inDomain(.prefix(at(0, 5), at(0, 5), mask: 0x40, operation: 0x06))),
      ],
      [
        (
          .extentViolation,
          place(0, 0, [.prefix(at(0, 5), at(0, 5), mask: 0xC0, operation: 0x3F, count: 2, extended: 0x11, set: [0xC0])])
        ),
        (.noRecordFound, place(0, 5, [.prefix(at(0, 5), at(0, 5), mask: 0x40, operation: 0x06, record: 9)])),
        (.invalidTrackFormat, place(2, 13, [.prefix(at(2, 13), at(2, 13), mask: 0x40, operation: 0x06)])),
        (.writeInhibited, place(0, 0, [.prefix(at(0, 5), at(0, 5), mask: 0x80, operation: 0x01, length: 16)])),
      ]),
  ]

  // MARK: Whole tracks

  private static func trackData(_ last: TrackAddress, count: UInt8 = 1, length: UInt16 = 100) -> Command {
    .prefix(at(0, 2), last, mask: 0x80, operation: 0x3F, record: 2, count: count, length: length, extended: 0x23)
  }
  private static let fullTrack =
    Volume.record(at(0, 5), 0, 8) + [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 0xFF, count: 8)
  private static let tracks: [ECKDConditions] = [
    ECKDConditions(
      0xDE, legal: [all, .locate(0x4C, at(0, 5)), .command(0xDE)],
      illegal: [place(0, 5, [.seek(at(0, 5)), .command(0xDE)]), place(0, 5, inDomain(.command(0xDE)))],
      [
        (.invalidTrackFormat, place(2, 13, [all, .locate(0x4C, at(2, 13)), .command(0xDE)])),
        (
          .extentViolation,
          place(
            0, 5, [.defineExtent(at(0, 0), at(0, 5)), .locate(0x4C, at(0, 5), count: 2), .command(0xDE), .command(0xDE)])
        ),
      ]),
    ECKDConditions(
      0xA6, legal: [.prefix(at(0, 5), at(0, 5), mask: 0x40, operation: 0x0C, length: 100), .command(0xA6)],
      illegal: [place(0, 5, [.seek(at(0, 5)), .command(0xA6)]), place(0, 5, inDomain(.command(0xA6)))],
      [
        (
          .invalidTrackFormat,
          place(2, 13, [.prefix(at(2, 13), at(2, 13), mask: 0x40, operation: 0x0C, record: 0), .command(0xA6)])
        ),
        (
          .extentViolation,
          place(0, 5, [.prefix(at(0, 5), at(0, 5), mask: 0x40, operation: 0x0C, count: 2), .command(0xA6), .command(0xA6)])
        ),
      ]),
    ECKDConditions(
      0x95,
      legal: [
        .prefix(at(0, 5), at(0, 5), mask: 0xC0, operation: 0x3F, extended: 0x11, set: [0x80]), .command(0x95, fullTrack),
      ],
      illegal: [place(0, 5, [.seek(at(0, 5)), .command(0x95, fullTrack)]), place(0, 5, inDomain(.command(0x95, fullTrack)))],
      [
        (
          .invalidTrackFormat,
          place(
            0, 5,
            [
              .prefix(at(0, 5), at(0, 5), mask: 0xC0, operation: 0x3F, extended: 0x11, set: [0x80]),
              .command(0x95, count(at(0, 5), 0, 60_000)),
            ])
        ),
        (
          .writeInhibited,
          place(0, 0, [.prefix(at(0, 5), at(0, 5), mask: 0xC0, operation: 0x3F, extended: 0x11, set: [0x80])])
        ),
      ]),
    ECKDConditions(
      0xA5, legal: [trackData(at(0, 2)), .command(0xA5, hundred)],
      illegal: [place(0, 5, [.seek(at(0, 5)), .command(0xA5, hundred)]), place(0, 5, inDomain(.command(0xA5, hundred)))],
      [
        (.invalidTrackFormat, place(0, 2, [trackData(at(0, 2), length: 99), .command(0xA5, hundred)])),
        (
          .extentViolation,
          place(0, 2, [trackData(at(0, 2), count: 2), .command(0xA5, hundred), .command(0xA5, hundred)])
        ),
        (.writeInhibited, place(0, 0, [trackData(at(0, 2))])),
      ]),
  ]
}

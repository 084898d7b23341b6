import ChannelIO
import DASD
import Devices
import Testing

@Suite struct ECKDSequenceTests {
  @Test func `Every code has at most one row, and codes without one are rejected`() throws {
    #expect(Set(ECKDCommand.rows.map(\.code)).count == ECKDCommand.rows.count)
    let volume = try Volume()
    let known = Set(ECKDCommand.rows.map(\.code))
    #expect(!known.contains(0x13), "RECALIBRATE is for 3380s only")
    for code in UInt8.min...UInt8.max where !known.contains(code) {
      #expect(volume.run([.command(code)]).sense == sense(0x80, 0, 1), "\(code)")
    }
  }

  /// Codes that end with invalid sequence when nothing came before them, by what they need.
  @Test func `Each command has its legal predecessors`() throws {
    let volume = try Volume()
    let position: [UInt8] = [
      0x1B, 0x23, 0x0F, 0x31, 0xB1, 0x51, 0xD1, 0x71, 0xF1, 0x29, 0xA9, 0x49, 0xC9, 0x69, 0xE9, 0x39, 0xB9, 0x06, 0x86, 0x0E,
      0x8E,
      0x1E, 0x9E, 0x12, 0x92, 0x16, 0x96, 0x1A, 0x9A, 0x5E, 0x19,
    ]
    let other: [UInt8] = [0x47, 0x4B, 0x05, 0x85, 0x0D, 0x8D, 0x1D, 0x9D, 0x11, 0x15, 0xDE, 0xA6, 0x95, 0xA5, 0x3E]
    let none: [UInt8] = [
      0x03, 0x07, 0x0B, 0x1F, 0x22, 0x63, 0xE7, 0x02, 0x04, 0xE4, 0x64, 0xFA, 0x27, 0x54, 0x34, 0xAF, 0x5B, 0xB4, 0x14,
      0x94,
    ]
    #expect(Set(position + other + none) == Set(ECKDCommand.rows.map(\.code)))
    let sequence = sense(0x80, 0, 2)
    for code in position + other {
      #expect(volume.run([.command(code, [UInt8](repeating: 0, count: 32))]).sense == sequence, "\(code)")
    }
    for code in none {
      #expect(volume.run([.command(code, [UInt8](repeating: 0, count: 32))]).sense != sequence, "\(code)")
    }
    for code in position where code != 0x19 {
      #expect(volume.run([.seek(at(0, 0)), .command(code, [UInt8](repeating: 0, count: 32))]).sense == nil, "\(code)")
    }
    for code in other {
      #expect(volume.run([.seek(at(0, 0)), .command(code, [UInt8](repeating: 0, count: 32))]).sense == sequence, "\(code)")
    }
    for code: UInt8 in [0xAF, 0xB4, 0x14, 0x34] {
      let command = Command.command(code, [0] + [UInt8](repeating: 1, count: 31))
      #expect(volume.run([.command(0x03), command]).sense == sequence, "\(code)")
      #expect(volume.run([.command(0x5B), command]).isNormal, "\(code)")
      #expect(volume.run([.command(0x03), .command(0x5B), command]).sense == sequence, "\(code)")
    }
    // Linux takes over the device of a system that died like this.
    #expect(volume.run([.command(0x14), .command(0x94)]).isNormal)
    #expect(volume.run([.fileMask(0), .command(0x94)]).sense == sequence)
  }

  @Test func `Define extent, set file mask and read IPL exclude one another`() throws {
    let volume = try Volume()
    let extent = Command.defineExtent(at(0, 0), at(1, 0))
    let mask = Command.fileMask(0)
    let sequence = sense(0x80, 0, 2)
    for pair in [[extent, mask], [mask, extent], [mask, mask], [extent, .command(0x02)], [mask, .command(0x02)]] {
      #expect(volume.run(pair).sense == sequence)
    }
    #expect(volume.run([.command(0x02), extent]).sense == sequence)
    #expect(volume.run([.command(0x02), mask]).sense == sequence)
    #expect(
      volume.run([.command(0x02), .locate(0x06, at(0, 3), record: 2), .command(0x86)]).read.last == Volume.data(at(0, 3), 2, 100))
    // A second extent may narrow the first, and nothing else.
    #expect(volume.run([extent, .defineExtent(at(0, 1), at(0, 2))]).isNormal)
    #expect(volume.run([extent, .defineExtent(at(0, 1), at(1, 1))]).sense == sequence)
    #expect(volume.run([extent, .defineExtent(at(0, 1), at(0, 2), mask: 0)]).sense == sequence)
  }

  @Test func `Too few parameter bytes are a command reject, message 3`() throws {
    let volume = try Volume()
    let expected = sense(0x80, 0, 3)
    for (code, count) in [(UInt8(0x07), 6), (0x0B, 6), (0x1F, 1), (0x63, 16), (0xE7, 64), (0x27, 2), (0xAF, 12)] {
      #expect(volume.run([.command(code, [UInt8](repeating: 0, count: count - 1))]).sense == expected, "\(code)")
    }
    let extent = Command.defineExtent(at(0, 0), at(1, 0))
    #expect(volume.run([extent, .command(0x47, [UInt8](repeating: 0, count: 15))]).sense == expected)
    #expect(volume.run([extent, .command(0x4B, [UInt8](repeating: 0, count: 19))]).sense == expected)
    #expect(volume.run([.seek(at(0, 0)), .command(0x23)]).sense == expected)
    #expect(volume.run([.seek(at(0, 0)), .command(0x1B, [0, 0, 0, 0, 0])]).sense == expected)
  }

  @Test func `Parameters that are not valid are a command reject, message 4`() throws {
    let volume = try Volume()
    let expected = sense(0x80, 0, 4)
    #expect(volume.run([.seek(at(3, 0))]).sense == expected)
    #expect(volume.run([.seek(at(0, 15))]).sense == expected)
    #expect(volume.run([.command(0x07, [0, 1, 0, 0, 0, 0])]).sense == expected)
    #expect(volume.run([.fileMask(0x20)]).sense == expected)
    #expect(volume.run([.seek(at(0, 0)), .command(0x23, [224])]).sense == expected)
    for bad in [
      Command.defineExtent(at(0, 1), at(0, 0)), .defineExtent(at(0, 0), at(3, 0)), .defineExtent(at(0, 0), at(1, 15)),
      .defineExtent(at(0, 0), at(1, 0), mask: 0x20), .defineExtent(at(0, 0), at(1, 0), attributes: 0),
      .defineExtent(at(0, 0), at(1, 0), blockSize: 57_335),
    ] { #expect(volume.run([bad]).sense == expected) }
    let extent = Command.defineExtent(at(0, 0), at(1, 0), blockSize: 4096)
    for bad in [
      Command.locate(0x02, at(0, 0)), .locate(0x06, at(0, 0), count: 0), .locate(0x00, at(0, 0), count: 1),
      .locate(0x06, at(3, 0)),
      .locate(0x06, at(0, 15)), .locate(0x06, at(0, 0), length: 4097), .locate(0x06, at(0, 0), auxiliary: 0x40),
      .locate(0x06, at(0, 0), auxiliary: 0x80), .locate(0x03, at(0, 0), count: 2, auxiliary: 1), .locate(0x41, at(0, 0)),
    ] { #expect(volume.run([extent, bad]).sense == expected) }
    #expect(volume.run([.command(0xE7, [2] + [UInt8](repeating: 0, count: 63))]).sense == expected)
  }

  @Test func `What lies outside the extent is protected`() throws {
    let volume = try Volume()
    let extent = Command.defineExtent(at(0, 13), at(1, 0))
    let protected = sense(0, 0x04)
    #expect(volume.run([extent, .seek(at(0, 12))]).sense == protected)
    #expect(volume.run([extent, .seek(at(1, 1))]).sense == protected)
    #expect(volume.run([extent, .locate(0x06, at(1, 1), record: 1)]).sense == protected)
    #expect(volume.run([extent, .seek(at(1, 0)), .command(0x9A)]).sense == sense(0, 0x04, 0, 1, 0))
    // In a domain, reads cross the cylinder, and stop at the extent.
    let reads = volume.run(
      [extent, .locate(0x06, at(0, 14), record: 1, count: 200)] + Array(repeating: .command(0x92), count: 9))
    #expect(reads.executed == 2 + 8)
    #expect(
      reads.read.dropFirst(2).prefix(7).map { Array($0[0..<5]) } == [
        [0, 0, 0, 14, 2], [0, 0, 0, 14, 3], [0, 0, 0, 14, 4], [0, 1, 0, 0, 1], [0, 1, 0, 0, 2], [0, 1, 0, 0, 3], [0, 1, 0, 0, 4],
      ])
    #expect(reads.sense == sense(0, 0x04, 0, 1, 0))
  }

  @Test func `The seek part of the file mask is kept`() throws {
    let volume = try Volume()
    let protected = sense(0, 0x04)
    for (mask, allowed) in [(UInt8(0x00), [UInt8(0x07), 0x0B]), (0x08, [0x0B]), (0x10, []), (0x18, [])] {
      for code: UInt8 in [0x07, 0x0B] {
        let result = volume.run([.fileMask(mask), .command(code, [0, 0, 0, 1, 0, 1])])
        #expect(allowed.contains(code) ? result.isNormal : result.sense == protected, "\(mask) \(code)")
      }
    }
    let extent = { Command.defineExtent(at(0, 0), at(1, 0), mask: $0) }
    let head = Command.command(0x1B, [0, 0, 0, 9, 0, 5])
    #expect(volume.run([extent(0x10), .locate(0x00, at(0, 3), count: 0), head, .command(0x1A)]).read.last == [0, 0, 0, 0, 5])
    #expect(volume.run([extent(0x18), .locate(0x00, at(0, 3), count: 0), head]).sense == sense(0, 0x04, 0, 0, 3))
    #expect(volume.run([extent(0x18), .locate(0x00, at(0, 3), count: 0), .command(0x96)]).sense == sense(0, 0x04, 0, 0, 3))
  }

  @Test func `In a domain only the commands it announced may come, and no more than it announced`() throws {
    let volume = try Volume()
    let extent = Command.defineExtent(at(0, 0), at(1, 0))
    let allowed: [(operation: UInt8, record: UInt8, codes: Set<UInt8>)] = [
      (0x01, 1, [0x85, 0x8D, 0x05, 0x0D]), (0x03, 0, [0x1D]),
      (0x06, 0, [0x06, 0x86, 0x0E, 0x8E, 0x12, 0x92, 0x1E, 0x9E, 0x16, 0x96, 0x1A, 0x9A]),
      (0x0B, 0, [0x05, 0x0D, 0x1D, 0x11]), (0x4C, 0, [0xDE]),
      (0x16, 0, [0x06, 0x86, 0x0E, 0x8E, 0x12, 0x92, 0x1E, 0x9E, 0x16, 0x96, 0x1A, 0x9A, 0x5E]),
      (0x43, 0, [0x15, 0x19]),
    ]
    for (operation, record, codes) in allowed {
      for row in ECKDCommand.rows {
        let length: UInt16 = operation != 1 ? 0 : row.code & 0x08 == 0 ? 16 : 20
        let locate = Command.locate(operation, at(0, 5), record: record, length: length)
        let output = row.code == 0x19 ? [0, 0, 0, 0, 5] : Volume.record(at(0, 5), row.code == 0x15 ? 0 : 1, 10)
        let result = volume.run([extent, locate, .command(row.code, output)])
        if codes.contains(row.code) {
          #expect(result.sense == nil, "\(operation) \(row.name)")
        } else {
          #expect(result.sense == sense(0x80, 0, 2, 0, 5), "\(operation) \(row.name)")
        }
        let repair = Command.locate(0x03, at(0, 5), record: 0)
        #expect(volume.run([extent, repair, .command(0x1D, Volume.record(at(0, 5), 1, key: 4, 16))]).isNormal)
      }
    }
    #expect(volume.run([extent, .locate(0x06, at(0, 5), count: 1), .command(0x86), .command(0x03)]).isNormal)
    #expect(
      volume.run([extent, .locate(0x06, at(0, 5), count: 2), .command(0x86), .command(0x03)]).sense == sense(0x80, 0, 2, 0, 5))
    #expect(volume.run([extent, .locate(0x06, at(0, 5)), .command(0x86), .command(0x86)]).isNormal)
    #expect(
      volume.run([extent, .locate(0x0B, at(0, 5)), .command(0x1D, Volume.record(at(0, 5), 1, 3)), .command(0x85)]).sense
        == sense(0x80, 0, 2, 0, 5))
  }
}

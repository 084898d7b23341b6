import ChannelIO
import DASD
import Devices
import SystemPackage
import Testing

@Suite struct ECKDReadTests {
  @Test func `Seek, search and read get the record that was searched for`() throws {
    let volume = try Volume()
    let result = volume.run([.seek(at(1, 3))] + Command.searches(at(1, 3), 2) + [.command(0x06)])
    #expect(result.isNormal)
    #expect(result.read.last == Volume.data(at(1, 3), 2, 100))
  }

  @Test func `A search that fits ends with status modifier, one that does not without`() throws {
    let volume = try Volume()
    volume.device.beginChannelProgram()
    func run(_ c: Command) -> UnitStatus { volume.device.execute(c.code, ProgramTransfer(c.output)) }
    #expect(run(.seek(at(0, 1))) == .normalEnd)
    #expect(run(.search(at(0, 1), 1)) == .normalEnd)  // record 0
    #expect(run(.search(at(0, 1), 1)) == [.channelEnd, .deviceEnd, .statusModifier])
    #expect(run(.search(at(0, 1), 1, code: 0x51)) == [.channelEnd, .deviceEnd, .statusModifier])  // record 2 is high
    #expect(run(.search(at(0, 1), 3, code: 0x51)) == .normalEnd)  // record 3 is equal, not high
    #expect(run(.search(at(0, 1), 4, code: 0x71)) == [.channelEnd, .deviceEnd, .statusModifier])
  }

  @Test func `Search key compares the key of the record whose count has passed, else of the next one`() throws {
    let volume = try Volume()
    func result(_ code: UInt8, _ key: String) -> UnitStatus {
      volume.run([.seek(at(0, 2)), .command(code, Array(key.utf8))]).status
    }
    let hit: UnitStatus = [.channelEnd, .deviceEnd, .statusModifier]
    #expect(result(0x29, "KEY1") == hit)
    #expect(result(0x29, "KEY0") == .normalEnd)
    #expect(result(0x49, "KEY0") == hit)
    #expect(result(0x49, "KEY1") == .normalEnd)
    #expect(result(0x69, "KEY1") == hit)
    #expect(
      volume.run([.seek(at(0, 2))] + Command.searches(at(0, 2), 1) + [.command(0x29, Array("KEY1".utf8)), .command(0x06)]).read
        .last
        == Volume.data(at(0, 2), 1, 16))
  }

  @Test func `Reads go from record to record in the order of the track`() throws {
    let volume = try Volume()
    let here = at(0, 4)
    let result = volume.run([
      .seek(here), .command(0x1A), .command(0x16), .command(0x12), .command(0x0E), .command(0x1E), .command(0x06),
      .command(0x06),
    ])
    #expect(result.read[1] == [0, 0, 0, 0, 4])
    #expect(result.read[2] == [0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(result.read[3] == Volume.record(here, 1, key: 4, 16))
    #expect(result.read[4] == Array("KEY1".utf8) + Volume.data(here, 1, 16))
    #expect(result.read[5] == Volume.record(here, 2, 100) + Volume.data(here, 2, 100))
    #expect(result.read[6] == Volume.data(here, 3, 100))
    // Record 4 is an end of file.
    #expect(result.read[7] == [])
    #expect(result.status == [.channelEnd, .deviceEnd, .unitException])
    let many = volume.run([.seek(here), .command(0x16), .command(0x5E)])
    #expect(many.read.last?.count == 252)
  }

  @Test func `Read IPL reads record 1 of the first track, and the next read record 2`() throws {
    let volume = try Volume()
    let result = volume.run([.command(0x02, room: 24), .command(0x06)])
    #expect(result.isNormal)
    #expect(result.read == [Volume.data(at(0, 0), 1, 16), Volume.data(at(0, 0), 2, 100)])
    // As zipl's loader for the Linux disk layout does: back to record 0, and record 1 again.
    #expect(volume.run([.command(0x02), .command(0x16), .command(0x06)]).read.last == Volume.data(at(0, 0), 1, 16))
  }

  @Test func `A program that has room for less gets the beginning`() throws {
    let volume = try Volume()
    let result = volume.run([.seek(at(0, 0))] + Command.searches(at(0, 0), 2) + [.command(0x06, room: 7)])
    #expect(result.isNormal)
    #expect(result.read.last == Array(Volume.data(at(0, 0), 2, 100).prefix(7)))
  }

  @Test func `A record that is not there is not found after the index has passed twice`() throws {
    let volume = try Volume()
    let searches = Array(repeating: Command.search(at(1, 1), 9), count: 100)
    let result = volume.run([.seek(at(1, 1))] + searches)
    #expect(result.executed == 1 + 5 + 5 + 1)
    #expect(result.sense == sense(0, 0x08, 0, 1, 1))
    let empty = volume.run([.seek(at(2, 14)), .command(0x06)])
    #expect(empty.sense == sense(0, 0x08, 0, 2, 14))
    let homes = volume.run([.seek(at(1, 1))] + Array(repeating: .command(0x39, [9, 9, 9, 9]), count: 9))
    #expect(homes.sense == sense(0, 0x08, 0, 1, 1))
    #expect(volume.run([.seek(at(1, 1))] + Array(repeating: .command(0x12), count: 20)).sense == sense(0, 0x08, 0, 1, 1))
  }

  @Test func `A multitrack read goes on with the next track, and ends at the end of the cylinder`() throws {
    let volume = try Volume()
    let start = Command.searches(at(0, 13), 3)
    let result = volume.run([.seek(at(0, 13))] + start + [.command(0x92), .command(0x92), .command(0x8E)])
    #expect(result.read.last == Array("KEY1".utf8) + Volume.data(at(0, 14), 1, 16))
    let last = volume.run([.seek(at(0, 14))] + Array(repeating: .command(0x92), count: 5))
    #expect(last.executed == 6)
    #expect(last.sense == sense(0, 0x20, 0, 0, 14))
    #expect(volume.run([.seek(at(0, 14)), .command(0x9A)]).sense == sense(0, 0x20, 0, 0, 14))
  }

  @Test func `The multitrack read of record 0 stays on the track whose home address has just passed`() throws {
    let volume = try Volume()
    let multitrack = Command.command(0x96), domain = Command.locate(0x46, at(0, 3), count: 3)
    let heads: ([Command]) -> [UInt8?] = { volume.run($0).read.filter { $0.count == 16 }.map { $0[3] } }
    #expect(heads([.seek(at(0, 3)), multitrack, multitrack]) == [4, 5])
    #expect(heads([.seek(at(0, 3)), .command(0x1A), multitrack, multitrack]) == [3, 4])
    #expect(heads([.seek(at(0, 3)), .command(0x39, [0, 0, 0, 3]), multitrack]) == [3])
    #expect(heads([.defineExtent(at(0, 0), at(1, 0)), domain, multitrack, multitrack, multitrack]) == [3, 4, 5])
  }

  @Test func `In CKD conversion mode a domain ends with the cylinder`() throws {
    let volume = try Volume()
    let here = at(0, 14)
    let domains: [[Command]] = [
      [.locate(0x06, here, record: 3, count: 3), .command(0x92), .command(0x92)],
      [.locate(0x81, here, record: 4, length: 20), .command(0x8D, Array("KEY1".utf8))],
      [
        .locate(0x03, here, record: 0, count: 2), .command(0x1D, Volume.record(here, 1, 9)),
        .command(0x9D, Volume.record(at(1, 0), 1, 9)),
      ],
    ]
    for domain in domains {
      for (last, attributes, expected) in [
        (at(1, 14), UInt8(0xE0), sense(0, 0x20, 0, 0, 14)), (here, 0xE0, sense(0, 0x04, 0, 0, 14)),
        (here, 0xC0, sense(0, 0x04, 0, 0, 14)), (at(1, 14), 0xC0, nil),
      ] {
        let result = volume.run([.defineExtent(at(0, 0), last, attributes: attributes)] + domain)
        #expect(result.executed == domain.count + 1)
        #expect(result.sense == expected)
      }
    }
  }

  @Test func `A track that is not valid says invalid track format to what would read it`() throws {
    let volume = try Volume()
    for code: UInt8 in [0x06, 0x0E, 0x1E, 0x12, 0x29] {
      #expect(volume.run([.seek(at(2, 13)), .command(code, [0])]).sense == sense(0, 0x40, 0, 2, 13), "\(code)")
    }
    #expect(volume.run([.seek(at(2, 13)), .command(0x16)]).isNormal)
    #expect(
      volume.run([.defineExtent(at(0, 0), at(2, 14)), .locate(0x06, at(2, 13), record: 1)]).sense == sense(0, 0x40, 0, 2, 13))
    #expect(
      volume.run([.defineExtent(at(0, 0), at(2, 14)), .locate(0x4C, at(2, 13)), .command(0xDE)]).sense
        == sense(0, 0x40, 0, 2, 13))
  }

  @Test func `An image that cannot be read is an equipment check, and the operator is told`() throws {
    let volume = try Volume()
    #expect(volume.path.withPlatformString { truncateFile($0, 100_000) } == 0)
    #expect(volume.run([.seek(at(1, 0)), .command(0x06)]).sense == sense(0x10, 0x80, 0x10, 1, 0))
    #expect(volume.errors == [.shrunk(volume.path, at(1, 0))])
  }
}

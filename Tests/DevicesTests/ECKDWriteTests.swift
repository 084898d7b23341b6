import ChannelIO
import DASD
import Devices
import Testing

@Suite struct ECKDWriteTests {
  private func read(_ volume: Volume, _ address: TrackAddress, _ record: UInt8) -> [UInt8]? {
    volume.run([.seek(address)] + Command.searches(address, record) + [.command(0x0E)]).read.last
  }

  @Test func `Data is written to the record that was found, and what the program has not is zero`() throws {
    let volume = try Volume()
    let here = at(1, 2)
    let data = [UInt8](repeating: 0xAB, count: 60)
    #expect(volume.run([.seek(here)] + Command.searches(here, 2) + [.command(0x05, data)]).isNormal)
    #expect(read(volume, here, 2) == data + [UInt8](repeating: 0, count: 40))
    #expect(volume.run([.seek(here)] + Command.searches(here, 1) + [.command(0x0D, Array("NEWK".utf8) + data)]).isNormal)
    #expect(read(volume, here, 1) == Array("NEWK".utf8) + data.prefix(16))
    #expect(volume.run([.seek(here), .command(0x29, Array("NEWK".utf8)), .command(0x05, [1, 2, 3])]).isNormal)
    #expect(read(volume, here, 1)?.prefix(8) == Array("NEWK".utf8)[...] + [1, 2, 3, 0])
    #expect(read(volume, here, 3) == Volume.data(here, 3, 100))
    // Without an equal search there is nothing to write to.
    #expect(volume.run([.seek(here), .command(0x12), .command(0x05, data)]).sense == sense(0x80, 0, 2, 1, 2))
    #expect(
      volume.run([.seek(here)] + Command.searches(here, 2) + [.command(0x03), .command(0x05, data)]).sense
        == sense(0x80, 0, 2, 1, 2))
    // A hit that was not equal on all bytes is not enough.
    #expect(volume.run([.seek(here), .command(0x31, [0, 1, 0, 2]), .command(0x05, data)]).sense == sense(0x80, 0, 2, 1, 2))
    #expect(
      volume.run([.seek(here)] + Command.searches(here, 4) + [.command(0x05, data)]).status == [
        .channelEnd, .deviceEnd, .unitException,
      ])
  }

  @Test func `A domain of writes goes from record to record, over tracks and cylinders`() throws {
    let volume = try Volume()
    let extent = Command.defineExtent(at(0, 14), at(1, 14), mask: 0x80)
    // Track 1.0 with records like the last one of 0.14: records 2 and 3 of both.
    let writes = (0..<3).map { Command.command(0x85, [UInt8](repeating: 0xC0 + UInt8($0), count: 100)) }
    let result = volume.run([extent, .locate(0x01, at(0, 14), record: 2, count: 2, length: 100)] + writes.prefix(2))
    #expect(result.isNormal)
    #expect(read(volume, at(0, 14), 2) == [UInt8](repeating: 0xC0, count: 100))
    #expect(read(volume, at(0, 14), 3) == [UInt8](repeating: 0xC1, count: 100))
    // A record of another length than announced.
    #expect(volume.run([extent, .locate(0x01, at(0, 14), record: 2, length: 99), writes[0]]).sense == sense(0, 0x40, 0, 0, 14))
    #expect(
      volume.run([extent, .locate(0x01, at(0, 14), record: 1, length: 20), .command(0x8D, Array("abcdefgh".utf8))]).isNormal)
    #expect(read(volume, at(0, 14), 1) == Array("abcdefgh".utf8) + [UInt8](repeating: 0, count: 12))
    // READ COUNT behind the writes, where it was announced.
    let counted = volume.run([
      extent, .locate(0x01, at(1, 0), record: 2, count: 2, length: 100, auxiliary: 1), writes[2], .command(0x92),
    ])
    #expect(counted.read.last == Volume.record(at(1, 0), 3, 100))
    #expect(
      volume.run([extent, .locate(0x01, at(1, 0), record: 2, count: 2, length: 100), writes[2], .command(0x92)]).sense
        == sense(0x80, 0, 2, 1, 0))
  }

  @Test func `Record 0 is updated in a domain of writes that is oriented on it, and the multitrack forms pass over it`() throws {
    let volume = try Volume()
    let here = at(1, 2)
    let extent = Command.defineExtent(here, here, mask: 0x80)
    let locate = Command.locate(0x01, here, record: 0, length: 8)
    for code: UInt8 in [0x05, 0x0D] {
      let data = [UInt8](repeating: code, count: 8)
      #expect(volume.run([extent, locate, .command(code, data)]).isNormal)
      #expect(read(volume, here, 0) == data)
    }
    #expect(read(volume, here, 1) == Array("KEY1".utf8) + Volume.data(here, 1, 16))
    #expect(
      volume.run([extent, .locate(0x01, here, record: 0, length: 16), .command(0x85, [UInt8](repeating: 1, count: 16))]).isNormal)
    #expect(read(volume, here, 1) == Array("KEY1".utf8) + [UInt8](repeating: 1, count: 16))
  }

  @Test func `A domain that writes a track updates record 0 and formats one record fewer than it counts`() throws {
    let volume = try Volume()
    let here = at(1, 2)
    let extent = Command.defineExtent(here, here, mask: 0)
    let zero = Command.command(0x05, [1, 2, 3, 4, 5, 6, 7, 8])
    let records = (UInt8(1)...2).map { Command.command(0x1D, Volume.record(here, $0, 50) + [$0]) }
    let track = [extent, .locate(0x0B, here, record: 0, count: 3, length: 50), zero] + records
    #expect(volume.run(track).isNormal)
    #expect(try volume.device.image.readTrack(here).records.map(\.count.dataLength) == [8, 50, 50])
    #expect(try volume.device.image.check().map(\.track) == [at(2, 13)])
    #expect(read(volume, here, 0) == zero.output)
    #expect(read(volume, here, 2) == [2] + [UInt8](repeating: 0, count: 49))
    let rejected = sense(0x80, 0, 2, 1, 2)
    // Record 0 comes first and once, and it must be the record that was found.
    #expect(volume.run(track + [zero]).sense == rejected)
    #expect(volume.run([extent, .locate(0x0B, here, record: 0, count: 3), zero, zero]).sense == rejected)
    #expect(volume.run([extent, .locate(0x0B, here, record: 0, count: 3), records[0], zero]).sense == rejected)
    #expect(volume.run([extent, .locate(0x0B, here, record: 1, count: 3), zero]).sense == rejected)
    // With no record to format the rest of the track is erased.
    #expect(volume.run(track).isNormal)
    #expect(volume.run([extent, .locate(0x0B, here, record: 0), zero]).isNormal)
    #expect(try volume.device.image.readTrack(here).records.map(\.count.dataLength) == [8])
  }

  @Test func `ERASE needs no whole count, and no other domain than that of Write Track`() throws {
    for length in 0...8 {
      let volume = try Volume()
      let count = Volume.record(at(1, 2), 3, 0).prefix(length)
      let program: [Command] = [
        .defineExtent(at(1, 2), at(1, 2)), .locate(0x0B, at(1, 2), record: 2), .command(0x11, Array(count)),
      ]
      #expect(volume.run(program).isNormal)
      #expect(try volume.device.image.readTrack(at(1, 2)).records.map(\.count.id.record) == [0, 1, 2])
      let format: [Command] = [
        .defineExtent(at(1, 3), at(1, 3)), .locate(0x03, at(1, 3), record: 2), .command(0x11, Array(count)),
      ]
      #expect(volume.run(format).sense == sense(0x80, 0, 2, 1, 3))
    }
  }

  @Test func `The commands in a domain of writes have their order`() throws {
    let volume = try Volume()
    let here = at(1, 0)
    let write = { (code: UInt8) in Command.command(code, [UInt8](repeating: code, count: 100)) }
    let run = { (operation: UInt8, auxiliary: UInt8, commands: [Command]) in
      let count = UInt8(commands.count)
      let locate = Command.locate(operation, here, record: 2, count: count, length: 100, auxiliary: auxiliary)
      return volume.run([.defineExtent(here, here), locate] + commands)
    }
    let rejected = sense(0x80, 0, 2, 1, 0)
    #expect(run(0x01, 0, [write(0x85), write(0x85)]).isNormal)
    #expect(run(0x01, 0, [write(0x8D), write(0x8D)]).isNormal)
    // One kind in one domain.
    #expect(run(0x01, 0, [write(0x85), write(0x8D)]).sense == rejected)
    #expect(run(0x01, 0, [write(0x8D), write(0x85)]).sense == rejected)
    // Behind orientation on data the multitrack forms alone.
    for code: UInt8 in [0x05, 0x0D] { #expect(run(0x81, 0, [write(code)]).sense == rejected) }
    for code: UInt8 in [0x85, 0x8D] { #expect(run(0x81, 0, [write(code)]).isNormal) }
    // READ COUNT at the end is the multitrack one.
    #expect(run(0x01, 1, [write(0x85), .command(0x92)]).isNormal)
    #expect(run(0x01, 1, [write(0x85), .command(0x12)]).sense == rejected)
  }

  @Test func `The write part of the file mask is kept`() throws {
    let volume = try Volume()
    let here = at(0, 3)
    let update = Command.searches(here, 2) + [.command(0x05, [1])]
    let format = Command.searches(here, 2) + [.command(0x1D, Volume.record(here, 3, 5))]
    let zero: [Command] = [.command(0x39, [0, 0, 0, 3]), .command(0x15, Volume.record(here, 0, 8))]
    let allowed: [(mask: UInt8, update: Bool, format: Bool, zero: Bool)] = [
      (0x00, true, true, false), (0x40, false, false, false), (0x80, true, false, false), (0xC0, true, true, true),
    ]
    let rejected = sense(0x80, 0, 2, 0, 3)
    for (mask, updates, formats, zeros) in allowed {
      for (commands, isAllowed) in [(update, updates), (format, formats), (zero, zeros)] {
        let result = volume.run([.fileMask(mask), .seek(here)] + commands)
        #expect(isAllowed ? result.isNormal : result.sense == rejected, "\(mask)")
      }
    }
  }

  @Test func `LOCATE RECORD is rejected when the file mask forbids what its domain would write`() throws {
    let volume = try Volume()
    let here = at(0, 3)
    let updates: Set<UInt8> = [0x00, 0x80, 0xC0], formats: Set<UInt8> = [0x00, 0xC0]
    let reads: Set<UInt8> = [0x00, 0x40, 0x80, 0xC0]
    let operations: [(UInt8, Set<UInt8>)] = [
      (0x01, updates), (0x81, updates), (0x03, formats), (0x43, [0xC0]), (0xC3, [0xC0]), (0x0B, formats), (0x06, reads),
      (0x4C, reads), (0x16, reads),
    ]
    let rejected = sense(0x80, 0, 2)
    for mask in reads {
      for (operation, allowed) in operations {
        let result = volume.run([.defineExtent(here, here, mask: mask), .locate(operation, here, record: 0)])
        #expect(allowed.contains(mask) ? result.isNormal : result.sense == rejected, "\(operation) \(mask)")
      }
      let full = volume.run([
        .prefix(here, here, mask: mask, operation: 0x3F, extended: 0x11, set: [0x80]),
        .command(0x95, Volume.record(here, 0, 8) + [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 0xFF, count: 8)),
      ])
      #expect(formats.contains(mask) ? full.isNormal : full.sense == rejected && full.executed == 1, "\(mask)")
      let data = volume.run([.prefix(at(0, 4), at(0, 4), mask: mask, operation: 0x3F, length: 16, extended: 0x23)])
      #expect(updates.contains(mask) ? data.isNormal : data.sense == rejected, "\(mask)")
    }
  }

  @Test func `A read-only volume says write inhibited, whatever would write`() throws {
    let volume = try Volume(readOnly: true)
    let here = at(0, 3)
    let inhibited = sense(0x80, 0x02, 0, 0, 3)
    let seek = [Command.fileMask(0xC0), .seek(here)]
    for code: UInt8 in [0x05, 0x0D, 0x1D, 0x11] {
      #expect(
        volume.run(seek + Command.searches(here, 2) + [.command(code, Volume.record(here, 3, 5))]).sense == inhibited, "\(code)")
    }
    #expect(volume.run(seek + [.command(0x39, [0, 0, 0, 3]), .command(0x15, Volume.record(here, 0, 8))]).sense == inhibited)
    #expect(volume.run(seek + [.command(0x19, [0, 0, 0, 0, 3])]).sense == inhibited)
    let extent = Command.defineExtent(at(0, 0), at(1, 0))
    for operation: UInt8 in [0x01, 0x03, 0x0B] {
      #expect(volume.run([extent, .locate(operation, at(0, 0), record: 0, length: 100)]).sense == sense(0x80, 0x02))
    }
    #expect(volume.run([.seek(here)] + Command.searches(here, 2) + [.command(0x06)]).isNormal)
    #expect(try CKDImage(path: volume.path, readOnly: true).check().count == 1)
  }

  @Test func `Formatting replaces the records behind, and leaves no mark`() throws {
    for sync in [false, true] {
      let volume = try Volume(sync: sync)
      let here = at(1, 7)
      let count = { Volume.record(here, $0, key: 2, 50) }
      #expect(
        volume.run([.seek(here)] + Command.searches(here, 2) + [.command(0x1D, count(7) + [9, 8, 7]), .command(0x1D, count(8))])
          .isNormal)
      let track = try volume.device.image.readTrack(here)
      #expect(track.records.map(\.count.id.record) == [0, 1, 2, 7, 8])
      #expect(Array(track.key(of: track.records[3])) == [9, 8])
      #expect(Array(track.data(of: track.records[3])) == [7] + [UInt8](repeating: 0, count: 49))
      #expect(volume.run([.seek(here)] + Command.searches(here, 1) + [.command(0x11, count(2))]).isNormal)
      #expect(try volume.device.image.readTrack(here).records.map(\.count.id.record) == [0, 1])
      #expect(try volume.device.image.check().map(\.track) == [at(2, 13)])
    }
  }

  @Test func `Formatting in a domain goes over tracks, as dasdfmt does`() throws {
    let volume = try Volume()
    let extent = Command.defineExtent(at(2, 12), at(2, 14), mask: 0x00)
    var commands = [extent, .locate(0x03, at(2, 12), record: 0, count: 24, length: 4096)]
    for (index, head) in [UInt16(12), 13].enumerated() {
      for record in UInt8(1)...12 {
        commands.append(.command(index == 1 && record == 1 ? 0x9D : 0x1D, Volume.record(at(2, head), record, 4096)))
      }
    }
    let result = volume.run(commands)
    #expect(result.isNormal && result.executed == 26)
    // That mended the track that was not valid.
    #expect(try volume.device.image.check().isEmpty)
    #expect(try volume.device.image.readTrack(at(2, 13)).records.count == 13)
    // A thirteenth record does not fit; what was there stays.
    let more = volume.run([extent, .locate(0x03, at(2, 12), record: 12), .command(0x1D, Volume.record(at(2, 12), 13, 4096))])
    #expect(more.sense == sense(0, 0x40, 0, 2, 12))
    #expect(try volume.device.image.readTrack(at(2, 12)).records.count == 13)
    // The next track is outside the extent.
    let beyond = volume.run([
      .defineExtent(at(2, 12), at(2, 12)), .locate(0x03, at(2, 12), record: 0, count: 9),
      .command(0x1D, Volume.record(at(2, 12), 1, 4096)), .command(0x9D, Volume.record(at(2, 13), 1, 4096)),
    ])
    #expect(beyond.sense == sense(0, 0x04, 0, 2, 12))
    #expect(try volume.device.image.check().isEmpty)
    // Invalidating, as dasdfmt begins: one end-of-file record.
    #expect(
      volume.run([extent, .locate(0x03, at(2, 12), record: 0, length: 8), .command(0x1D, Volume.record(at(2, 12), 1, 0))])
        .isNormal)
    #expect(try volume.device.image.readTrack(at(2, 12)).records.map(\.count.dataLength) == [8, 0])
  }

  @Test func `A formatting that goes on marks its track, and the next program finds it settled`() throws {
    let volume = try Volume()
    let extent = Command.defineExtent(at(0, 0), at(0, 14), mask: 0x00)
    let program: [Command] = [
      extent, .locate(0x03, at(0, 6), record: 0, count: 3), .command(0x1D, Volume.record(at(0, 6), 1, 10)),
    ]
    #expect(volume.run(program).isNormal)
    #expect(try volume.device.image.track(at(0, 6)).isBeingFormatted)
    #expect(volume.run([.command(0x03)]).isNormal)
    #expect(try !volume.device.image.track(at(0, 6)).isBeingFormatted)
    // A device that goes away settles it, too.
    #expect(volume.run(program).isNormal)
    volume.device = try Volume().device
    #expect(try CKDImage(path: volume.path).check().map(\.kind) == [.invalid(.overflow(offset: 21))])
  }

  @Test func `Record 0 and home address can be written, which mends any track`() throws {
    let volume = try Volume()
    let here = at(2, 13)
    let mask = Command.fileMask(0xC0)
    #expect(
      volume.run([
        mask, .seek(here), .command(0x19, [0, 0, 2, 0, 13]), .command(0x15, Volume.record(here, 0, 20) + [5]),
        .command(0x1D, Volume.record(here, 1, 3) + [1, 2, 3]),
      ]).isNormal)
    let track = try volume.device.image.readTrack(here)
    #expect(track.records.map(\.count.dataLength) == [20, 3])
    #expect(track.data(of: track.records[0]).first == 5)
    #expect(try volume.device.image.check().isEmpty)
    #expect(volume.run([mask, .seek(here), .command(0x19, [0, 0, 2, 0, 12])]).sense == sense(0x80, 0, 4, 2, 13))
    #expect(
      volume.run([mask, .seek(here), .command(0x39, [0, 2, 0, 13]), .command(0x15, Volume.record(here, 0, 57_000))]).sense
        == sense(0, 0x40, 0, 2, 13))
    #expect(try volume.device.image.readTrack(here).records.map(\.count.dataLength) == [20, 3])
  }
}

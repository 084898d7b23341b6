import ChannelIO
import DASD
import Devices
import Foundation
import SystemPackage
import Testing

@Suite struct ECKDTrackTests {
  @Test func `Tracks read raw and written raw elsewhere come out the same`() throws {
    let volume = try Volume()
    let reads = volume.run([
      .prefix(at(0, 3), at(0, 5), mask: 0x40, operation: 0x4C, count: 3), .command(0xDE, room: 57_326),
      .command(0xDE, room: 57_326), .command(0xDE, room: 57_326),
    ])
    #expect(reads.isNormal)
    #expect(
      reads.read.dropFirst().allSatisfy {
        $0.suffix(8) == [UInt8](repeating: 0xFF, count: 8)[...] && $0.count == 16 + 32 + 20 + 200 + 8
      })
    let padded = reads.read.dropFirst().map { $0 + [UInt8](repeating: 0, count: 57_326 - $0.count) }
    let writes = volume.run(
      [.prefix(at(1, 3), at(1, 5), mask: 0xC0, operation: 0x3F, count: 3, extended: 0x11, set: [0xE0, 0])]
        + padded.map { .command(0x95, $0) })
    #expect(writes.isNormal)
    for head in UInt16(3)...5 {
      let a = try volume.device.image.readTrack(at(0, head)), b = try volume.device.image.readTrack(at(1, head))
      #expect(a.bytes[5..<a.layout.end + 8] == b.bytes[5..<b.layout.end + 8])
      #expect(Array(b.bytes[0..<5]) == [0, 0, 1, 0, UInt8(head)])
    }
    // Without PREFIX the same in two commands.
    let extended = Command.location(0x4C, at(0, 3)) + [0, 0, 0, 0]
    #expect(volume.run([.defineExtent(at(0, 3), at(0, 3)), .command(0x4B, extended), .command(0xDE)]).read.last == reads.read[1])
  }

  @Test func `A full track that would not fit is invalid track format, and nothing is written`() throws {
    let volume = try Volume()
    let before = try volume.device.image.readTrack(at(0, 1)).bytes
    let locate = Command.prefix(at(0, 1), at(0, 1), mask: 0xC0, operation: 0x3F, extended: 0x11, set: [0x80])
    for record in [Volume.record(at(0, 1), 1, 56_665), Volume.record(at(0, 1), 1, 65_535)] {
      let bytes = Volume.record(at(0, 1), 0, 8) + [UInt8](repeating: 0, count: 8) + record + [UInt8](repeating: 1, count: 57_000)
      #expect(volume.run([locate, .command(0x95, bytes)]).sense == sense(0, 0x40, 0, 0, 1))
    }
    #expect(try volume.device.image.readTrack(at(0, 1)).bytes == before)
    // Random bytes never crash, and the track stays one that can be read.
    for _ in 0..<200 {
      var bytes = (0..<3_000).map { _ in UInt8.random(in: 0...255) & UInt8.random(in: 0...255) }
      for i in stride(from: 6, to: bytes.count, by: 8) { bytes[i] = 0 }
      volume.run([locate, .command(0x95, bytes)])
      #expect(throws: Never.self) { try volume.device.image.readTrack(at(0, 1)) }
    }
  }

  @Test func `A full track of which bytes are missing is rejected, and nothing is written`() throws {
    let volume = try Volume()
    let before = try volume.device.image.readTrack(at(0, 1)).bytes
    let locate = Command.prefix(at(0, 1), at(0, 1), mask: 0xC0, operation: 0x3F, extended: 0x11, set: [0x80])
    let bytes =
      Volume.record(at(0, 1), 0, 8) + [UInt8](repeating: 0, count: 8) + Volume.record(at(0, 1), 1, 20)
      + [UInt8](repeating: 9, count: 20) + [UInt8](repeating: 0xFF, count: 8)
    for count in 0..<bytes.count {
      #expect(volume.run([locate, .command(0x95, Array(bytes.prefix(count)))]).sense == sense(0x80, 0, 3, 0, 1), "\(count)")
    }
    #expect(try volume.device.image.readTrack(at(0, 1)).bytes == before)
    let written = volume.run([locate, .command(0x95, bytes)])
    #expect(written.isNormal && !written.isLong)
    #expect(try volume.device.image.readTrack(at(0, 1)).records.map(\.count.dataLength) == [8, 20])
  }

  @Test func `Track data is read and written with one command a track`() throws {
    let volume = try Volume()
    let format = { (head: UInt16) -> [Command] in
      [.defineExtent(at(1, head), at(1, head), mask: 0), .locate(0x03, at(1, head), count: 12, length: 4096)]
        + (1...12).map { .command(0x1D, Volume.record(at(1, head), $0, 4096)) }
    }
    for head in UInt16(0)...2 { #expect(volume.run(format(head)).isNormal) }
    let data = (0..<26 * 4096).map { UInt8(truncatingIfNeeded: $0 / 4096 &* 7 &+ $0) }
    // Records 11 and 12 of the first track, the second one whole, and three of the third.
    let writes = volume.run([
      .prefix(
        at(1, 0), at(1, 2), mask: 0x80, operation: 0x3F, record: 11, count: 3, length: 4096, extended: 0x23,
        blockSize: 4096), .command(0xA5, Array(data[0..<8192])), .command(0xA5, Array(data[8192..<57_344])),
      .command(0xA5, Array(data[57_344..<69_632])),
    ])
    #expect(writes.isNormal)
    #expect(!writes.isLong, "it asked for more than the program has: an incorrect length")
    let third = try volume.device.image.readTrack(at(1, 2))
    #expect(third.record(4).map { third.data(of: $0).allSatisfy { $0 == 0 } } == true)
    let reads = volume.run([
      .prefix(at(1, 0), at(1, 2), mask: 0x40, operation: 0x0C, record: 11, count: 3, length: 3 * 4096),
      .command(0xA6), .command(0xA6), .command(0xA6),
    ])
    #expect(reads.isNormal)
    #expect(reads.read.map(\.count) == [0, 8192, 49_152, 12_288])
    #expect(reads.read.joined().elementsEqual(data.prefix(8192 + 49_152 + 12_288)))
    #expect(
      volume.run([.defineExtent(at(1, 0), at(1, 0)), .locate(0x06, at(1, 0), record: 12), .command(0x86)]).read.last
        == Array(data[4096..<8192]))
    #expect(
      volume.run([.prefix(at(0, 5), at(0, 5), mask: 0x80, operation: 0x3F, length: 4096, extended: 0x23), .command(0xA5, data)])
        .sense
        == sense(0, 0x40, 0, 0, 5))
  }

  /// More tracks than stay in memory, so that most writes are to tracks whose counts are known and nothing else.
  @Test func `Track data written at random, between reads and formatting, is what a model of the tracks says`() throws {
    let volume = try Volume()
    var model: [Track] = []
    func format(_ address: TrackAddress, _ records: Int, _ length: Int) throws {
      var track = Track(empty: address)
      let counts = (1...records).map { Volume.record(address, UInt8($0), length) }
      for number in 1...records { track.append(record: UInt8(number), data: [UInt8](repeating: 0, count: length)) }
      let locate = Command.locate(0x03, address, count: UInt8(records), length: UInt16(length))
      #expect(volume.run([.defineExtent(address, address, mask: 0), locate] + counts.map { .command(0x1D, $0) }).isNormal)
      if address.index < model.count { model[address.index] = track } else { model.append(track) }
    }
    for index in 0..<40 { try format(try #require(TrackAddress(index: index)), 12, 4096) }
    for _ in 0..<400 {
      let first = Int.random(in: 0..<38), tracks = Int.random(in: 1...3), record = Int.random(in: 1...12)
      let address = try #require(TrackAddress(index: first)), last = try #require(TrackAddress(index: first + tracks - 1))
      switch Int.random(in: 0..<20) {
      case 0: try format(address, 20, 2048)
      case 1: try format(address, 12, 4096)
      case 2:
        #expect(
          try volume.device.image.readTrack(address).bytes.prefix(model[first].layout.end)
            == model[first].bytes.prefix(model[first].layout.end))
      default:
        var commands = [
          Command.prefix(
            address, last, mask: 0x80, operation: 0x3F, record: UInt8(record), count: UInt8(tracks), length: 4096, extended: 0x23,
            blockSize: 4096)
        ]
        var isRefused = false
        for index in first..<first + tracks where !isRefused {
          let start = index == first ? record : 1, end = index == first + tracks - 1 ? Int.random(in: start...12) : 12
          let bytes = (start...end).map { _ in UInt8.random(in: 0...255) }
          commands.append(.command(0xA5, bytes.flatMap { [UInt8](repeating: $0, count: 4096) }))
          // Records of another length.
          isRefused = model[index].records.count != 13
          if isRefused { continue }
          for (k, byte) in zip(start...end, bytes) {
            model[index].setData(of: model[index].records[k], [UInt8](repeating: byte, count: 4096))
          }
        }
        #expect(volume.run(commands).sense?[1] == (isRefused ? 0x40 : nil))
      }
    }
    let image = volume.device.image
    for index in 0..<40 {
      let track = try image.readTrack(model[index].address)
      #expect(track.bytes[0..<track.layout.end + 8] == model[index].bytes[0..<model[index].layout.end + 8], "track \(index)")
    }
    #expect(try image.check().allSatisfy { $0.track == at(2, 13) })
    // And the counts were known.
    #expect(try image.trackToOverwrite(model[0].address) !== image.track(model[0].address))
  }

  @Test func `A set of tracks is read with the gaps left out`() throws {
    let volume = try Volume()
    let locate = Command.prefix(at(0, 3), at(0, 9), mask: 0x40, operation: 0x7F, count: 3, extended: 0x0E, set: [0b1010_0100])
    let result = volume.run([locate, .command(0xDE), .command(0xDE), .command(0xDE)])
    #expect(result.isNormal)
    #expect(result.read.dropFirst().map { $0[3] } == [3, 5, 8])
  }

  @Test func `Without the feature PREFIX is no command, and the feature codes say so`() throws {
    let with = try Volume(), without = try Volume { $0.prefixFeature = false }
    let features: [Command] = [.command(0x27, [0x18, 0, 0, 0, 0, 0, 0x41, 0, 0, 0, 0, 0]), .command(0x3E)]
    #expect(
      with.run(features).read.last?.enumerated().filter { $0.element != 0 }.map { [$0.offset, Int($0.element)] }
        == [[8, 1], [9, 0x20], [12, 0x40]])
    #expect(without.run(features).read.last == [UInt8](repeating: 0, count: 256))
    let locate = Command.prefix(at(0, 3), at(0, 5), mask: 0x40, operation: 0x4C)
    #expect(without.run([locate]).sense == sense(0x80, 0, 1))
    #expect(without.run([.command(0x64)]).read[0][6] == 0x50)
    #expect(with.run([.command(0x64)]).read[0][6] == 0x52)
  }
}

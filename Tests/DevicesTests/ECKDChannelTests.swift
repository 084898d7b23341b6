import ChannelIO
import DASD
import Devices
import Foundation
import Storage
import SystemPackage
import Testing

/// The device behind a channel: what it makes of counts, and of checks that the channel detects.
@Suite struct ECKDChannelTests {
  private let storageSize = 1 << 20

  /// Runs one channel program to its final status.
  /// - Parameter last: the last CCW is this one; its data are those of the last command, as far as storage goes.
  private func run(_ volume: Volume, _ commands: [Command], format1: Bool = true, last: CCW? = nil) throws -> SCSW {
    let storage = try #require(AbsoluteStorage(size: UInt64(storageSize)))
    for (n, command) in commands.enumerated() {
      let isLast = n == commands.count - 1
      let data = UInt32(0x1_0000 + n * 0x4000)
      var ccw = CCW(
        command.code, flags: isLast ? [] : .chainCommand, count: UInt16(max(1, command.output.count)), dataAddress: data)
      if isLast, let last { ccw = last }
      for (k, byte) in command.output.enumerated() where Int(ccw.dataAddress) + k < storageSize {
        storage.store(byte, at: AbsoluteAddress(UInt64(ccw.dataAddress) + UInt64(k)))
      }
      storage.store(format1 ? ccw.format1 : ccw.format0, at: AbsoluteAddress(UInt64(0x1000 + n * 8)))
    }
    let subsystem = ChannelSubsystem(storage: storage)
    let number = try #require(subsystem.attach(device: volume.device, number: 0x0120))
    var orb = ORB(programAddress: 0x1000)
    orb.isFormat1 = format1
    // Immediate operations are let off; this is none.
    orb.suppressesIncorrectLength = format1
    return try #require(subsystem.runToStatus(subchannel: number, orb: orb)).response.status
  }

  /// Runs the program with all but the first `whole` bytes of its last command outside storage.
  private func runCut(_ volume: Volume, _ commands: [Command], after whole: Int) throws -> SCSW {
    let last = try #require(commands.last)
    let ccw = CCW(last.code, count: UInt16(last.output.count), dataAddress: UInt32(storageSize - whole))
    return try run(volume, commands, last: ccw)
  }

  private func contents(_ volume: Volume) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: volume.path.string)) }

  @Test func `An end-of-file record transfers no bytes, which is no immediate operation`() throws {
    let volume = try Volume()
    let extent = Command.defineExtent(at(0, 0), at(1, 0), attributes: 0xE0)
    let programs: [[Command]] = [
      [extent, .locate(0x06, at(0, 5), record: 4), .command(0x86, [1, 2, 3, 4])],
      [extent, .locate(0x06, at(0, 5), record: 4), .command(0x0E, [1, 2, 3, 4])],
      [extent, .locate(0x01, at(0, 5), record: 4), .command(0x85, [1, 2, 3, 4])],
      [extent, .locate(0x01, at(0, 5), record: 4), .command(0x0D, [1, 2, 3, 4])],
    ]
    for program in programs {
      for format1 in [false, true] {
        let status = try run(volume, program, format1: format1)
        #expect(status.deviceStatus == [.channelEnd, .deviceEnd, .unitException])
        #expect(status.subchannelStatus == .incorrectLength)
        #expect(status.count == 4)
      }
    }
  }

  private static let locateFull = Command.prefix(at(0, 6), at(0, 6), mask: 0xC0, operation: 0x3F, extended: 0x11, set: [0x80])
  private static let fullTrack =
    Volume.record(at(0, 6), 0, 8) + [UInt8](repeating: 0, count: 8) + Volume.record(at(0, 6), 1, 50)
    + [UInt8](repeating: 9, count: 50) + [UInt8](repeating: 0xFF, count: 8)
  /// Programs whose last command writes, and how many of its bytes are in storage.
  static let cut: [(name: String, program: [Command], whole: Int)] = {
    let extent = Command.defineExtent(at(0, 0), at(1, 0))
    let data = [UInt8](repeating: 0xEE, count: 100)
    let record = Volume.record(at(0, 6), 7, 100) + data
    let zero = Volume.record(at(0, 6), 0, 8) + [UInt8](repeating: 1, count: 8)
    let update = Command.locate(0x01, at(0, 6), record: 2, length: 100)
    return [
      ("WRITE DATA", [extent, update, .command(0x05, data)], 40),
      ("no byte of WRITE DATA", [extent, update, .command(0x05, data)], 0),
      ("WRITE UPDATE DATA", [extent, update, .command(0x85, data)], 99),
      ("WRITE KEY AND DATA", [extent, .locate(0x01, at(0, 6), record: 1, length: 20), .command(0x0D, data)], 2),
      ("WRITE COUNT, KEY AND DATA", [extent, .locate(0x03, at(0, 6), record: 2), .command(0x1D, record)], 40),
      ("its count alone", [extent, .locate(0x03, at(0, 6), record: 2), .command(0x1D, record)], 8),
      ("ERASE", [extent, .locate(0x0B, at(0, 6), record: 2), .command(0x11, record)], 40),
      ("the count of ERASE", [extent, .locate(0x0B, at(0, 6), record: 2), .command(0x11, record)], 4),
      ("WRITE RECORD ZERO", [extent, .locate(0x43, at(0, 6)), .command(0x15, zero)], 12),
      ("WRITE FULL TRACK", [locateFull, .command(0x95, fullTrack)], 60),
    ]
  }()

  @Test(arguments: cut.map(\.name))
  func `A record is not written when a check ends its transfer`(_ name: String) throws {
    let (_, program, whole) = try #require(Self.cut.first { $0.name == name })
    let volume = try Volume()
    let before = try contents(volume)
    let status = try runCut(volume, program, after: whole)
    #expect(status.subchannelStatus.contains(.programCheck))
    volume.device.beginChannelProgram()
    #expect(try contents(volume) == before)
    // What was received is not in memory either.
    #expect(volume.run([.seek(at(0, 6)), .command(0x5E)]).read.last == Array(before.records(at(0, 6))))
    // The same program with all its bytes in storage does write.
    #expect(try run(volume, program).subchannelStatus.isSubset(of: .incorrectLength))
    #expect(try contents(volume) != before)
  }

  @Test func `A check in the middle of track data leaves the records in front of it written`() throws {
    let volume = try Volume()
    let before = try contents(volume)
    let locate = Command.prefix(
      at(0, 6), at(0, 6), mask: 0x80, operation: 0x3F, record: 2, length: 100, extended: 0x23)
    let data = [UInt8](repeating: 0xEE, count: 200)
    #expect(try runCut(volume, [locate, .command(0xA5, data)], after: 150).subchannelStatus == .programCheck)
    let track = try volume.device.image.readTrack(at(0, 6))
    #expect(Array(track.data(of: track.records[2])) == Array(data.prefix(100)))
    #expect(Array(track.data(of: track.records[3])) == Volume.data(at(0, 6), 3, 100))
    #expect(try contents(volume) != before)
  }
}

extension Data {
  /// The records of a track of `Volume` behind record 0, in an image's bytes.
  fileprivate func records(_ address: TrackAddress) -> Data {
    let start = 512 + address.index * CKDGeometry.trackSize + 21
    // Record 1 with key, 2, 3 and the end-of-file record.
    return self[start..<start + 8 + 20 + 2 * 108 + 8]
  }
}

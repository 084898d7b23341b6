import ChannelIO
import DASD
import Devices
import Storage
import Testing

/// The device behind a channel: what it makes of counts.
@Suite struct ECKDChannelTests {
  /// Runs one channel program to its final status.
  private func run(_ volume: Volume, _ commands: [Command], format1: Bool = true) throws -> SCSW {
    let storage = try #require(AbsoluteStorage(size: 1 << 20))
    for (n, command) in commands.enumerated() {
      let isLast = n == commands.count - 1
      let data = UInt32(0x1_0000 + n * 0x4000)
      let ccw = CCW(
        command.code, flags: isLast ? [] : .chainCommand, count: UInt16(max(1, command.output.count)), dataAddress: data)
      for (k, byte) in command.output.enumerated() {
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
}

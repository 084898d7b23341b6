import ChannelIO
import DASD
import Devices
import Foundation
import SystemPackage
import Testing

/// The IPL of the volume made by real tools, carried out by hand: a channel's main loop in few lines.
@Suite struct RealVolumeTests {
  static let compressed = "/work/shared/images/zipl3390.ckd.gz"

  /// Runs format-0 CCWs in a byte array from an address on, as a channel program.
  struct HandChannel {
    var storage = [UInt8](repeating: 0, count: 1 << 20)
    var executed: [UInt8: Int] = [:]

    /// - Returns: the last unit status, and the address of the last CCW.
    mutating func run(_ device: ECKDDevice, from start: Int) -> (UnitStatus, Int) {
      device.beginChannelProgram()
      var address = start
      for _ in 0..<20_000 {
        let ccw = Array(storage[address..<address + 8])
        let data = Int(ccw[1]) << 16 | Int(ccw[2]) << 8 | Int(ccw[3])
        if ccw[0] & 0x0F == 8 {
          address = data
          continue
        }
        let count = Int(ccw[6]) << 8 | Int(ccw[7])
        let transfer = ProgramTransfer(Array(storage[data..<data + count]), room: count)
        let status = device.execute(ccw[0], transfer)
        executed[ccw[0], default: 0] += 1
        if ccw[4] & 0x10 == 0 { storage.replaceSubrange(data..<data + transfer.received.count, with: transfer.received) }
        guard ccw[4] & 0x40 != 0, status.subtracting(.statusModifier) == .normalEnd else { return (status, address) }
        address += status.contains(.statusModifier) ? 16 : 8
      }
      return ([], address)
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: compressed), "the real zipl volume \(compressed) is not here"))
  func `The volume made by zipl is loaded by its own channel programs`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-ipl-\(UUID().uuidString).ckd").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let unpack = Process()
    unpack.executableURL = URL(fileURLWithPath: "/bin/sh")
    unpack.arguments = ["-c", "gzip -dc \(Self.compressed) >\(path)"]
    try unpack.run()
    unpack.waitUntilExit()
    let image = try CKDImage(path: FilePath(path), readOnly: true)
    let device = ECKDDevice(image: image, options: .init(deviceNumber: 0x0120))
    var channel = HandChannel()
    // The implied READ IPL: 24 bytes to 0, command chaining and SLI.
    channel.storage.replaceSubrange(0..<8, with: [0x02, 0, 0, 0, 0x60, 0, 0, 24])
    let (status, _) = channel.run(device, from: 0)
    #expect(status == .normalEnd)
    #expect(Array(channel.storage[0..<8]) == [0, 0x08, 0, 0, 0x80, 0, 0x20, 0x18])
    // Seek, search and read, from what was read just before.
    #expect(channel.executed[0x02] == 1 && (channel.executed[0x07] ?? 0) > 1 && (channel.executed[0x31] ?? 0) > 1)
    #expect((channel.executed[0x06] ?? 0) > 2)
    // The loader's first instruction is where the PSW points to: BASR or LARL, not zeros.
    #expect(channel.storage[0x2018..<0x2028].contains { $0 != 0 })
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: compressed), "the real zipl volume \(compressed) is not here"))
  func `Every record of the volume made by zipl reads the same through the device as from the image`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-all-\(UUID().uuidString).ckd").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let unpack = Process()
    unpack.executableURL = URL(fileURLWithPath: "/bin/sh")
    unpack.arguments = ["-c", "gzip -dc \(Self.compressed) >\(path)"]
    try unpack.run()
    unpack.waitUntilExit()
    let device = ECKDDevice(image: try CKDImage(path: FilePath(path), readOnly: true), options: .init(deviceNumber: 0x0120))
    var different = 0
    for index in 0..<device.image.geometry.tracks {
      guard let address = TrackAddress(index: index) else { continue }
      let track = try device.image.readTrack(address)
      device.beginChannelProgram()
      #expect(device.execute(0x63, ProgramTransfer(Command.defineExtent(address, address, mask: 0x40).output)) == .normalEnd)
      let locate = Command.locate(0x06, address, record: 1, count: UInt8(track.records.count - 1))
      #expect(device.execute(0x47, ProgramTransfer(locate.output)) == .normalEnd)
      for record in track.records.dropFirst() {
        let transfer = ProgramTransfer()
        let status = device.execute(record.count.keyLength == 0 ? 0x86 : 0x8E, transfer)
        if status != .normalEnd || transfer.received != Array(track.bytes[record.keyOffset..<record.end]) { different += 1 }
      }
    }
    #expect(different == 0)
  }
}

import ChannelIO
import DASD
import Devices
import Foundation
import SystemPackage
import Testing

/// A volume of three cylinders with a device on it. Each track has record 1 (key of 4, data of 16), records 2 and 3 (data
/// of 100) and record 4 (end of file); track 2.14 has record 0 only, and track 2.13 is not a valid track.
final class Volume {
  let directory: URL
  let path: FilePath
  var device: ECKDDevice
  var errors: [CKDImageError] { log.errors }
  private let log = ErrorLog()

  final class ErrorLog: @unchecked Sendable {
    var errors: [CKDImageError] = []
  }

  init(readOnly: Bool = false, cylinders: Int = 3, sync: Bool = false, _ change: (inout ECKDDevice.Options) -> Void = { _ in })
    throws
  {
    directory = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-eckd-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    path = FilePath(directory.appendingPathComponent("volume.ckd").path)
    let geometry = try #require(CKDGeometry(cylinders: cylinders))
    try CKDImage.create(path: path, geometry: geometry) { track in
      if track.address == at(2, 14) { return }
      track.append(record: 1, key: Array("KEY1".utf8), data: Self.data(track.address, 1, 16))
      track.append(record: 2, data: Self.data(track.address, 2, 100))
      track.append(record: 3, data: Self.data(track.address, 3, 100))
      track.append(record: 4, data: [])
    }
    if cylinders > 2 {
      try Self.write([0, 2, 0, 13, 1, 0, 0xFF, 0xF0], at: at(2, 13), offset: 21, in: path)
    }
    var options = ECKDDevice.Options(deviceNumber: 0x0120, serial: "ABC123")
    change(&options)
    let log = self.log
    options.reportHostError = { log.errors.append($0) }
    device = ECKDDevice(image: try CKDImage(path: path, readOnly: readOnly, sync: sync), options: options)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  /// Changes bytes of a track behind the device's back, which must not have looked at it yet.
  func write(_ bytes: [UInt8], at address: TrackAddress, offset: Int) throws {
    try Self.write(bytes, at: address, offset: offset, in: path)
  }
  private static func write(_ bytes: [UInt8], at address: TrackAddress, offset: Int, in path: FilePath) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path.string))
    try handle.seek(toOffset: UInt64(512 + address.index * CKDGeometry.trackSize + offset))
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
  }

  static func data(_ address: TrackAddress, _ record: UInt8, _ length: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(truncatingIfNeeded: address.index * 5) &+ record, count: length)
  }
  static func record(_ address: TrackAddress, _ number: UInt8, key: Int = 0, _ length: Int) -> [UInt8] {
    Count(id: RecordID(track: address, record: number), keyLength: UInt8(key), dataLength: UInt16(length)).bytes
  }

  /// Runs one channel program, from cylinder 0 head 0; stops at the first command that does not end normally (status modifier excepted).
  @discardableResult
  func run(_ commands: [Command]) -> Outcome {
    device.beginChannelProgram()
    _ = device.execute(0x07, ProgramTransfer([0, 0, 0, 0, 0, 0]))
    device.beginChannelProgram()
    var outcome = Outcome()
    for command in commands {
      let transfer = ProgramTransfer(command.output, room: command.room)
      outcome.status = device.execute(command.code, transfer)
      outcome.isLong = transfer.isLong
      outcome.read.append(transfer.received)
      outcome.executed += 1
      if outcome.status.contains(.unitCheck) {
        outcome.sense = device.takeSense()
        break
      }
      if !outcome.status.isDisjoint(with: [.unitException]) { break }
    }
    return outcome
  }
}

func at(_ cylinder: UInt16, _ head: UInt16) -> TrackAddress { TrackAddress(cylinder: cylinder, head: head) }

struct Outcome {
  var status: UnitStatus = []
  var read: [[UInt8]] = []
  var sense: [UInt8]?
  var executed = 0
  /// The last command had or wanted more than the program's count.
  var isLong = false
  var isNormal: Bool { status == .normalEnd }
}

/// One command of a test's channel program.
struct Command: Sendable {
  var code: UInt8
  var output: [UInt8] = []
  var room = 65_535

  static func command(_ code: UInt8, _ output: [UInt8] = [], room: Int = 65_535) -> Command {
    Command(code: code, output: output, room: room)
  }
  static func bytes(_ address: TrackAddress) -> [UInt8] {
    Array(Count(id: RecordID(track: address, record: 0), keyLength: 0, dataLength: 0).bytes[0..<4])
  }
  static func seek(_ address: TrackAddress) -> Command { Command(code: 0x07, output: [0, 0] + bytes(address)) }
  static func search(_ address: TrackAddress, _ record: UInt8, code: UInt8 = 0x31) -> Command {
    Command(code: code, output: bytes(address) + [record])
  }
  /// SEARCH ID EQUAL repeated as often as records 0 to `record` need it, as a TIC would.
  static func searches(_ address: TrackAddress, _ record: UInt8) -> [Command] {
    Array(repeating: search(address, record), count: Int(record) + 1)
  }
  static func fileMask(_ mask: UInt8) -> Command { Command(code: 0x1F, output: [mask]) }
  static func defineExtent(
    _ first: TrackAddress, _ last: TrackAddress, mask: UInt8 = 0xC0, attributes: UInt8 = 0xC0, blockSize: UInt16 = 0
  ) -> Command {
    Command(code: 0x63, output: extent(first, last, mask: mask, attributes: attributes, blockSize: blockSize))
  }
  static func extent(
    _ first: TrackAddress, _ last: TrackAddress, mask: UInt8 = 0xC0, attributes: UInt8 = 0xC0, blockSize: UInt16 = 0
  ) -> [UInt8] {
    [mask, attributes, UInt8(blockSize >> 8), UInt8(blockSize & 0xFF), 0, 0, 0, 0] + bytes(first) + bytes(last)
  }
  static func location(
    _ operation: UInt8, _ address: TrackAddress, record: UInt8 = 0, count: UInt8 = 1, length: UInt16 = 0, auxiliary: UInt8 = 0
  ) -> [UInt8] {
    [operation, auxiliary | (length == 0 ? 0 : 0x80), 0, count] + bytes(address) + bytes(address)
      + [record, 0xFF, UInt8(length >> 8), UInt8(length & 0xFF)]
  }
  static func locate(
    _ operation: UInt8, _ address: TrackAddress, record: UInt8 = 0, count: UInt8 = 1, length: UInt16 = 0, auxiliary: UInt8 = 0
  ) -> Command {
    Command(
      code: 0x47,
      output: location(operation, address, record: record, count: count, length: length, auxiliary: auxiliary))
  }

  /// PREFIX with DEFINE EXTENT and LOCATE RECORD EXTENDED, as Linux builds it.
  static func prefix(
    _ first: TrackAddress, _ last: TrackAddress, mask: UInt8, operation: UInt8, record: UInt8 = 1, count: UInt8 = 1,
    length: UInt16 = 0, extended: UInt8 = 0, set: [UInt8] = [], blockSize: UInt16 = 0
  ) -> Command {
    var bytes: [UInt8] = [1, 0x80, 0x20, 0, 1] + [UInt8](repeating: 0, count: 7)
    bytes += extent(first, last, mask: mask, blockSize: blockSize) + [UInt8](repeating: 0, count: 16)
    bytes += location(operation, first, record: record, count: count, length: length) + [0, extended, 0, UInt8(set.count)] + set
    return .command(0xE7, bytes)
  }
}

/// The 32 sense bytes, written out.
func sense(_ byte0: UInt8, _ byte1: UInt8, _ byte7: UInt8 = 0, _ cylinder: UInt8 = 0, _ head: UInt8 = 0) -> [UInt8] {
  [byte0, byte1, 0, 0, 0, cylinder, head, byte7] + [UInt8](repeating: 0, count: 19) + [0x80, 0, 0, cylinder, head]
}

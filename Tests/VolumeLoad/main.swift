// A load on a volume that is killed at random moments (CrashTests): formats tracks and writes records through the
// device, and keeps a journal of what it began and what the device acknowledged.
//
// Usage: VolumeLoad IMAGE JOURNAL SEED [sync|nosync [OPERATIONS]]

import ChannelIO
import DASD
import Devices
import Glibc
import SystemPackage

/// Gives the device bytes of one value each: count first, where there is one.
final class LoadTransfer: DataTransfer {
  var head: [UInt8]
  let fill: UInt32
  init(_ head: [UInt8] = [], fill: UInt32 = 0) {
    self.head = head
    self.fill = fill
  }
  var isUsedUp: Bool { false }
  var isTerminated: Bool { false }
  func send(_ bytes: UnsafeRawBufferPointer) -> Int { bytes.count }
  func receive(into bytes: UnsafeMutableRawBufferPointer) -> Int {
    if !head.isEmpty {
      let n = min(bytes.count, head.count)
      bytes.copyBytes(from: head.prefix(n))
      head.removeFirst(n)
      return n
    }
    var offset = 0
    while offset + 4 <= bytes.count {
      bytes.storeBytes(of: fill, toByteOffset: offset, as: UInt32.self)
      offset += 4
    }
    return offset
  }
}

/// Sixteen bytes an entry: kind, record, head, cylinder, generation. The file survives the kill as the image does.
final class Journal {
  private let descriptor: Int32
  init(_ path: String) { descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644) }
  func note(_ kind: String, _ track: TrackAddress, _ record: UInt8, _ generation: UInt32) {
    var entry = [UInt8](repeating: 0, count: 16)
    entry[0] = kind.utf8.first ?? 0
    entry[1] = record
    entry[2] = UInt8(track.head)
    entry[4] = UInt8(truncatingIfNeeded: track.cylinder)
    withUnsafeBytes(of: generation) { entry.replaceSubrange(8..<12, with: $0) }
    if write(descriptor, entry, 16) != 16 { exit(2) }
  }
}

struct Load {
  let device: ECKDDevice
  let journal: Journal
  let tracks: Int
  var random: UInt64
  var generation: UInt32

  mutating func next(_ limit: Int) -> Int {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(random >> 33) % limit
  }

  func execute(_ code: UInt8, _ transfer: LoadTransfer) {
    let status = device.execute(code, transfer)
    if status != .normalEnd {
      print("command \(code) ended with \(status), sense \(device.takeSense())")
      exit(3)
    }
  }

  private func begin(_ track: TrackAddress, _ operation: UInt8, record: UInt8, count: UInt8) {
    func cchh() -> [UInt8] { [0, UInt8(truncatingIfNeeded: track.cylinder), 0, UInt8(track.head)] }
    device.beginChannelProgram()
    execute(0x63, LoadTransfer([0, 0xC0, 0, 0, 0, 0, 0, 0] + cchh() + cchh()))
    execute(0x47, LoadTransfer([operation, 0x80, 0, count] + cchh() + cchh() + [record, 0xFF, 0x10, 0x00]))
  }

  mutating func formatTrack() {
    guard let track = TrackAddress(index: next(tracks)) else { return }
    generation += 1
    let records = UInt8(1 + next(12))
    journal.note("F", track, records, generation)
    begin(track, 0x03, record: 0, count: records)
    for record in 1...records {
      let count = Count(id: RecordID(track: track, record: record), keyLength: 0, dataLength: 4096)
      execute(0x1D, LoadTransfer(count.bytes, fill: generation))
      journal.note("f", track, record, generation)
    }
  }

  mutating func writeRecords() {
    guard let track = TrackAddress(index: next(tracks)), let buffer = try? device.image.track(track) else { return }
    let present = buffer.records.count - 1
    guard present > 0 else { return }
    generation += 1
    let first = UInt8(1 + next(present))
    let count = UInt8(1 + next(present - Int(first) + 1))
    journal.note("W", track, first, generation)
    begin(track, 0x01, record: first, count: count)
    for record in first..<first + count {
      execute(0x85, LoadTransfer(fill: generation))
      journal.note("w", track, record, generation)
    }
    journal.note("e", track, 0, generation)
  }
}

let arguments = CommandLine.arguments
guard arguments.count >= 4, let seed = UInt64(arguments[3]) else { exit(64) }
// Not for ever, should nobody kill it.
let operations = arguments.count > 5 ? Int(arguments[5]) ?? 0 : 200_000
do {
  let image = try CKDImage(path: FilePath(arguments[1]), sync: arguments.count > 4 && arguments[4] == "sync")
  let device = ECKDDevice(image: image, options: .init(deviceNumber: 0x0120))
  var load = Load(
    device: device, journal: Journal(arguments[2]), tracks: image.geometry.tracks, random: seed,
    generation: UInt32(truncatingIfNeeded: seed) << 16)
  for _ in 0..<operations { if load.next(3) == 0 { load.writeRecords() } else { load.formatTrack() } }
} catch {
  print(error)
  exit(1)
}

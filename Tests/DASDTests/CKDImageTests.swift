import DASD
import Foundation
import SystemPackage
import Testing

@Suite struct CKDImageTests {
  @Test func `A new image has the header and the empty tracks Hercules would write`() throws {
    let scratch = try ScratchDirectory()
    let path = try newImage(scratch, cylinders: 3)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
    #expect(bytes.count == 512 + 45 * 56_832)
    #expect(Array(bytes[0..<20]) == Array("CKD_P370".utf8) + [15, 0, 0, 0, 0, 0xDE, 0, 0, 0x90, 0, 0, 0])
    #expect(
      Array(bytes[(512 + 16 * 56_832)...].prefix(30)) == [0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 8] + Array(repeating: 0, count: 8)
        + Array(repeating: 255, count: 8) + [0])
    let image = try CKDImage(path: path)
    #expect(image.geometry.cylinders == 3)
    #expect(try image.check().isEmpty)
  }

  @Test func `What is written is there in the next process`() throws {
    let scratch = try ScratchDirectory()
    let path = try newImage(scratch)
    let here = address(1, 14)
    do {
      let image = try CKDImage(path: path)
      var track = Track(empty: here)
      track.append(record: 1, data: [UInt8](repeating: 1, count: 4096))
      track.append(record: 2, key: [5, 6], data: [UInt8](repeating: 2, count: 100))
      try image.writeTrack(track)
      let buffer = try image.track(here)
      let record = buffer.records[2]
      buffer.mutableBytes(record.data).initializeMemory(as: UInt8.self, repeating: 9)
      try image.update(buffer, record.data)
    }
    let image = try CKDImage(path: path, readOnly: true)
    let track = try image.readTrack(here)
    #expect(track.records.map(\.count.id.record) == [0, 1, 2])
    #expect(track.data(of: track.records[2]).allSatisfy { $0 == 9 })
    #expect(try image.check().isEmpty)
  }

  @Test func `A record appended in steps leaves a valid track after each of them`() throws {
    let scratch = try ScratchDirectory()
    let path = try newImage(scratch) { $0.append(record: 1, data: [UInt8](repeating: 0xEE, count: 4096)) }
    for sync in [false, true] {
      let image = try CKDImage(path: path, sync: sync)
      let track = try image.track(address(0, 3))
      try image.truncate(track, keeping: 1)
      #expect(try image.check().map(\.kind) == [.beingFormatted])
      for number in UInt8(1)...3 {
        let count = Count(id: RecordID(track: address(0, 3), record: number), keyLength: 0, dataLength: 4083)
        let track = try image.track(address(0, 3))
        let start = track.layout.end + Count.size
        track.mutableBytes(start..<start + 4083).initializeMemory(as: UInt8.self, repeating: number)
        try image.append(track, count)
      }
      try image.endFormatting(try image.track(address(0, 3)))
      #expect(try image.check().isEmpty)
    }
    let image = try CKDImage(path: path)
    let track = try image.readTrack(address(0, 3))
    #expect(track.records.map(\.count.dataLength) == [8, 4083, 4083, 4083])
    for record in track.records.dropFirst() { #expect(track.data(of: record).allSatisfy { $0 == record.count.id.record }) }
    #expect(!track.bytes.suffix(16).contains { $0 != 0 })
  }

  @Test func `A track no longer valid is found, and mended by writing it anew`() throws {
    let scratch = try ScratchDirectory()
    let path = try newImage(scratch)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path.string))
    try handle.seek(toOffset: UInt64(512 + 4 * 56_832 + 21))
    try handle.write(contentsOf: Data([0, 0, 0, 4, 1, 0, 0xFF, 0xFF]))
    try handle.close()
    let image = try CKDImage(path: path)
    #expect(try image.check().map(\.kind) == [.invalid(.overflow(offset: 21))])
    #expect(throws: CKDImageError.invalidTrack(path, address(0, 4), .overflow(offset: 21))) { try image.readTrack(address(0, 4)) }
    try image.writeTrack(Track(empty: address(0, 4)))
    #expect(try image.check().isEmpty)
  }

  @Test func `Bad files are refused with one line that says what is wrong`() throws {
    let scratch = try ScratchDirectory()
    let good = try Data(contentsOf: URL(fileURLWithPath: newImage(scratch, cylinders: 1).string))
    func changed(_ change: (inout Data) -> Void) throws -> String {
      var data = good
      change(&data)
      let path = try scratch.file("bad.ckd", data)
      do {
        _ = try CKDImage(path: path, readOnly: true)
        return "accepted"
      } catch { return error.description.replacingOccurrences(of: path.string, with: "P") }
    }
    #expect(try changed { _ in } == "accepted")
    #expect(try changed { $0 = Data() } == "P: not a CKD DASD image: it is empty")
    #expect(try changed { $0[0] = 0 }.hasPrefix("P: not a CKD DASD image: it does not begin with CKD_P370"))
    #expect(try changed { $0[4] = UInt8(ascii: "C") }.contains("compressed"))
    #expect(try changed { $0[16] = 0x80 }.hasPrefix("P: not a 3390 volume: its header says device type 3380"))
    #expect(try changed { $0[8] = 14 }.hasPrefix("P: not a 3390 volume: 14 heads"))
    #expect(try changed { $0[17] = 2 }.contains("split volume"))
    #expect(try changed { $0.removeLast() }.hasPrefix("P: truncated"))
    #expect(try changed { $0.removeLast(56_832) }.hasPrefix("P: truncated"))
    #expect(try changed { $0 = $0.prefix(100) }.hasPrefix("P: truncated"))
    #expect(try changed { $0 = Data(count: 4096) }.contains("creation did not finish"))
    #expect(throws: CKDImageError.missing(scratch.path("none"))) { try CKDImage(path: scratch.path("none")) }
    #expect(throws: CKDImageError.notAnImage(FilePath("/tmp"), "it is a directory")) {
      try CKDImage(path: "/tmp", readOnly: true)
    }
    #expect(throws: CKDImageError.notAnImage(FilePath("/tmp"), "it is a directory")) { try CKDImage(path: "/tmp") }
    // A FIFO without another end is not waited for.
    let fifo = "/tmp/ironload-fifo-\(UInt64.random(in: 0 ... .max))"
    #expect(mkfifo(fifo, 0o600) == 0)
    defer { unlink(fifo) }
    for readOnly in [true, false] {
      #expect(throws: CKDImageError.self) { try CKDImage(path: FilePath(fifo), readOnly: readOnly) }
    }
  }

  @Test func `One writer or several readers may use an image at a time`() throws {
    let scratch = try ScratchDirectory()
    let path = try newImage(scratch)
    do {
      let writer = try CKDImage(path: path)
      #expect(throws: CKDImageError.locked(path)) { try CKDImage(path: path) }
      #expect(throws: CKDImageError.locked(path)) { try CKDImage(path: path, readOnly: true) }
      withExtendedLifetime(writer) {}
    }
    let readers = [try CKDImage(path: path, readOnly: true), try CKDImage(path: path, readOnly: true)]
    #expect(throws: CKDImageError.locked(path)) { try CKDImage(path: path) }
    #expect(throws: CKDImageError.readOnly(path)) { try readers[0].writeTrack(Track(empty: address(0, 0))) }
  }

  @Test func `A file that shrinks while in use is an error, not a crash`() throws {
    let scratch = try ScratchDirectory()
    let path = try newImage(scratch)
    let image = try CKDImage(path: path)
    try FileHandle(forUpdating: URL(fileURLWithPath: path.string)).truncate(atOffset: 1_000_000)
    #expect(throws: CKDImageError.shrunk(path, address(1, 10))) { try image.track(address(1, 10)) }
  }

  @Test func `Creation neither overwrites a file nor exceeds 65,520 cylinders`() throws {
    let scratch = try ScratchDirectory()
    let path = try newImage(scratch)
    let geometry = try #require(CKDGeometry(cylinders: 1))
    #expect(throws: CKDImageError.exists(path)) { try CKDImage.create(path: path, geometry: geometry) }
    #expect(CKDGeometry(cylinders: 65_520)?.fileSize == 512 + 65_520 * 15 * 56_832)
    #expect(CKDGeometry(cylinders: 65_521) == nil)
    #expect(CKDGeometry(cylinders: 0) == nil)
  }

  @Test(.enabled(if: RealVolume.isPresent, RealVolume.why))
  func `Every track of the volume made by real tools parses`() throws {
    let scratch = try ScratchDirectory()
    let image = try CKDImage(path: RealVolume.unpack(into: scratch), readOnly: true)
    #expect(image.geometry.cylinders == 60)
    #expect(try image.check().isEmpty)
    let first = try image.readTrack(address(0, 0))
    #expect(
      first.records.prefix(4).map { [Int($0.count.keyLength), Int($0.count.dataLength)] } == [
        [0, 8], [4, 24], [4, 144], [4, 80],
      ])
    #expect(first.records.count == 13)
    // The track comes out the same when it is built from its records.
    var again = Track(empty: address(0, 0))
    for record in first.records.dropFirst() {
      again.append(record: record.count.id.record, key: first.key(of: record), data: first.data(of: record)).is(true)
    }
    #expect(again.bytes == first.bytes)
  }
}

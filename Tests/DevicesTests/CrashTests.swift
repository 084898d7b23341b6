import DASD
import Devices
import Foundation
import SystemPackage
import Testing

/// Kills a process that formats and writes (Tests/VolumeLoad) at random moments and looks at what it left.
@Suite struct CrashTests {
  struct Entry {
    var kind: Character
    var record: UInt8
    var track: TrackAddress
    var generation: UInt32
  }

  static let load = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
    "VolumeLoad")

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: load.path), "the load program \(load.path) is not here"))
  func `After 200 kills every acknowledged record is whole, and half-formatted tracks are reported`() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-crash-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let image = FilePath(directory.appendingPathComponent("volume.ckd").path)
    let journal = directory.appendingPathComponent("journal")
    try CKDImage.create(path: image, geometry: try #require(CKDGeometry(cylinders: 2)))
    var state = ExpectedVolume(tracks: 30)
    var acknowledged = 0
    for round in 0..<200 {
      try? FileManager.default.removeItem(at: journal)
      try runAndKill(image, journal, seed: round, sync: round % 20 == 19)
      let entries = Self.entries(in: (try? Data(contentsOf: journal)) ?? Data())
      acknowledged += entries.count { $0.kind == "f" || $0.kind == "w" }
      state.replay(entries)
      guard try state.compare(with: CKDImage(path: image), round: round) else { return }
    }
    #expect(acknowledged > 10_000)
    #expect(state.partial > 20, "formatting was hardly ever cut: the kills prove little")
  }

  private func runAndKill(_ image: FilePath, _ journal: URL, seed: Int, sync: Bool) throws {
    let process = Process()
    process.executableURL = Self.load
    process.arguments = [image.string, journal.path, String(seed)] + (sync ? ["sync"] : [])
    try process.run()
    // From when it works on the image on.
    let deadline = Date().addingTimeInterval(10)
    while !FileManager.default.fileExists(atPath: journal.path), process.isRunning, Date() < deadline { usleep(200) }
    usleep(UInt32.random(in: 0...6_000))
    #expect(process.isRunning, "the load ended by itself")
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  static func entries(in data: Data) -> [Entry] {
    let bytes = [UInt8](data)
    var entries: [Entry] = []
    var i = 0
    while i + 16 <= bytes.count {
      let generation = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: i + 8, as: UInt32.self) }
      let track = at(UInt16(bytes[i + 4]), UInt16(bytes[i + 2]))
      entries.append(Entry(kind: Character(UnicodeScalar(bytes[i])), record: bytes[i + 1], track: track, generation: generation))
      i += 16
    }
    return entries
  }
}

/// What the journal says the volume must hold: for each track the generations of its records 1, 2, ...; nil for a record
/// whose update was cut in the middle.
struct ExpectedVolume {
  var records: [[UInt32?]]
  /// What was begun and not acknowledged when the load was killed.
  var open: CrashTests.Entry?
  /// Records acknowledged of the formatting in `open`.
  var done = 0
  var partial = 0
  /// Tracks whose formatting was cut in an earlier round and which nobody has formatted to the end since.
  var marked: Set<TrackAddress> = []

  init(tracks: Int) { records = Array(repeating: [], count: tracks) }

  mutating func replay(_ entries: [CrashTests.Entry]) {
    open = nil
    done = 0
    for entry in entries {
      let index = entry.track.index
      switch entry.kind {
      case "F", "W":
        open = entry
        done = 0
      case "f":
        if done == 0 { records[index] = [] }
        done += 1
        records[index].append(entry.generation)
        if let open, done == Int(open.record) {
          self.open = nil
          marked.remove(entry.track)
        }
      case "w": records[index][Int(entry.record) - 1] = entry.generation
      default: open = nil
      }
    }
  }

  /// Compares, and takes over what an operation in flight has left.
  mutating func compare(with image: CKDImage, round: Int) throws -> Bool {
    var isGood = true
    func fail(_ text: String) {
      Issue.record("round \(round): \(text)")
      isGood = false
    }
    let findings = try image.check()
    let reported = Set(findings.map(\.track))
    let inFlight = open?.kind == "F" ? open?.track : nil
    for finding in findings
    where finding.kind != .beingFormatted || !(marked.contains(finding.track) || finding.track == inFlight) {
      fail("\(finding)")
    }
    for track in marked where track != inFlight && !reported.contains(track) { fail("\(track) is no longer reported") }
    marked = reported
    for index in records.indices {
      guard let address = TrackAddress(index: index) else { continue }
      let track = try image.readTrack(address)
      let found: [UInt32?] = track.records.dropFirst().map { Self.generation(of: track.data(of: $0)) }
      if let open, open.track == address {
        let isWhole =
          open.kind == "F" ? takeOverFormat(found, open, isReported: reported.contains(address)) : takeOverWrite(found, open)
        if !isWhole { fail("\(address): \(open) left \(found), \(done) acknowledged, expected \(records[index])") }
        continue
      }
      if found != records[index] { fail("\(address): has \(found), acknowledged was \(records[index])") }
    }
    return isGood
  }

  /// Acknowledged records are there, at most one more behind them; before the first one also the old track. A track that
  /// lost records says so.
  private mutating func takeOverFormat(_ found: [UInt32?], _ open: CrashTests.Entry, isReported: Bool) -> Bool {
    let index = open.track.index
    let old = records[index]
    records[index] = found
    let new = found.count { $0 == open.generation }
    if done == 0, records[index] == old { return true }
    guard new == found.count, new == done || new == done + 1 else { return false }
    if new < Int(open.record) { partial += 1 }
    return isReported || new == Int(open.record)
  }

  /// Records are what was acknowledged; the one that was being written may be anything, old or new or both.
  private mutating func takeOverWrite(_ found: [UInt32?], _ open: CrashTests.Entry) -> Bool {
    let index = open.track.index
    guard found.count == records[index].count else { return false }
    let different = found.indices.filter { found[$0] != records[index][$0] }
    records[index] = found
    return different.count <= 1 && different.allSatisfy { found[$0] == nil || found[$0] == open.generation }
  }

  /// The value that fills the data; nil when there are several.
  static func generation(of data: ArraySlice<UInt8>) -> UInt32? {
    data.withUnsafeBytes { bytes in
      let first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
      for offset in stride(from: 4, to: bytes.count, by: 4)
      where bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self) != first { return nil }
      return first
    }
  }
}

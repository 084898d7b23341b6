import DASD
import Foundation
import Glibc
import LoopFileSystem
import SystemPackage
import Testing

/// `sync=on`: what the device has acknowledged is on the medium. Shown by the order of the system calls, and by a file system
/// that stops dead, as when the host loses its power.
@Suite(.serialized) struct HostCrashTests {
  /// A directory of one test's own.
  private final class Place {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-host-\(UUID().uuidString)")
    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }
    subscript(name: String) -> String { url.appendingPathComponent(name).path }
  }

  // MARK: Order

  private static let strace = "/usr/bin/strace"
  private static let canTrace =
    FileManager.default.isExecutableFile(atPath: strace) && run(strace, "-o", "/dev/null", "/bin/true") == 0

  @Test(.enabled(if: canTrace, "needs Debian's strace and a host that permits ptrace"), arguments: [true, false])
  func `With sync=on the image is on the medium before the device acknowledges, without it nobody waits`(sync: Bool) throws {
    let place = try Place()
    try CKDImage.create(path: FilePath(place["volume.ckd"]), geometry: try #require(CKDGeometry(cylinders: 1)))
    let status = run(
      Self.strace, "-qq", "-s", "1", "-e", "trace=pwrite64,fdatasync,write", "-o", place["calls"], CrashTests.load.path,
      place["volume.ckd"], place["journal"], "7", sync ? "sync" : "nosync", "40")
    #expect(status == 0)
    var isOnMedium = true, acknowledged = 0, writes = 0, waits = 0
    for call in try String(contentsOfFile: place["calls"], encoding: .utf8).split(separator: "\n") {
      if call.hasPrefix("pwrite64(") {
        writes += 1
        isOnMedium = false
      } else if call.hasPrefix("fdatasync(") {
        waits += 1
        isOnMedium = call.hasSuffix("= 0")
      } else if call.contains("\"f\"") || call.contains("\"w\"") {
        // The load's journal: a device end has come.
        acknowledged += 1
        #expect(isOnMedium == sync, "\(call)")
      }
    }
    #expect(acknowledged > 50 && writes > acknowledged)
    #expect(sync ? waits > acknowledged : waits == 0)
  }

  // MARK: A file system that stops

  private static let canMount = LoopFileSystem.isPossible("ext4")

  @Test(.enabled(if: canMount, "needs root and loop devices"))
  func `After a crash of the host, with sync=on, every acknowledged record is whole`() throws {
    let place = try Place()
    let system = try LoopFileSystem("ext4")
    defer { withExtendedLifetime(system) {} }
    let image = FilePath(system.mountPoint + "/volume.ckd")
    try CKDImage.create(path: image, geometry: try #require(CKDGeometry(cylinders: 2)))
    var state = ExpectedVolume(tracks: 30), acknowledged = 0
    for round in 0..<12 {
      let entries = try crash(system, image, place["journal"], seed: round, sync: true)
      acknowledged += entries.count { $0.kind == "f" || $0.kind == "w" }
      state.replay(entries)
      guard try state.compare(with: CKDImage(path: image), round: round) else { return }
    }
    #expect(acknowledged > 50)
    // Without it, records are lost: the crash is a real one.
    withKnownIssue {
      state.replay(try crash(system, image, place["journal"], seed: 99, sync: false))
      _ = try state.compare(with: CKDImage(path: image), round: 99)
    }
  }

  /// Runs the load, stops the file system in the middle, and mounts it again.
  private func crash(
    _ system: LoopFileSystem, _ image: FilePath, _ journal: String, seed: Int, sync: Bool
  ) throws -> [CrashTests.Entry] {
    try? FileManager.default.removeItem(atPath: journal)
    let process = Process()
    process.executableURL = CrashTests.load
    process.arguments = [image.string, journal, String(seed), sync ? "sync" : "nosync"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    // Until the journal has some entries, and a moment more.
    let enough = 16 * Int.random(in: 8...60), deadline = Date().addingTimeInterval(30)
    while process.isRunning, Date() < deadline {
      let size = (try? FileManager.default.attributesOfItem(atPath: journal)[.size]) as? Int ?? 0
      if size >= enough { break }
      usleep(200)
    }
    usleep(UInt32.random(in: 0...5_000))
    #expect(process.isRunning, "the load ended by itself")
    #expect(throws: Never.self) { try system.stop() }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try system.remount()
    return CrashTests.entries(in: (try? Data(contentsOf: URL(fileURLWithPath: journal))) ?? Data())
  }
}

/// Runs a program silently to its end.
private func run(_ program: String, _ arguments: String...) -> Int32 {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  do { try process.run() } catch { return -1 }
  process.waitUntilExit()
  return process.terminationStatus
}

import Foundation
import Glibc

/// A file system in a file, mounted by a loop device, which can stop dead as when the host loses its power: what was not on the
/// medium then is gone. Needs root.
package final class LoopFileSystem {
  /// What a tool said when it failed.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Whether this host makes and mounts file systems of this kind: tried, not asked.
  /// - Parameter kind: `ext4` or `xfs`.
  package static func isPossible(_ kind: String) -> Bool {
    geteuid() == 0 && FileManager.default.fileExists(atPath: "/dev/loop-control") && (try? LoopFileSystem(kind)) != nil
  }

  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-loop-\(UUID().uuidString)")
  private var isMounted = false
  private var image: String { folder.appendingPathComponent("image").path }
  /// The path where the file system is mounted.
  package var mountPoint: String { folder.appendingPathComponent("mnt").path }

  /// Makes and mounts an empty file system of 320 MiB, of which the host stores what is used. It is gone with the object, which whoever
  /// uses `mountPoint` must keep.
  package init(_ kind: String) throws {
    try FileManager.default.createDirectory(atPath: mountPoint, withIntermediateDirectories: true)
    guard FileManager.default.createFile(atPath: image, contents: nil), truncate(image, 320 << 20) == 0 else {
      throw Failure(description: "\(image): \(String(cString: strerror(errno)))")
    }
    try Self.run("/usr/sbin/mkfs.\(kind)", "-q", image)
    try mount()
  }

  deinit {
    if isMounted { try? unmount() }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Ends all traffic to the medium at once, what waits in memory included (FS_IOC_SHUTDOWN without a flush of the log: Linux
  /// fs/ext4/ioctl.c, fs/xfs/xfs_fsops.c).
  package func stop() throws {
    let descriptor = open(mountPoint, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(description: "\(mountPoint): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    let shutdown: UInt = 0x8004_587D  // _IOR('X', 125, __u32)
    var withoutFlush: UInt32 = 2
    guard ioctl(descriptor, shutdown, &withoutFlush) == 0 else {
      throw Failure(description: "FS_IOC_SHUTDOWN: \(String(cString: strerror(errno)))")
    }
  }

  /// Mounts what the medium has, after `stop`.
  package func remount() throws {
    try unmount()
    try mount()
  }

  private func mount() throws {
    try Self.runPatiently("/usr/bin/mount", "-o", "loop", image, mountPoint)
    isMounted = true
  }
  private func unmount() throws {
    try Self.runPatiently("/usr/bin/umount", mountPoint)
    isMounted = false
  }

  /// Again for up to 10 s: other tests start processes, each of which holds all of this one's files for a moment, before its
  /// program begins, and loop devices are the whole host's: a mount finds one busy that another process has taken just now.
  private static func runPatiently(_ program: String, _ arguments: String...) throws {
    let deadline = Date().addingTimeInterval(10)
    while true {
      do {
        return try run(program, arguments)
      } catch {
        if Date() >= deadline { throw error }
        usleep(20_000)
      }
    }
  }

  private static func run(_ program: String, _ arguments: String...) throws { try run(program, arguments) }

  private static func run(_ program: String, _ arguments: [String]) throws {
    let process = Process(), errors = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let said = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(program) \(arguments.joined(separator: " ")): \(String(decoding: said, as: UTF8.self))")
    }
  }
}

import Foundation
import PersistentMemory
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Ordinary files, whose writes are in the host's page cache until they are synchronized: a file system on a loop device that is shut
/// down loses what was not. Without write-back the data must be lost: otherwise the test shows nothing.
@Suite(.serialized, .enabled(if: LoopFileSystem.isPossible, "needs root, loop devices and mkfs: FS_IOC_SHUTDOWN was not tried"))
struct LostPageCacheTests {
  static let cases = ["ext4", "xfs"].flatMap { kind in [true, false].map { (kind, $0) } }

  @Test(arguments: cases) func `SAVESEG's write-back survives, and nothing else does`(kind: String, isSaved: Bool) throws {
    let survived = try store(on: kind) { backend in
      backend.base.initializeMemory(as: UInt8.self, repeating: 0x5A, count: Int(backend.size))
      if isSaved { try backend.save() }
    }
    #expect(survived == isSaved)
  }

  @Test(arguments: cases) func `explicit I/O survives once it is persistent, and not before`(kind: String, isPersisted: Bool)
    throws
  {
    let survived = try store(on: kind) { backend in
      let bytes = [UInt8](repeating: 0x5A, count: Int(backend.size))
      #expect(bytes.withUnsafeBytes { backend.write($0, at: 0) })
      if isPersisted { #expect(backend.persist()) }
    }
    #expect(survived == isPersisted)
  }

  /// - Returns: whether what `change` stored is there after the file system was shut down.
  private func store(on kind: String, _ change: (MappedBackend) throws -> Void) throws -> Bool {
    let system = try LoopFileSystem(kind)
    defer { system.remove() }
    let path = system.mountPoint + "/segment"
    FileManager.default.createFile(atPath: path, contents: Data(count: 1 << 20))
    sync()
    do {
      let backend = try MappedBackend(BackendRequest(path: path, share: true, pmem: true))
      #expect(!backend.verdict.isGuaranteed)
      try change(backend)
      try system.shutDown()
    }
    try system.remount()
    let found = try Data(contentsOf: URL(fileURLWithPath: path))
    return found.count == 1 << 20 && found.allSatisfy { $0 == 0x5A }
  }
}

/// A file system in a file.
struct LoopFileSystem {
  static let isPossible: Bool =
    geteuid() == 0 && FileManager.default.fileExists(atPath: "/dev/loop-control")
    && ["/usr/sbin/mkfs.ext4", "/usr/sbin/mkfs.xfs"].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

  let folder: String
  var image: String { folder + "/image" }
  var mountPoint: String { folder + "/mnt" }

  init(_ kind: String) throws {
    folder = NSTemporaryDirectory() + "ironload-loop-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/mnt", withIntermediateDirectories: true)
    FileManager.default.createFile(atPath: image, contents: nil)
    try #require(FileHandle(forWritingAtPath: image)).truncate(atOffset: 320 << 20)
    try Self.run("/usr/sbin/mkfs.\(kind)", "-q", image)
    try remount(first: true)
  }

  func remount(first: Bool = false) throws {
    if !first { try Self.run("/usr/bin/umount", mountPoint) }
    try Self.run("/usr/bin/mount", "-o", "loop", image, mountPoint)
  }

  /// FS_IOC_SHUTDOWN without flushing the log: as if the power had gone.
  func shutDown() throws {
    let descriptor = open(mountPoint, O_RDONLY)
    defer { close(descriptor) }
    var flags: UInt32 = 2
    let request: UInt = 0x8004_587D  // _IOR('X', 125, __u32)
    try #require(ioctl(descriptor, request, &flags) == 0, "FS_IOC_SHUTDOWN: \(Errno(rawValue: errno))")
  }

  func remove() {
    try? Self.run("/usr/bin/umount", mountPoint)
    try? FileManager.default.removeItem(atPath: folder)
  }

  private static func run(_ program: String, _ arguments: String...) throws {
    let process = try Process.run(URL(fileURLWithPath: program), arguments: arguments)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program) \(arguments)")
  }
}

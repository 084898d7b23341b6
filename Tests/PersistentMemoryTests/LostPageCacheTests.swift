import Foundation
import Glibc
import LoopFileSystem
import PersistentMemory
import SystemPackage
import Testing

private let isPossible = LoopFileSystem.isPossible("ext4") && LoopFileSystem.isPossible("xfs")

/// Ordinary files, whose writes are in the host's page cache until they are synchronized: a file system on a loop device that is shut
/// down loses what was not. Without write-back the data must be lost: otherwise the test shows nothing.
@Suite(.serialized, .enabled(if: isPossible, "needs root, loop devices and mkfs of ext4 and xfs: FS_IOC_SHUTDOWN was not tried"))
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
    defer { withExtendedLifetime(system) {} }
    let path = system.mountPoint + "/segment"
    try Data(count: 1 << 20).write(to: URL(fileURLWithPath: path))
    sync()
    do {
      let backend = try MappedBackend(BackendRequest(path: path, share: true, pmem: true))
      #expect(!backend.verdict.isGuaranteed)
      try change(backend)
      try system.stop()
    }
    try system.remount()
    let found = try Data(contentsOf: URL(fileURLWithPath: path))
    return found.count == 1 << 20 && found.allSatisfy { $0 == 0x5A }
  }
}

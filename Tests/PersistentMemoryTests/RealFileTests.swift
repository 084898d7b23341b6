import Foundation
import PersistentMemory
import SystemPackage
import Testing

/// The kernel we run on, where no DAX is needed. The DAX ones run in a virtual machine: Tests/PersistentMemory/check.
@Suite struct RealFileTests {
  private func temporary(_ folder: String, size: Int = 4 << 20) throws -> String {
    let path = folder + "/ironload-\(UUID().uuidString)"
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: UInt64(size))
    return path
  }

  @Test(arguments: [NSTemporaryDirectory(), "/dev/shm"]) func `an ordinary file is refused MAP_SYNC`(folder: String) throws {
    let path = try temporary(folder)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let backend = try MappedBackend(BackendRequest(path: path, share: true, pmem: true))
    guard case .notGuaranteed(.syncRefused) = backend.verdict else {
      Issue.record("\(backend.verdict) on \(folder)")
      return
    }
    backend.base.storeBytes(of: 0x5A, as: UInt8.self)
    try backend.save()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path))[0] == 0x5A)
  }

  @Test func `a private copy never reaches the file`() throws {
    let path = try temporary(NSTemporaryDirectory())
    defer { try? FileManager.default.removeItem(atPath: path) }
    let backend = try MappedBackend(BackendRequest(path: path))
    backend.base.storeBytes(of: 0x5A, as: UInt8.self)
    try backend.save()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path))[0] == 0)
  }

  @Test func `two writers of one file do not go together`() throws {
    let path = try temporary(NSTemporaryDirectory())
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try MappedBackend(BackendRequest(path: path, share: true))
    #expect(throws: BackendError.inUse(path: path)) { try MappedBackend(BackendRequest(path: path, share: true)) }
    withExtendedLifetime(first) {}
  }

  @Test func `a file that is shortened while mapped reads as zeros and is reported`() throws {
    let path = try temporary(NSTemporaryDirectory())
    defer { try? FileManager.default.removeItem(atPath: path) }
    let backend = try MappedBackend(BackendRequest(path: path, share: true))
    #expect(backend.failure == nil)
    try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 1 << 20)
    #expect(backend.base.load(fromByteOffset: 4096, as: UInt8.self) == 0)
    #expect(backend.failure == nil)
    #expect(backend.base.load(fromByteOffset: 3 << 20, as: UInt8.self) == 0)
    #expect(backend.failure == 3 << 20)
  }

  @Test func `many backends are each watched for pages that are lost`() throws {
    let path = try temporary(NSTemporaryDirectory(), size: 8192)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let backends = try (0..<200).map { _ in try MappedBackend(BackendRequest(path: path, share: true, readOnly: true)) }
    try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 4096)
    for backend in backends {
      #expect(backend.failure == nil)
      #expect(backend.base.load(fromByteOffset: 4096, as: UInt8.self) == 0)
      #expect(backend.failure == 4096)
    }
  }

  @Test(arguments: ["/dev/null", "/dev/zero"]) func `other character devices are none of ours`(path: String) {
    #expect(throws: BackendError.unusable(path: path, shortfall: .notDAXDevice(subsystem: "mem"))) {
      try MappedBackend(BackendRequest(path: path, size: 1 << 20, share: true, pmem: true))
    }
  }
}

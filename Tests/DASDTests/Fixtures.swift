import DASD
import Foundation
import SystemPackage
import Testing

/// A directory of its own for one test, removed with it.
final class ScratchDirectory {
  let url: URL
  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-dasd-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
  func path(_ name: String) -> FilePath { FilePath(url.appendingPathComponent(name).path) }
  func file(_ name: String, _ data: Data) throws -> FilePath {
    try data.write(to: url.appendingPathComponent(name))
    return path(name)
  }
}

/// The volume prepared by real tools, where the project's shared folder is at hand.
enum RealVolume {
  static let compressed = "/work/shared/images/zipl3390.ckd.gz"
  static var isPresent: Bool { FileManager.default.fileExists(atPath: compressed) }
  static let why: Comment = "the real zipl volume \(compressed) is not here"

  /// Unpacks it into the directory.
  static func unpack(into scratch: ScratchDirectory) throws -> FilePath {
    let path = scratch.path("real.ckd")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "gzip -dc \(compressed) >\(path)"]
    try process.run()
    process.waitUntilExit()
    return path
  }
}

func newImage(_ scratch: ScratchDirectory, cylinders: Int = 2, format: (inout Track) -> Void = { _ in }) throws -> FilePath {
  let path = scratch.path("new.ckd")
  let geometry = try #require(CKDGeometry(cylinders: cylinders))
  try CKDImage.create(path: path, geometry: geometry, format: format)
  return path
}

func address(_ cylinder: UInt16, _ head: UInt16) -> TrackAddress { TrackAddress(cylinder: cylinder, head: head) }

extension Bool {
  /// An expectation for mutating calls, which `#expect` cannot take apart.
  func `is`(_ expected: Bool, at location: SourceLocation = #_sourceLocation) {
    #expect(self == expected, sourceLocation: location)
  }
}

import DASD
import Foundation
import SystemPackage
import Testing

/// The volumes of the matrix in Documentation/Channels.md.
enum LoadVolume: String, CaseIterable, Sendable {
  case zipl, below, above, threeSegments, rewriting

  /// The name that the documentation's table has for it.
  var name: String {
    switch self {
    case .zipl: "zipl's"
    case .below: "`dasd boot`, below 16 MiB"
    case .above: "`dasd boot`, above 16 MiB"
    case .threeSegments: "three dynamic segments"
    case .rewriting: "rewrites a CCW ahead"
    }
  }

  static let zipl3390 = "/work/shared/images/zipl3390.ckd.gz"
  static var hasZIPL: Bool { FileManager.default.fileExists(atPath: zipl3390) }
  /// The volumes that can be had here.
  static var present: [LoadVolume] { allCases.filter { $0 != .zipl || hasZIPL } }

  /// The PSW at 0 after a load.
  var psw: UInt64 { self == .zipl ? 0x0008_0000_8000_2018 : 0x0008_0000_8000_5000 }

  /// Makes the volume at `path`.
  func create(_ path: FilePath) throws {
    switch self {
    case .zipl:
      let unpack = try Process.run(
        URL(filePath: "/bin/sh"), arguments: ["-c", "gzip -dc \(Self.zipl3390) >\(path)"])
      unpack.waitUntilExit()
      try #require(unpack.terminationStatus == 0)
    case .below: try createLoadable(path, [.init("payload", at: 0x1_0000, Self.noise(1_500_000))])
    case .above:
      try createLoadable(
        path,
        [
          .init("payload", at: 0x5000, Self.noise(5000)), .init("across", at: 0xFF_F000, Self.noise(0x3000)),
          .init("above", at: 0x180_0800, Self.noise(900_000)),
        ])
    case .threeSegments: try HandMadeVolume.threeSegments().create(path)
    case .rewriting: try HandMadeVolume.rewriting().create(path)
    }
  }

  private func createLoadable(_ path: FilePath, _ regions: [StorageImage.Region]) throws {
    let geometry = try #require(CKDGeometry(cylinders: 8))
    try LabelledVolume.create(path: path, geometry: geometry, serial: "MATRIX", partition: nil, date: .today())
    let program = try LoadProgram(StorageImage(psw: psw, regions: regions), path: path)
    _ = try LabelledVolume(CKDImage(path: path)).install(program, date: .today())
  }

  private static func noise(_ count: Int) -> [UInt8] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: state >> 24)
    }
  }
}

/// A folder for one test's volumes, removed with it.
final class VolumeFolder {
  let url: URL
  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "ironload-load-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
  func path(_ name: String) -> FilePath { FilePath(url.appending(path: name).path(percentEncoded: false)) }
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: url.appending(path: name))
    return path(name).string
  }
}

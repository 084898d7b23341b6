import DASD
import Foundation
import SystemPackage
import Testing

/// A volume of three cylinders whose IPL1 reads IPL2 to 18, which seeks to cylinder 1 head 2, searches record 2 and reads it to
/// 2000; or what a test makes of that. The tracks from cylinder 1 on have records 1 to 3 of 4096 bytes with keys KEY1 to KEY3.
final class ExplainedVolume {
  let path: String

  /// - Parameters:
  ///   - ipl1: three doublewords, or nil for a track 0 without records.
  ///   - ipl2: doublewords from 18 on; what follows them up to `length` is zeros.
  init(ipl1: [UInt64]? = ExplainedVolume.ipl1, ipl2: [UInt64] = ExplainedVolume.ipl2, length: Int = 128) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-load-\(UUID().uuidString).ckd").path
    let geometry = try #require(CKDGeometry(cylinders: 3))
    try CKDImage.create(path: FilePath(path), geometry: geometry) { track in
      if track.address.index == 0 {
        guard let ipl1 else { return }
        track.append(record: 1, key: [0xC9, 0xD7, 0xD3, 0xF1], data: Self.bytes(ipl1))
        let second = Self.bytes(ipl2) + Array(repeating: UInt8(0), count: 256)
        track.append(record: 2, key: [0xC9, 0xD7, 0xD3, 0xF2], data: second.prefix(length))
      } else if track.address.cylinder > 0 {
        for record in 1...3 {
          // Register 1 is loaded with the record's number, forever.
          let program: [UInt8] = [0xA7, 0x18, 0, UInt8(record), 0xA7, 0xF4, 0xFF, 0xFE]
          track.append(
            record: UInt8(record), key: [0xD2, 0xC5, 0xE8, 0xF0 + UInt8(record)],
            data: program + Array(repeating: 0, count: 4088))
        }
      }
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  static func bytes(_ words: [UInt64]) -> [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
  }

  /// The PSW, READ DATA of 128 bytes to 18 with CC and SLI, TIC to 18.
  static let ipl1: [UInt64] = [0x0008_0000_8000_2000, 0x0600_0018_6000_0080, 0x0800_0018_0000_0000]
  /// SEEK, SEARCH ID EQUAL, TIC *-8, READ DATA of 4096 bytes to 2000; at 60 BBCCHHR.
  static let ipl2: [UInt64] = [
    0x0700_0060_4000_0006, 0x3100_0062_4000_0005, 0x0800_0020_0000_0000, 0x0600_2000_0000_1000, 0, 0, 0, 0, 0,
    0x0000_0001_0002_0200,
  ]
  /// `ipl2` with one doubleword changed.
  static func ipl2(_ index: Int, _ word: UInt64) -> [UInt64] {
    var words = ipl2
    words[index] = word
    return words
  }
}

import DASD
import Foundation
import SystemPackage
import Testing

/// A volume of one cylinder whose load records are written out by hand: records of track 0, from 1 on.
struct HandMadeVolume {
  var records: [[UInt8]]

  /// A CCW of format 0.
  static func ccw(_ command: UInt8, _ flags: UInt8, _ count: Int, _ address: Int) -> [UInt8] {
    [
      command, UInt8(address >> 16), UInt8(address >> 8 & 0xFF), UInt8(address & 0xFF), flags, 0, UInt8(count >> 8),
      UInt8(count & 0xFF),
    ]
  }
  static let chained: UInt8 = 0x40, chainedShort: UInt8 = 0x60

  /// The PSW, a READ of IPL2 and a TIC to it.
  static func ipl1(psw: UInt64 = 0x0008_0000_8000_5000, readTo address: Int, count: Int, transferTo target: Int? = nil) -> [UInt8]
  {
    withUnsafeBytes(of: psw.bigEndian) { Array($0) } + ccw(0x06, chainedShort, count, address)
      + ccw(0x08, 0, 0, target ?? address)
  }

  /// SEEK, SEARCH, TIC for a record of track 0, then `ccws`, in 0x80 bytes for the place `base`.
  static func segment(at base: Int, record: UInt8, _ ccws: [UInt8]...) -> [UInt8] {
    let program =
      ccw(0x07, chained, 6, base + 0x60) + ccw(0x31, chained, 5, base + 0x62) + ccw(0x08, 0, 0, base + 8) + ccws.joined()
    let room = [UInt8](repeating: 0, count: 0x60 - program.count)
    return program + room + [0, 0, 0, 0, 0, 0, record, 0] + [UInt8](repeating: 0, count: 0x18)
  }

  /// A program for z/Architecture mode, BASR and LPSWE of a disabled wait with code 0xF00D, and noise behind it.
  static let payload: [UInt8] =
    [0x0D, 0x10, 0xB2, 0xB2, 0x10, 0x06, 0, 0, 0, 2, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xF0, 0x0D]
    + (24..<0x100).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
  static let decoy = [UInt8](repeating: 0xEE, count: 0x100)
  static let payloadAddress = 0x5000

  /// Three segments of CCWs, each read just before it is run. IPL1's READ goes from 0x18 to 0x417, over its own place and where
  /// the prefetch procedure would like to have its program.
  /// - Parameter payloadRecord: the last READ's record; 6 has the payload, 7 the decoy. Exchanged when it is 7.
  static func threeSegments(payloadRecord: UInt8 = 6) -> HandMadeVolume {
    func hop(_ base: Int, _ record: UInt8, to target: Int) -> [UInt8] {
      segment(at: base, record: record, ccw(0x06, chained, 0x80, target), ccw(0x08, 0, 0, target))
    }
    let ipl2 = hop(0x18, 3, to: 0x3000)
    let last = segment(at: 0x3000, record: payloadRecord, ccw(0x06, 0x20, 0x100, payloadAddress))
    return HandMadeVolume(records: [
      ipl1(readTo: 0x18, count: 0x400), ipl2 + [UInt8](repeating: 0, count: 0x400 - ipl2.count),
      hop(0x3000, 4, to: 0x4000), hop(0x4000, 5, to: 0x3000), last,
      payloadRecord == 6 ? payload : decoy, payloadRecord == 6 ? decoy : payload,
    ])
  }

  /// IPL2 reads one CCW over a later one of its own, with a no-operation between them.
  static func rewriting() -> HandMadeVolume {
    HandMadeVolume(records: [
      ipl1(readTo: 0x2000, count: 0x80),
      segment(at: 0x2000, record: 3, ccw(0x06, chained, 8, rewrittenCCW), ccw(0x03, chainedShort, 1, 0)),
      ccw(0x06, 0, 0x100, payloadAddress), payload,
    ])
  }
  static let rewrittenCCW = 0x2028

  /// Makes the image.
  func create(_ path: FilePath) throws {
    let geometry = try #require(CKDGeometry(cylinders: 1))
    try CKDImage.create(path: path, geometry: geometry) { track in
      guard track.address == TrackAddress(cylinder: 0, head: 0) else { return }
      for (n, data) in records.enumerated() { track.append(record: UInt8(n + 1), data: data) }
    }
  }
}

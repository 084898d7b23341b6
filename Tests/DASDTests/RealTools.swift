/// Records that the real tools wrote (`dasdfmt -b 4096 -d cdl`, `fdasd -a`, s390-tools 2.16 in a guest) on a 3390 of 60
/// cylinders at device number 0120, as hexadecimal digits.
enum RealTools {
  static let serial = "0X0120"
  /// Day 325 of 2026, counted from 0.
  static let date: (year: UInt8, day: UInt16) = (126, 325)
  static let label =
    "e5d6d3f1f0e7f0f1f2f0400000000101" + String(repeating: "40", count: 64)
  static let format4 =
    String(repeating: "04", count: 44)
    + "f40000000103000900000000000000010000003c000fe5a20000003000000c00" + String(repeating: "00", count: 29)
    + "0100000000010000000100000000000000000000000000000000000000003c00004000"
  static let format5 = "05050505" + String(repeating: "00", count: 40) + "f5" + String(repeating: "00", count: 95)
  static let format1 =
    "d3c9d5e4e74be5f0e7f0f1f2f04bd7c1d9e3f0f0f0f14bd5c1e3c9e5c5404040404040404040404040404040"
    + "f1f0e7f0f1f2f000017e014563016d010000c9c2d440d3c9d5e4e7404040407e0145000000000000880010001000000000808000000000000000"
    + "000000010000000002003b000e" + String(repeating: "00", count: 25)

  static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}

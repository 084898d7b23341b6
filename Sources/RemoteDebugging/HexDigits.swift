/// Bytes as the pairs of hexadecimal digits that packets carry.
enum HexDigits {
  private static let digits = Array("0123456789abcdef".utf8)

  static func text(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] } }
  static func text(_ string: String) -> [UInt8] { text(string.utf8) }

  /// A number's last `count` bytes, big-endian as the target is.
  static func text(_ value: UInt64, bytes count: Int) -> [UInt8] {
    text((0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) })
  }

  static func digit(_ c: UInt8) -> UInt8? {
    switch c {
    case 0x30...0x39: c - 0x30
    case 0x61...0x66: c - 0x57
    case 0x41...0x46: c - 0x37
    default: nil
    }
  }
  static func byte(_ high: UInt8, _ low: UInt8) -> UInt8? {
    guard let high = digit(high), let low = digit(low) else { return nil }
    return high << 4 | low
  }

  /// - Returns: nil for anything but pairs of digits.
  static func bytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 2 == 0 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(text.count / 2)
    var k = text.startIndex
    while k < text.endIndex {
      guard let one = byte(text[k], text[k + 1]) else { return nil }
      result.append(one)
      k += 2
    }
    return result
  }

  /// - Returns: nil for no digits, more than sixteen, or anything else.
  static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard 1...16 ~= text.count else { return nil }
    var value: UInt64 = 0
    for c in text {
      guard let d = digit(c) else { return nil }
      value = value << 4 | UInt64(d)
    }
    return value
  }
}

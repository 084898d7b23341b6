/// The shape of one hexadecimal-floating-point (HFP) format (Principles of Operation, chapter 18): sign, seven-bit
/// characteristic (excess 64), fraction of 6, 14 or 28 hexadecimal digits with the point at its left.
package protocol HexadecimalFormat: Sendable {
  associatedtype Bits: FixedWidthInteger & UnsignedInteger & Sendable
  /// Hexadecimal digits of the fraction.
  static var digits: Int { get }
  static func unpack(_ bits: Bits) -> UnpackedHexadecimal
  /// Only the low seven bits of the exponent count; the fraction has at most `digits` digits.
  static func pack(_ number: UnpackedHexadecimal) -> Bits
}

/// An HFP number taken apart: fraction / 16^digits × 16^(characteristic − 64).
package struct UnpackedHexadecimal: Equatable {
  package var isNegative: Bool
  /// Unbounded within operations.
  package var characteristic: Int
  package var fraction: UInt128

  @inline(__always)
  package init(isNegative: Bool, characteristic: Int, fraction: UInt128) {
    self.isNegative = isNegative
    self.characteristic = characteristic
    self.fraction = fraction
  }

  static let trueZero = UnpackedHexadecimal(isNegative: false, characteristic: 0, fraction: 0)

  /// The fraction of `digits` digits shifted left until its first digit is not zero; a zero fraction stays.
  @inline(__always)
  func normalized(digits: Int) -> UnpackedHexadecimal {
    if fraction == 0 { return self }
    let zeros = (fraction.leadingZeroBitCount &- (128 &- 4 &* digits)) &>> 2
    return UnpackedHexadecimal(
      isNegative: isNegative, characteristic: characteristic &- zeros,
      fraction: fraction &<< UInt128(truncatingIfNeeded: 4 &* zeros))
  }
}

extension HexadecimalFormat {
  @inline(__always) static var fractionBits: Int { 4 &* digits }
}

/// HFP short: 32 bits, 6 digits.
package enum ShortHexadecimal: HexadecimalFormat {
  package typealias Bits = UInt32
  package static var digits: Int { 6 }
  @inline(__always) package static func unpack(_ bits: UInt32) -> UnpackedHexadecimal {
    UnpackedHexadecimal(
      isNegative: bits &>> 31 != 0, characteristic: Int(truncatingIfNeeded: bits &>> 24) & 0x7F,
      fraction: UInt128(truncatingIfNeeded: bits & 0xFF_FFFF))
  }
  @inline(__always) package static func pack(_ n: UnpackedHexadecimal) -> UInt32 {
    (n.isNegative ? 1 << 31 : 0) | UInt32(truncatingIfNeeded: n.characteristic & 0x7F) &<< 24
      | UInt32(truncatingIfNeeded: n.fraction)
  }
}

/// HFP long: 64 bits, 14 digits.
package enum LongHexadecimal: HexadecimalFormat {
  package typealias Bits = UInt64
  package static var digits: Int { 14 }
  @inline(__always) package static func unpack(_ bits: UInt64) -> UnpackedHexadecimal {
    UnpackedHexadecimal(
      isNegative: bits &>> 63 != 0, characteristic: Int(truncatingIfNeeded: bits &>> 56) & 0x7F,
      fraction: UInt128(truncatingIfNeeded: bits & 0xFF_FFFF_FFFF_FFFF))
  }
  @inline(__always) package static func pack(_ n: UnpackedHexadecimal) -> UInt64 {
    (n.isNegative ? 1 << 63 : 0) | UInt64(truncatingIfNeeded: n.characteristic & 0x7F) &<< 56
      | UInt64(truncatingIfNeeded: n.fraction)
  }
}

/// HFP extended: two long numbers, the second of which has the low 14 digits, the same sign, and a characteristic that is 14
/// less (modulo 128) unless the number is a true zero. Sign and characteristic of the second are ignored in operands.
package enum ExtendedHexadecimal: HexadecimalFormat {
  package typealias Bits = UInt128
  package static var digits: Int { 28 }
  @inline(__always) package static func unpack(_ bits: UInt128) -> UnpackedHexadecimal {
    let mask: UInt128 = 0xFF_FFFF_FFFF_FFFF
    return UnpackedHexadecimal(
      isNegative: bits &>> 127 != 0, characteristic: Int(truncatingIfNeeded: bits &>> 120) & 0x7F,
      fraction: (bits &>> 64 & mask) &<< 56 | bits & mask)
  }
  @inline(__always) package static func pack(_ n: UnpackedHexadecimal) -> UInt128 {
    let sign: UInt64 = n.isNegative ? 1 << 63 : 0
    let isTrueZero = n.fraction == 0 && n.characteristic == 0
    let low = isTrueZero ? 0 : n.characteristic &- 14
    let mask: UInt64 = 0xFF_FFFF_FFFF_FFFF
    let high64 =
      sign | UInt64(truncatingIfNeeded: n.characteristic & 0x7F) &<< 56 | UInt64(truncatingIfNeeded: n.fraction &>> 56) & mask
    let low64 = sign | UInt64(truncatingIfNeeded: low & 0x7F) &<< 56 | UInt64(truncatingIfNeeded: n.fraction) & mask
    return UInt128(high64) &<< 64 | UInt128(low64)
  }
}

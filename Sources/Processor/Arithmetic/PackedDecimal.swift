/// Why a decimal operation does not complete.
package enum DecimalException: Error {
  /// An invalid digit or sign, or a first operand of MULTIPLY DECIMAL without room: a data exception, DXC 0.
  case data
  /// The quotient does not fit, or the divisor is zero.
  case divide
}

/// A packed decimal number of at most 31 digits (Principles of Operation, chapter 8): digits as nibbles, right-justified,
/// without the sign.
package struct PackedDecimal: Equatable, Sendable {
  package var digits: UInt128
  package var isNegative: Bool

  package init(digits: UInt128, isNegative: Bool) {
    self.digits = digits
    self.isNegative = isNegative
  }

  /// A field of 1 to 16 bytes, right-justified: digits and, in the last four bits, the sign.
  /// - Throws: `.data` for a digit above 9 or a sign below 10.
  @inline(__always)
  package init(field: UInt128) throws(DecimalException) {
    let digits = field &>> 4
    let sign = UInt8(truncatingIfNeeded: field & 15)
    if !PackedDecimal.areValid(digits) || sign < 10 { throw .data }
    self.init(digits: digits, isNegative: PackedDecimal.isMinus(sign))
  }

  /// Whether every nibble is a decimal digit.
  @inline(__always)
  package static func areValid(_ digits: UInt128) -> Bool {
    // Above 9: the eight and one of four and two.
    digits &>> 3 & (digits &>> 2 | digits &>> 1) & ones == 0
  }

  /// 1011 and 1101; the other codes above 9 are plus.
  @inline(__always) package static func isMinus(_ sign: UInt8) -> Bool { sign == 11 || sign == 13 }

  /// The field with the preferred sign code, cut to `bytes` bytes.
  @inline(__always)
  package func field(bytes: Int) -> UInt128 {
    let whole = digits &<< 4 | (isNegative ? 13 : 12)
    return bytes >= 16 ? whole : whole & ((1 &<< UInt128(truncatingIfNeeded: 8 &* bytes)) &- 1)
  }

  /// The digits that a field of so many bytes holds.
  @inline(__always)
  package static func mask(bytes: Int) -> UInt128 {
    (1 &<< UInt128(truncatingIfNeeded: 8 &* bytes &- 4)) &- 1
  }

  private static let ones: UInt128 = 0x1111_1111_1111_1111_1111_1111_1111_1111

  // MARK: Digits

  /// The sum of two numbers of up to 31 digits, with perhaps a carry in the 32nd.
  @inline(__always)
  static func sum(_ a: UInt128, _ b: UInt128) -> UInt128 {
    // Six more in each digit makes decimal carries binary ones; where none came out, the six is taken back.
    let raised = a &+ 0x0666_6666_6666_6666_6666_6666_6666_6666
    let total = raised &+ b
    let noCarry = ~(total ^ raised ^ b) & 0x1111_1111_1111_1111_1111_1111_1111_1110
    return total &- (noCarry &>> 2 | noCarry &>> 3)
  }

  /// The difference of two numbers of up to 31 digits, the first of which is not less.
  @inline(__always)
  static func difference(_ a: UInt128, _ b: UInt128) -> UInt128 {
    let nines: UInt128 = 0x0999_9999_9999_9999_9999_9999_9999_9999
    return sum(sum(a, nines &- b), 1) & (UInt128.max &>> 4)
  }

  /// The digits as a binary number.
  var binaryMagnitude: UInt128 {
    UInt128(PackedDecimal.binary(UInt64(truncatingIfNeeded: digits &>> 64))) &* 10_000_000_000_000_000
      &+ UInt128(PackedDecimal.binary(UInt64(truncatingIfNeeded: digits)))
  }

  private static func binary(_ sixteen: UInt64) -> UInt64 {
    var value: UInt64 = 0
    for k in 0..<16 { value = value &* 10 &+ (sixteen &>> UInt64(truncatingIfNeeded: 60 &- 4 &* k) & 15) }
    return value
  }

  /// A binary number below 10^32 as decimal digits.
  package static func digits(ofBinary magnitude: UInt128) -> UInt128 {
    let (high, low) = magnitude.quotientAndRemainder(dividingBy: 10_000_000_000_000_000)
    return UInt128(decimal(UInt64(truncatingIfNeeded: high))) &<< 64 | UInt128(decimal(UInt64(truncatingIfNeeded: low)))
  }

  private static func decimal(_ magnitude: UInt64) -> UInt64 {
    var rest = magnitude
    var value: UInt64 = 0
    var place: UInt64 = 0
    while rest != 0 && place < 64 {
      value |= (rest % 10) &<< place
      rest /= 10
      place &+= 4
    }
    return value
  }
}

extension BinaryArithmetic where Format: NarrowBinaryFormat {
  /// What DIVIDE TO INTEGER delivers.
  package struct IntegerQuotient {
    package var remainder: Bits
    /// Scaled by Ψ when its exponent is too large; condition code 1 or 3 tells.
    package var quotient: Bits
    /// 0 and 1: final; 2 and 3: partial, to be repeated with the remainder as dividend. 1 and 3: quotient scaled, or NaN.
    package var conditionCode: UInt8
  }

  /// DIVIDE TO INTEGER (DIEBR, DIDBR): `mode` (M4) rounds a final quotient; the remainder, which only then may be inexact,
  /// is rounded by the FPC's mode.
  package static func divideToInteger(
    _ dividend: Bits, _ divisor: Bits, _ control: FloatingPointControl, _ mode: RoundingMode
  ) -> BinaryResult<IntegerQuotient> {
    let a = UnpackedBinary(dividend, Format.self)
    let b = UnpackedBinary(divisor, Format.self)
    let isNegative = a.isNegative != b.isNegative
    if a.isNaN || b.isNaN {
      return propagate(a, b, control).map { IntegerQuotient(remainder: $0, quotient: $0, conditionCode: 1) }
    }
    if a.kind == .infinity || b.kind == .zero {
      let value = IntegerQuotient(remainder: Format.defaultNaN, quotient: Format.defaultNaN, conditionCode: 1)
      return .invalid(value, control)
    }
    if a.kind == .zero || b.kind == .infinity {
      return BinaryResult(IntegerQuotient(remainder: dividend, quotient: signed(isNegative, 0), conditionCode: 0))
    }
    // Both significands as integers of `precision` bits: the precise quotient is A / B × 2^difference.
    let cut = UInt128(truncatingIfNeeded: 128 &- Format.precision)
    let (numerator, denominator) = (a.significand &>> cut, b.significand &>> cut)
    let difference = a.exponent &- b.exponent
    let integerBits = numerator >= denominator ? difference &+ 1 : difference
    if integerBits <= 0 { return quotientBelowOne(a, b, dividend, integerBits: integerBits, control, mode) }
    let isLarge = integerBits > Format.precision
    // A large quotient is cut after `precision` bits.
    let shift = isLarge ? Format.precision &- (numerator >= denominator ? 1 : 0) : difference
    let (whole, rest) = (numerator &<< UInt128(truncatingIfNeeded: shift)).quotientAndRemainder(dividingBy: denominator)
    let unit = difference &- shift
    if isLarge {
      let quotient = packInteger(whole, scale: unit, isNegative: isNegative)
      let remainder = deliver(rest, unit: b.exponent &+ unit, isNegative: a.isNegative, control)
      let code = (rest == 0 ? 0 : 2) | (quotient.isScaled ? 1 : 0) as UInt8
      return remainder.map { IntegerQuotient(remainder: $0, quotient: quotient.bits, conditionCode: code) }
    }
    let isRaised = raises(whole, isNegative: isNegative, mode, rest: rest, comparedWithHalf: rest &* 2, denominator)
    let quotient = packInteger(isRaised ? whole &+ 1 : whole, scale: 0, isNegative: isNegative)
    let remainder = deliver(
      isRaised ? denominator &- rest : rest, unit: b.exponent, isNegative: a.isNegative != isRaised, control)
    return remainder.map { IntegerQuotient(remainder: $0, quotient: quotient.bits, conditionCode: 0) }
  }

  /// A precise quotient below one: the integer is 0 or 1 and the remainder the dividend or an ordinary sum.
  private static func quotientBelowOne(
    _ a: UnpackedBinary, _ b: UnpackedBinary, _ dividend: Bits, integerBits: Int, _ control: FloatingPointControl,
    _ mode: RoundingMode
  ) -> BinaryResult<IntegerQuotient> {
    let isNegative = a.isNegative != b.isNegative
    // With integerBits 0 the quotient is in [1/2, 1), and 1/2 only for equal significands.
    let doubled: UInt128 = integerBits < 0 ? 0 : a.significand == b.significand ? 1 : 2
    let isRaised = raises(0, isNegative: isNegative, mode, rest: 1, comparedWithHalf: doubled, 1)
    let quotient = signed(isNegative, isRaised ? one : 0)
    let remainder: Result
    if isRaised {
      var subtrahend = b
      subtrahend.isNegative = !a.isNegative
      remainder = finiteSum(a, subtrahend, control)
    } else {
      remainder = round(
        isNegative: a.isNegative, exponent: a.exponent, significand: a.significand, control, control.roundingMode)
    }
    return remainder.map { IntegerQuotient(remainder: $0, quotient: quotient, conditionCode: 0) }
  }

  private static var one: Bits { Format.infinity &>> 1 & ~Format.fractionMask }

  /// Whether rounding raises the magnitude `whole`, given the rest (in units of the divisor) and its double against the divisor.
  private static func raises(
    _ whole: UInt128, isNegative: Bool, _ mode: RoundingMode, rest: UInt128, comparedWithHalf doubled: UInt128,
    _ divisor: UInt128
  ) -> Bool {
    if rest == 0 { return false }
    switch mode {
    case .nearestEven: return doubled > divisor || (doubled == divisor && whole & 1 != 0)
    case .nearestAway: return doubled >= divisor
    case .towardZero: return false
    case .up: return !isNegative
    case .down: return isNegative
    case .forShorter: return whole & 1 == 0
    }
  }

  /// The integer magnitude × 2^scale, of at most `precision` bits but for a power of two, scaled by Ψ if it must be.
  private static func packInteger(
    _ magnitude: UInt128, scale: Int, isNegative: Bool
  ) -> (bits: Bits, isScaled: Bool) {
    if magnitude == 0 { return (signed(isNegative, 0), false) }
    let zeros = magnitude.leadingZeroBitCount
    let exponent = 127 &- zeros &+ scale
    let isScaled = exponent > Format.maximumExponent
    let left = magnitude &<< UInt128(truncatingIfNeeded: zeros)
    let bits = Format.pack(
      isNegative: isNegative, exponent: isScaled ? exponent &- Format.scaling : exponent,
      magnitude: left &>> UInt128(truncatingIfNeeded: 128 &- Format.precision))
    return (bits, isScaled)
  }

  /// The remainder of magnitude × 2^(unit − precision + 1): exact, but it can be tiny.
  private static func deliver(
    _ magnitude: UInt128, unit: Int, isNegative: Bool, _ control: FloatingPointControl
  ) -> Result {
    if magnitude == 0 { return Result(signed(isNegative, 0)) }
    let zeros = magnitude.leadingZeroBitCount
    return round(
      isNegative: isNegative, exponent: 127 &- zeros &+ unit &- Format.fractionBits,
      significand: magnitude &<< UInt128(truncatingIfNeeded: zeros), control, control.roundingMode)
  }
}

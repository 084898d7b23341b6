extension BinaryArithmetic {
  /// DIVIDE (DEBR, DDBR, DXBR).
  package static func divide(_ first: Bits, _ second: Bits, _ control: FloatingPointControl) -> Result {
    let a = UnpackedBinary(first, Format.self)
    let b = UnpackedBinary(second, Format.self)
    if a.kind != .finite || b.kind != .finite { return specialQuotient(a, b, control) }
    var significand = quotient(a.significand &>> 1, b.significand)
    var exponent = a.exponent &- b.exponent
    if significand &>> 127 == 0 {
      significand &<<= 1
      exponent &-= 1
    }
    return round(
      isNegative: a.isNegative != b.isNegative, exponent: exponent, significand: significand, control, control.roundingMode)
  }

  @inline(never)
  private static func specialQuotient(_ a: UnpackedBinary, _ b: UnpackedBinary, _ control: FloatingPointControl) -> Result {
    if a.isNaN || b.isNaN { return propagate(a, b, control) }
    let isNegative = a.isNegative != b.isNegative
    if a.kind == .infinity {
      return b.kind == .infinity ? .invalid(Format.defaultNaN, control) : Result(signed(isNegative, Format.infinity))
    }
    if b.kind == .infinity { return Result(signed(isNegative, 0)) }
    if b.kind == .zero {
      if a.kind == .zero { return .invalid(Format.defaultNaN, control) }
      let value = signed(isNegative, Format.infinity)
      return control.traps(.divisionByZero)
        ? Result(value, trap: DataExceptionCode.divisionByZero.rawValue) : Result(value, flags: .divisionByZero)
    }
    return Result(signed(isNegative, 0))
  }

  /// dividend × 2^128 / divisor with a sticky lowest bit; the dividend is below 2^127, the divisor not.
  @inline(__always)
  private static func quotient(_ dividend: UInt128, _ divisor: UInt128) -> UInt128 {
    if Format.precision <= 60 {
      // Both have at most 60 significant bits, on the left: one 128-by-64-bit division gives 62 bits or more.
      let narrow = UInt64(truncatingIfNeeded: divisor &>> 64)
      let (high, low) = (UInt64(truncatingIfNeeded: dividend &>> 64), UInt64(truncatingIfNeeded: dividend))
      let (quotient, remainder) = narrow.dividingFullWidth((high, low))
      return UInt128(quotient) &<< 64 | (remainder == 0 ? 0 : 1)
    }
    var remainder = dividend
    var quotient: UInt128 = 0
    // 116 places: 113, one that normalizing may shift out, two for rounding.
    for _ in 0..<116 {
      // Below the divisor, so below 2^128: the bit doubling shifts out is kept as `overflow`.
      let overflow = remainder &>> 127 != 0
      remainder &<<= 1
      quotient &<<= 1
      if overflow || remainder >= divisor {
        remainder &-= divisor
        quotient |= 1
      }
    }
    return quotient &<< 12 | (remainder == 0 ? 0 : 1)
  }

  /// SQUARE ROOT (SQEBR, SQDBR, SQXBR).
  package static func squareRoot(_ operand: Bits, _ control: FloatingPointControl) -> Result {
    let a = UnpackedBinary(operand, Format.self)
    switch a.kind {
    case .zero: return Result(operand)
    case .quietNaN, .signalingNaN: return propagate(a, a, control)
    case .infinity where !a.isNegative: return Result(operand)
    case .finite where !a.isNegative: break
    default: return .invalid(Format.defaultNaN, control)
    }
    // As 2.126-bit fixed point with an even exponent.
    var radicand = a.exponent & 1 == 0 ? a.significand &>> 1 : a.significand
    var remainder: UInt128 = 0
    var root: UInt128 = 0
    let places = Format.precision &+ 2
    for _ in 0..<places {
      remainder = remainder &<< 2 | radicand &>> 126
      radicand &<<= 2
      let trial = root &<< 2 | 1
      root &<<= 1
      if remainder >= trial {
        remainder &-= trial
        root |= 1
      }
    }
    let significand = root &<< UInt128(truncatingIfNeeded: 128 &- places) | (remainder | radicand == 0 ? 0 : 1)
    return round(
      isNegative: false, exponent: a.exponent &>> 1, significand: significand, control, control.roundingMode)
  }
}

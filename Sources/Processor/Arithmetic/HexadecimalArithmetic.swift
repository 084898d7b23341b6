/// The program exception that an HFP operation ends with.
package enum HexadecimalException: Sendable {
  /// Characteristic above 127; delivered 128 too small.
  case exponentOverflow
  /// Characteristic below zero with the mask one; delivered 128 too large.
  case exponentUnderflow
  /// Zero sum with the mask one.
  case significance
  /// Zero divisor: suppressed.
  case divide
  /// Negative operand of a square root: suppressed.
  case squareRoot
}

/// What an HFP operation delivers.
package struct HexadecimalResult<Value> {
  package var value: Value
  package var exception: HexadecimalException?
  @inline(__always) package init(_ value: Value, _ exception: HexadecimalException? = nil) {
    self.value = value
    self.exception = exception
  }
  /// No register changes.
  @inline(__always) package var isSuppressed: Bool { exception == .divide || exception == .squareRoot }
}

/// The bits of the program mask that HFP operations look at.
package struct HexadecimalMask: Sendable {
  /// PSW bit 22: exponent underflow interrupts, else it yields a true zero.
  package var underflow: Bool
  /// PSW bit 23: a zero sum interrupts, else it is a true zero.
  package var significance: Bool
  package init(underflow: Bool, significance: Bool) {
    self.underflow = underflow
    self.significance = significance
  }
}

/// Hexadecimal floating point as pure functions: Principles of Operation, chapter 18. Results are truncated, with one guard
/// digit in additions, unless said otherwise.
package enum HexadecimalArithmetic<Format: HexadecimalFormat> {
  package typealias Bits = Format.Bits
  package typealias Result = HexadecimalResult<Bits>

  /// Delivers a nonzero number whose characteristic may be out of range.
  @inline(__always)
  static func deliver(_ number: UnpackedHexadecimal, _ mask: HexadecimalMask) -> Result {
    if number.characteristic > 127 { return wrapped(number, .exponentOverflow) }
    if number.characteristic < 0 {
      return mask.underflow ? wrapped(number, .exponentUnderflow) : Result(0)
    }
    return Result(Format.pack(number))
  }

  private static func wrapped(_ number: UnpackedHexadecimal, _ exception: HexadecimalException) -> Result {
    var number = number
    number.characteristic &= 0x7F
    return Result(Format.pack(number), exception)
  }

  /// 0 fraction zero, 1 less than zero, 2 greater.
  package static func conditionCode(_ bits: Bits) -> UInt8 {
    let number = Format.unpack(bits)
    return number.fraction == 0 ? 0 : number.isNegative ? 1 : 2
  }

  // MARK: Sums

  /// ADD and SUBTRACT, NORMALIZED and UNNORMALIZED (AER, SER, AUR, SUR, ADR, ..., AXR, SXR).
  package static func add(
    _ first: Bits, _ second: Bits, subtracting: Bool = false, normalizing: Bool = true, _ mask: HexadecimalMask
  ) -> Result {
    var b = Format.unpack(second)
    if subtracting { b.isNegative.toggle() }
    let sum = intermediateSum(Format.unpack(first), b)
    return deliverSum(sum, normalizing: normalizing, mask)
  }

  /// The sum with one guard digit: a fraction of `digits` + 1 digits, and perhaps a carry digit before them.
  @inline(__always)
  static func intermediateSum(_ a: UnpackedHexadecimal, _ b: UnpackedHexadecimal) -> UnpackedHexadecimal {
    let (large, small) = a.characteristic >= b.characteristic ? (a, b) : (b, a)
    let shift = 4 &* (large.characteristic &- small.characteristic)
    let left = large.fraction &<< 4
    let right = shift > 127 ? 0 : (small.fraction &<< 4) &>> UInt128(truncatingIfNeeded: shift)
    if large.isNegative == small.isNegative {
      return UnpackedHexadecimal(
        isNegative: large.isNegative, characteristic: large.characteristic, fraction: left &+ right)
    }
    let isLess = left < right
    return UnpackedHexadecimal(
      isNegative: isLess ? small.isNegative : large.isNegative, characteristic: large.characteristic,
      fraction: isLess ? right &- left : left &- right)
  }

  @inline(__always)
  private static func deliverSum(
    _ sum: UnpackedHexadecimal, normalizing: Bool, _ mask: HexadecimalMask
  ) -> Result {
    var sum = sum
    // Unnormalized, the guard digit takes no part in recognizing a zero.
    let significant = normalizing ? sum.fraction : sum.fraction &>> 4
    if significant == 0 {
      if !mask.significance { return Result(0) }
      return Result(
        Format.pack(UnpackedHexadecimal(isNegative: false, characteristic: sum.characteristic, fraction: 0)), .significance)
    }
    if sum.fraction &>> UInt128(truncatingIfNeeded: Format.fractionBits &+ 4) != 0 {
      sum.fraction &>>= 8
      sum.characteristic &+= 1
    } else {
      if normalizing { sum = sum.normalized(digits: Format.digits &+ 1) }
      sum.fraction &>>= 4
    }
    return deliver(sum, mask)
  }

  /// COMPARE (CER, CDR, CXR): the condition code, 0 equal, 1 first low, 2 first high, from the difference with its guard digit.
  package static func compare(_ first: Bits, _ second: Bits) -> UInt8 {
    var b = Format.unpack(second)
    b.isNegative.toggle()
    let difference = intermediateSum(Format.unpack(first), b)
    return difference.fraction == 0 ? 0 : difference.isNegative ? 1 : 2
  }

  // MARK: Products and quotients

  /// MULTIPLY with factors of `Source` (the same or a shorter format): MEER, MDER, MDR, MXDR, MXR.
  package static func multiply<Source: HexadecimalFormat>(
    _ first: Source.Bits, _ second: Source.Bits, from _: Source.Type, _ mask: HexadecimalMask
  ) -> Result {
    let a = Source.unpack(first).normalized(digits: Source.digits)
    let b = Source.unpack(second).normalized(digits: Source.digits)
    if a.fraction == 0 || b.fraction == 0 { return Result(0) }
    // As left-justified 128-bit fractions the product is one of 256 bits.
    let left = UInt128(truncatingIfNeeded: 128 &- Source.fractionBits)
    var (high, low) = (a.fraction &<< left).multipliedFullWidth(by: b.fraction &<< left)
    var characteristic = a.characteristic &+ b.characteristic &- 64
    if high &>> 124 == 0 {
      high = high &<< 4 | low &>> 124
      low &<<= 4
      characteristic &-= 1
    }
    let fraction = high &>> UInt128(truncatingIfNeeded: 128 &- Format.fractionBits)
    return deliver(
      UnpackedHexadecimal(isNegative: a.isNegative != b.isNegative, characteristic: characteristic, fraction: fraction), mask)
  }

  /// DIVIDE (DER, DDR, DXR).
  package static func divide(_ first: Bits, _ second: Bits, _ mask: HexadecimalMask) -> Result {
    let a = Format.unpack(first).normalized(digits: Format.digits)
    let b = Format.unpack(second).normalized(digits: Format.digits)
    if b.fraction == 0 { return Result(first, .divide) }
    if a.fraction == 0 { return Result(0) }
    let isAbove = a.fraction >= b.fraction
    let fraction = quotient(a.fraction, b.fraction, bits: Format.fractionBits &- (isAbove ? 4 : 0))
    return deliver(
      UnpackedHexadecimal(
        isNegative: a.isNegative != b.isNegative, characteristic: a.characteristic &- b.characteristic &+ (isAbove ? 65 : 64),
        fraction: fraction), mask)
  }

  /// dividend × 2^bits / divisor, truncated.
  @inline(__always)
  private static func quotient(_ dividend: UInt128, _ divisor: UInt128, bits: Int) -> UInt128 {
    if Format.digits <= 14 { return (dividend &<< UInt128(truncatingIfNeeded: bits)) / divisor }
    var (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    for _ in 0..<bits {
      remainder &<<= 1
      quotient &<<= 1
      if remainder >= divisor {
        remainder &-= divisor
        quotient |= 1
      }
    }
    return quotient
  }

  /// HALVE (HER, HDR).
  package static func halve(_ operand: Bits, _ mask: HexadecimalMask) -> Result {
    var number = Format.unpack(operand)
    if number.fraction == 0 { return Result(0) }
    number.fraction &<<= 3
    number = number.normalized(digits: Format.digits &+ 1)
    number.fraction &>>= 4
    return deliver(number, mask)
  }

  /// SQUARE ROOT (SQER, SQDR, SQXR), rounded: half a unit of the last bit is raised.
  package static func squareRoot(_ operand: Bits) -> Result {
    let number = Format.unpack(operand).normalized(digits: Format.digits)
    if number.fraction == 0 { return Result(0) }
    if number.isNegative { return Result(operand, .squareRoot) }
    let exponent = number.characteristic &- 64
    let isOdd = exponent & 1 != 0
    // Left-justified, as a fraction below one with an even exponent of 16.
    var radicand = (number.fraction &<< UInt128(truncatingIfNeeded: 128 &- Format.fractionBits)) &>> (isOdd ? 4 : 0)
    var remainder: UInt128 = 0
    var root: UInt128 = 0
    for _ in 0...Format.fractionBits {
      remainder = remainder &<< 2 | radicand &>> 126
      radicand &<<= 2
      let trial = root &<< 2 | 1
      root &<<= 1
      if remainder >= trial {
        remainder &-= trial
        root |= 1
      }
    }
    let half = (exponent &+ (isOdd ? 1 : 0)) / 2
    return Result(
      Format.pack(UnpackedHexadecimal(isNegative: false, characteristic: half &+ 64, fraction: (root &+ 1) &>> 1)))
  }
}

/// HFP short arithmetic.
package typealias ShortHexadecimalArithmetic = HexadecimalArithmetic<ShortHexadecimal>
/// HFP long arithmetic.
package typealias LongHexadecimalArithmetic = HexadecimalArithmetic<LongHexadecimal>
/// HFP extended arithmetic.
package typealias ExtendedHexadecimalArithmetic = HexadecimalArithmetic<ExtendedHexadecimal>

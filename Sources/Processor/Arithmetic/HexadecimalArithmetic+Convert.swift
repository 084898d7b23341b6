extension HexadecimalArithmetic {
  // MARK: Lengths and signs

  /// The operand with another sign (LOAD POSITIVE, NEGATIVE, COMPLEMENT, AND TEST). An extended zero becomes a true zero that
  /// keeps its sign; other characteristics of the low-order part are made right.
  package static func withSign(_ isNegative: Bool, _ operand: Bits) -> Bits {
    var number = Format.unpack(operand)
    number.isNegative = isNegative
    if Format.digits > 14 && number.fraction == 0 { number.characteristic = 0 }
    return Format.pack(number)
  }

  /// Whether the sign bit is one.
  @inline(__always) package static func isNegative(_ operand: Bits) -> Bool {
    operand &>> Bits(truncatingIfNeeded: Bits.bitWidth &- 1) != 0
  }

  /// LOAD LENGTHENED (LDER, LXDR, LXER) from a shorter format. An extended zero becomes a true zero with its sign.
  package static func lengthen<Source: HexadecimalFormat>(_ operand: Source.Bits, from _: Source.Type) -> Bits {
    var number = Source.unpack(operand)
    number.fraction &<<= UInt128(truncatingIfNeeded: Format.fractionBits &- Source.fractionBits)
    if Format.digits > 14 && number.fraction == 0 { number.characteristic = 0 }
    return Format.pack(number)
  }

  /// LOAD ROUNDED (LEDR, LDXR, LEXR) from a longer format: half a unit of the last place is raised. Not normalized.
  package static func loadRounded<Source: HexadecimalFormat>(_ operand: Source.Bits, from _: Source.Type) -> Result {
    var number = Source.unpack(operand)
    let dropped = UInt128(truncatingIfNeeded: Source.fractionBits &- Format.fractionBits)
    number.fraction = ((number.fraction &>> (dropped &- 1)) &+ 1) &>> 1
    if number.fraction &>> UInt128(truncatingIfNeeded: Format.fractionBits) != 0 {
      number.fraction &>>= 4
      number.characteristic &+= 1
    }
    return deliver(number, HexadecimalMask(underflow: false, significance: false))
  }

  // MARK: Integers

  /// LOAD FP INTEGER (FIER, FIDR, FIXR): truncated and normalized; zero is a true zero.
  package static func loadInteger(_ operand: Bits) -> Bits {
    var number = Format.unpack(operand)
    let integerDigits = number.characteristic &- 64
    if integerDigits <= 0 { return 0 }
    if integerDigits < Format.digits {
      let dropped = UInt128(truncatingIfNeeded: 4 &* (Format.digits &- integerDigits))
      number.fraction = (number.fraction &>> dropped) &<< dropped
    }
    // An integer has a characteristic above 64, so that normalizing cannot underflow.
    return number.fraction == 0 ? 0 : Format.pack(number.normalized(digits: Format.digits))
  }

  /// CONVERT FROM FIXED (CEFR, CDGR, ...): truncated if it must be.
  package static func convert(_ operand: Int64) -> Bits {
    if operand == 0 { return 0 }
    // Sixteen digits with the point behind them.
    let number = UnpackedHexadecimal(
      isNegative: operand < 0, characteristic: 64 &+ 16, fraction: UInt128(truncatingIfNeeded: operand.magnitude)
    ).normalized(digits: 16)
    let change = Format.fractionBits &- 64
    var result = number
    result.fraction =
      change >= 0
      ? number.fraction &<< UInt128(truncatingIfNeeded: change) : number.fraction &>> UInt128(truncatingIfNeeded: 0 &- change)
    return Format.pack(result)
  }

  /// CONVERT TO FIXED (CFER, CGDR, ...): the nearest limit with condition code 3 when it does not fit.
  package static func convert<Integer: FixedWidthInteger>(
    _ operand: Bits, to _: Integer.Type, _ mode: RoundingMode
  ) -> ConvertedInteger<Integer> {
    let number = Format.unpack(operand)
    if number.fraction == 0 { return ConvertedInteger(integer: 0, conditionCode: 0) }
    // The leading digit's exponent decides whether a shift to the left can be needed, and is then short.
    let normalized = number.normalized(digits: Format.digits)
    let integerDigits = normalized.characteristic &- 64
    if integerDigits <= 16 {
      let dropped = 4 &* (Format.digits &- integerDigits)
      let rounded =
        dropped >= 0
        ? RoundedSignificand(normalized.fraction, dropping: dropped, negative: number.isNegative, mode: mode).magnitude
        : normalized.fraction &<< UInt128(truncatingIfNeeded: 0 &- dropped)
      if rounded <= UInt128(number.isNegative ? Integer.min.magnitude : Integer.max.magnitude) {
        let magnitude = Integer(truncatingIfNeeded: rounded)
        return ConvertedInteger(
          integer: number.isNegative ? 0 &- magnitude : magnitude, conditionCode: number.isNegative ? 1 : 2)
      }
    }
    return ConvertedInteger(integer: number.isNegative ? Integer.min : Integer.max, conditionCode: 3)
  }
}

extension RoundingMode {
  /// The meaning of the M3 of HFP conversions, which know no current mode: 0 truncates. Nil is a specification exception.
  package init?(hexadecimalModifier modifier: UInt8) {
    switch modifier {
    case 0, 5: self = .towardZero
    case 1: self = .nearestAway
    case 4: self = .nearestEven
    case 6: self = .up
    case 7: self = .down
    default: return nil
    }
  }
}

/// A converted number and the condition code: 0 source zero, 1 less, 2 greater, 3 special case.
package struct ConvertedRadix<Bits> {
  package var value: Bits
  package var conditionCode: UInt8
}

/// CONVERT BFP TO HFP and CONVERT HFP TO BFP (chapter 9). No exceptions, no flags.
package enum RadixConversion {
  /// THDER, THDR: exact (BFP's 53 bits fit into 56 whatever the digit boundary). Too small: a zero of the same sign; infinity or
  /// too large: the largest number; a NaN: the largest positive one.
  package static func hexadecimal<Source: BinaryFormat>(_ operand: Source.Bits, from _: Source.Type) -> ConvertedRadix<UInt64> {
    let a = UnpackedBinary(operand, Source.self)
    let sign: UInt64 = a.isNegative ? 1 << 63 : 0
    let code: UInt8 = a.isNegative ? 1 : 2
    switch a.kind {
    case .zero: return ConvertedRadix(value: sign, conditionCode: 0)
    case .infinity: return ConvertedRadix(value: sign | UInt64.max >> 1, conditionCode: 3)
    case .quietNaN, .signalingNaN: return ConvertedRadix(value: UInt64.max >> 1, conditionCode: 3)
    case .finite: break
    }
    // The leading bit has weight 2^exponent, so the value is below 16^digits.
    let digits = (a.exponent &>> 2) &+ 1
    if digits > 63 { return ConvertedRadix(value: sign | UInt64.max >> 1, conditionCode: 3) }
    if digits < -64 { return ConvertedRadix(value: sign, conditionCode: code) }
    let zeros = 3 &- (a.exponent & 3)
    let fraction = a.significand &>> UInt128(truncatingIfNeeded: 72 &+ zeros)
    let number = UnpackedHexadecimal(isNegative: a.isNegative, characteristic: digits &+ 64, fraction: fraction)
    return ConvertedRadix(value: LongHexadecimal.pack(number), conditionCode: code)
  }

  /// TBEDR, TBDR: rounded; condition code 3 for what is beyond the format's largest number.
  package static func binary<Target: BinaryFormat>(
    _ operand: UInt64, to _: Target.Type, _ mode: RoundingMode
  ) -> ConvertedRadix<Target.Bits> {
    let number = LongHexadecimal.unpack(operand)
    if number.fraction == 0 { return ConvertedRadix(value: number.isNegative ? Target.signBit : 0, conditionCode: 0) }
    let zeros = number.fraction.leadingZeroBitCount
    let exponent = 4 &* (number.characteristic &- 64) &+ 71 &- zeros
    let significand = number.fraction &<< UInt128(truncatingIfNeeded: zeros)
    let result = BinaryArithmetic<Target>.round(
      isNegative: number.isNegative, exponent: exponent, significand: significand, FloatingPointControl(), mode)
    let largest = UInt128.max &<< UInt128(truncatingIfNeeded: 128 &- Target.precision)
    let isBeyond = exponent > Target.maximumExponent || (exponent == Target.maximumExponent && significand > largest)
    return ConvertedRadix(value: result.value, conditionCode: isBeyond ? 3 : number.isNegative ? 1 : 2)
  }
}

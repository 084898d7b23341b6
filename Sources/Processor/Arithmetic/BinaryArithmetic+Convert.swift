/// The outcome of LOAD ROUNDED: when an overflow or underflow traps, the number is delivered in the source's format.
package enum LoadRoundedValue<Target: BinaryFormat, Source: BinaryFormat> {
  case rounded(Target.Bits)
  /// Rounded to the target's precision, scaled by Ψ of the source.
  case scaled(Source.Bits)
}

/// A binary integer of 32 or 64 bits, with the condition code of CONVERT TO FIXED or CONVERT TO LOGICAL.
package struct ConvertedInteger<Integer: FixedWidthInteger> {
  package var integer: Integer
  /// 0 source was zero, 1 less, 2 greater, 3 NaN or out of range.
  package var conditionCode: UInt8
}

extension BinaryArithmetic {
  /// LOAD LENGTHENED (LDEBR, LXDBR, LXEBR): exact.
  package static func lengthen<Source: BinaryFormat>(
    _ operand: Source.Bits, from _: Source.Type, _ control: FloatingPointControl
  ) -> Result {
    let a = UnpackedBinary(operand, Source.self)
    if a.isNaN { return propagate(a, a, control) }
    if a.kind != .finite { return Result(Format.special(a)) }
    let magnitude = a.significand &>> UInt128(truncatingIfNeeded: 128 &- Format.precision)
    return Result(Format.pack(isNegative: a.isNegative, exponent: a.exponent, magnitude: magnitude))
  }

  /// LOAD ROUNDED (LEDBRA, LDXBRA, LEXBRA) into this format.
  package static func loadRounded<Source: BinaryFormat>(
    _ operand: Source.Bits, from _: Source.Type, _ control: FloatingPointControl, _ mode: RoundingMode,
    suppressingInexact: Bool = false
  ) -> BinaryResult<LoadRoundedValue<Format, Source>> {
    let a = UnpackedBinary(operand, Source.self)
    if a.isNaN { return propagate(a, a, control).map { .rounded($0) } }
    if a.kind != .finite { return BinaryResult(.rounded(Format.special(a))) }
    let result = round(
      isNegative: a.isNegative, exponent: a.exponent, significand: a.significand, control, mode,
      suppressingInexact: suppressingInexact)
    let cause = IEEEExceptions(rawValue: result.trap & 0x30)
    if cause.isEmpty { return result.map { .rounded($0) } }
    let rounded = RoundedSignificand(
      a.significand, dropping: 128 &- Format.precision, negative: a.isNegative, mode: mode)
    let carry = rounded.magnitude &>> UInt128(truncatingIfNeeded: Format.precision) != 0
    let scaling = cause == .overflow ? 0 &- Source.loadRoundedScaling : Source.loadRoundedScaling
    let widening = UInt128(truncatingIfNeeded: Source.precision &- Format.precision)
    let magnitude = (carry ? rounded.magnitude &>> 1 : rounded.magnitude) &<< widening
    let scaled = Source.pack(
      isNegative: a.isNegative, exponent: a.exponent &+ scaling &+ (carry ? 1 : 0), magnitude: magnitude)
    return BinaryResult(.scaled(scaled), flags: result.flags, trap: result.trap)
  }

  /// LOAD FP INTEGER (FIEBRA, FIDBRA, FIXBRA).
  package static func loadInteger(
    _ operand: Bits, _ control: FloatingPointControl, _ mode: RoundingMode, suppressingInexact: Bool = false
  ) -> Result {
    let a = UnpackedBinary(operand, Format.self)
    if a.isNaN { return propagate(a, a, control) }
    if a.kind != .finite || a.exponent >= Format.fractionBits { return Result(operand) }
    let rounded = RoundedSignificand(a.significand, dropping: 127 &- a.exponent, negative: a.isNegative, mode: mode)
    let value: Bits
    if rounded.magnitude == 0 {
      value = signed(a.isNegative, 0)
    } else {
      let zeros = rounded.magnitude.leadingZeroBitCount
      let left = rounded.magnitude &<< UInt128(truncatingIfNeeded: zeros)
      let magnitude = left &>> UInt128(truncatingIfNeeded: 128 &- Format.precision)
      value = Format.pack(isNegative: a.isNegative, exponent: 127 &- zeros, magnitude: magnitude)
    }
    return inexact(
      value, rounded.isInexact && !suppressingInexact, incremented: rounded.isIncremented, control, [])
  }

  // MARK: Integers

  /// CONVERT FROM FIXED (CEFBRA, CEGBRA, ...).
  package static func convert(
    signed operand: Int64, _ control: FloatingPointControl, _ mode: RoundingMode, suppressingInexact: Bool = false
  ) -> Result {
    convert(
      UnpackedBinary(magnitude: operand.magnitude, isNegative: operand < 0), control, mode,
      suppressingInexact: suppressingInexact)
  }

  /// CONVERT FROM LOGICAL (CELFBR, CELGBR, ...).
  package static func convert(
    unsigned operand: UInt64, _ control: FloatingPointControl, _ mode: RoundingMode, suppressingInexact: Bool = false
  ) -> Result {
    convert(
      UnpackedBinary(magnitude: operand, isNegative: false), control, mode, suppressingInexact: suppressingInexact)
  }

  @inline(__always)
  private static func convert(
    _ a: UnpackedBinary, _ control: FloatingPointControl, _ mode: RoundingMode, suppressingInexact: Bool
  ) -> Result {
    if a.kind == .zero { return Result(0) }
    return round(
      isNegative: a.isNegative, exponent: a.exponent, significand: a.significand, control, mode,
      suppressingInexact: suppressingInexact)
  }

  /// CONVERT TO FIXED (CFEBRA, CGEBRA, ...) for a signed `Integer`, CONVERT TO LOGICAL (CLFEBR, CLGEBR, ...) for an unsigned one.
  ///
  /// What does not fit is an invalid operation: if that does not trap, the nearest integer is delivered, the most negative
  /// (or zero) for a NaN, and the result is inexact besides.
  package static func convert<Integer: FixedWidthInteger>(
    _ operand: Bits, to _: Integer.Type, _ control: FloatingPointControl, _ mode: RoundingMode,
    suppressingInexact: Bool = false
  ) -> BinaryResult<ConvertedInteger<Integer>> {
    let a = UnpackedBinary(operand, Format.self)
    if a.kind == .zero { return BinaryResult(ConvertedInteger(integer: 0, conditionCode: 0)) }
    if a.kind == .finite && a.exponent <= 64 {
      let rounded = RoundedSignificand(a.significand, dropping: 127 &- a.exponent, negative: a.isNegative, mode: mode)
      let limit = UInt128(a.isNegative ? Integer.min.magnitude : Integer.max.magnitude)
      if rounded.magnitude <= limit {
        let magnitude = Integer(truncatingIfNeeded: rounded.magnitude)
        let value = ConvertedInteger(
          integer: a.isNegative ? 0 &- magnitude : magnitude, conditionCode: a.isNegative ? 1 : 2)
        return inexact(
          value, rounded.isInexact && !suppressingInexact, incremented: rounded.isIncremented, control, [])
      }
    }
    let value = ConvertedInteger(integer: a.isNaN || a.isNegative ? Integer.min : Integer.max, conditionCode: 3)
    if control.traps(.invalidOperation) { return .invalid(value, control) }
    return inexact(value, !suppressingInexact, incremented: false, control, .invalidOperation)
  }

  @inline(__always)
  private static func inexact<Value>(
    _ value: Value, _ isInexact: Bool, incremented: Bool, _ control: FloatingPointControl, _ flags: IEEEExceptions
  ) -> BinaryResult<Value> {
    guard isInexact else { return BinaryResult(value, flags: flags) }
    guard control.traps(.inexact) else { return BinaryResult(value, flags: flags.union(.inexact)) }
    return BinaryResult(
      value, flags: flags, trap: DataExceptionCode([], inexact: true, incremented: incremented).rawValue)
  }
}

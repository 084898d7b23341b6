/// Binary floating point, exact to the last bit and flag, without the host's floating point: Principles of Operation, chapter 19,
/// and chapter 9 for rounding and exceptions.
///
/// Pure functions on the bits of a format. Each takes the FPC, because masks decide whether an overflow yields infinity or
/// a scaled number, and gives a `BinaryResult`. Tininess is detected before rounding, as the Principles have it.
package enum BinaryArithmetic<Format: BinaryFormat> {
  package typealias Bits = Format.Bits
  package typealias Result = BinaryResult<Bits>

  // MARK: Rounding

  /// Delivers the finite nonzero number `isNegative`, significand × 2^(exponent − 127), bit 127 on, bit 0 possibly sticky.
  @inline(__always)
  static func round(
    isNegative: Bool, exponent: Int, significand: UInt128, _ control: FloatingPointControl, _ mode: RoundingMode,
    suppressingInexact: Bool = false
  ) -> Result {
    if exponent < Format.minimumExponent {
      return deliverTiny(
        isNegative: isNegative, exponent: exponent, significand: significand, control, mode,
        suppressingInexact: suppressingInexact)
    }
    var rounded = RoundedSignificand(significand, dropping: 128 &- Format.precision, negative: isNegative, mode: mode)
    let carry = rounded.magnitude &>> UInt128(truncatingIfNeeded: Format.precision) != 0
    if carry { rounded.magnitude &>>= 1 }
    let exponent = carry ? exponent &+ 1 : exponent
    if exponent > Format.maximumExponent {
      return deliverOverflow(
        isNegative: isNegative, exponent: exponent, rounded, control, mode, suppressingInexact: suppressingInexact)
    }
    let value = Format.pack(isNegative: isNegative, exponent: exponent, magnitude: rounded.magnitude)
    return inexact(value, rounded.isInexact && !suppressingInexact, incremented: rounded.isIncremented, control, [])
  }

  /// Adds the inexact exception, if there is one, to a result that already raises `flags`.
  @inline(__always)
  static func inexact(
    _ value: Bits, _ isInexact: Bool, incremented: Bool, _ control: FloatingPointControl, _ flags: IEEEExceptions
  ) -> Result {
    guard isInexact else { return Result(value, flags: flags) }
    guard control.traps(.inexact) else { return Result(value, flags: flags.union(.inexact)) }
    return Result(value, flags: flags, trap: DataExceptionCode([], inexact: true, incremented: incremented).rawValue)
  }

  /// A number whose exponent is too large even after rounding.
  @inline(never)
  private static func deliverOverflow(
    isNegative: Bool, exponent: Int, _ rounded: RoundedSignificand, _ control: FloatingPointControl, _ mode: RoundingMode,
    suppressingInexact: Bool
  ) -> Result {
    if control.traps(.overflow) {
      let scaled = Format.pack(isNegative: isNegative, exponent: exponent &- Format.scaling, magnitude: rounded.magnitude)
      let code = DataExceptionCode(.overflow, inexact: rounded.isInexact, incremented: rounded.isIncremented)
      return Result(scaled, trap: code.rawValue)
    }
    let toInfinity: Bool
    switch mode {
    case .nearestEven, .nearestAway: toInfinity = true
    case .towardZero, .forShorter: toInfinity = false
    case .up: toInfinity = !isNegative
    case .down: toInfinity = isNegative
    }
    let value = (isNegative ? Format.signBit : 0) | (toInfinity ? Format.infinity : Format.largestFinite)
    return inexact(value, !suppressingInexact, incremented: toInfinity, control, .overflow)
  }

  /// A number smaller than the smallest normal one.
  @inline(never)
  private static func deliverTiny(
    isNegative: Bool, exponent: Int, significand: UInt128, _ control: FloatingPointControl, _ mode: RoundingMode,
    suppressingInexact: Bool
  ) -> Result {
    let cut = 128 &- Format.precision
    if control.traps(.underflow) {
      var rounded = RoundedSignificand(significand, dropping: cut, negative: isNegative, mode: mode)
      let carry = rounded.magnitude &>> UInt128(truncatingIfNeeded: Format.precision) != 0
      if carry { rounded.magnitude &>>= 1 }
      let scaledExponent = exponent &+ Format.scaling &+ (carry ? 1 : 0)
      let scaled = Format.pack(isNegative: isNegative, exponent: scaledExponent, magnitude: rounded.magnitude)
      let code = DataExceptionCode(.underflow, inexact: rounded.isInexact, incremented: rounded.isIncremented)
      return Result(scaled, trap: code.rawValue)
    }
    let dropped = cut &+ (Format.minimumExponent &- exponent)
    let rounded = RoundedSignificand(significand, dropping: dropped, negative: isNegative, mode: mode)
    // A magnitude that rounding carried into the hidden bit is the smallest normal number, and encodes itself.
    let value = (isNegative ? Format.signBit : 0) | Bits(truncatingIfNeeded: rounded.magnitude)
    return inexact(
      value, rounded.isInexact && !suppressingInexact, incremented: rounded.isIncremented, control,
      rounded.isInexact ? .underflow : [])
  }

  // MARK: NaNs

  /// The NaN that an operation with at least one NaN operand yields: signaling before quiet, first operand before second.
  @inline(never)
  static func propagate(
    _ first: UnpackedBinary, _ second: UnpackedBinary, _ control: FloatingPointControl
  ) -> Result {
    if first.kind == .signalingNaN { return .invalid(Format.special(first), control) }
    if second.kind == .signalingNaN { return .invalid(Format.special(second), control) }
    return Result(Format.special(first.kind == .quietNaN ? first : second))
  }

  @inline(__always)
  static func signed(_ isNegative: Bool, _ magnitude: Bits) -> Bits { isNegative ? magnitude | Format.signBit : magnitude }

  // MARK: Condition codes

  /// The condition code that tells a result's sign: 0 zero, 1 less than zero, 2 greater, 3 NaN.
  @inline(__always)
  package static func conditionCode(_ bits: Bits) -> UInt8 {
    let magnitude = bits & ~Format.signBit
    if magnitude == 0 { return 0 }
    if magnitude > Format.infinity { return 3 }
    return bits == magnitude ? 2 : 1
  }
}

/// BFP short arithmetic.
package typealias ShortBinaryArithmetic = BinaryArithmetic<ShortBinary>
/// BFP long arithmetic.
package typealias LongBinaryArithmetic = BinaryArithmetic<LongBinary>
/// BFP extended arithmetic.
package typealias ExtendedBinaryArithmetic = BinaryArithmetic<ExtendedBinary>

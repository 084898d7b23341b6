extension UInt128 {
  /// A right shift that keeps, in the lowest bit, whether anything was shifted out.
  @inline(__always)
  func shiftedRightSticky(_ count: Int) -> UInt128 {
    if count <= 0 { return self }
    if count > 127 { return self == 0 ? 0 : 1 }
    let lost = self & ((1 &<< UInt128(truncatingIfNeeded: count)) &- 1)
    return self &>> UInt128(truncatingIfNeeded: count) | (lost == 0 ? 0 : 1)
  }
}

extension BinaryArithmetic {
  /// ADD (AEBR, ADBR, AXBR and their storage forms).
  package static func add(_ first: Bits, _ second: Bits, _ control: FloatingPointControl) -> Result {
    sum(UnpackedBinary(first, Format.self), UnpackedBinary(second, Format.self), control)
  }

  /// SUBTRACT (SEBR, SDBR, SXBR). A NaN second operand keeps its sign.
  package static func subtract(_ first: Bits, _ second: Bits, _ control: FloatingPointControl) -> Result {
    var subtrahend = UnpackedBinary(second, Format.self)
    if !subtrahend.isNaN { subtrahend.isNegative.toggle() }
    return sum(UnpackedBinary(first, Format.self), subtrahend, control)
  }

  @inline(__always)
  static func sum(_ a: UnpackedBinary, _ b: UnpackedBinary, _ control: FloatingPointControl) -> Result {
    if a.kind == .finite && b.kind == .finite { return finiteSum(a, b, control) }
    return specialSum(a, b, control)
  }

  @inline(never)
  private static func specialSum(_ a: UnpackedBinary, _ b: UnpackedBinary, _ control: FloatingPointControl) -> Result {
    if a.isNaN || b.isNaN { return propagate(a, b, control) }
    if a.kind == .infinity {
      if b.kind == .infinity && a.isNegative != b.isNegative { return .invalid(Format.defaultNaN, control) }
      return Result(Format.special(a))
    }
    if b.kind == .infinity { return Result(Format.special(b)) }
    if a.kind == .zero && b.kind == .zero {
      return Result(signed(a.isNegative == b.isNegative ? a.isNegative : control.roundingMode == .down, 0))
    }
    // One zero: the other is delivered through rounding, because a subnormal one can underflow with its trap enabled.
    let other = a.kind == .zero ? b : a
    return round(
      isNegative: other.isNegative, exponent: other.exponent, significand: other.significand, control, control.roundingMode)
  }

  /// The sum of two finite nonzero numbers with up to 126 significant bits each.
  @inline(__always)
  static func finiteSum(_ a: UnpackedBinary, _ b: UnpackedBinary, _ control: FloatingPointControl) -> Result {
    let aIsLarger = a.exponent != b.exponent ? a.exponent > b.exponent : a.significand >= b.significand
    let large = aIsLarger ? a : b
    let small = aIsLarger ? b : a
    // One place of room for the carry.
    let left = large.significand &>> 1
    let right = (small.significand &>> 1).shiftedRightSticky(large.exponent &- small.exponent)
    let total = a.isNegative == b.isNegative ? left &+ right : left &- right
    if total == 0 { return Result(signed(control.roundingMode == .down, 0)) }
    let zeros = total.leadingZeroBitCount
    return round(
      isNegative: large.isNegative, exponent: large.exponent &+ 1 &- zeros,
      significand: total &<< UInt128(truncatingIfNeeded: zeros), control, control.roundingMode)
  }

  // MARK: Multiplication

  /// MULTIPLY within one format (MEEBR, MDBR, MXBR).
  package static func multiply(_ first: Bits, _ second: Bits, _ control: FloatingPointControl) -> Result {
    product(UnpackedBinary(first, Format.self), UnpackedBinary(second, Format.self), control)
  }

  /// MULTIPLY with a result in this, longer format (MDEBR, MXDBR); always exact for numbers.
  package static func multiply<Source: BinaryFormat>(
    lengthening first: Source.Bits, _ second: Source.Bits, from _: Source.Type, _ control: FloatingPointControl
  ) -> Result {
    product(UnpackedBinary(first, Source.self), UnpackedBinary(second, Source.self), control)
  }

  @inline(__always)
  private static func product(_ a: UnpackedBinary, _ b: UnpackedBinary, _ control: FloatingPointControl) -> Result {
    if a.kind != .finite || b.kind != .finite { return specialProduct(a, b, control) }
    let p = finiteProduct(a, b)
    return round(
      isNegative: p.isNegative, exponent: p.exponent, significand: p.significand, control, control.roundingMode)
  }

  @inline(never)
  private static func specialProduct(_ a: UnpackedBinary, _ b: UnpackedBinary, _ control: FloatingPointControl) -> Result {
    if a.isNaN || b.isNaN { return propagate(a, b, control) }
    let isNegative = a.isNegative != b.isNegative
    if a.kind == .infinity || b.kind == .infinity {
      if a.kind == .zero || b.kind == .zero { return .invalid(Format.defaultNaN, control) }
      return Result(signed(isNegative, Format.infinity))
    }
    return Result(signed(isNegative, 0))
  }

  /// Exact for significands of up to 64 bits, with a sticky lowest bit for longer ones.
  @inline(__always)
  private static func finiteProduct(_ a: UnpackedBinary, _ b: UnpackedBinary) -> UnpackedBinary {
    var significand: UInt128
    if Format.precision <= 64 {
      let (high, low) = UInt64(truncatingIfNeeded: a.significand &>> 64)
        .multipliedFullWidth(by: UInt64(truncatingIfNeeded: b.significand &>> 64))
      significand = UInt128(high) &<< 64 | UInt128(low)
    } else {
      let (high, low) = a.significand.multipliedFullWidth(by: b.significand)
      significand = high | (low == 0 ? 0 : 1)
    }
    var exponent = a.exponent &+ b.exponent &+ 1
    if significand &>> 127 == 0 {
      // With an extended product the lost place under the sticky bit is of no account: 113 of 128 bits are kept.
      significand &<<= 1
      exponent &-= 1
    }
    return UnpackedBinary(
      kind: .finite, isNegative: a.isNegative != b.isNegative, exponent: exponent, significand: significand)
  }
}

extension BinaryArithmetic where Format: NarrowBinaryFormat {
  /// MULTIPLY AND ADD (MAEBR, MADBR): third × second + first with one rounding.
  package static func multiplyAdd(
    _ first: Bits, _ second: Bits, _ third: Bits, _ control: FloatingPointControl
  ) -> Result {
    fused(
      UnpackedBinary(first, Format.self), UnpackedBinary(third, Format.self), UnpackedBinary(second, Format.self), control)
  }

  /// MULTIPLY AND SUBTRACT (MSEBR, MSDBR): third × second − first. A NaN first operand keeps its sign.
  package static func multiplySubtract(
    _ first: Bits, _ second: Bits, _ third: Bits, _ control: FloatingPointControl
  ) -> Result {
    var subtrahend = UnpackedBinary(first, Format.self)
    if !subtrahend.isNaN { subtrahend.isNegative.toggle() }
    return fused(subtrahend, UnpackedBinary(third, Format.self), UnpackedBinary(second, Format.self), control)
  }

  @inline(__always)
  private static func fused(
    _ addend: UnpackedBinary, _ a: UnpackedBinary, _ b: UnpackedBinary, _ control: FloatingPointControl
  ) -> Result {
    if a.kind == .finite && b.kind == .finite && addend.kind == .finite {
      return finiteSum(finiteProduct(a, b), addend, control)
    }
    return specialFused(addend, a, b, control)
  }

  /// The two figures "Results: MULTIPLY AND ADD": a signaling factor, then an impossible product, then a signaling addend,
  /// then quiet factors, then a quiet addend decide.
  @inline(never)
  private static func specialFused(
    _ addend: UnpackedBinary, _ a: UnpackedBinary, _ b: UnpackedBinary, _ control: FloatingPointControl
  ) -> Result {
    if a.kind == .signalingNaN || b.kind == .signalingNaN { return propagate(a, b, control) }
    let isImpossible = (a.kind == .infinity && b.kind == .zero) || (a.kind == .zero && b.kind == .infinity)
    if isImpossible { return .invalid(Format.defaultNaN, control) }
    if addend.kind == .signalingNaN { return .invalid(Format.special(addend), control) }
    if a.isNaN || b.isNaN { return propagate(a, b, control) }
    if addend.kind == .quietNaN { return Result(Format.special(addend)) }
    let isNegative = a.isNegative != b.isNegative
    if a.kind == .infinity || b.kind == .infinity {
      return sum(UnpackedBinary(kind: .infinity, isNegative: isNegative), addend, control)
    }
    if a.kind == .zero || b.kind == .zero {
      return sum(UnpackedBinary(kind: .zero, isNegative: isNegative), addend, control)
    }
    return sum(finiteProduct(a, b), addend, control)
  }
}

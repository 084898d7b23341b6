extension HexadecimalArithmetic {
  /// MULTIPLY AND ADD, MULTIPLY AND SUBTRACT (MAER, MSER, MADR, MSDR): third × second ± first, for short and long operands.
  ///
  /// Exponent and fraction of the product and of the sum are kept exactly, and have no exceptions of their own; the sum is
  /// normalized and truncated. There is no significance exception: a zero sum is a true zero (chapter 18, MULTIPLY AND ADD).
  package static func multiplyAdd(
    _ first: Bits, _ second: Bits, _ third: Bits, subtracting: Bool, _ mask: HexadecimalMask
  ) -> Result {
    let doubled = 2 &* Format.digits
    var addend = Format.unpack(first)
    addend.fraction &<<= UInt128(truncatingIfNeeded: Format.fractionBits)
    if subtracting { addend.isNegative.toggle() }
    if addend.fraction != 0 { addend = addend.normalized(digits: doubled) }
    let a = Format.unpack(second).normalized(digits: Format.digits)
    let b = Format.unpack(third).normalized(digits: Format.digits)
    var product = UnpackedHexadecimal.trueZero
    if a.fraction != 0 && b.fraction != 0 {
      product = UnpackedHexadecimal(
        isNegative: a.isNegative != b.isNegative, characteristic: a.characteristic &+ b.characteristic &- 64,
        fraction: a.fraction &* b.fraction
      ).normalized(digits: doubled)
    }
    var sum = exactSum(addend, product, digits: doubled)
    if sum.fraction == 0 { return Result(0) }
    if sum.fraction &>> UInt128(truncatingIfNeeded: 4 &* doubled &+ 4) != 0 {
      sum.fraction &>>= 4
      sum.characteristic &+= 1
    } else {
      sum = sum.normalized(digits: doubled &+ 1)
    }
    sum.fraction &>>= UInt128(truncatingIfNeeded: Format.fractionBits &+ 4)
    return deliver(sum, mask)
  }

  /// The sum of two normalized numbers, cut off after a guard digit: what lies beyond counts as a borrow, so that the leading
  /// digits are those of the exact sum.
  private static func exactSum(_ a: UnpackedHexadecimal, _ b: UnpackedHexadecimal, digits: Int) -> UnpackedHexadecimal {
    let isFirstLarger =
      b.fraction == 0
      || a.fraction != 0
        && (a.characteristic > b.characteristic || a.characteristic == b.characteristic && a.fraction >= b.fraction)
    var large = isFirstLarger ? a : b
    let small = isFirstLarger ? b : a
    large.fraction &<<= 4
    if small.fraction == 0 { return large }
    let distance = large.characteristic &- small.characteristic, whole = small.fraction &<< 4
    let shift = UInt128(truncatingIfNeeded: 4 &* min(distance, digits &+ 1))
    let aligned = distance > digits ? 0 : whole &>> shift
    let isCut = distance > digits || aligned &<< shift != whole
    if large.isNegative == small.isNegative {
      large.fraction &+= aligned
    } else {
      large.fraction &-= aligned &+ (isCut ? 1 : 0)
    }
    return large
  }
}

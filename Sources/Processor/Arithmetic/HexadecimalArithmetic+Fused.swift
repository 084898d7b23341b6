extension HexadecimalArithmetic {
  /// MULTIPLY AND ADD, MULTIPLY AND SUBTRACT (MAER, MSER, MADR, MSDR): third × second ± first, for short and long operands.
  ///
  /// The product is not shortened, and has no exception of its own; the first operand is extended to its length. The sum is
  /// formed with a guard digit, normalized and truncated. There is no significance exception: a zero sum is a true zero.
  package static func multiplyAdd(
    _ first: Bits, _ second: Bits, _ third: Bits, subtracting: Bool, _ mask: HexadecimalMask
  ) -> Result {
    var addend = Format.unpack(first)
    addend.fraction &<<= UInt128(truncatingIfNeeded: Format.fractionBits)
    if subtracting { addend.isNegative.toggle() }
    let doubled = 2 &* Format.digits
    let a = Format.unpack(second).normalized(digits: Format.digits)
    let b = Format.unpack(third).normalized(digits: Format.digits)
    var product = UnpackedHexadecimal.trueZero
    if a.fraction != 0 && b.fraction != 0 {
      product = UnpackedHexadecimal(
        isNegative: a.isNegative != b.isNegative, characteristic: a.characteristic &+ b.characteristic &- 64,
        fraction: a.fraction &* b.fraction
      ).normalized(digits: doubled)
    }
    var sum = intermediateSum(addend, product)
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
}

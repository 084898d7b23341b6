import Processor

/// Random operands that meet the corners often: zeros, subnormals, limits, infinities, NaNs, neighbours, ties.
struct BinaryOperands<Format: BinaryFormat> {
  var random: SeededGenerator

  private mutating func bits() -> Format.Bits { Format.Bits.random(in: 0...Format.Bits.max, using: &random) }

  private mutating func fraction() -> Format.Bits {
    let width = Format.Bits.bitWidth
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return 0
    case 1: return Format.fractionMask
    case 2: return (1 as Format.Bits) << Format.Bits(Int.random(in: 0..<Format.fractionBits, using: &random))
    case 3:
      let low = Int.random(in: 0..<width, using: &random)
      return (bits() >> Format.Bits(low)) << Format.Bits(low) & Format.fractionMask
    default: return bits() & Format.fractionMask
    }
  }

  mutating func next(near other: Format.Bits? = nil) -> Format.Bits {
    let sign = Bool.random(using: &random) ? Format.signBit : 0
    let largest = 2 * Format.maximumExponent
    switch Int.random(in: 0..<24, using: &random) {
    case 0: return sign
    case 1: return sign | Format.infinity
    case 2: return sign | Format.defaultNaN | fraction()
    case 3: return sign | Format.infinity | (fraction() & ~Format.quietBit) | 1
    case 4: return sign | (Format.largestFinite &- Format.Bits(Int.random(in: 0..<3, using: &random)))
    case 5: return sign | Format.Bits(Int.random(in: 0..<4, using: &random))
    case 6, 7: return sign | fraction()
    case 8: return sign | (Format.hiddenBit &+ Format.Bits(Int.random(in: 0..<5, using: &random)) &- 2)
    case 9...13:
      guard let other else { return bits() }
      let exponent = Int(truncatingIfNeeded: (other & ~Format.signBit) >> Format.Bits(Format.fractionBits))
      let near = exponent + Int.random(in: -Format.precision - 3...Format.precision + 3, using: &random)
      return sign | Format.Bits(min(max(near, 0), largest)) << Format.Bits(Format.fractionBits) | fraction()
    case 14...18:
      let exponent = Format.maximumExponent + Int.random(in: -70...70, using: &random)
      return sign | Format.Bits(exponent) << Format.Bits(Format.fractionBits) | fraction()
    case 19:
      guard let other else { return bits() }
      return Bool.random(using: &random) ? other : other ^ Format.signBit
    default:
      let exponent = Int.random(in: 0...largest, using: &random)
      return sign | Format.Bits(exponent) << Format.Bits(Format.fractionBits) | fraction()
    }
  }
}

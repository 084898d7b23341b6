extension BinaryArithmetic {
  /// COMPARE (CEBR) and, if `signaling`, COMPARE AND SIGNAL (KEBR). The value is the condition code: 0 equal, 1 first low,
  /// 2 first high, 3 unordered.
  package static func compare(
    _ first: Bits, _ second: Bits, signaling: Bool = false, _ control: FloatingPointControl
  ) -> BinaryResult<UInt8> {
    let magnitudes = (first & ~Format.signBit, second & ~Format.signBit)
    if magnitudes.0 > Format.infinity || magnitudes.1 > Format.infinity {
      let signals = signaling || isSignaling(first) || isSignaling(second)
      return signals ? .invalid(3, control) : BinaryResult<UInt8>(3)
    }
    if first == second || magnitudes.0 | magnitudes.1 == 0 { return BinaryResult<UInt8>(0) }
    let (firstIsNegative, secondIsNegative) = (first != magnitudes.0, second != magnitudes.1)
    let firstIsLow = firstIsNegative != secondIsNegative ? firstIsNegative : (magnitudes.0 < magnitudes.1) != firstIsNegative
    return BinaryResult<UInt8>(firstIsLow ? 1 : 2)
  }

  @inline(__always) private static func isSignaling(_ bits: Bits) -> Bool {
    bits & ~Format.signBit > Format.infinity && bits & Format.quietBit == 0
  }

  /// LOAD AND TEST (LTEBR): the operand, a signaling NaN made quiet. The condition code is that of the result.
  package static func loadAndTest(_ operand: Bits, _ control: FloatingPointControl) -> Result {
    isSignaling(operand) ? .invalid(operand | Format.quietBit, control) : Result(operand)
  }

  /// TEST DATA CLASS (TCEB): the class of the operand as one of the mask's twelve bits; bit 52 of the second-operand address,
  /// plus zero, is 0x800 here.
  package static func dataClass(_ operand: Bits) -> UInt16 {
    let magnitude = operand & ~Format.signBit
    let positive: UInt16
    if magnitude == 0 {
      positive = 0x800
    } else if magnitude < Format.hiddenBit {
      positive = 0x080
    } else if magnitude < Format.infinity {
      positive = 0x200
    } else if magnitude == Format.infinity {
      positive = 0x020
    } else {
      positive = magnitude & Format.quietBit != 0 ? 0x008 : 0x002
    }
    return operand == magnitude ? positive : positive &>> 1
  }
}

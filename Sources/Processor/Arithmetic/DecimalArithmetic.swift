/// What a decimal operation stores, with its condition code.
package struct DecimalResult: Equatable, Sendable {
  /// The field, right-justified, as long as the first operand.
  package var field: UInt128
  /// 0 zero, 1 less than zero, 2 greater, 3 overflow.
  package var conditionCode: UInt8
  package init(field: UInt128, conditionCode: UInt8) {
    self.field = field
    self.conditionCode = conditionCode
  }

  /// A decimal-overflow interruption follows if the program mask allows it.
  @inline(__always) var isOverflow: Bool { conditionCode == 3 }
}

/// Packed decimal arithmetic as pure functions: Principles of Operation, chapter 8. Operands are fields of 1 to 16 bytes,
/// right-justified in 128 bits; lengths are in bytes. Signs and digits of all operands are checked; results get preferred signs.
package enum DecimalArithmetic {
  /// A sum cut to its field: a zero is positive unless digits were lost.
  @inline(__always)
  private static func deliver(_ number: PackedDecimal, bytes: Int, hasLostDigits: Bool = false) -> DecimalResult {
    let mask = PackedDecimal.mask(bytes: bytes)
    var result = PackedDecimal(digits: number.digits & mask, isNegative: number.isNegative)
    if hasLostDigits || number.digits & ~mask != 0 {
      return DecimalResult(field: result.field(bytes: bytes), conditionCode: 3)
    }
    if result.digits == 0 { result.isNegative = false }
    return DecimalResult(field: result.field(bytes: bytes), conditionCode: result.digits == 0 ? 0 : result.isNegative ? 1 : 2)
  }

  /// ADD DECIMAL and SUBTRACT DECIMAL (AP, SP).
  package static func add(
    _ first: UInt128, bytes: Int, _ second: UInt128, subtracting: Bool
  ) throws(DecimalException) -> DecimalResult {
    let a = try PackedDecimal(field: first)
    var b = try PackedDecimal(field: second)
    if subtracting { b.isNegative.toggle() }
    let sum: PackedDecimal
    if a.isNegative == b.isNegative {
      sum = PackedDecimal(digits: PackedDecimal.sum(a.digits, b.digits), isNegative: a.isNegative)
    } else if a.digits >= b.digits {
      sum = PackedDecimal(digits: PackedDecimal.difference(a.digits, b.digits), isNegative: a.isNegative)
    } else {
      sum = PackedDecimal(digits: PackedDecimal.difference(b.digits, a.digits), isNegative: b.isNegative)
    }
    return deliver(sum, bytes: bytes)
  }

  /// ZERO AND ADD (ZAP): only the second operand is looked at.
  package static func zeroAndAdd(bytes: Int, _ second: UInt128) throws(DecimalException) -> DecimalResult {
    deliver(try PackedDecimal(field: second), bytes: bytes)
  }

  /// COMPARE DECIMAL (CP): 0 equal, 1 first low, 2 first high.
  package static func compare(_ first: UInt128, _ second: UInt128) throws(DecimalException) -> UInt8 {
    let a = try PackedDecimal(field: first)
    let b = try PackedDecimal(field: second)
    if a.digits | b.digits == 0 { return 0 }
    if a.isNegative != b.isNegative { return a.isNegative ? 1 : 2 }
    if a.digits == b.digits { return 0 }
    return (a.digits < b.digits) != a.isNegative ? 1 : 2
  }

  /// MULTIPLY DECIMAL (MP). The multiplicand must have at least as many bytes of zeros on its left as the multiplier has bytes; the
  /// sign follows the rules of algebra even for a zero. Lengths were checked: the multiplier has at most 8 bytes and fewer than
  /// the multiplicand.
  package static func multiply(
    _ first: UInt128, bytes: Int, _ second: UInt128, secondBytes: Int
  ) throws(DecimalException) -> UInt128 {
    let a = try PackedDecimal(field: first)
    let b = try PackedDecimal(field: second)
    if a.digits & ~PackedDecimal.mask(bytes: bytes &- secondBytes) != 0 { throw .data }
    let product = a.binaryMagnitude &* b.binaryMagnitude
    return PackedDecimal(digits: PackedDecimal.digits(ofBinary: product), isNegative: a.isNegative != b.isNegative)
      .field(bytes: bytes)
  }

  /// DIVIDE DECIMAL (DP): quotient and remainder side by side, the remainder as long as the divisor and with the dividend's sign,
  /// both signed even when zero. Lengths were checked as for MULTIPLY DECIMAL.
  package static func divide(
    _ first: UInt128, bytes: Int, _ second: UInt128, secondBytes: Int
  ) throws(DecimalException) -> UInt128 {
    let a = try PackedDecimal(field: first)
    let b = try PackedDecimal(field: second)
    if b.digits == 0 { throw .divide }
    let (quotient, remainder) = a.binaryMagnitude.quotientAndRemainder(dividingBy: b.binaryMagnitude)
    let quotientBytes = bytes &- secondBytes
    let digits = PackedDecimal.digits(ofBinary: quotient)
    if digits & ~PackedDecimal.mask(bytes: quotientBytes) != 0 { throw .divide }
    let left = PackedDecimal(digits: digits, isNegative: a.isNegative != b.isNegative).field(bytes: quotientBytes)
    let right = PackedDecimal(digits: PackedDecimal.digits(ofBinary: remainder), isNegative: a.isNegative)
      .field(bytes: secondBytes)
    return left &<< UInt128(truncatingIfNeeded: 8 &* secondBytes) | right
  }

  /// SHIFT AND ROUND DECIMAL (SRP).
  /// - Parameter shift: −32...31 digits, positive to the left.
  /// - Parameter rounding: added to the last digit that is shifted out to the right; it must be a digit in any case.
  package static func shift(
    _ first: UInt128, bytes: Int, by shift: Int, rounding: UInt8
  ) throws(DecimalException) -> DecimalResult {
    var number = try PackedDecimal(field: first)
    if rounding > 9 { throw .data }
    if shift >= 0 {
      let places = UInt128(truncatingIfNeeded: 4 &* shift)
      let shifted = number.digits &<< places
      let hasLostDigits = shifted &>> places != number.digits
      number.digits = shifted
      return deliver(number, bytes: bytes, hasLostDigits: hasLostDigits)
    }
    let places = 0 &- shift
    // Digit 32 of the field is zero: shifting by one place less and 32 in all is within 128 bits.
    let kept = number.digits &>> UInt128(truncatingIfNeeded: 4 &* (places &- 1))
    let carry = UInt8(truncatingIfNeeded: kept & 15) &+ rounding > 9
    number.digits = PackedDecimal.sum(kept &>> 4, carry ? 1 : 0)
    return deliver(number, bytes: bytes)
  }

  /// TEST DECIMAL (TP): 1 for a bad sign, 2 for a bad digit, together 3.
  package static func test(_ field: UInt128) -> UInt8 {
    (field & 15 < 10 ? 1 : 0) | (PackedDecimal.areValid(field &>> 4) ? 0 : 2)
  }

  // MARK: Binary integers

  /// CONVERT TO BINARY (CVB, CVBY with Int32, CVBG with Int64): the low bits of the number, and whether they are all of it.
  package static func convertToBinary<Integer: FixedWidthInteger>(
    _ field: UInt128, to _: Integer.Type
  ) throws(DecimalException) -> (integer: Integer, fits: Bool) {
    let number = try PackedDecimal(field: field)
    let magnitude = number.binaryMagnitude
    let fits = magnitude <= UInt128(truncatingIfNeeded: number.isNegative ? Integer.min.magnitude : Integer.max.magnitude)
    let integer = Integer(truncatingIfNeeded: magnitude)
    return (number.isNegative ? 0 &- integer : integer, fits)
  }

  /// CONVERT TO DECIMAL (CVD, CVDY, CVDG): a field of 16 bytes, the last 8 of which are enough for a 32-bit operand.
  package static func convertToDecimal(_ operand: Int64) -> UInt128 {
    PackedDecimal(digits: PackedDecimal.digits(ofBinary: UInt128(operand.magnitude)), isNegative: operand < 0).field(bytes: 16)
  }
}

import Processor
import Testing

private let noMask = HexadecimalMask(underflow: false, significance: false)
private let allMasks = HexadecimalMask(underflow: true, significance: true)

/// HFP done with one hexadecimal digit at a time, as the System/370 Principles tell it; slow, and written apart from the code
/// under test.
private struct Digits: Equatable {
  var isNegative: Bool
  var characteristic: Int
  /// Leftmost first.
  var digits: [Int]

  var isZero: Bool { digits.allSatisfy { $0 == 0 } }

  func normalized() -> Digits {
    if isZero { return self }
    var n = self
    while n.digits[0] == 0 {
      n.digits.removeFirst()
      n.digits.append(0)
      n.characteristic -= 1
    }
    return n
  }

  static func sum(_ a: Digits, _ b: Digits, normalizing: Bool) -> (result: Digits, isZero: Bool) {
    var (x, y) = (a, b)
    x.digits.append(0)
    y.digits.append(0)
    func align(_ n: inout Digits, to characteristic: Int) {
      while n.characteristic < characteristic {
        n.digits.insert(0, at: 0)
        n.digits.removeLast()
        n.characteristic += 1
      }
    }
    align(&x, to: y.characteristic)
    align(&y, to: x.characteristic)
    var result = x
    if x.isNegative == y.isNegative {
      var carry = 0
      for k in x.digits.indices.reversed() {
        let d = x.digits[k] + y.digits[k] + carry
        result.digits[k] = d % 16
        carry = d / 16
      }
      if carry > 0 {
        result.digits.insert(carry, at: 0)
        result.digits.removeLast()
        result.characteristic += 1
        result.digits.removeLast()
        return (result, false)
      }
    } else {
      let xIsLess = x.digits.lexicographicallyPrecedes(y.digits)
      let (large, small) = xIsLess ? (y, x) : (x, y)
      result.isNegative = large.isNegative
      var borrow = 0
      for k in large.digits.indices.reversed() {
        let d = large.digits[k] - small.digits[k] - borrow
        result.digits[k] = (d + 16) % 16
        borrow = d < 0 ? 1 : 0
      }
    }
    if normalizing {
      if result.isZero { return (result, true) }
      result = result.normalized()
      result.digits.removeLast()
      return (result, false)
    }
    result.digits.removeLast()
    return (result, result.isZero)
  }

  static func product(_ a: Digits, _ b: Digits, length: Int) -> Digits {
    let (x, y) = (a.normalized(), b.normalized())
    var digits = [Int](repeating: 0, count: x.digits.count + y.digits.count)
    for i in x.digits.indices.reversed() {
      var carry = 0
      for j in y.digits.indices.reversed() {
        let d = x.digits[i] * y.digits[j] + digits[i + j + 1] + carry
        digits[i + j + 1] = d % 16
        carry = d / 16
      }
      digits[i] += carry
    }
    let result = Digits(
      isNegative: x.isNegative != y.isNegative, characteristic: x.characteristic + y.characteristic - 64, digits: digits
    ).normalized()
    return result.with(length: length)
  }

  func with(length: Int) -> Digits {
    var n = self
    n.digits = (0..<length).map { $0 < digits.count ? digits[$0] : 0 }
    return n
  }

  /// Long division, one quotient digit at a time, each by counting subtractions.
  static func quotient(_ a: Digits, _ b: Digits) -> Digits {
    let (x, y) = (a.normalized(), b.normalized())
    let divisor = [0] + y.digits
    var rest = [0] + x.digits
    var characteristic = x.characteristic - y.characteristic + 64
    var digits: [Int] = []
    if !rest.lexicographicallyPrecedes(divisor) { characteristic += 1 } else { rest.removeFirst(); rest.append(0) }
    for _ in x.digits.indices {
      var count = 0
      while !rest.lexicographicallyPrecedes(divisor) {
        var borrow = 0
        for k in rest.indices.reversed() {
          let d = rest[k] - divisor[k] - borrow
          rest[k] = (d + 16) % 16
          borrow = d < 0 ? 1 : 0
        }
        count += 1
      }
      digits.append(count)
      rest.removeFirst()
      rest.append(0)
    }
    return Digits(isNegative: x.isNegative != y.isNegative, characteristic: characteristic, digits: digits)
  }
}

extension HexadecimalFormat {
  fileprivate static func spell(_ bits: Bits) -> Digits {
    let n = unpack(bits)
    return Digits(
      isNegative: n.isNegative, characteristic: n.characteristic,
      digits: (0..<digits).map { Int(truncatingIfNeeded: n.fraction >> UInt128(4 * (digits - 1 - $0))) & 15 })
  }

  /// What a result of the reference is delivered as.
  fileprivate static func deliver(_ n: Digits, _ mask: HexadecimalMask) -> (Bits, HexadecimalException?) {
    let fraction = n.digits.reduce(UInt128(0)) { $0 << 4 | UInt128($1) }
    let bits = pack(UnpackedHexadecimal(isNegative: n.isNegative, characteristic: n.characteristic & 127, fraction: fraction))
    if n.characteristic > 127 { return (bits, .exponentOverflow) }
    if n.characteristic < 0 { return mask.underflow ? (bits, .exponentUnderflow) : (0, nil) }
    return (bits, nil)
  }
}

private struct HexadecimalOperands<F: HexadecimalFormat> {
  var random: SeededGenerator
  /// Characteristics close together, so that sums overlap; fractions with zeros at either end.
  mutating func next(wide: Bool) -> F.Bits {
    var fraction = UInt128.random(in: 0...UInt128.max, using: &random) >> UInt128(128 - 4 * F.digits)
    switch Int.random(in: 0..<8, using: &random) {
    case 0: fraction = 0
    case 1: fraction >>= UInt128(4 * Int.random(in: 0..<F.digits, using: &random))
    case 2: fraction = (fraction >> UInt128(4 * (F.digits - 2))) << UInt128(4 * (F.digits - 2))
    case 3: fraction = (1 << UInt128(4 * F.digits)) - 1 - (fraction & 1)
    default: break
    }
    let span = wide ? 0...127 : 58...70
    return F.pack(
      UnpackedHexadecimal(
        isNegative: Bool.random(using: &random), characteristic: Int.random(in: span, using: &random), fraction: fraction))
  }
}

@Suite struct ArithmeticHexadecimalTests {
  typealias E = ShortHexadecimalArithmetic
  typealias D = LongHexadecimalArithmetic
  typealias X = ExtendedHexadecimalArithmetic

  private func sums<F: HexadecimalFormat>(_: F.Type) {
    typealias A = HexadecimalArithmetic<F>
    var operands = HexadecimalOperands<F>(random: SeededGenerator(seed: UInt64(F.digits)))
    for k in 0..<20_000 {
      let (a, b) = (operands.next(wide: k % 3 == 0), operands.next(wide: k % 3 == 0))
      let mask = k % 2 == 0 ? noMask : allMasks
      for normalizing in [true, false] {
        let (sum, isZero) = Digits.sum(F.spell(a), F.spell(b), normalizing: normalizing)
        let ours = A.add(a, b, normalizing: normalizing, mask)
        if isZero {
          let zero = UnpackedHexadecimal(isNegative: false, characteristic: sum.characteristic, fraction: 0)
          #expect(ours.value == (mask.significance ? F.pack(zero) : 0) && (ours.exception == .significance) == mask.significance)
        } else {
          let (bits, exception) = F.deliver(sum, mask)
          #expect(ours.value == bits && ours.exception == exception, "\(String(a, radix: 16)) + \(String(b, radix: 16))")
        }
      }
      var negated = F.spell(b)
      negated.isNegative.toggle()
      let difference = Digits.sum(F.spell(a), negated, normalizing: true)
      #expect(A.compare(a, b) == (difference.isZero ? 0 : difference.result.isNegative ? 1 : 2))
      #expect(
        A.add(a, b, subtracting: true, mask).value == A.add(a, A.withSign(!A.isNegative(b), b), mask).value || F.spell(b).isZero)
    }
  }

  @Test func `sums and comparisons agree with digit-by-digit arithmetic`() {
    sums(ShortHexadecimal.self)
    sums(LongHexadecimal.self)
    sums(ExtendedHexadecimal.self)
  }

  private func products<S: HexadecimalFormat, F: HexadecimalFormat>(_: S.Type, _: F.Type) {
    var operands = HexadecimalOperands<S>(random: SeededGenerator(seed: UInt64(S.digits * 100 + F.digits)))
    for k in 0..<20_000 {
      let (a, b) = (operands.next(wide: true), operands.next(wide: true))
      let mask = k % 2 == 0 ? noMask : allMasks
      let ours = HexadecimalArithmetic<F>.multiply(a, b, from: S.self, mask)
      let (x, y) = (S.spell(a), S.spell(b))
      let (bits, exception) = x.isZero || y.isZero ? (0, nil) : F.deliver(Digits.product(x, y, length: F.digits), mask)
      #expect(ours.value == bits && ours.exception == exception, "\(String(a, radix: 16)) * \(String(b, radix: 16))")
    }
  }

  @Test func `products agree with digit-by-digit arithmetic`() {
    products(ShortHexadecimal.self, ShortHexadecimal.self)
    products(ShortHexadecimal.self, LongHexadecimal.self)
    products(LongHexadecimal.self, LongHexadecimal.self)
    products(LongHexadecimal.self, ExtendedHexadecimal.self)
    products(ExtendedHexadecimal.self, ExtendedHexadecimal.self)
  }

  private func quotients<F: HexadecimalFormat>(_: F.Type) {
    typealias A = HexadecimalArithmetic<F>
    var operands = HexadecimalOperands<F>(random: SeededGenerator(seed: UInt64(F.digits * 3)))
    for k in 0..<10_000 {
      let (a, b) = (operands.next(wide: true), operands.next(wide: k % 2 == 0))
      let mask = k % 2 == 0 ? noMask : allMasks
      let ours = A.divide(a, b, mask)
      let (x, y) = (F.spell(a), F.spell(b))
      if y.isZero {
        #expect(ours.exception == .divide && ours.isSuppressed)
      } else {
        let (bits, exception) = x.isZero ? (0, nil) : F.deliver(Digits.quotient(x, y), mask)
        #expect(ours.value == bits && ours.exception == exception, "\(String(a, radix: 16)) / \(String(b, radix: 16))")
      }
    }
  }

  @Test func `quotients agree with digit-by-digit arithmetic`() {
    quotients(ShortHexadecimal.self)
    quotients(LongHexadecimal.self)
    quotients(ExtendedHexadecimal.self)
  }

  private func fused<F: HexadecimalFormat>(_: F.Type) {
    typealias A = HexadecimalArithmetic<F>
    var operands = HexadecimalOperands<F>(random: SeededGenerator(seed: UInt64(F.digits * 7)))
    // As long as no alignment shifts a digit out.
    let length = 2 * F.digits + 260
    for k in 0..<4_000 {
      let (a, b, c) = (operands.next(wide: k % 4 == 0), operands.next(wide: k % 4 == 0), operands.next(wide: k % 4 == 0))
      let (x, y, z) = (F.spell(a), F.spell(b), F.spell(c))
      var product = Digits(isNegative: false, characteristic: 0, digits: [Int](repeating: 0, count: length))
      if !y.isZero && !z.isZero { product = Digits.product(y, z, length: 2 * F.digits).with(length: length) }
      var (sum, isZero) = Digits.sum(x.with(length: length), product, normalizing: true)
      sum = sum.with(length: F.digits)
      let (bits, exception) = isZero ? (0, nil) : F.deliver(sum, allMasks)
      let ours = A.multiplyAdd(a, b, c, subtracting: false, allMasks)
      #expect(ours.value == bits && ours.exception == exception)
    }
  }

  @Test func `multiply and add agrees with an exact product and sum`() {
    fused(ShortHexadecimal.self)
    fused(LongHexadecimal.self)
  }

  private func roots<F: HexadecimalFormat>(_: F.Type) {
    typealias A = HexadecimalArithmetic<F>
    var operands = HexadecimalOperands<F>(random: SeededGenerator(seed: UInt64(F.digits * 5)))
    for _ in 0..<5_000 {
      let a = A.withSign(false, operands.next(wide: true))
      let root = A.squareRoot(a)
      let n = F.unpack(a), r = F.unpack(root.value)
      if n.fraction == 0 {
        #expect(root.value == 0)
        continue
      }
      #expect(root.exception == nil && r.fraction >> UInt128(4 * F.digits - 4) != 0)
      // (2r−1)² ≤ 4n < (2r+1)² in units where both are integers.
      let shift = 4 * (n.characteristic - 64) - 8 * (r.characteristic - 64) + 4 * F.digits
      #expect(shift >= 0)
      func isAtMost(_ odd: UInt128) -> Bool {
        let square = odd.multipliedFullWidth(by: odd)
        let bits = shift + 2
        let number =
          bits < 128
          ? (high: bits == 0 ? 0 : n.fraction >> UInt128(128 - bits), low: n.fraction << UInt128(bits))
          : (high: n.fraction << UInt128(bits - 128), low: 0)
        return square.high < number.high || (square.high == number.high && square.low <= number.low)
      }
      #expect(isAtMost(2 * r.fraction - 1) && !isAtMost(2 * r.fraction + 1), "\(String(a, radix: 16))")
    }
  }

  @Test func `square roots are rounded to nearest`() {
    roots(ShortHexadecimal.self)
    roots(LongHexadecimal.self)
    #expect(X.squareRoot(0x4210_0000_0000_0000_3400_0000_0000_0000).value == 0x4140_0000_0000_0000_3300_0000_0000_0000)
    #expect(X.squareRoot(0x4120_0000_0000_0000_3300_0000_0000_0000).value == 0x4116_A09E_667F_3BCC_3390_8B2F_B136_6EA9)
    #expect(E.squareRoot(0xC110_0000).exception == .squareRoot)
    #expect(E.squareRoot(0x8000_0000).value == 0)
  }

  @Test func `the examples of the Principles' appendix A come out`() {
    // ADD NORMALIZED, ADD UNNORMALIZED, COMPARE, DIVIDE, HALVE, MULTIPLY.
    #expect(E.add(0xC308_2100, 0x4112_3456, noMask).value == 0xC280_ECBB)
    #expect(E.add(0xC308_2100, 0x4112_3456, normalizing: false, noMask).value == 0xC308_0ECB)
    #expect(D.compare(0x4300_0000_0000_0000, 0x3412_3456_789A_BCDE) == 0)
    #expect(E.halve(0x4800_0008, noMask).value == 0x4340_0000)
    #expect(
      D.multiply(0x4370_0000_0000_0000, 0x4220_0000_0000_0000, from: LongHexadecimal.self, noMask).value == 0x44E0_0000_0000_0000)
    #expect(E.divide(0x4370_0000, 0x4220_0000, noMask).value == 0x4238_0000)
  }

  @Test func `halving can underflow`() {
    #expect(E.halve(0x0010_0000, allMasks).value == 0x7F80_0000 && E.halve(0x0010_0000, allMasks).exception == .exponentUnderflow)
    #expect(E.halve(0x0010_0000, noMask).value == 0 && E.halve(0x8010_0000, noMask).value == 0)
    #expect(E.halve(0x4110_0001, noMask).value == 0x4080_0008)
  }

  @Test func `load rounded raises half a unit and may overflow`() {
    func short(_ v: UInt64) -> HexadecimalResult<UInt32> { E.loadRounded(v, from: LongHexadecimal.self) }
    #expect(short(0x4112_3456_7FFF_FFFF).value == 0x4112_3456)
    #expect(short(0x4112_3456_8000_0000).value == 0x4112_3457)
    #expect(short(0xC1FF_FFFF_8000_0000).value == 0xC210_0000)
    #expect(short(0x7FFF_FFFF_8000_0000).value == 0x0010_0000 && short(0x7FFF_FFFF_8000_0000).exception == .exponentOverflow)
    #expect(
      D.loadRounded(0x4112_3456_789A_BCDE_33FF_0000_0000_0000, from: ExtendedHexadecimal.self).value == 0x4112_3456_789A_BCDF)
  }

  @Test func `extended numbers carry a second characteristic 14 below the first`() {
    #expect(X.lengthen(0x4112_3456, from: ShortHexadecimal.self) == 0x4112_3456_0000_0000_3300_0000_0000_0000)
    #expect(X.lengthen(0x8512_3456_0000_0000, from: LongHexadecimal.self) == 0x8512_3456_0000_0000_F700_0000_0000_0000)
    #expect(X.lengthen(0xC500_0000_0000_0000, from: LongHexadecimal.self) == 0x8000_0000_0000_0000_8000_0000_0000_0000)
    #expect(X.withSign(true, 0x4110_0000_0000_0000_0000_0000_0000_0001) == 0xC110_0000_0000_0000_B300_0000_0000_0001)
  }

  @Test func `integers are cut out and converted`() {
    #expect(
      E.loadInteger(0x4218_8000) == 0x4218_0000 && E.loadInteger(0xC0FF_FFFF) == 0 && E.loadInteger(0x4300_1800) == 0x4110_0000)
    #expect(E.convert(-1) == 0xC110_0000 && E.convert(0x1234_5678) == 0x4812_3456 && E.convert(Int64.min) == 0xD080_0000)
    #expect(X.convert(0x1234_5678_9ABC_DEF0) == 0x5012_3456_789A_BCDE_42F0_0000_0000_0000)
    func fixed(_ v: UInt32, _ m3: UInt8) -> (Int32, UInt8) {
      guard let mode = RoundingMode(hexadecimalModifier: m3) else { return (-99, 9) }
      let r = E.convert(v, to: Int32.self, mode)
      return (r.integer, r.conditionCode)
    }
    let twoAndAHalf: UInt32 = 0x4128_0000
    for (m3, wanted) in [(0, 2), (1, 3), (4, 2), (5, 2), (6, 3), (7, 2)] as [(UInt8, Int32)] {
      #expect(fixed(twoAndAHalf, m3) == (wanted, 2))
    }
    #expect(fixed(0xC128_0000, 7) == (-3, 1))
    #expect(fixed(0x4880_0000, 0) == (Int32.max, 3))
    #expect(fixed(0xC880_0000, 0) == (Int32.min, 1))
    #expect(fixed(0xFFFF_FFFF, 0) == (Int32.min, 3))
    #expect(fixed(0x8000_0000, 0) == (0, 0))
    #expect(RoundingMode(hexadecimalModifier: 3) == nil)
  }

  @Test func `BFP becomes HFP and back`() {
    func hex(_ v: UInt32) -> (UInt64, UInt8) {
      let r = RadixConversion.hexadecimal(v, from: ShortBinary.self)
      return (r.value, r.conditionCode)
    }
    #expect(hex(0x3F80_0000) == (0x4110_0000_0000_0000, 2) && hex(0xBF00_0000) == (0xC080_0000_0000_0000, 1))
    #expect(hex(0x8000_0000) == (0x8000_0000_0000_0000, 0) && hex(0x7FC0_0000) == (0x7FFF_FFFF_FFFF_FFFF, 3))
    #expect(hex(0xFF80_0000) == (0xFFFF_FFFF_FFFF_FFFF, 3) && hex(0x0000_0001) == (0x1B80_0000_0000_0000, 2))
    #expect(RadixConversion.hexadecimal(0x7FEF_FFFF_FFFF_FFFF, from: LongBinary.self).conditionCode == 3)
    #expect(RadixConversion.hexadecimal(0x8010_0000_0000_0000, from: LongBinary.self).value == 0x8000_0000_0000_0000)
    var operands = BinaryOperands<LongBinary>(random: SeededGenerator(seed: 11))
    for _ in 0..<20_000 {
      let v = operands.next()
      let r = RadixConversion.hexadecimal(v, from: LongBinary.self)
      let number = LongHexadecimal.unpack(r.value)
      if r.conditionCode == 3 || number.fraction == 0 { continue }
      #expect(number.fraction >> 52 != 0)
      let back = RadixConversion.binary(r.value, to: LongBinary.self, .towardZero)
      #expect(back.value == v && back.conditionCode == r.conditionCode)
    }
    #expect(RadixConversion.binary(0x7FFF_FFFF_FFFF_FFFF, to: ShortBinary.self, .towardZero).value == 0x7F7F_FFFF)
    #expect(RadixConversion.binary(0x7FFF_FFFF_FFFF_FFFF, to: ShortBinary.self, .nearestEven).value == 0x7F80_0000)
    #expect(RadixConversion.binary(0x7FFF_FFFF_FFFF_FFFF, to: ShortBinary.self, .nearestEven).conditionCode == 3)
    #expect(RadixConversion.binary(0x4011_1111_8000_0000, to: ShortBinary.self, .nearestAway).value == 0x3D88_888C)
  }
}

import Processor
import Testing

/// A packed field, spelled out of a number's decimal string.
private func field(_ n: Int128, bytes: Int, sign: UInt8? = nil, lostSign: Bool = false) -> UInt128 {
  var value: UInt128 = 0
  for c in String(n.magnitude).suffix(2 * bytes - 1) { value = value << 4 | UInt128(c.wholeNumberValue ?? 0) }
  let code = sign ?? (n < 0 || lostSign ? 13 : 12)
  return value << 4 | UInt128(code)
}

private func power(_ digits: Int) -> Int128 { (0..<digits).reduce(Int128(1)) { n, _ in n * 10 } }

/// What a sum stores and its condition code, from the exact number.
private func delivered(_ n: Int128, bytes: Int) -> DecimalResult {
  let limit = power(2 * bytes - 1)
  if n.magnitude >= limit.magnitude { return DecimalResult(field: field(n, bytes: bytes, lostSign: n < 0), conditionCode: 3) }
  return DecimalResult(field: field(n, bytes: bytes), conditionCode: n == 0 ? 0 : n < 0 ? 1 : 2)
}

@Suite struct ArithmeticDecimalTests {
  private struct Numbers {
    var random: SeededGenerator
    mutating func next(bytes: Int) -> Int128 {
      let digits = Int.random(in: 0...2 * bytes - 1, using: &random)
      let limit = power(digits)
      let n: Int128
      switch Int.random(in: 0..<6, using: &random) {
      case 0: n = limit - 1
      case 1: n = digits == 0 ? 0 : limit / 10
      default: n = Int128(UInt128.random(in: 0..<UInt128(limit), using: &random))
      }
      return Bool.random(using: &random) ? n : -n
    }
    mutating func sign(_ n: Int128) -> UInt8 {
      let codes: [UInt8] = n < 0 ? [11, 13] : [10, 12, 14, 15]
      return codes[Int.random(in: 0..<codes.count, using: &random)]
    }
    mutating func bytes(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  }

  @Test func `sums, differences and comparisons agree with binary integers`() throws {
    var numbers = Numbers(random: SeededGenerator(seed: 1))
    for _ in 0..<40_000 {
      let (l1, l2) = (numbers.bytes(1...16), numbers.bytes(1...16))
      let (a, b) = (numbers.next(bytes: l1), numbers.next(bytes: l2))
      let (x, y) = (field(a, bytes: l1, sign: numbers.sign(a)), field(b, bytes: l2, sign: numbers.sign(b)))
      #expect(try DecimalArithmetic.add(x, bytes: l1, y, subtracting: false) == delivered(a + b, bytes: l1))
      #expect(try DecimalArithmetic.add(x, bytes: l1, y, subtracting: true) == delivered(a - b, bytes: l1))
      #expect(try DecimalArithmetic.compare(x, y) == (a == b ? 0 : a < b ? 1 : 2))
      #expect(try DecimalArithmetic.zeroAndAdd(bytes: l1, y) == delivered(b, bytes: l1))
    }
  }

  @Test func `products and quotients agree with binary integers`() throws {
    var numbers = Numbers(random: SeededGenerator(seed: 2))
    for _ in 0..<40_000 {
      let l2 = numbers.bytes(1...8)
      let l1 = numbers.bytes(l2 + 1...16)
      let (a, b) = (numbers.next(bytes: l1 - l2), numbers.next(bytes: l2))
      let (x, y) = (field(a, bytes: l1, sign: numbers.sign(a)), field(b, bytes: l2, sign: numbers.sign(b)))
      let isNegative = PackedDecimal.isMinus(UInt8(x & 15)) != PackedDecimal.isMinus(UInt8(y & 15))
      #expect(
        try DecimalArithmetic.multiply(x, bytes: l1, y, secondBytes: l2) == field(a * b, bytes: l1, sign: isNegative ? 13 : 12))
      let c = numbers.next(bytes: l1)
      let z = field(c, bytes: l1, sign: numbers.sign(c))
      if b == 0 || (c / b).magnitude >= power(2 * (l1 - l2) - 1).magnitude {
        #expect(throws: DecimalException.divide) { try DecimalArithmetic.divide(z, bytes: l1, y, secondBytes: l2) }
      } else {
        let quotientIsNegative = PackedDecimal.isMinus(UInt8(z & 15)) != PackedDecimal.isMinus(UInt8(y & 15))
        let quotient = field(c / b, bytes: l1 - l2, sign: quotientIsNegative ? 13 : 12)
        let remainder = field(c % b, bytes: l2, sign: PackedDecimal.isMinus(UInt8(z & 15)) ? 13 : 12)
        #expect(try DecimalArithmetic.divide(z, bytes: l1, y, secondBytes: l2) == quotient << UInt128(8 * l2) | remainder)
      }
    }
  }

  @Test func `shifts agree with binary integers`() throws {
    var numbers = Numbers(random: SeededGenerator(seed: 3))
    for _ in 0..<40_000 {
      let bytes = numbers.bytes(1...16)
      let a = numbers.next(bytes: bytes)
      let x = field(a, bytes: bytes, sign: numbers.sign(a))
      let shift = numbers.bytes(-32...31)
      let rounding = numbers.bytes(0...9)
      let ours = try DecimalArithmetic.shift(x, bytes: bytes, by: shift, rounding: UInt8(rounding))
      if shift < 0 {
        let unit = shift < -31 ? nil : power(-shift - 1)
        let tenfold = unit.map { a.magnitude / $0.magnitude } ?? 0
        let magnitude = Int128(tenfold / 10) + (Int128(tenfold % 10) + Int128(rounding) > 9 ? 1 : 0)
        #expect(ours == delivered(a < 0 ? -magnitude : magnitude, bytes: bytes))
      } else {
        let shifted = String(a.magnitude) + String(repeating: "0", count: shift)
        let kept = String(shifted.suffix(2 * bytes - 1))
        let isLost = a != 0 && shifted.count > 2 * bytes - 1
        var wanted = delivered(Int128(kept).map { a < 0 ? -$0 : $0 } ?? 0, bytes: bytes)
        if isLost { wanted = DecimalResult(field: wanted.field & ~15 | (a < 0 ? 13 : 12), conditionCode: 3) }
        #expect(ours == wanted, "\(a) by \(shift) in \(bytes)")
      }
    }
  }

  @Test func `a zero is positive, but keeps its sign when digits are lost`() throws {
    #expect(try DecimalArithmetic.zeroAndAdd(bytes: 1, 0x0D) == DecimalResult(field: 0x0C, conditionCode: 0))
    #expect(try DecimalArithmetic.zeroAndAdd(bytes: 1, 0x100D) == DecimalResult(field: 0x0D, conditionCode: 3))
    #expect(try DecimalArithmetic.add(0x5D, bytes: 1, 0x5D, subtracting: false) == DecimalResult(field: 0x0D, conditionCode: 3))
    #expect(try DecimalArithmetic.compare(0x0D, 0x0C) == 0)
  }

  @Test func `bad digits and signs are data exceptions`() {
    for (a, b) in [(0x1A1C, 0x1C), (0x119, 0x1C), (0x1C, 0xF1C), (0x1C, 0x10)] as [(UInt128, UInt128)] {
      #expect(throws: DecimalException.data) { try DecimalArithmetic.add(a, bytes: 2, b, subtracting: false) }
      #expect(throws: DecimalException.data) { try DecimalArithmetic.compare(a, b) }
      #expect(throws: DecimalException.data) { try DecimalArithmetic.multiply(a, bytes: 4, b, secondBytes: 2) }
      #expect(throws: DecimalException.data) { try DecimalArithmetic.divide(a, bytes: 4, b, secondBytes: 2) }
    }
    #expect(throws: DecimalException.data) { try DecimalArithmetic.zeroAndAdd(bytes: 2, 0x1A0C) }
    #expect(throws: DecimalException.data) { try DecimalArithmetic.shift(0x1C, bytes: 1, by: 1, rounding: 10) }
    // No room on the left of the multiplicand.
    #expect(throws: DecimalException.data) { try DecimalArithmetic.multiply(0x0_0010_0000C, bytes: 5, 0x002C, secondBytes: 2) }
    for nibble in UInt128(0)..<16 {
      for place in 0..<31 {
        #expect(PackedDecimal.areValid(nibble << UInt128(4 * place)) == (nibble < 10))
      }
    }
  }

  @Test func `TEST DECIMAL tells digits from signs`() {
    #expect(DecimalArithmetic.test(0x123C) == 0 && DecimalArithmetic.test(0x1239) == 1)
    #expect(DecimalArithmetic.test(0x12AC) == 2 && DecimalArithmetic.test(0xF2A0) == 3)
  }

  @Test func `conversions to binary say what does not fit`() throws {
    func check<I: FixedWidthInteger>(_ f: UInt128, _ integer: I, _ fits: Bool) throws {
      let r = try DecimalArithmetic.convertToBinary(f, to: I.self)
      #expect(r.integer == integer && r.fits == fits)
    }
    try check(0x2147483647C, Int32.max, true)
    try check(0x2147483648D, Int32.min, true)
    try check(0x2147483648C, Int32.min, false)
    try check(0x3000000000D, Int32(0x4D2F_A200), false)
    try check(0x9223372036854775807C, Int64.max, true)
    try check(0x9223372036854775809D, Int64.max, false)
    #expect(throws: DecimalException.data) { try DecimalArithmetic.convertToBinary(7, to: Int32.self) }
    var random = SeededGenerator(seed: 4)
    for _ in 0..<10_000 {
      let n = Int64(bitPattern: random.next()) >> Int64.random(in: 0..<64, using: &random)
      let packed = DecimalArithmetic.convertToDecimal(n)
      #expect(packed == field(Int128(n), bytes: 16))
      let back = try DecimalArithmetic.convertToBinary(packed, to: Int64.self)
      #expect(back.integer == n && back.fits)
    }
    #expect(DecimalArithmetic.convertToDecimal(Int64.min) == 0x9223372036854775808D)
  }

  // MARK: Editing

  private func edit(_ pattern: [UInt8], _ source: [UInt8]) -> (result: [UInt8]?, code: UInt8, mark: Int?) {
    var edit = DecimalEdit(first: pattern[0])
    var next = 0
    var result: [UInt8] = []
    for (k, byte) in pattern.enumerated() {
      let replacement = edit.replacement(of: byte, at: k) { () throws(Never) -> UInt8 in
        defer { next += 1 }
        return next < source.count ? source[next] : 0
      }
      guard let replacement else { return (nil, 9, nil) }
      result.append(replacement)
    }
    return (result, edit.conditionCode, edit.mark)
  }

  private let amount: [UInt8] = [0x40, 0x20, 0x20, 0x6B, 0x20, 0x20, 0x21, 0x4B, 0x20, 0x20, 0x40, 0xC3, 0xD9]

  @Test func `EDIT does the examples of the Principles' appendix A`() {
    let plus = edit(amount, [0x02, 0x57, 0x42, 0x6C])
    #expect(plus.result == [0x40, 0x40, 0xF2, 0x6B, 0xF5, 0xF7, 0xF4, 0x4B, 0xF2, 0xF6, 0x40, 0x40, 0x40])
    #expect(plus.code == 2 && plus.mark == 2)
    let minus = edit(amount, [0x00, 0x00, 0x02, 0x6D])
    #expect(minus.result == [0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x4B, 0xF2, 0xF6, 0x40, 0xC3, 0xD9])
    // Significance was forced by the starter: no mark.
    #expect(minus.code == 1 && minus.mark == nil)
  }

  @Test func `EDIT restarts at a field separator and counts the last field only`() {
    let two = edit([0x5C, 0x20, 0x20, 0x20, 0x22, 0x20, 0x20, 0x20], [0x12, 0x3C, 0x00, 0x0C])
    #expect(two.result == [0x5C, 0xF1, 0xF2, 0xF3, 0x5C, 0x5C, 0x5C, 0x5C] && two.code == 0 && two.mark == 1)
    #expect(edit([0x40, 0x20, 0x22], [0x1C]).code == 0)
    // A digit selector may itself be the fill byte.
    #expect(edit([0x20, 0x20], [0x05]).result == [0x20, 0xF5])
  }

  @Test func `EDIT finds bad digits on the left, takes signs on the right and leaves a minus significant`() {
    #expect(edit([0x40, 0x20], [0xA0]).result == nil)
    #expect(edit([0x40, 0x20, 0x60], [0x1D]).result == [0x40, 0xF1, 0x60])
    #expect(edit([0x40, 0x20, 0x60], [0x1B]).code == 1)
    for plus: UInt8 in [0x1A, 0x1C, 0x1E, 0x1F] {
      #expect(edit([0x40, 0x20, 0x60], [plus]).result == [0x40, 0xF1, 0x40])
    }
    // A plus overrules the significance starter of the same digit.
    #expect(edit([0x40, 0x21, 0x60], [0x0C]).result == [0x40, 0x40, 0x40])
  }

  // MARK: Packing

  private func pack(_ source: [UInt8], into count: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0xEE, count: count)
    ZonedDecimal.pack(last: count - 1, from: source.count - 1, load: { source[$0] }, store: { result[$0] = $1 })
    return result
  }
  private func unpack(_ source: [UInt8], into count: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0xEE, count: count)
    ZonedDecimal.unpack(last: count - 1, from: source.count - 1, load: { source[$0] }, store: { result[$0] = $1 })
    return result
  }

  @Test func `PACK and UNPACK extend and cut on the left and check nothing`() {
    #expect(pack([0xF1, 0xF2, 0xF3, 0xC4], into: 5) == [0x00, 0x00, 0x01, 0x23, 0x4C])
    #expect(pack([0xF1, 0xF2, 0xF3, 0xF4, 0xC5], into: 2) == [0x34, 0x5C])
    #expect(pack([0xAB], into: 1) == [0xBA])
    #expect(unpack([0x12, 0x34, 0x5D], into: 5) == [0xF1, 0xF2, 0xF3, 0xF4, 0xD5])
    #expect(unpack([0x12, 0x34, 0x5D], into: 2) == [0xF4, 0xD5])
    #expect(unpack([0x5D], into: 4) == [0xF0, 0xF0, 0xF0, 0xD5])
  }

  @Test func `PACK of overlapping operands goes byte by byte`() {
    var bytes: [UInt8] = [0xF1, 0xF2, 0xF3, 0xF4]
    ZonedDecimal.pack(last: 3, from: 3, load: { bytes[$0] }, store: { bytes[$0] = $1 })
    #expect(bytes == [0x00, 0x01, 0x23, 0x4F])
  }
}

import Processor
import Testing

private let quiet = FloatingPointControl()
private func masks(_ exceptions: IEEEExceptions, mode: UInt32 = 0) -> FloatingPointControl {
  FloatingPointControl(bits: UInt32(exceptions.rawValue) << 24 | mode)
}

/// A known answer: value, flags, trap.
private func expect<V: Equatable>(
  _ result: BinaryResult<V>, _ value: V, flags: UInt8 = 0, trap: UInt8 = 0, _ location: SourceLocation = #_sourceLocation
) {
  #expect(result.value == value, sourceLocation: location)
  #expect(result.flags.rawValue == flags, sourceLocation: location)
  #expect(result.trap == trap, sourceLocation: location)
}

@Suite struct ArithmeticBinaryTests {
  typealias E = ShortBinaryArithmetic
  typealias D = LongBinaryArithmetic
  typealias X = ExtendedBinaryArithmetic

  // MARK: Traps and scaled results

  @Test func `overflow with its trap enabled delivers the result scaled by 2 to the minus 192, 1536 or 24576`() {
    // Largest × 2 is exact; largest × largest is cut or raised.
    expect(E.multiply(0x7F7F_FFFF, 0x4000_0000, masks(.overflow)), 0x1FFF_FFFF, trap: 0x20)
    expect(E.multiply(0x7F7F_FFFF, 0x7F7F_FFFF, masks(.overflow)), 0x5F7F_FFFE, trap: 0x28)
    expect(E.multiply(0x7F7F_FFFF, 0x7F7F_FFFF, masks(.overflow, mode: 2)), 0x5F7F_FFFF, trap: 0x2C)
    expect(D.multiply(0x7FEF_FFFF_FFFF_FFFF, 0x4000_0000_0000_0000, masks(.overflow)), 0x1FFF_FFFF_FFFF_FFFF, trap: 0x20)
    let largest: UInt128 = 0x7FFE_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF
    expect(X.multiply(largest, 0x4000 << 112, masks(.overflow)), 0x1FFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF, trap: 0x20)
  }

  @Test func `underflow with its trap enabled delivers the result scaled up, exact or not`() {
    expect(E.multiply(0x0080_0000, 0x3F00_0000, masks(.underflow)), 0x6000_0000, trap: 0x10)
    expect(E.multiply(0x0000_0001, 0x0000_0001, masks(.underflow)), 0x0A80_0000, trap: 0x10)
    expect(E.multiply(0x0080_0001, 0x0080_0001, masks(.underflow)), 0x2180_0002, trap: 0x18)
    expect(E.multiply(0x0080_0001, 0x0080_0001, masks(.underflow, mode: 2)), 0x2180_0003, trap: 0x1C)
    expect(E.add(0x0000_0001, 0x8000_0000, masks(.underflow)), 0x5500_0000, trap: 0x10)
    expect(D.divide(0x0010_0000_0000_0000, 0x4000_0000_0000_0000, masks(.underflow)), 0x6000_0000_0000_0000, trap: 0x10)
  }

  @Test func `an exact subnormal result is no exception when underflow does not trap`() {
    expect(E.multiply(0x0080_0000, 0x3F00_0000, quiet), 0x0040_0000)
    expect(E.multiply(0x0080_0000, 0x3F00_0000, masks([.inexact, .overflow])), 0x0040_0000)
  }

  @Test func `tininess is detected before rounding`() {
    // 2^-126 × (1 − 2^-24) rounds up to the smallest normal number, and is yet tiny.
    expect(E.multiply(0x0080_0000, 0x3F7F_FFFF, quiet), 0x0080_0000, flags: 0x18)
    expect(E.multiply(0x0080_0000, 0x3F7F_FFFF, masks(.underflow)), 0x607F_FFFF, trap: 0x10)
  }

  @Test func `an inexact trap leaves the flags of an untrapped overflow or underflow`() {
    expect(E.add(0x7F7F_FFFF, 0x7F7F_FFFF, masks(.inexact)), 0x7F80_0000, flags: 0x20, trap: 0x0C)
    expect(E.add(0x7F7F_FFFF, 0x7F7F_FFFF, masks(.inexact, mode: 1)), 0x7F7F_FFFF, flags: 0x20, trap: 0x08)
    expect(E.multiply(0x0000_0001, 0x3F00_0000, masks(.inexact)), 0, flags: 0x10, trap: 0x08)
    expect(E.divide(0x3F80_0000, 0x4040_0000, masks(.inexact)), 0x3EAA_AAAB, trap: 0x0C)
    expect(E.divide(0x3F80_0000, 0x4040_0000, masks(.inexact, mode: 1)), 0x3EAA_AAAA, trap: 0x08)
  }

  @Test func `an overflow that does not trap yields infinity or the largest number as the mode says`() {
    let wanted: [(UInt32, UInt32, UInt32)] = [
      (0, 0x7F80_0000, 0xFF80_0000), (1, 0x7F7F_FFFF, 0xFF7F_FFFF), (2, 0x7F80_0000, 0xFF7F_FFFF),
      (3, 0x7F7F_FFFF, 0xFF80_0000), (7, 0x7F7F_FFFF, 0xFF7F_FFFF),
    ]
    for (mode, plus, minus) in wanted {
      expect(E.add(0x7F7F_FFFF, 0x7F7F_FFFF, masks([], mode: mode)), plus, flags: 0x28)
      expect(E.add(0xFF7F_FFFF, 0xFF7F_FFFF, masks([], mode: mode)), minus, flags: 0x28)
    }
  }

  @Test func `invalid operations and divisions by zero that trap are suppressed`() {
    let traps = masks([.invalidOperation, .divisionByZero])
    for result in [
      E.add(0x7F80_0000, 0xFF80_0000, traps), E.multiply(0, 0x7F80_0000, traps), E.divide(0, 0, traps),
      E.squareRoot(0xBF80_0000, traps), E.add(0x7F80_0001, 0, traps),
    ] {
      #expect(result.trap == 0x80 && result.isSuppressed && result.flags.isEmpty)
    }
    let division = E.divide(0x3F80_0000, 0x8000_0000, traps)
    #expect(division.trap == 0x40 && division.isSuppressed)
    expect(E.divide(0x3F80_0000, 0x8000_0000, quiet), 0xFF80_0000, flags: 0x40)
  }

  // MARK: NaNs

  @Test func `the default NaN is positive and quiet`() {
    expect(E.divide(0x8000_0000, 0, quiet), 0x7FC0_0000, flags: 0x80)
    expect(D.squareRoot(0xBFF0_0000_0000_0000, quiet), 0x7FF8_0000_0000_0000, flags: 0x80)
    expect(X.subtract(0x7FFF << 112, 0x7FFF << 112, quiet), 0x7FFF8 << 108, flags: 0x80)
  }

  @Test func `signaling NaNs go before quiet ones and the first operand before the second`() {
    expect(E.add(0x7FC0_0001, 0xFF80_0002, quiet), 0xFFC0_0002, flags: 0x80)
    expect(E.add(0x7F80_0001, 0xFF80_0002, quiet), 0x7FC0_0001, flags: 0x80)
    expect(E.add(0x7FC0_0001, 0xFFC0_0002, quiet), 0x7FC0_0001)
    expect(E.subtract(0x3F80_0000, 0x7FC0_0002, quiet), 0x7FC0_0002)
  }

  @Test func `multiply and add looks at the third operand, then the second, then an impossible product, then the first`() {
    let (quiet1, quiet2, quiet3): (UInt32, UInt32, UInt32) = (0x7FC0_0001, 0x7FC0_0002, 0x7FC0_0003)
    expect(E.multiplyAdd(0x7F80_0001, 0x7F80_0002, 0x7F80_0003, quiet), quiet3, flags: 0x80)
    expect(E.multiplyAdd(0x7F80_0001, 0x7F80_0002, quiet3, quiet), quiet2, flags: 0x80)
    expect(E.multiplyAdd(0x7F80_0001, quiet2, quiet3, quiet), quiet1, flags: 0x80)
    expect(E.multiplyAdd(quiet1, quiet2, quiet3, quiet), quiet3)
    expect(E.multiplyAdd(quiet1, quiet2, 0x3F80_0000, quiet), quiet2)
    expect(E.multiplyAdd(quiet1, 0, 0x7F80_0000, quiet), 0x7FC0_0000, flags: 0x80)
    expect(E.multiplyAdd(0x7F80_0001, 0, 0x7F80_0000, quiet), 0x7FC0_0000, flags: 0x80)
    expect(E.multiplySubtract(quiet1, 0x3F80_0000, 0x3F80_0000, quiet), quiet1)
  }

  @Test func `load and test makes a signaling NaN quiet`() {
    expect(D.loadAndTest(0xFFF4_0000_0000_0001, quiet), 0xFFFC_0000_0000_0001, flags: 0x80)
    #expect(D.loadAndTest(0xFFF4_0000_0000_0001, masks(.invalidOperation)).trap == 0x80)
    #expect(D.conditionCode(0xFFFC_0000_0000_0001) == 3)
  }

  @Test func `a multiplication with a longer result is that of the lengthened operands`() {
    var operands = BinaryOperands<ShortBinary>(random: SeededGenerator(seed: 7))
    var long = BinaryOperands<LongBinary>(random: SeededGenerator(seed: 8))
    func lengthen<S: BinaryFormat, T: BinaryFormat>(_ a: S.Bits, _: S.Type, _: T.Type) -> T.Bits {
      BinaryArithmetic<T>.lengthen(a, from: S.self, quiet).value
    }
    for _ in 0..<20_000 {
      let (a, b) = (operands.next(), operands.next())
      let short = D.multiply(lengthening: a, b, from: ShortBinary.self, quiet)
      if short.flags.isEmpty {
        let wide = D.multiply(
          lengthen(a, ShortBinary.self, LongBinary.self), lengthen(b, ShortBinary.self, LongBinary.self), quiet)
        expect(short, wide.value)
      }
      let (c, d) = (long.next(), long.next())
      let extended = X.multiply(lengthening: c, d, from: LongBinary.self, quiet)
      if extended.flags.isEmpty {
        let wide = X.multiply(
          lengthen(c, LongBinary.self, ExtendedBinary.self), lengthen(d, LongBinary.self, ExtendedBinary.self), quiet)
        expect(extended, wide.value)
      }
    }
    expect(D.multiply(lengthening: 0x7FC0_0001, 0xFF80_0004, from: ShortBinary.self, quiet), 0xFFF8_0000_8000_0000, flags: 0x80)
  }

  // MARK: Conversions

  @Test func `load rounded delivers a trapped result in the source format, scaled by 512 or 8192`() {
    func bits(_ r: BinaryResult<LoadRoundedValue<ShortBinary, LongBinary>>) -> (UInt64, UInt8) {
      if case .scaled(let v) = r.value { return (v, r.trap) }
      return (0, r.trap)
    }
    func load(_ v: UInt64, _ c: FloatingPointControl) -> BinaryResult<LoadRoundedValue<ShortBinary, LongBinary>> {
      E.loadRounded(v, from: LongBinary.self, c, c.roundingMode)
    }
    #expect(bits(load(0x47F0_0000_0000_0000, masks(.overflow))) == (0x27F0_0000_0000_0000, 0x20))
    #expect(bits(load(0x47EF_FFFF_FFFF_FFFF, masks(.overflow))) == (0x27F0_0000_0000_0000, 0x2C))
    #expect(bits(load(0xC7FF_FFFF_E000_0001, masks(.overflow))) == (0xA7FF_FFFF_E000_0000, 0x28))
    #expect(bits(load(0x3690_0000_0000_0000, masks(.underflow))) == (0x5690_0000_0000_0000, 0x10))
    #expect(bits(load(0x0000_0000_0000_0001, masks(.underflow))) == (0x1CD0_0000_0000_0000, 0x10))
    let extended = E.loadRounded(0x407F << 112, from: ExtendedBinary.self, masks(.overflow), .nearestEven)
    guard case .scaled(let value) = extended.value else { Issue.record("not scaled"); return }
    #expect(value == 0x207F << 112)
  }

  @Test func `a NaN or a number out of range becomes the limit, invalid and inexact, with condition code 3`() {
    func check<I: FixedWidthInteger>(_ operand: UInt32, _: I.Type, _ integer: I) {
      let r = E.convert(operand, to: I.self, quiet, .nearestEven)
      #expect(r.value.integer == integer && r.value.conditionCode == 3 && r.flags.rawValue == 0x88 && r.trap == 0)
      let suppressed = E.convert(operand, to: I.self, quiet, .nearestEven, suppressingInexact: true)
      #expect(suppressed.flags == .invalidOperation)
      #expect(E.convert(operand, to: I.self, masks([.invalidOperation, .inexact]), .nearestEven).trap == 0x80)
      #expect(E.convert(operand, to: I.self, masks(.inexact), .nearestEven).trap == 0x08)
    }
    check(0x7FC0_0000, Int32.self, Int32.min)
    check(0x7F80_0001, Int64.self, Int64.min)
    check(0x7FC0_0000, UInt32.self, 0)
    check(0x4F00_0000, Int32.self, Int32.max)
    check(0xCF00_0001, Int32.self, Int32.min)
    check(0xFF80_0000, Int64.self, Int64.min)
    check(0x4F80_0000, UInt32.self, UInt32.max)
    check(0xBF80_0000, UInt64.self, 0)
    let least = E.convert(0xCF00_0000, to: Int32.self, quiet, .nearestEven)
    #expect(least.value.integer == Int32.min && least.value.conditionCode == 1 && least.flags.isEmpty)
    let small = E.convert(0xBE80_0000, to: UInt32.self, quiet, .nearestEven)
    #expect(small.value.integer == 0 && small.value.conditionCode == 1 && small.flags == .inexact)
  }

  // MARK: Divide to integer

  /// Dividend, divisor, M4, FPC; remainder, quotient, condition code, FPC flags, DXC. From QEMU's tests of the instruction
  /// (tests/tcg/s390x/divide-to-integer.c), made on a real machine.
  private static let short: [(UInt32, UInt32, UInt8, UInt32, UInt32, UInt32, UInt8, UInt8, UInt8)] = [
    (0x43E1_F1F1, 0x43E6_1616, 7, 0, 0x43E1_F1F1, 0, 0, 0, 0),
    (0x43F0_0000, 0, 0, 0, 0x7FC0_0000, 0x7FC0_0000, 1, 0x80, 0),
    (0xFFFF_FFFF, 0xFFFF_FFFF, 0, 0, 0xFFFF_FFFF, 0xFFFF_FFFF, 1, 0, 0),
    (0xB2B2_B2B2, 0xB2B2_B2B2, 0, 0, 0x8000_0000, 0x3F80_0000, 0, 0, 0),
    (0x3D3D_3D3D, 0xAEAE_AEAE, 0, 0, 0x2F38_B8C0, 0xCE0A_AAAB, 2, 0, 0),
    (0x0C0C_0C0C, 0x400C_0C0C, 6, 0, 0xC00C_0C0C, 0x3F80_0000, 0, 0x08, 0),
    (0x7070_FFFF, 0x9090_9090, 0, 0, 0x6431_C0C0, 0xBF55_62AA, 3, 0, 0),
    (0xB7B7_B7B7, 0x1500_0000, 7, 0, 0x8000_0000, 0xE237_B7B7, 0, 0, 0),
    (0, 0, 1, 0, 0x7FC0_0000, 0x7FC0_0000, 1, 0x80, 0),
    (0x09B2_B2B2, 0xB2B2_B2B2, 0, 0xFC00_0007, 0xB2B2_B2B1, 0xBF80_0000, 0, 0, 0x08),
    (0x000D_0100, 0xB0B0_B0B0, 6, 0xFC00_0000, 0x5ED0_1000, 0x8000_0000, 0, 0, 0x10),
    (0x4C4C_4C4C, 0xE1E1_E1E1, 0, 0xFC00_0007, 0xE1E1_E1E1, 0xBF80_0000, 0, 0, 0x0C),
    (0x2626_2626, 0x7926_2626, 6, 0, 0xF926_2626, 0x3F80_0000, 0, 0x08, 0),
    (0xDCDC_DCDC, 0x00DC_DCDC, 7, 0xFC00_0000, 0x8000_0000, 0xBB80_0000, 1, 0, 0),
    (0xDBDB_240B, 0xFFAC_73FF, 4, 0, 0xFFEC_73FF, 0xFFEC_73FF, 1, 0x80, 0),
    (0x00FF_0987, 0x0987_C6F6, 6, 0x0800_0000, 0x8987_C6B6, 0x3F80_0000, 0, 0, 0x08),
    (0xD30A_0040, 0xC6D3_0A00, 0, 0xC400_0000, 0xC74A_4400, 0x4BA7_66C6, 2, 0, 0),
    (0x0C00_0029, 0xFF80_0000, 0, 0, 0x0C00_0029, 0x8000_0000, 0, 0, 0),
    (0xFFFF_94FF, 0xFF94_FF24, 4, 7, 0xFFD4_FF24, 0xFFD4_FF24, 1, 0x80, 0),
    (0x0000_00C8, 0xFF80_0000, 0, 0x7C00_0007, 0x0000_00C8, 0x8000_0000, 0, 0, 0),
    (0xFF00_003D, 0xFF80_0000, 0, 0, 0xFF00_003D, 0, 0, 0, 0),
    // From the Hercules tests, checked on a z12: a scaled quotient, an underflow trap, a partial result.
    (0x4C80_0000, 0x4040_0000, 0, 0, 0x4080_0000, 0x4BAA_AAAA, 2, 0, 0),
    (0x3F80_0000, 0xBF80_0000, 1, 0, 0x0000_0000, 0xBF80_0000, 0, 0, 0),
  ]

  @Test func `divide to integer gives remainder, quotient and condition code as a real machine does`() throws {
    for (a, b, m4, fpc, remainder, quotient, code, flags, trap) in Self.short {
      let control = FloatingPointControl(bits: fpc)
      let mode = try #require(RoundingMode(modifier: m4, control: control))
      let r = E.divideToInteger(a, b, control, mode)
      #expect(
        r.value.remainder == remainder && r.value.quotient == quotient && r.value.conditionCode == code
          && r.flags.rawValue == flags && r.trap == trap,
        "\(String(a, radix: 16)) / \(String(b, radix: 16)): \(String(r.value.remainder, radix: 16)) \(String(r.value.quotient, radix: 16))"
      )
    }
    let long: [(UInt64, UInt64, UInt8, UInt32, UInt64, UInt64, UInt8)] = [
      (0x00E1_00E1_00E1_00E1, 0x00E1_00E1_00E1_00E1, 0, 1, 0, 0x3FF0_0000_0000_0000, 0),
      (0x0200_2302_0023_0200, 0x0023_0200_2302_0023, 0, 0, 0x8001_A017_D247_B3F4, 0x41CB_2AA0_5F00_0000, 0),
      (0xB063_EB3D_63B0_63EB, 0xEB3D_63B0_63EB_3D63, 3, 0xE800_0000, 0x6B3D_63B0_63EB_3D63, 0x3FF0_0000_0000_0000, 0x0C),
      (0x0200_0000_0000_0000, 0x0000_0000_5302_0000, 0, 0, 0x8000_0000_2082_0000, 0x4338_AC20_DD47_C6C1, 0),
    ]
    for (a, b, m4, fpc, remainder, quotient, trap) in long {
      let control = FloatingPointControl(bits: fpc)
      let mode = try #require(RoundingMode(modifier: m4, control: control))
      let r = D.divideToInteger(a, b, control, mode)
      #expect(r.value.remainder == remainder && r.value.quotient == quotient && r.value.conditionCode == 0 && r.trap == trap)
    }
    #expect(E.divideToInteger(0, 0, FloatingPointControl(bits: 0xFC00_0007), .nearestEven).trap == 0x80)
  }

  // MARK: The control register

  @Test func `the FPC refuses reserved bits and rounding modes 4 to 6`() {
    #expect(FloatingPointControl.isValid(0xFCFC_FF77))
    for bad: UInt32 in [0x0100_0000, 0x0001_0000, 0x80, 0x08, 4, 5, 6] { #expect(!FloatingPointControl.isValid(bad)) }
  }

  @Test func `setting the FPC with signaling joins the flags and signals the most important enabled one`() {
    func signal(_ current: UInt32, _ source: UInt32) -> (UInt32, UInt8?) {
      let r = FloatingPointControl(bits: current).signaling(source)
      return (r.control.bits, r.trap?.rawValue)
    }
    #expect(signal(0x0008_0000, 0x0010_0000) == (0x0018_0000, nil))
    #expect(signal(0x00F8_0000, 0xF800_0000) == (0xF8F8_0000, 0x83))
    #expect(signal(0x0028_0000, 0xF800_0000) == (0xF828_0000, 0x2B))
    #expect(signal(0x0028_0000, 0x2000_0000) == (0x2028_0000, 0x23))
    #expect(signal(0x0018_0000, 0x7800_0007) == (0x7818_0007, 0x1B))
    #expect(signal(0x0008_0000, 0x7800_0000) == (0x7808_0000, 0x0B))
    #expect(signal(0x0040_0000, 0x8000_0000) == (0x8040_0000, nil))
  }
}

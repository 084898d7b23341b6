/// BFP conversions with a rounding-mode modifier M3 and, in M4, bit 1 that suppresses the inexact exception (chapter 19 and the
/// floating-point-extension facility).
extension InstructionSet where Machine: ~Copyable {
  // MARK: Between BFP formats, and to integers in BFP format

  mutating func defineBinaryConversions() {
    loadRounded("LEDBRA", 0xB344, LongBinary.self, to: ShortBinary.self)
    loadRounded("LDXBRA", 0xB345, ExtendedBinary.self, to: LongBinary.self)
    loadRounded("LEXBRA", 0xB346, ExtendedBinary.self, to: ShortBinary.self)
    loadInteger("FIEBRA", 0xB357, ShortBinary.self)
    loadInteger("FIDBRA", 0xB35F, LongBinary.self)
    loadInteger("FIXBRA", 0xB347, ExtendedBinary.self)
    divideToInteger("DIEBR", 0xB353, ShortBinary.self)
    divideToInteger("DIDBR", 0xB35B, LongBinary.self)
  }

  private mutating func loadRounded<S: PlacedBinaryFormat, T: PlacedBinaryFormat>(
    _ name: StaticString, _ opcode: UInt16, _: S.Type, to _: T.Type
  ) {
    routine(name, opcode, .rrfE, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      // A trapped result is as long as the source, so the target must be a pair if that is.
      if S.isPair { try cpu.requireFloatingPointPair(i.e1 | i.e2) }
      let mode = try cpu.roundingMode(modifier: i.e3)
      let result = BinaryArithmetic<T>.loadRounded(
        S.read(cpu, i.e2), from: S.self, cpu.floatingPointControl, mode, suppressingInexact: i.e4 & 4 != 0)
      try cpu.settle(result) {
        switch $1 {
        case .rounded(let value): T.write(&$0, i.e1, value)
        case .scaled(let value): S.write(&$0, i.e1, value)
        }
      }
    }
  }

  private mutating func loadInteger<F: PlacedBinaryFormat>(_ name: StaticString, _ opcode: UInt16, _: F.Type) {
    routine(name, opcode, .rrfE, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if F.isPair { try cpu.requireFloatingPointPair(i.e1 | i.e2) }
      let mode = try cpu.roundingMode(modifier: i.e3)
      let result = BinaryArithmetic<F>.loadInteger(
        F.read(cpu, i.e2), cpu.floatingPointControl, mode, suppressingInexact: i.e4 & 4 != 0)
      try cpu.settle(result) { F.write(&$0, i.e1, $1) }
    }
  }

  /// R1 remainder, R3 quotient, R2 divisor: three different registers. M4 rounds the quotient.
  private mutating func divideToInteger<F: PlacedBinaryFormat & NarrowBinaryFormat>(
    _ name: StaticString, _ opcode: UInt16, _: F.Type
  ) {
    routine(name, opcode, .rrfB, [.floatingPoint, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if i.e1 == i.e2 || i.e1 == i.e3 || i.e2 == i.e3 { throw .specification }
      let mode = try cpu.roundingMode(modifier: i.e4)
      let result = BinaryArithmetic<F>.divideToInteger(
        F.read(cpu, i.e1), F.read(cpu, i.e2), cpu.floatingPointControl, mode)
      try cpu.settle(result) {
        F.write(&$0, i.e1, $1.remainder)
        F.write(&$0, i.e3, $1.quotient)
        $0.s.pointee.conditionCode = UInt64($1.conditionCode)
      }
    }
  }

  // MARK: To and from binary integers

  mutating func defineBinaryIntegers() {
    fromInteger("CEFBRA", 0xB394, ShortBinary.self, Int32.self)
    fromInteger("CDFBRA", 0xB395, LongBinary.self, Int32.self)
    fromInteger("CXFBRA", 0xB396, ExtendedBinary.self, Int32.self)
    fromInteger("CEGBRA", 0xB3A4, ShortBinary.self, Int64.self)
    fromInteger("CDGBRA", 0xB3A5, LongBinary.self, Int64.self)
    fromInteger("CXGBRA", 0xB3A6, ExtendedBinary.self, Int64.self)
    fromInteger("CELFBR", 0xB390, ShortBinary.self, UInt32.self, .floatingPointExtension)
    fromInteger("CDLFBR", 0xB391, LongBinary.self, UInt32.self, .floatingPointExtension)
    fromInteger("CXLFBR", 0xB392, ExtendedBinary.self, UInt32.self, .floatingPointExtension)
    fromInteger("CELGBR", 0xB3A0, ShortBinary.self, UInt64.self, .floatingPointExtension)
    fromInteger("CDLGBR", 0xB3A1, LongBinary.self, UInt64.self, .floatingPointExtension)
    fromInteger("CXLGBR", 0xB3A2, ExtendedBinary.self, UInt64.self, .floatingPointExtension)
    toInteger("CFEBRA", 0xB398, ShortBinary.self, Int32.self)
    toInteger("CFDBRA", 0xB399, LongBinary.self, Int32.self)
    toInteger("CFXBRA", 0xB39A, ExtendedBinary.self, Int32.self)
    toInteger("CGEBRA", 0xB3A8, ShortBinary.self, Int64.self)
    toInteger("CGDBRA", 0xB3A9, LongBinary.self, Int64.self)
    toInteger("CGXBRA", 0xB3AA, ExtendedBinary.self, Int64.self)
    toInteger("CLFEBR", 0xB39C, ShortBinary.self, UInt32.self, .floatingPointExtension)
    toInteger("CLFDBR", 0xB39D, LongBinary.self, UInt32.self, .floatingPointExtension)
    toInteger("CLFXBR", 0xB39E, ExtendedBinary.self, UInt32.self, .floatingPointExtension)
    toInteger("CLGEBR", 0xB3AC, ShortBinary.self, UInt64.self, .floatingPointExtension)
    toInteger("CLGDBR", 0xB3AD, LongBinary.self, UInt64.self, .floatingPointExtension)
    toInteger("CLGXBR", 0xB3AE, ExtendedBinary.self, UInt64.self, .floatingPointExtension)
  }

  private mutating func fromInteger<F: PlacedBinaryFormat, I: FixedWidthInteger>(
    _ name: StaticString, _ opcode: UInt16, _: F.Type, _: I.Type, _ facility: Facility = .zArchitecture
  ) {
    let traits: InstructionTraits = I.bitWidth == 64 ? .zArchitectureOnly : []
    routine(name, opcode, .rrfE, traits.union(.floatingPoint), facility) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if F.isPair { try cpu.requireFloatingPointPair(i.e1) }
      let mode = try cpu.roundingMode(modifier: i.e3)
      let (control, quiet) = (cpu.floatingPointControl, i.e4 & 4 != 0)
      let operand = I(truncatingIfNeeded: cpu.gr(i.e2))
      let result =
        I.isSigned
        ? BinaryArithmetic<F>.convert(signed: Int64(truncatingIfNeeded: operand), control, mode, suppressingInexact: quiet)
        : BinaryArithmetic<F>.convert(unsigned: UInt64(truncatingIfNeeded: operand), control, mode, suppressingInexact: quiet)
      try cpu.settle(result) { F.write(&$0, i.e1, $1) }
    }
  }

  private mutating func toInteger<F: PlacedBinaryFormat, I: FixedWidthInteger>(
    _ name: StaticString, _ opcode: UInt16, _: F.Type, _: I.Type, _ facility: Facility = .zArchitecture
  ) {
    let traits: InstructionTraits = I.bitWidth == 64 ? .zArchitectureOnly : []
    routine(name, opcode, .rrfE, traits.union([.floatingPoint, .setsCC]), facility) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if F.isPair { try cpu.requireFloatingPointPair(i.e2) }
      let mode = try cpu.roundingMode(modifier: i.e3)
      let result = BinaryArithmetic<F>.convert(
        F.read(cpu, i.e2), to: I.self, cpu.floatingPointControl, mode, suppressingInexact: i.e4 & 4 != 0)
      try cpu.settle(result) {
        let integer = UInt64(truncatingIfNeeded: $1.integer)
        if I.bitWidth == 64 { $0.setGR(i.e1, integer) } else { $0.setGR32(i.e1, integer) }
        $0.s.pointee.conditionCode = UInt64($1.conditionCode)
      }
    }
  }
}

extension CPU {
  /// The meaning of a rounding-mode modifier; an unassigned one is a specification exception.
  @inline(__always)
  func roundingMode(modifier: Int) throws(ProgramInterruption) -> RoundingMode {
    guard let mode = RoundingMode(modifier: UInt8(truncatingIfNeeded: modifier), control: floatingPointControl) else {
      throw .specification
    }
    return mode
  }
}

/// HFP conversions between lengths, to and from integers, and to and from BFP (chapters 18 and 9).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineHexadecimalConversions() {
    defineHexadecimalLengths()
    defineHexadecimalIntegers()
    defineRadixConversions()
  }

  // MARK: Lengths

  private mutating func lengthen<S: PlacedHexadecimalFormat, T: PlacedHexadecimalFormat>(
    _ name: StaticString, _ opcode: UInt16, _ storageName: StaticString, _: S.Type, to _: T.Type
  ) {
    routine(name, opcode, .rre, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.e1 | i.e2)
      if T.isPair { try cpu.requireFloatingPointPair(i.e1) }
      T.write(&cpu, i.e1, HexadecimalArithmetic<T>.lengthen(S.read(cpu, i.e2), from: S.self))
    }
    routine(storageName, 0xED00 | opcode & 0xFF, .rxe, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.r1)
      if T.isPair { try cpu.requireFloatingPointPair(i.r1) }
      let second = try S.fetch(&cpu, cpu.rx(i))
      T.write(&cpu, i.r1, HexadecimalArithmetic<T>.lengthen(second, from: S.self))
    }
  }

  private mutating func round<S: PlacedHexadecimalFormat, T: PlacedHexadecimalFormat>(
    _ name: StaticString, _ opcode: UInt16, _: S.Type, to _: T.Type
  ) {
    let isLong = opcode > 0xFF
    routine(name, opcode, isLong ? .rre : .rr, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      let (r1, r2) = isLong ? (i.e1, i.e2) : (i.r1, i.r2)
      try cpu.requireFloatingPointRegister(r1 | r2)
      if S.isPair { try cpu.requireFloatingPointPair(r2) }
      try cpu.settle(HexadecimalArithmetic<T>.loadRounded(S.read(cpu, r2), from: S.self)) { T.write(&$0, r1, $1) }
    }
  }

  private mutating func integer<F: PlacedHexadecimalFormat>(_ name: StaticString, _ opcode: UInt16, _: F.Type) {
    routine(name, opcode, .rre, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.e1 | i.e2)
      if F.isPair { try cpu.requireFloatingPointPair(i.e1 | i.e2) }
      F.write(&cpu, i.e1, HexadecimalArithmetic<F>.loadInteger(F.read(cpu, i.e2)))
    }
  }

  private mutating func defineHexadecimalLengths() {
    lengthen("LDER", 0xB324, "LDE", ShortHexadecimal.self, to: LongHexadecimal.self)
    lengthen("LXDR", 0xB325, "LXD", LongHexadecimal.self, to: ExtendedHexadecimal.self)
    lengthen("LXER", 0xB326, "LXE", ShortHexadecimal.self, to: ExtendedHexadecimal.self)
    round("LEDR", 0x35, LongHexadecimal.self, to: ShortHexadecimal.self)
    round("LDXR", 0x25, ExtendedHexadecimal.self, to: LongHexadecimal.self)
    round("LEXR", 0xB366, ExtendedHexadecimal.self, to: ShortHexadecimal.self)
    integer("FIER", 0xB377, ShortHexadecimal.self)
    integer("FIDR", 0xB37F, LongHexadecimal.self)
    integer("FIXR", 0xB367, ExtendedHexadecimal.self)
  }

  // MARK: Binary integers

  private mutating func fromInteger<F: PlacedHexadecimalFormat, I: FixedWidthInteger>(
    _ name: StaticString, _ opcode: UInt16, _: F.Type, _: I.Type
  ) {
    let traits: InstructionTraits = I.bitWidth == 64 ? .zArchitectureOnly : []
    routine(name, opcode, .rre, traits.union(.floatingPoint)) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.e1)
      if F.isPair { try cpu.requireFloatingPointPair(i.e1) }
      let operand = Int64(truncatingIfNeeded: I(truncatingIfNeeded: cpu.gr(i.e2)))
      F.write(&cpu, i.e1, HexadecimalArithmetic<F>.convert(operand))
    }
  }

  private mutating func toInteger<F: PlacedHexadecimalFormat, I: FixedWidthInteger>(
    _ name: StaticString, _ opcode: UInt16, _: F.Type, _: I.Type
  ) {
    let traits: InstructionTraits = I.bitWidth == 64 ? .zArchitectureOnly : []
    routine(name, opcode, .rrfE, traits.union([.floatingPoint, .setsCC])) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.e2)
      if F.isPair { try cpu.requireFloatingPointPair(i.e2) }
      guard let mode = RoundingMode(hexadecimalModifier: UInt8(truncatingIfNeeded: i.e3)) else { throw .specification }
      let result = HexadecimalArithmetic<F>.convert(F.read(cpu, i.e2), to: I.self, mode)
      let integer = UInt64(truncatingIfNeeded: result.integer)
      if I.bitWidth == 64 { cpu.setGR(i.e1, integer) } else { cpu.setGR32(i.e1, integer) }
      cpu.s.pointee.conditionCode = UInt64(result.conditionCode)
    }
  }

  private mutating func defineHexadecimalIntegers() {
    fromInteger("CEFR", 0xB3B4, ShortHexadecimal.self, Int32.self)
    fromInteger("CDFR", 0xB3B5, LongHexadecimal.self, Int32.self)
    fromInteger("CXFR", 0xB3B6, ExtendedHexadecimal.self, Int32.self)
    fromInteger("CEGR", 0xB3C4, ShortHexadecimal.self, Int64.self)
    fromInteger("CDGR", 0xB3C5, LongHexadecimal.self, Int64.self)
    fromInteger("CXGR", 0xB3C6, ExtendedHexadecimal.self, Int64.self)
    toInteger("CFER", 0xB3B8, ShortHexadecimal.self, Int32.self)
    toInteger("CFDR", 0xB3B9, LongHexadecimal.self, Int32.self)
    toInteger("CFXR", 0xB3BA, ExtendedHexadecimal.self, Int32.self)
    toInteger("CGER", 0xB3C8, ShortHexadecimal.self, Int64.self)
    toInteger("CGDR", 0xB3C9, LongHexadecimal.self, Int64.self)
    toInteger("CGXR", 0xB3CA, ExtendedHexadecimal.self, Int64.self)
  }

  // MARK: The other radix

  private mutating func toHexadecimal<S: PlacedBinaryFormat>(_ name: StaticString, _ opcode: UInt16, _: S.Type) {
    routine(name, opcode, .rre, [.floatingPoint, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.e1 | i.e2)
      let result = RadixConversion.hexadecimal(S.read(cpu, i.e2), from: S.self)
      cpu.setFPR(i.e1, result.value)
      cpu.s.pointee.conditionCode = UInt64(result.conditionCode)
    }
  }

  private mutating func toBinary<T: PlacedBinaryFormat>(_ name: StaticString, _ opcode: UInt16, _: T.Type) {
    routine(name, opcode, .rrfE, [.floatingPoint, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.e1 | i.e2)
      guard let mode = RoundingMode(hexadecimalModifier: UInt8(truncatingIfNeeded: i.e3)) else { throw .specification }
      let result = RadixConversion.binary(cpu.fpr(i.e2), to: T.self, mode)
      T.write(&cpu, i.e1, result.value)
      cpu.s.pointee.conditionCode = UInt64(result.conditionCode)
    }
  }

  private mutating func defineRadixConversions() {
    toHexadecimal("THDER", 0xB358, ShortBinary.self)
    toHexadecimal("THDR", 0xB359, LongBinary.self)
    toBinary("TBEDR", 0xB350, ShortBinary.self)
    toBinary("TBDR", 0xB351, LongBinary.self)
  }
}

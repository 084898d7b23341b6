/// Hexadecimal-floating-point instructions (chapter 18): arithmetic, comparison, signs. The arithmetic itself is
/// `HexadecimalArithmetic`; here are operands and results. Conversions are in `InstructionSet+HexadecimalConversions.swift`.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineHexadecimalFloatingPoint() {
    defineHexadecimalSums()
    defineHexadecimalProducts()
    defineHexadecimalRoots()
    defineHexadecimalSigns()
    defineHexadecimalConversions()
  }

  // MARK: Shapes

  /// R1 ← R1 op R2; RR for one-byte opcodes, else RRE.
  private mutating func registers<S: PlacedHexadecimalFormat, T: PlacedHexadecimalFormat>(
    _ name: StaticString, _ opcode: UInt16, _: S.Type, to _: T.Type, setsCC: Bool = false,
    _ operation: @escaping (S.Bits, S.Bits, HexadecimalMask) -> HexadecimalResult<T.Bits>
  ) {
    let isLong = opcode > 0xFF
    routine(name, opcode, isLong ? .rre : .rr, setsCC ? [.floatingPoint, .setsCC] : .floatingPoint) {
      cpu, i throws(ProgramInterruption) in
      let (r1, r2) = isLong ? (i.e1, i.e2) : (i.r1, i.r2)
      try cpu.requireFloatingPointRegister(r1 | r2)
      try cpu.requireFloatingPointPair((T.isPair ? r1 : 0) | (S.isPair ? r2 : 0))
      let result = operation(S.read(cpu, r1), S.read(cpu, r2), cpu.hexadecimalMask)
      try cpu.settle(result) { $0.deliver($1, T.self, r1, setsCC: setsCC) }
    }
  }

  /// R1 ← R1 op storage; RX for one-byte opcodes, else RXE.
  private mutating func storage<S: PlacedHexadecimalFormat, T: PlacedHexadecimalFormat>(
    _ name: StaticString, _ opcode: UInt16, _: S.Type, to _: T.Type, setsCC: Bool = false,
    _ operation: @escaping (S.Bits, S.Bits, HexadecimalMask) -> HexadecimalResult<T.Bits>
  ) {
    let traits: InstructionTraits = setsCC ? [.floatingPoint, .setsCC] : .floatingPoint
    routine(name, opcode, opcode > 0xFF ? .rxe : .rxA, traits) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.r1)
      if T.isPair { try cpu.requireFloatingPointPair(i.r1) }
      let second = try S.fetch(&cpu, cpu.rx(i))
      let result = operation(S.read(cpu, i.r1), second, cpu.hexadecimalMask)
      try cpu.settle(result) { $0.deliver($1, T.self, i.r1, setsCC: setsCC) }
    }
  }

  /// Both forms within one format.
  private mutating func both<F: PlacedHexadecimalFormat>(
    _ name: StaticString, _ opcode: UInt16, _ storageName: StaticString, _ storageOpcode: UInt16, _: F.Type, setsCC: Bool = false,
    _ operation: @escaping (F.Bits, F.Bits, HexadecimalMask) -> HexadecimalResult<F.Bits>
  ) {
    registers(name, opcode, F.self, to: F.self, setsCC: setsCC, operation)
    storage(storageName, storageOpcode, F.self, to: F.self, setsCC: setsCC, operation)
  }

  private mutating func comparison<F: PlacedHexadecimalFormat>(_ name: StaticString, _ opcode: UInt16, _: F.Type) {
    let isLong = opcode > 0xFF
    routine(name, opcode, isLong ? .rre : .rr, [.floatingPoint, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let (r1, r2) = isLong ? (i.e1, i.e2) : (i.r1, i.r2)
      try cpu.requireFloatingPointRegister(r1 | r2)
      if F.isPair { try cpu.requireFloatingPointPair(r1 | r2) }
      cpu.s.pointee.conditionCode = UInt64(HexadecimalArithmetic<F>.compare(F.read(cpu, r1), F.read(cpu, r2)))
    }
  }

  private mutating func storageComparison<F: PlacedHexadecimalFormat>(_ name: StaticString, _ opcode: UInt16, _: F.Type) {
    routine(name, opcode, .rxA, [.floatingPoint, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.r1)
      let second = try F.fetch(&cpu, cpu.rx(i))
      cpu.s.pointee.conditionCode = UInt64(HexadecimalArithmetic<F>.compare(F.read(cpu, i.r1), second))
    }
  }

  /// R1 ← op R2 within one format.
  private mutating func unary<F: PlacedHexadecimalFormat>(
    _ name: StaticString, _ opcode: UInt16, _: F.Type, setsCC: Bool = false,
    _ operation: @escaping (F.Bits, HexadecimalMask) -> HexadecimalResult<F.Bits>
  ) {
    registers(name, opcode, F.self, to: F.self, setsCC: setsCC) { operation($1, $2) }
  }

  /// RRD: R1 ← R3 × R2 ± R1; RXF: R1 ← R3 × storage ± R1.
  private mutating func fused<F: PlacedHexadecimalFormat>(
    _ name: StaticString, _ opcode: UInt16, _ storageName: StaticString, _: F.Type, subtracting: Bool
  ) {
    routine(name, opcode, .rrd, .floatingPoint, .hfpMultiplyAdd) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.e1 | i.e2 | i.e3)
      let result = HexadecimalArithmetic<F>.multiplyAdd(
        F.read(cpu, i.e3), F.read(cpu, i.e2), F.read(cpu, i.e1), subtracting: subtracting, cpu.hexadecimalMask)
      try cpu.settle(result) { F.write(&$0, i.e3, $1) }
    }
    routine(storageName, 0xED00 | opcode & 0xFF, .rxf, .floatingPoint, .hfpMultiplyAdd) { cpu, i throws(ProgramInterruption) in
      try cpu.requireFloatingPointRegister(i.r1 | i.n32)
      let second = try F.fetch(&cpu, cpu.rx(i))
      let result = HexadecimalArithmetic<F>.multiplyAdd(
        F.read(cpu, i.n32), second, F.read(cpu, i.r1), subtracting: subtracting, cpu.hexadecimalMask)
      try cpu.settle(result) { F.write(&$0, i.n32, $1) }
    }
  }

  // MARK: Rows

  private mutating func defineHexadecimalSums() {
    typealias E = ShortHexadecimalArithmetic
    typealias D = LongHexadecimalArithmetic
    typealias X = ExtendedHexadecimalArithmetic
    both("AER", 0x3A, "AE", 0x7A, ShortHexadecimal.self, setsCC: true) { E.add($0, $1, $2) }
    both("ADR", 0x2A, "AD", 0x6A, LongHexadecimal.self, setsCC: true) { D.add($0, $1, $2) }
    registers("AXR", 0x36, ExtendedHexadecimal.self, to: ExtendedHexadecimal.self, setsCC: true) { X.add($0, $1, $2) }
    both("SER", 0x3B, "SE", 0x7B, ShortHexadecimal.self, setsCC: true) { E.add($0, $1, subtracting: true, $2) }
    both("SDR", 0x2B, "SD", 0x6B, LongHexadecimal.self, setsCC: true) { D.add($0, $1, subtracting: true, $2) }
    registers("SXR", 0x37, ExtendedHexadecimal.self, to: ExtendedHexadecimal.self, setsCC: true) {
      X.add($0, $1, subtracting: true, $2)
    }
    both("AUR", 0x3E, "AU", 0x7E, ShortHexadecimal.self, setsCC: true) { E.add($0, $1, normalizing: false, $2) }
    both("AWR", 0x2E, "AW", 0x6E, LongHexadecimal.self, setsCC: true) { D.add($0, $1, normalizing: false, $2) }
    both("SUR", 0x3F, "SU", 0x7F, ShortHexadecimal.self, setsCC: true) {
      E.add($0, $1, subtracting: true, normalizing: false, $2)
    }
    both("SWR", 0x2F, "SW", 0x6F, LongHexadecimal.self, setsCC: true) {
      D.add($0, $1, subtracting: true, normalizing: false, $2)
    }
    comparison("CER", 0x39, ShortHexadecimal.self)
    comparison("CDR", 0x29, LongHexadecimal.self)
    comparison("CXR", 0xB369, ExtendedHexadecimal.self)
    storageComparison("CE", 0x79, ShortHexadecimal.self)
    storageComparison("CD", 0x69, LongHexadecimal.self)
  }

  private mutating func defineHexadecimalProducts() {
    both("MEER", 0xB337, "MEE", 0xED37, ShortHexadecimal.self) {
      ShortHexadecimalArithmetic.multiply($0, $1, from: ShortHexadecimal.self, $2)
    }
    both("MDR", 0x2C, "MD", 0x6C, LongHexadecimal.self) {
      LongHexadecimalArithmetic.multiply($0, $1, from: LongHexadecimal.self, $2)
    }
    registers("MXR", 0x26, ExtendedHexadecimal.self, to: ExtendedHexadecimal.self) {
      ExtendedHexadecimalArithmetic.multiply($0, $1, from: ExtendedHexadecimal.self, $2)
    }
    registers("MDER", 0x3C, ShortHexadecimal.self, to: LongHexadecimal.self) {
      LongHexadecimalArithmetic.multiply($0, $1, from: ShortHexadecimal.self, $2)
    }
    storage("MDE", 0x7C, ShortHexadecimal.self, to: LongHexadecimal.self) {
      LongHexadecimalArithmetic.multiply($0, $1, from: ShortHexadecimal.self, $2)
    }
    registers("MXDR", 0x27, LongHexadecimal.self, to: ExtendedHexadecimal.self) {
      ExtendedHexadecimalArithmetic.multiply($0, $1, from: LongHexadecimal.self, $2)
    }
    storage("MXD", 0x67, LongHexadecimal.self, to: ExtendedHexadecimal.self) {
      ExtendedHexadecimalArithmetic.multiply($0, $1, from: LongHexadecimal.self, $2)
    }
    both("DER", 0x3D, "DE", 0x7D, ShortHexadecimal.self) { ShortHexadecimalArithmetic.divide($0, $1, $2) }
    both("DDR", 0x2D, "DD", 0x6D, LongHexadecimal.self) { LongHexadecimalArithmetic.divide($0, $1, $2) }
    registers("DXR", 0xB22D, ExtendedHexadecimal.self, to: ExtendedHexadecimal.self) {
      ExtendedHexadecimalArithmetic.divide($0, $1, $2)
    }
    fused("MAER", 0xB32E, "MAE", ShortHexadecimal.self, subtracting: false)
    fused("MSER", 0xB32F, "MSE", ShortHexadecimal.self, subtracting: true)
    fused("MADR", 0xB33E, "MAD", LongHexadecimal.self, subtracting: false)
    fused("MSDR", 0xB33F, "MSD", LongHexadecimal.self, subtracting: true)
  }

  private mutating func defineHexadecimalRoots() {
    unary("HER", 0x34, ShortHexadecimal.self) { ShortHexadecimalArithmetic.halve($0, $1) }
    unary("HDR", 0x24, LongHexadecimal.self) { LongHexadecimalArithmetic.halve($0, $1) }
    unary("SQER", 0xB245, ShortHexadecimal.self) { root, _ in ShortHexadecimalArithmetic.squareRoot(root) }
    unary("SQDR", 0xB244, LongHexadecimal.self) { root, _ in LongHexadecimalArithmetic.squareRoot(root) }
    unary("SQXR", 0xB336, ExtendedHexadecimal.self) { root, _ in ExtendedHexadecimalArithmetic.squareRoot(root) }
    storage("SQE", 0xED34, ShortHexadecimal.self, to: ShortHexadecimal.self) { _, root, _ in
      ShortHexadecimalArithmetic.squareRoot(root)
    }
    storage("SQD", 0xED35, LongHexadecimal.self, to: LongHexadecimal.self) { _, root, _ in
      LongHexadecimalArithmetic.squareRoot(root)
    }
  }

  /// A sign made from the operand's; the condition code is the result's. No exceptions.
  private mutating func sign<F: PlacedHexadecimalFormat>(
    _ name: StaticString, _ opcode: UInt16, _: F.Type, _ isNegative: @escaping (Bool) -> Bool
  ) {
    unary(name, opcode, F.self, setsCC: true) { operand, _ in
      typealias A = HexadecimalArithmetic<F>
      return HexadecimalResult(A.withSign(isNegative(A.isNegative(operand)), operand))
    }
  }

  private mutating func defineHexadecimalSigns() {
    sign("LPER", 0x30, ShortHexadecimal.self) { _ in false }
    sign("LPDR", 0x20, LongHexadecimal.self) { _ in false }
    sign("LPXR", 0xB360, ExtendedHexadecimal.self) { _ in false }
    sign("LNER", 0x31, ShortHexadecimal.self) { _ in true }
    sign("LNDR", 0x21, LongHexadecimal.self) { _ in true }
    sign("LNXR", 0xB361, ExtendedHexadecimal.self) { _ in true }
    sign("LTER", 0x32, ShortHexadecimal.self) { $0 }
    sign("LTDR", 0x22, LongHexadecimal.self) { $0 }
    sign("LTXR", 0xB362, ExtendedHexadecimal.self) { $0 }
    sign("LCER", 0x33, ShortHexadecimal.self) { !$0 }
    sign("LCDR", 0x23, LongHexadecimal.self) { !$0 }
    sign("LCXR", 0xB363, ExtendedHexadecimal.self) { !$0 }
  }
}

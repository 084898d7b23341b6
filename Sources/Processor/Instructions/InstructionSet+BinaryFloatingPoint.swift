/// Binary-floating-point instructions (chapter 19): arithmetic and comparison. The arithmetic itself is `BinaryArithmetic`;
/// here are operands and results. Conversions are in `InstructionSet+BinaryConversions.swift`.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineBinaryFloatingPoint() {
    defineBinaryArithmetic()
    defineBinaryComparison()
    defineBinaryFusedAndLengthening()
    defineBinarySigns()
    defineBinaryConversions()
    defineBinaryIntegers()
  }

  /// The storage form of an instruction has the same second opcode byte under ED.
  private func storageOpcode(_ opcode: UInt16) -> UInt16 { 0xED00 | opcode & 0xFF }

  // MARK: Shapes

  /// R1 ← R1 op R2 and, if there is a name, R1 ← R1 op storage.
  private mutating func binary<F: PlacedBinaryFormat>(
    _ name: StaticString, _ opcode: UInt16, _ storageName: StaticString?, _: F.Type, setsCC: Bool = false,
    _ operation: @escaping (F.Bits, F.Bits, FloatingPointControl) -> BinaryResult<F.Bits>
  ) {
    let traits: InstructionTraits = setsCC ? [.floatingPoint, .setsCC] : .floatingPoint
    routine(name, opcode, .rre, traits) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if F.isPair { try cpu.requireFloatingPointPair(i.e1 | i.e2) }
      let result = operation(F.read(cpu, i.e1), F.read(cpu, i.e2), cpu.floatingPointControl)
      try cpu.settle(result) { $0.deliver($1, F.self, i.e1, setsCC: setsCC) }
    }
    guard let storageName else { return }
    routine(storageName, storageOpcode(opcode), .rxe, traits) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      let second = try F.fetch(&cpu, cpu.rx(i))
      let result = operation(F.read(cpu, i.r1), second, cpu.floatingPointControl)
      try cpu.settle(result) { $0.deliver($1, F.self, i.r1, setsCC: setsCC) }
    }
  }

  /// R1 ← op R2 and, if there is a name, R1 ← op storage.
  private mutating func unary<S: PlacedBinaryFormat, T: PlacedBinaryFormat>(
    _ name: StaticString, _ opcode: UInt16, _ storageName: StaticString?, _: S.Type, to _: T.Type, setsCC: Bool = false,
    _ operation: @escaping (S.Bits, FloatingPointControl) -> BinaryResult<T.Bits>
  ) {
    let traits: InstructionTraits = setsCC ? [.floatingPoint, .setsCC] : .floatingPoint
    routine(name, opcode, .rre, traits) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      try cpu.requireFloatingPointPair((S.isPair ? i.e2 : 0) | (T.isPair ? i.e1 : 0))
      try cpu.settle(operation(S.read(cpu, i.e2), cpu.floatingPointControl)) { $0.deliver($1, T.self, i.e1, setsCC: setsCC) }
    }
    guard let storageName else { return }
    routine(storageName, storageOpcode(opcode), .rxe, traits) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if T.isPair { try cpu.requireFloatingPointPair(i.r1) }
      let second = try S.fetch(&cpu, cpu.rx(i))
      try cpu.settle(operation(second, cpu.floatingPointControl)) { $0.deliver($1, T.self, i.r1, setsCC: setsCC) }
    }
  }

  private mutating func comparison<F: PlacedBinaryFormat>(
    _ name: StaticString, _ opcode: UInt16, _ storageName: StaticString?, _: F.Type, signaling: Bool
  ) {
    let traits: InstructionTraits = [.floatingPoint, .setsCC]
    routine(name, opcode, .rre, traits) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if F.isPair { try cpu.requireFloatingPointPair(i.e1 | i.e2) }
      let result = BinaryArithmetic<F>.compare(
        F.read(cpu, i.e1), F.read(cpu, i.e2), signaling: signaling, cpu.floatingPointControl)
      try cpu.settle(result) { $0.s.pointee.conditionCode = UInt64($1) }
    }
    guard let storageName else { return }
    routine(storageName, storageOpcode(opcode), .rxe, traits) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      let second = try F.fetch(&cpu, cpu.rx(i))
      let result = BinaryArithmetic<F>.compare(F.read(cpu, i.r1), second, signaling: signaling, cpu.floatingPointControl)
      try cpu.settle(result) { $0.s.pointee.conditionCode = UInt64($1) }
    }
  }

  /// RRD: R1 ← R3 × R2 ± R1; RXF: R1 ← R3 × storage ± R1.
  private mutating func fused<F: PlacedBinaryFormat & NarrowBinaryFormat>(
    _ name: StaticString, _ opcode: UInt16, _ storageName: StaticString, _: F.Type,
    _ operation: @escaping (F.Bits, F.Bits, F.Bits, FloatingPointControl) -> BinaryResult<F.Bits>
  ) {
    routine(name, opcode, .rrd, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      let result = operation(F.read(cpu, i.e3), F.read(cpu, i.e2), F.read(cpu, i.e1), cpu.floatingPointControl)
      try cpu.settle(result) { F.write(&$0, i.e3, $1) }
    }
    routine(storageName, storageOpcode(opcode), .rxf, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      let second = try F.fetch(&cpu, cpu.rx(i))
      let result = operation(F.read(cpu, i.n32), second, F.read(cpu, i.r1), cpu.floatingPointControl)
      try cpu.settle(result) { F.write(&$0, i.n32, $1) }
    }
  }

  /// Signs changed without an exception, whatever the operand; the condition code is the result's.
  private mutating func sign<F: PlacedBinaryFormat>(
    _ name: StaticString, _ opcode: UInt16, _: F.Type, _ operation: @escaping (F.Bits) -> F.Bits
  ) {
    routine(name, opcode, .rre, [.floatingPoint, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if F.isPair { try cpu.requireFloatingPointPair(i.e1 | i.e2) }
      cpu.deliver(operation(F.read(cpu, i.e2)), F.self, i.e1, setsCC: true)
    }
  }

  private mutating func dataClass<F: PlacedBinaryFormat>(_ name: StaticString, _ opcode: UInt16, _: F.Type) {
    routine(name, opcode, .rxe, [.floatingPoint, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if F.isPair { try cpu.requireFloatingPointPair(i.r1) }
      let selected = UInt16(truncatingIfNeeded: cpu.rx(i).address) & 0xFFF
      cpu.s.pointee.conditionCode = BinaryArithmetic<F>.dataClass(F.read(cpu, i.r1)) & selected != 0 ? 1 : 0
    }
  }

  // MARK: Rows

  private mutating func defineBinaryArithmetic() {
    typealias E = ShortBinaryArithmetic
    typealias D = LongBinaryArithmetic
    typealias X = ExtendedBinaryArithmetic
    binary("AEBR", 0xB30A, "AEB", ShortBinary.self, setsCC: true) { E.add($0, $1, $2) }
    binary("ADBR", 0xB31A, "ADB", LongBinary.self, setsCC: true) { D.add($0, $1, $2) }
    binary("AXBR", 0xB34A, nil, ExtendedBinary.self, setsCC: true) { X.add($0, $1, $2) }
    binary("SEBR", 0xB30B, "SEB", ShortBinary.self, setsCC: true) { E.subtract($0, $1, $2) }
    binary("SDBR", 0xB31B, "SDB", LongBinary.self, setsCC: true) { D.subtract($0, $1, $2) }
    binary("SXBR", 0xB34B, nil, ExtendedBinary.self, setsCC: true) { X.subtract($0, $1, $2) }
    binary("MEEBR", 0xB317, "MEEB", ShortBinary.self) { E.multiply($0, $1, $2) }
    binary("MDBR", 0xB31C, "MDB", LongBinary.self) { D.multiply($0, $1, $2) }
    binary("MXBR", 0xB34C, nil, ExtendedBinary.self) { X.multiply($0, $1, $2) }
    binary("DEBR", 0xB30D, "DEB", ShortBinary.self) { E.divide($0, $1, $2) }
    binary("DDBR", 0xB31D, "DDB", LongBinary.self) { D.divide($0, $1, $2) }
    binary("DXBR", 0xB34D, nil, ExtendedBinary.self) { X.divide($0, $1, $2) }
    unary("SQEBR", 0xB314, "SQEB", ShortBinary.self, to: ShortBinary.self) { E.squareRoot($0, $1) }
    unary("SQDBR", 0xB315, "SQDB", LongBinary.self, to: LongBinary.self) { D.squareRoot($0, $1) }
    unary("SQXBR", 0xB316, nil, ExtendedBinary.self, to: ExtendedBinary.self) { X.squareRoot($0, $1) }
  }

  private mutating func defineBinaryComparison() {
    comparison("CEBR", 0xB309, "CEB", ShortBinary.self, signaling: false)
    comparison("CDBR", 0xB319, "CDB", LongBinary.self, signaling: false)
    comparison("CXBR", 0xB349, nil, ExtendedBinary.self, signaling: false)
    comparison("KEBR", 0xB308, "KEB", ShortBinary.self, signaling: true)
    comparison("KDBR", 0xB318, "KDB", LongBinary.self, signaling: true)
    comparison("KXBR", 0xB348, nil, ExtendedBinary.self, signaling: true)
    dataClass("TCEB", 0xED10, ShortBinary.self)
    dataClass("TCDB", 0xED11, LongBinary.self)
    dataClass("TCXB", 0xED12, ExtendedBinary.self)
  }

  private mutating func defineBinaryFusedAndLengthening() {
    typealias E = ShortBinaryArithmetic
    typealias D = LongBinaryArithmetic
    typealias X = ExtendedBinaryArithmetic
    fused("MAEBR", 0xB30E, "MAEB", ShortBinary.self) { E.multiplyAdd($0, $1, $2, $3) }
    fused("MADBR", 0xB31E, "MADB", LongBinary.self) { D.multiplyAdd($0, $1, $2, $3) }
    fused("MSEBR", 0xB30F, "MSEB", ShortBinary.self) { E.multiplySubtract($0, $1, $2, $3) }
    fused("MSDBR", 0xB31F, "MSDB", LongBinary.self) { D.multiplySubtract($0, $1, $2, $3) }
    multiplyLengthening("MDEBR", 0xB30C, "MDEB", ShortBinary.self, to: LongBinary.self)
    multiplyLengthening("MXDBR", 0xB307, "MXDB", LongBinary.self, to: ExtendedBinary.self)
    unary("LDEBR", 0xB304, "LDEB", ShortBinary.self, to: LongBinary.self) { D.lengthen($0, from: ShortBinary.self, $1) }
    unary("LXDBR", 0xB305, "LXDB", LongBinary.self, to: ExtendedBinary.self) { X.lengthen($0, from: LongBinary.self, $1) }
    unary("LXEBR", 0xB306, "LXEB", ShortBinary.self, to: ExtendedBinary.self) { X.lengthen($0, from: ShortBinary.self, $1) }
  }

  /// The factors are of the shorter format, the product of the longer.
  private mutating func multiplyLengthening<S: PlacedBinaryFormat, T: PlacedBinaryFormat>(
    _ name: StaticString, _ opcode: UInt16, _ storageName: StaticString, _: S.Type, to _: T.Type
  ) {
    routine(name, opcode, .rre, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if T.isPair { try cpu.requireFloatingPointPair(i.e1) }
      let result = BinaryArithmetic<T>.multiply(
        lengthening: S.read(cpu, i.e1), S.read(cpu, i.e2), from: S.self, cpu.floatingPointControl)
      try cpu.settle(result) { T.write(&$0, i.e1, $1) }
    }
    routine(storageName, storageOpcode(opcode), .rxe, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      if T.isPair { try cpu.requireFloatingPointPair(i.r1) }
      let second = try S.fetch(&cpu, cpu.rx(i))
      let result = BinaryArithmetic<T>.multiply(
        lengthening: S.read(cpu, i.r1), second, from: S.self, cpu.floatingPointControl)
      try cpu.settle(result) { T.write(&$0, i.r1, $1) }
    }
  }

  private mutating func defineBinarySigns() {
    unary("LTEBR", 0xB302, nil, ShortBinary.self, to: ShortBinary.self, setsCC: true) {
      ShortBinaryArithmetic.loadAndTest($0, $1)
    }
    unary("LTDBR", 0xB312, nil, LongBinary.self, to: LongBinary.self, setsCC: true) { LongBinaryArithmetic.loadAndTest($0, $1) }
    unary("LTXBR", 0xB342, nil, ExtendedBinary.self, to: ExtendedBinary.self, setsCC: true) {
      ExtendedBinaryArithmetic.loadAndTest($0, $1)
    }
    sign("LPEBR", 0xB300, ShortBinary.self) { $0 & ~ShortBinary.signBit }
    sign("LPDBR", 0xB310, LongBinary.self) { $0 & ~LongBinary.signBit }
    sign("LPXBR", 0xB340, ExtendedBinary.self) { $0 & ~ExtendedBinary.signBit }
    sign("LNEBR", 0xB301, ShortBinary.self) { $0 | ShortBinary.signBit }
    sign("LNDBR", 0xB311, LongBinary.self) { $0 | LongBinary.signBit }
    sign("LNXBR", 0xB341, ExtendedBinary.self) { $0 | ExtendedBinary.signBit }
    sign("LCEBR", 0xB303, ShortBinary.self) { $0 ^ ShortBinary.signBit }
    sign("LCDBR", 0xB313, LongBinary.self) { $0 ^ LongBinary.signBit }
    sign("LCXBR", 0xB343, ExtendedBinary.self) { $0 ^ ExtendedBinary.signBit }
  }
}

extension CPU {
  /// Puts a BFP result in place and sets the condition code by its sign if asked.
  @inline(__always)
  mutating func deliver<F: PlacedBinaryFormat>(_ value: F.Bits, _: F.Type, _ r: Int, setsCC: Bool) {
    F.write(&self, r, value)
    if setsCC { s.pointee.conditionCode = UInt64(BinaryArithmetic<F>.conditionCode(value)) }
  }
}

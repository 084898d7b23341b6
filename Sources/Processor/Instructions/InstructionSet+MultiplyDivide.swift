/// Multiplication and division of binary integers (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineMultiplyDivide() {
    defineFullProducts()
    defineSingleProducts()
    defineDivisions()
  }

  /// Products of twice the width, into an even-odd pair.
  private mutating func defineFullProducts() {
    define("MR", 0x1C, .rr) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.r1)
      m.setPair32(i.r1, m.multiply(m.signExtend32(m.gr(i.r1 + 1)), m.signExtend32(m.gr(i.r2))))
    }
    define("M", 0x5C, .rxA) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.r1)
      m.setPair32(i.r1, m.multiply(m.signExtend32(m.gr(i.r1 + 1)), m.signExtend32(try m.load32(m.rx(i)))))
    }
    define("MFY", 0xE35C, .rxyA, [], .generalInstructionsExtension) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.r1)
      m.setPair32(i.r1, m.multiply(m.signExtend32(m.gr(i.r1 + 1)), m.signExtend32(try m.load32(m.rxy(i)))))
    }
    define("MLR", 0xB996, .rre) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.e1)
      m.setPair32(i.e1, m.multiply(m.gr32(i.e1 + 1), m.gr32(i.e2)))
    }
    define("ML", 0xE396, .rxyA) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.r1)
      m.setPair32(i.r1, m.multiply(m.gr32(i.r1 + 1), try m.load32(m.rxy(i))))
    }
    define("MLGR", 0xB986, .rre, .z) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.e1)
      let product = m.multiplyFull(m.gr(i.e1 + 1), m.gr(i.e2))
      m.setGR(i.e1, product.high)
      m.setGR(i.e1 + 1, product.low)
    }
    define("MLG", 0xE386, .rxyA, .z) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.r1)
      let product = m.multiplyFull(m.gr(i.r1 + 1), try m.load64(m.rxy(i)))
      m.setGR(i.r1, product.high)
      m.setGR(i.r1 + 1, product.low)
    }
  }

  private mutating func defineSingleProducts() {
    define("MSR", 0xB252, .rre) { m, i throws(ProgramInterruption) in m.setGR32(i.e1, m.multiply(m.gr(i.e1), m.gr(i.e2))) }
    define("MSGR", 0xB90C, .rre, .z) { m, i throws(ProgramInterruption) in m.setGR(i.e1, m.multiply(m.gr(i.e1), m.gr(i.e2))) }
    define("MSGFR", 0xB91C, .rre, .z) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.multiply(m.gr(i.e1), m.signExtend32(m.gr(i.e2))))
    }
    define("MS", 0x71, .rxA) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.multiply(m.gr(i.r1), try m.load32(m.rx(i))))
    }
    define("MSY", 0xE351, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.multiply(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("MSG", 0xE30C, .rxyA, .z) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.multiply(m.gr(i.r1), try m.load64(m.rxy(i))))
    }
    define("MSGF", 0xE31C, .rxyA, .z) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.multiply(m.gr(i.r1), m.signExtend32(try m.load32(m.rxy(i)))))
    }
    define("MH", 0x4C, .rxA) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.multiply(m.gr(i.r1), m.signExtend16(try m.load16(m.rx(i)))))
    }
    define("MHY", 0xE37C, .rxyA, [], .generalInstructionsExtension) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.multiply(m.gr(i.r1), m.signExtend16(try m.load16(m.rxy(i)))))
    }
    define("MHI", 0xA70C, .riA) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.multiply(m.gr(i.r1), m.constant(signed: i.i16)))
    }
    define("MGHI", 0xA70D, .riA, .z) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.multiply(m.gr(i.r1), m.constant(signed: i.i16)))
    }
    define("MSFI", 0xC201, .rilA, [], .generalInstructionsExtension) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.multiply(m.gr(i.r1), m.constant(signed: i.i32)))
    }
    define("MSGFI", 0xC200, .rilA, [], .generalInstructionsExtension) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.multiply(m.gr(i.r1), m.constant(signed: i.i32)))
    }
  }

  private mutating func defineDivisions() {
    routine("DR", 0x1D, .rr) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      try cpu.divide32(i.r1, cpu.gr(i.r2))
    }
    routine("D", 0x5D, .rxA) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      try cpu.divide32(i.r1, try cpu.load32(cpu.rx(i)))
    }
    routine("DLR", 0xB997, .rre) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.e1)
      try cpu.divideLogical32(i.e1, cpu.gr32(i.e2))
    }
    routine("DL", 0xE397, .rxyA) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      try cpu.divideLogical32(i.r1, try cpu.load32(cpu.rxy(i)))
    }
    routine("DLGR", 0xB987, .rre, .z) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.e1)
      try cpu.divideLogical64(i.e1, cpu.gr(i.e2))
    }
    routine("DLG", 0xE387, .rxyA, .z) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      try cpu.divideLogical64(i.r1, try cpu.load64(cpu.rxy(i)))
    }
    routine("DSGR", 0xB90D, .rre, .z) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.e1)
      try cpu.divideSingle64(i.e1, cpu.gr(i.e2))
    }
    routine("DSGFR", 0xB91D, .rre, .z) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.e1)
      try cpu.divideSingle64(i.e1, cpu.signExtend32(cpu.gr(i.e2)))
    }
    routine("DSG", 0xE30D, .rxyA, .z) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      try cpu.divideSingle64(i.r1, try cpu.load64(cpu.rxy(i)))
    }
    routine("DSGF", 0xE31D, .rxyA, .z) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1)
      try cpu.divideSingle64(i.r1, cpu.signExtend32(try cpu.load32(cpu.rxy(i))))
    }
  }
}

extension Datapath where Self: ~Copyable {
  /// Bits 0-31 of `v` into bits 32-63 of register `r`, bits 32-63 of `v` into those of `r + 1`.
  @inline(__always) mutating func setPair32(_ r: Int, _ v: Value) {
    setGR32(r, shiftRight(v, constant(32)))
    setGR32(r + 1, v)
  }
}

/// Divisions: remainder into register `r`, quotient into `r + 1`. A quotient that does not fit suppresses the operation.
extension CPU {
  mutating func divide32(_ r: Int, _ divisor: UInt64) throws(ProgramInterruption) {
    let dividend = Int64(bitPattern: gr32(r) &<< 32 | gr32(r + 1))
    let d = Int64(Int32(truncatingIfNeeded: divisor))
    if d == 0 { throw .fixedPointDivide }
    let (quotient, overflow) = dividend.dividedReportingOverflow(by: d)
    guard !overflow, Int64(Int32(truncatingIfNeeded: quotient)) == quotient else { throw .fixedPointDivide }
    setGR32(r, UInt64(bitPattern: dividend &- quotient &* d))
    setGR32(r + 1, UInt64(bitPattern: quotient))
  }
  mutating func divideLogical32(_ r: Int, _ divisor: UInt64) throws(ProgramInterruption) {
    let high = gr32(r)
    if high >= divisor { throw .fixedPointDivide }
    let (quotient, remainder) = (high &<< 32 | gr32(r + 1)).quotientAndRemainder(dividingBy: divisor)
    setGR32(r, remainder)
    setGR32(r + 1, quotient)
  }
  mutating func divideLogical64(_ r: Int, _ divisor: UInt64) throws(ProgramInterruption) {
    if gr(r) >= divisor { throw .fixedPointDivide }
    let (quotient, remainder) = divisor.dividingFullWidth((gr(r), gr(r + 1)))
    setGR(r, remainder)
    setGR(r + 1, quotient)
  }
  mutating func divideSingle64(_ r: Int, _ divisor: UInt64) throws(ProgramInterruption) {
    let dividend = Int64(bitPattern: gr(r + 1)), d = Int64(bitPattern: divisor)
    if d == 0 { throw .fixedPointDivide }
    let (quotient, overflow) = dividend.dividedReportingOverflow(by: d)
    if overflow { throw .fixedPointDivide }
    setGR(r, UInt64(bitPattern: dividend &- quotient &* d))
    setGR(r + 1, UInt64(bitPattern: quotient))
  }
}

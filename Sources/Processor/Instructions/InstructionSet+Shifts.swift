/// Shifts, rotations, ROTATE THEN ... SELECTED BITS, and counting of bits (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineShifts() {
    defineSingleShifts()
    defineDistinctShifts()
    defineDoubleShifts()
    defineSelectedBits()
    defineBitCounts()
  }

  private mutating func defineSingleShifts() {
    define("SLL", 0x89, .rsA) { m, i throws(ProgramInterruption) in m.setGR32(i.r1, m.shiftLeft(m.gr32(i.r1), m.rs(i).address)) }
    define("SRL", 0x88, .rsA) { m, i throws(ProgramInterruption) in m.setGR32(i.r1, m.shiftRight(m.gr32(i.r1), m.rs(i).address)) }
    define("SLA", 0x8B, .rsA, .setsCC) { m, i throws(ProgramInterruption) in
      try m.shiftLeftArithmetic32(i.r1, m.gr32(i.r1), m.rs(i).address)
    }
    define("SRA", 0x8A, .rsA, .setsCC) { m, i throws(ProgramInterruption) in
      m.shiftRightArithmetic32(i.r1, m.gr(i.r1), m.rs(i).address)
    }
    define("SLLG", 0xEB0D, .rsyA, .z) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.shiftLeft(m.gr(i.r3), m.rsy(i).address))
    }
    define("SRLG", 0xEB0C, .rsyA, .z) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.shiftRight(m.gr(i.r3), m.rsy(i).address))
    }
    define("SLAG", 0xEB0B, .rsyA, .zCC) { m, i throws(ProgramInterruption) in
      let v = m.shiftLeftArithmeticSettingCC64(m.gr(i.r3), m.rsy(i).address)
      m.setGR(i.r1, v)
      try m.interruptOnFixedPointOverflow()
    }
    define("SRAG", 0xEB0A, .rsyA, .zCC) { m, i throws(ProgramInterruption) in
      let v = m.shiftRightArithmetic(m.gr(i.r3), m.rsy(i).address)
      m.setGR(i.r1, v)
      m.setCCSign64(v)
    }
    define("RLL", 0xEB1D, .rsyA) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.rotateLeft32(m.gr32(i.r3), m.rsy(i).address))
    }
    define("RLLG", 0xEB1C, .rsyA, .z) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.rotateLeft(m.gr(i.r3), m.rsy(i).address))
    }
  }

  private mutating func defineDistinctShifts() {
    let f = Facility.distinctOperands
    define("SLLK", 0xEBDF, .rsyA, [], f) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.shiftLeft(m.gr32(i.r3), m.rsy(i).address))
    }
    define("SRLK", 0xEBDE, .rsyA, [], f) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.shiftRight(m.gr32(i.r3), m.rsy(i).address))
    }
    define("SLAK", 0xEBDD, .rsyA, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.shiftLeftArithmetic32(i.r1, m.gr32(i.r3), m.rsy(i).address)
    }
    define("SRAK", 0xEBDC, .rsyA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.shiftRightArithmetic32(i.r1, m.gr(i.r3), m.rsy(i).address)
    }
  }

  /// Shifts of bits 32-63 of an even-odd pair.
  private mutating func defineDoubleShifts() {
    define("SLDL", 0x8D, .rsA) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.r1)
      m.setPair32(i.r1, m.shiftLeft(m.pair32(i.r1), m.rs(i).address))
    }
    define("SRDL", 0x8C, .rsA) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.r1)
      m.setPair32(i.r1, m.shiftRight(m.pair32(i.r1), m.rs(i).address))
    }
    define("SLDA", 0x8F, .rsA, .setsCC) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.r1)
      let v = m.shiftLeftArithmeticSettingCC64(m.pair32(i.r1), m.rs(i).address)
      m.setPair32(i.r1, v)
      try m.interruptOnFixedPointOverflow()
    }
    define("SRDA", 0x8E, .rsA, .setsCC) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.r1)
      let v = m.shiftRightArithmetic(m.pair32(i.r1), m.rs(i).address)
      m.setPair32(i.r1, v)
      m.setCCSign64(v)
    }
  }

  private mutating func defineSelectedBits() {
    let f = Facility.generalInstructionsExtension
    define("RISBG", 0xEC55, .rieF, .setsCC, f) { m, i throws(ProgramInterruption) in
      let v = m.insertSelectedBits(i)
      m.setGR(i.r1, v)
      m.setCCSign64(v)
    }
    define("RISBGN", 0xEC59, .rieF, [], .miscellaneousExtensions1) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.insertSelectedBits(i))
    }
    define("RNSBG", 0xEC54, .rieF, .setsCC, f) { m, i throws(ProgramInterruption) in
      let selected = i.selectedBits
      let v = m.and(m.gr(i.r1), m.or(m.rotatedSecondOperand(i), m.constant(~selected)))
      if i.i3 & 0x80 == 0 { m.setGR(i.r1, v) }
      m.setCCNotZero(m.and(v, m.constant(selected)))
    }
    define("ROSBG", 0xEC56, .rieF, .setsCC, f) { m, i throws(ProgramInterruption) in
      let selected = i.selectedBits
      let v = m.or(m.gr(i.r1), m.and(m.rotatedSecondOperand(i), m.constant(selected)))
      if i.i3 & 0x80 == 0 { m.setGR(i.r1, v) }
      m.setCCNotZero(m.and(v, m.constant(selected)))
    }
    define("RXSBG", 0xEC57, .rieF, .setsCC, f) { m, i throws(ProgramInterruption) in
      let selected = i.selectedBits
      let v = m.xor(m.gr(i.r1), m.and(m.rotatedSecondOperand(i), m.constant(selected)))
      if i.i3 & 0x80 == 0 { m.setGR(i.r1, v) }
      m.setCCNotZero(m.and(v, m.constant(selected)))
    }
    define("RISBHG", 0xEC5D, .rieF, [], .distinctOperands) { m, i throws(ProgramInterruption) in
      let selected = i.selectedHalfBits << 32
      let kept = m.and(m.gr(i.r1), m.constant(i.i4 & 0x80 != 0 ? 0xFFFF_FFFF : ~selected))
      m.setGR(i.r1, m.or(kept, m.and(m.rotatedSecondOperand(i), m.constant(selected))))
    }
    define("RISBLG", 0xEC51, .rieF, [], .distinctOperands) { m, i throws(ProgramInterruption) in
      let selected = i.selectedHalfBits
      let kept = m.and(m.gr(i.r1), m.constant(i.i4 & 0x80 != 0 ? 0xFFFF_FFFF << 32 : ~selected))
      m.setGR(i.r1, m.or(kept, m.and(m.rotatedSecondOperand(i), m.constant(selected))))
    }
  }

  private mutating func defineBitCounts() {
    define("FLOGR", 0xB983, .rre, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      try m.requireEven(i.e1)
      let v = m.gr(i.e2), position = m.countLeadingZeros(v), isZero = m.isZero(v)
      let leftmost = m.shiftRight(m.constant(0x8000_0000_0000_0000), position)
      m.setGR(i.e1, position)
      m.setGR(i.e1 + 1, m.select(isZero, m.constant(0), m.xor(v, leftmost)))
      m.setCC(m.select(isZero, m.constant(0), m.constant(2)))
    }
    define("POPCNT", 0xB9E1, .rrfC, .setsCC, .distinctOperands) { m, i throws(ProgramInterruption) in
      m.setLogical64(i.e1, m.populationCountOfBytes(m.gr(i.e2)))
    }
  }
}

extension InstructionText {
  /// Bits I3.2-7 through I4.2-7 of a register, wrapping around.
  @inline(__always) var selectedBits: UInt64 {
    let start = UInt64(i3 & 63), end = UInt64(i4 & 63)
    let fromStart = ~UInt64(0) >> start, toEnd = ~UInt64(0) << (63 - end)
    return start <= end ? fromStart & toEnd : fromStart | toEnd
  }
  /// Bits I3.3-7 through I4.3-7 of a 32-bit half, wrapping around.
  @inline(__always) var selectedHalfBits: UInt64 {
    let start = UInt32(i3 & 31), end = UInt32(i4 & 31)
    let fromStart = ~UInt32(0) >> start, toEnd = ~UInt32(0) << (31 - end)
    return UInt64(start <= end ? fromStart & toEnd : fromStart | toEnd)
  }
}

extension Datapath where Self: ~Copyable {
  /// Bits 32-63 of registers `r` and `r + 1` as one value.
  @inline(__always) func pair32(_ r: Int) -> Value { or(shiftLeft(gr(r), constant(32)), gr32(r + 1)) }

  /// R2 of RIE-f, rotated left by I5.2-7.
  @inline(__always) func rotatedSecondOperand(_ i: InstructionText) -> Value {
    let amount = i.u8 & 63
    return amount == 0 ? gr(i.r2) : rotateLeft(gr(i.r2), constant(amount))
  }
  @inline(__always) func insertSelectedBits(_ i: InstructionText) -> Value {
    let selected = i.selectedBits
    let inserted = and(rotatedSecondOperand(i), constant(selected))
    return i.i4 & 0x80 != 0 ? inserted : or(and(gr(i.r1), constant(~selected)), inserted)
  }

  /// Shifts the numeric bits left, the sign stays. CC 3 when a bit unlike the sign was shifted out.
  @inline(__always) mutating func shiftLeftArithmeticSettingCC64(_ v: Value, _ amount: Value) -> Value {
    let shifted = shiftLeft(v, amount)
    let sign = constant(0x8000_0000_0000_0000)
    let result = or(and(v, sign), and(shifted, constant(0x7FFF_FFFF_FFFF_FFFF)))
    // Bits 1 to `amount` equal bit 0 exactly when shifting back restores the value.
    let lost = xor(shiftRightArithmetic(shifted, amount), v)
    setCCSign64(result)
    setCC(select(isZero(lost), conditionCode(), constant(3)))
    return result
  }
  @inline(__always) mutating func shiftLeftArithmetic32(_ r: Int, _ v: Value, _ amount: Value) throws(ProgramInterruption) {
    let result = shiftLeftArithmeticSettingCC64(shiftLeft(v, constant(32)), amount)
    setGR32(r, shiftRight(result, constant(32)))
    try interruptOnFixedPointOverflow()
  }
  @inline(__always) mutating func shiftRightArithmetic32(_ r: Int, _ v: Value, _ amount: Value) {
    let result = shiftRightArithmetic(signExtend32(v), amount)
    setGR32(r, result)
    setCCSign32(result)
  }
}

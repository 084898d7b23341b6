/// AND, OR, EXCLUSIVE OR of registers, storage and immediates; TEST UNDER MASK (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineLogical() {
    defineAnd()
    defineOr()
    defineExclusiveOr()
    defineHalfwordImmediates()
    defineWordImmediates()
    defineTestUnderMask()
  }

  private mutating func defineAnd() {
    define("NR", 0x14, .rr, .setsCC) { m, i throws(ProgramInterruption) in m.setLogical32(i.r1, m.and(m.gr(i.r1), m.gr(i.r2))) }
    define("NGR", 0xB980, .rre, .zCC) { m, i throws(ProgramInterruption) in m.setLogical64(i.e1, m.and(m.gr(i.e1), m.gr(i.e2))) }
    define("N", 0x54, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setLogical32(i.r1, m.and(m.gr(i.r1), try m.load32(m.rx(i))))
    }
    define("NY", 0xE354, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setLogical32(i.r1, m.and(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("NG", 0xE380, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setLogical64(i.r1, m.and(m.gr(i.r1), try m.load64(m.rxy(i))))
    }
    define("NRK", 0xB9F4, .rrfA, .setsCC, .distinctOperands) { m, i throws(ProgramInterruption) in
      m.setLogical32(i.e1, m.and(m.gr(i.e2), m.gr(i.e3)))
    }
    define("NGRK", 0xB9E4, .rrfA, .setsCC, .distinctOperands) { m, i throws(ProgramInterruption) in
      m.setLogical64(i.e1, m.and(m.gr(i.e2), m.gr(i.e3)))
    }
    define("NI", 0x94, .si, .setsCC) { m, i throws(ProgramInterruption) in try m.andByte(m.rs(i), i.byte1) }
    define("NIY", 0xEB54, .siy, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.andByte(m.rsy(i), i.byte1)
    }
  }

  private mutating func defineOr() {
    define("OR", 0x16, .rr, .setsCC) { m, i throws(ProgramInterruption) in m.setLogical32(i.r1, m.or(m.gr(i.r1), m.gr(i.r2))) }
    define("OGR", 0xB981, .rre, .zCC) { m, i throws(ProgramInterruption) in m.setLogical64(i.e1, m.or(m.gr(i.e1), m.gr(i.e2))) }
    define("O", 0x56, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setLogical32(i.r1, m.or(m.gr(i.r1), try m.load32(m.rx(i))))
    }
    define("OY", 0xE356, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setLogical32(i.r1, m.or(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("OG", 0xE381, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setLogical64(i.r1, m.or(m.gr(i.r1), try m.load64(m.rxy(i))))
    }
    define("ORK", 0xB9F6, .rrfA, .setsCC, .distinctOperands) { m, i throws(ProgramInterruption) in
      m.setLogical32(i.e1, m.or(m.gr(i.e2), m.gr(i.e3)))
    }
    define("OGRK", 0xB9E6, .rrfA, .setsCC, .distinctOperands) { m, i throws(ProgramInterruption) in
      m.setLogical64(i.e1, m.or(m.gr(i.e2), m.gr(i.e3)))
    }
    define("OI", 0x96, .si, .setsCC) { m, i throws(ProgramInterruption) in try m.orByte(m.rs(i), i.byte1) }
    define("OIY", 0xEB56, .siy, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.orByte(m.rsy(i), i.byte1)
    }
  }

  private mutating func defineExclusiveOr() {
    define("XR", 0x17, .rr, .setsCC) { m, i throws(ProgramInterruption) in m.setLogical32(i.r1, m.xor(m.gr(i.r1), m.gr(i.r2))) }
    define("XGR", 0xB982, .rre, .zCC) { m, i throws(ProgramInterruption) in m.setLogical64(i.e1, m.xor(m.gr(i.e1), m.gr(i.e2))) }
    define("X", 0x57, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setLogical32(i.r1, m.xor(m.gr(i.r1), try m.load32(m.rx(i))))
    }
    define("XY", 0xE357, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setLogical32(i.r1, m.xor(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("XG", 0xE382, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setLogical64(i.r1, m.xor(m.gr(i.r1), try m.load64(m.rxy(i))))
    }
    define("XRK", 0xB9F7, .rrfA, .setsCC, .distinctOperands) { m, i throws(ProgramInterruption) in
      m.setLogical32(i.e1, m.xor(m.gr(i.e2), m.gr(i.e3)))
    }
    define("XGRK", 0xB9E7, .rrfA, .setsCC, .distinctOperands) { m, i throws(ProgramInterruption) in
      m.setLogical64(i.e1, m.xor(m.gr(i.e2), m.gr(i.e3)))
    }
    define("XI", 0x97, .si, .setsCC) { m, i throws(ProgramInterruption) in try m.xorByte(m.rs(i), i.byte1) }
    define("XIY", 0xEB57, .siy, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.xorByte(m.rsy(i), i.byte1)
    }
  }

  /// Immediates for one of the four halfwords of a register. The condition code is that of the halfword.
  private mutating func defineHalfwordImmediates() {
    define("NIHH", 0xA504, .riA, .zCC) { m, i throws(ProgramInterruption) in m.andField(i.r1, i.u16 << 48, field: 0xFFFF << 48) }
    define("NIHL", 0xA505, .riA, .zCC) { m, i throws(ProgramInterruption) in m.andField(i.r1, i.u16 << 32, field: 0xFFFF << 32) }
    define("NILH", 0xA506, .riA, .zCC) { m, i throws(ProgramInterruption) in m.andField(i.r1, i.u16 << 16, field: 0xFFFF << 16) }
    define("NILL", 0xA507, .riA, .zCC) { m, i throws(ProgramInterruption) in m.andField(i.r1, i.u16, field: 0xFFFF) }
    define("OIHH", 0xA508, .riA, .zCC) { m, i throws(ProgramInterruption) in m.orField(i.r1, i.u16 << 48, field: 0xFFFF << 48) }
    define("OIHL", 0xA509, .riA, .zCC) { m, i throws(ProgramInterruption) in m.orField(i.r1, i.u16 << 32, field: 0xFFFF << 32) }
    define("OILH", 0xA50A, .riA, .zCC) { m, i throws(ProgramInterruption) in m.orField(i.r1, i.u16 << 16, field: 0xFFFF << 16) }
    define("OILL", 0xA50B, .riA, .zCC) { m, i throws(ProgramInterruption) in m.orField(i.r1, i.u16, field: 0xFFFF) }
    define("IIHH", 0xA500, .riA, .z) { m, i throws(ProgramInterruption) in m.insertField(i.r1, i.u16 << 48, field: 0xFFFF << 48) }
    define("IIHL", 0xA501, .riA, .z) { m, i throws(ProgramInterruption) in m.insertField(i.r1, i.u16 << 32, field: 0xFFFF << 32) }
    define("IILH", 0xA502, .riA, .z) { m, i throws(ProgramInterruption) in m.insertField(i.r1, i.u16 << 16, field: 0xFFFF << 16) }
    define("IILL", 0xA503, .riA, .z) { m, i throws(ProgramInterruption) in m.insertField(i.r1, i.u16, field: 0xFFFF) }
    define("LLIHH", 0xA50C, .riA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.constant(i.u16 << 48)) }
    define("LLIHL", 0xA50D, .riA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.constant(i.u16 << 32)) }
    define("LLILH", 0xA50E, .riA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.constant(i.u16 << 16)) }
    define("LLILL", 0xA50F, .riA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.constant(i.u16)) }
    define("LHI", 0xA708, .riA) { m, i throws(ProgramInterruption) in m.setGR32(i.r1, m.constant(signed: i.i16)) }
    define("LGHI", 0xA709, .riA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.constant(signed: i.i16)) }
  }

  private mutating func defineWordImmediates() {
    let immediate = Facility.extendedImmediate
    define("NIHF", 0xC00A, .rilA, .setsCC, immediate) { m, i throws(ProgramInterruption) in
      m.andField(i.r1, i.u32 << 32, field: 0xFFFF_FFFF << 32)
    }
    define("NILF", 0xC00B, .rilA, .setsCC, immediate) { m, i throws(ProgramInterruption) in
      m.andField(i.r1, i.u32, field: 0xFFFF_FFFF)
    }
    define("XIHF", 0xC006, .rilA, .setsCC, immediate) { m, i throws(ProgramInterruption) in
      m.xorField(i.r1, i.u32 << 32, field: 0xFFFF_FFFF << 32)
    }
    define("XILF", 0xC007, .rilA, .setsCC, immediate) { m, i throws(ProgramInterruption) in
      m.xorField(i.r1, i.u32, field: 0xFFFF_FFFF)
    }
    define("OIHF", 0xC00C, .rilA, .setsCC, immediate) { m, i throws(ProgramInterruption) in
      m.orField(i.r1, i.u32 << 32, field: 0xFFFF_FFFF << 32)
    }
    define("OILF", 0xC00D, .rilA, .setsCC, immediate) { m, i throws(ProgramInterruption) in
      m.orField(i.r1, i.u32, field: 0xFFFF_FFFF)
    }
    define("IIHF", 0xC008, .rilA, [], immediate) { m, i throws(ProgramInterruption) in m.setGRHigh(i.r1, m.constant(i.u32)) }
    define("IILF", 0xC009, .rilA, [], immediate) { m, i throws(ProgramInterruption) in m.setGR32(i.r1, m.constant(i.u32)) }
    define("LLIHF", 0xC00E, .rilA, [], immediate) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.constant(i.u32 << 32)) }
    define("LLILF", 0xC00F, .rilA, [], immediate) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.constant(i.u32)) }
    define("LGFI", 0xC001, .rilA, [], immediate) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.constant(signed: i.i32)) }
  }

  private mutating func defineTestUnderMask() {
    define("TM", 0x91, .si, .setsCC) { m, i throws(ProgramInterruption) in
      m.setCCTestByte(try m.load8(m.rs(i)), mask: UInt64(i.byte1))
    }
    define("TMY", 0xEB51, .siy, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setCCTestByte(try m.load8(m.rsy(i)), mask: UInt64(i.byte1))
    }
    define("TMLH", 0xA700, .riA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setCCTestUnderMask(m.gr(i.r1), mask: i.u16 << 16)
    }
    define("TMLL", 0xA701, .riA, .setsCC) { m, i throws(ProgramInterruption) in m.setCCTestUnderMask(m.gr(i.r1), mask: i.u16) }
    define("TMHH", 0xA702, .riA, .zCC) { m, i throws(ProgramInterruption) in m.setCCTestUnderMask(m.gr(i.r1), mask: i.u16 << 48) }
    define("TMHL", 0xA703, .riA, .zCC) { m, i throws(ProgramInterruption) in m.setCCTestUnderMask(m.gr(i.r1), mask: i.u16 << 32) }
  }
}

extension Datapath where Self: ~Copyable {
  @inline(__always) mutating func andByte(_ o: StorageOperand<Value>, _ byte: Int) throws(ProgramInterruption) {
    let v = and(try load8(o), constant(UInt64(byte)))
    try store8(v, o)
    setCCNotZero(v)
  }
  @inline(__always) mutating func orByte(_ o: StorageOperand<Value>, _ byte: Int) throws(ProgramInterruption) {
    let v = or(try load8(o), constant(UInt64(byte)))
    try store8(v, o)
    setCCNotZero(v)
  }
  @inline(__always) mutating func xorByte(_ o: StorageOperand<Value>, _ byte: Int) throws(ProgramInterruption) {
    let v = xor(try load8(o), constant(UInt64(byte)))
    try store8(v, o)
    setCCNotZero(v)
  }
  /// ANDs the bits of `field` in register `r` with `bits`, leaving all others; the condition code is the field's.
  @inline(__always) mutating func andField(_ r: Int, _ bits: UInt64, field: UInt64) {
    let v = and(gr(r), constant(bits | ~field))
    setGR(r, v)
    setCCNotZero(and(v, constant(field)))
  }
  @inline(__always) mutating func insertField(_ r: Int, _ bits: UInt64, field: UInt64) {
    setGR(r, or(and(gr(r), constant(~field)), constant(bits)))
  }
  @inline(__always) mutating func orField(_ r: Int, _ bits: UInt64, field: UInt64) {
    let v = or(gr(r), constant(bits & field))
    setGR(r, v)
    setCCNotZero(and(v, constant(field)))
  }
  @inline(__always) mutating func xorField(_ r: Int, _ bits: UInt64, field: UInt64) {
    let v = xor(gr(r), constant(bits & field))
    setGR(r, v)
    setCCNotZero(and(v, constant(field)))
  }
}

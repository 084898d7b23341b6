/// The high-word facility (chapter 7): bits 0-31 of the general registers as operands of their own.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineHighWord() {
    defineHighWordArithmetic()
    defineHighWordComparisons()
    defineHighWordStorage()
  }

  private mutating func defineHighWordArithmetic() {
    let f = Facility.distinctOperands
    define("AHHHR", 0xB9C8, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.addHigh(i.e1, m.grHigh(i.e2), m.grHigh(i.e3))
    }
    define("AHHLR", 0xB9D8, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.addHigh(i.e1, m.grHigh(i.e2), m.gr32(i.e3))
    }
    define("AIH", 0xCC08, .rilA, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.addHigh(i.r1, m.grHigh(i.r1), m.constant32(i.i32))
    }
    define("SHHHR", 0xB9C9, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.subtractHigh(i.e1, m.grHigh(i.e2), m.grHigh(i.e3))
    }
    define("SHHLR", 0xB9D9, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.subtractHigh(i.e1, m.grHigh(i.e2), m.gr32(i.e3))
    }
    define("ALHHHR", 0xB9CA, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.e1, m.addLogicalSettingCC32(m.grHigh(i.e2), m.grHigh(i.e3)))
    }
    define("ALHHLR", 0xB9DA, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.e1, m.addLogicalSettingCC32(m.grHigh(i.e2), m.gr32(i.e3)))
    }
    define("SLHHHR", 0xB9CB, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.e1, m.subtractLogicalSettingCC32(m.grHigh(i.e2), m.grHigh(i.e3)))
    }
    define("SLHHLR", 0xB9DB, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.e1, m.subtractLogicalSettingCC32(m.grHigh(i.e2), m.gr32(i.e3)))
    }
    define("ALSIH", 0xCC0A, .rilA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.r1, m.addLogicalSettingCC32(m.grHigh(i.r1), m.constant32(i.i32)))
    }
    define("ALSIHN", 0xCC0B, .rilA, [], f) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.r1, m.add(m.grHigh(i.r1), m.constant32(i.i32)))
    }
  }

  private mutating func defineHighWordComparisons() {
    let f = Facility.distinctOperands
    define("CHHR", 0xB9CD, .rre, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.grHigh(i.e1), m.grHigh(i.e2))
    }
    define("CHLR", 0xB9DD, .rre, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.grHigh(i.e1), m.gr(i.e2))
    }
    define("CHF", 0xE3CD, .rxyA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.grHigh(i.r1), try m.load32(m.rxy(i)))
    }
    define("CIH", 0xCC0D, .rilA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.grHigh(i.r1), m.constant(signed: i.i32))
    }
    define("CLHHR", 0xB9CF, .rre, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, m.grHigh(i.e1), m.grHigh(i.e2))
    }
    define("CLHLR", 0xB9DF, .rre, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, m.grHigh(i.e1), m.gr(i.e2))
    }
    define("CLHF", 0xE3CF, .rxyA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, m.grHigh(i.r1), try m.load32(m.rxy(i)))
    }
    define("CLIH", 0xCC0F, .rilA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, m.grHigh(i.r1), m.constant32(i.i32))
    }
  }

  private mutating func defineHighWordStorage() {
    let f = Facility.distinctOperands
    define("LBH", 0xE3C0, .rxyA, [], f) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.r1, m.zeroExtend32(m.signExtend8(try m.load8(m.rxy(i)))))
    }
    define("LHH", 0xE3C4, .rxyA, [], f) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.r1, m.zeroExtend32(m.signExtend16(try m.load16(m.rxy(i)))))
    }
    define("LFH", 0xE3CA, .rxyA, [], f) { m, i throws(ProgramInterruption) in m.setGRHigh(i.r1, try m.load32(m.rxy(i))) }
    define("LLCH", 0xE3C2, .rxyA, [], f) { m, i throws(ProgramInterruption) in m.setGRHigh(i.r1, try m.load8(m.rxy(i))) }
    define("LLHH", 0xE3C6, .rxyA, [], f) { m, i throws(ProgramInterruption) in m.setGRHigh(i.r1, try m.load16(m.rxy(i))) }
    define("STCH", 0xE3C3, .rxyA, [], f) { m, i throws(ProgramInterruption) in try m.store8(m.grHigh(i.r1), m.rxy(i)) }
    define("STHH", 0xE3C7, .rxyA, [], f) { m, i throws(ProgramInterruption) in try m.store16(m.grHigh(i.r1), m.rxy(i)) }
    define("STFH", 0xE3CB, .rxyA, [], f) { m, i throws(ProgramInterruption) in try m.store32(m.grHigh(i.r1), m.rxy(i)) }
  }
}

extension Datapath where Self: ~Copyable {
  @inline(__always) mutating func addHigh(_ r: Int, _ a: Value, _ b: Value) throws(ProgramInterruption) {
    let sum = addSettingCC32(a, b)
    setGRHigh(r, sum)
    try interruptOnFixedPointOverflow()
  }
  @inline(__always) mutating func subtractHigh(_ r: Int, _ a: Value, _ b: Value) throws(ProgramInterruption) {
    let difference = subtractSettingCC32(a, b)
    setGRHigh(r, difference)
    try interruptOnFixedPointOverflow()
  }
}

/// Signed addition and subtraction (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineArithmetic() {
    defineAdditions()
    defineSubtractions()
    defineDistinctArithmetic()
    defineStorageImmediateAdditions()
  }

  private mutating func defineAdditions() {
    define("AR", 0x1A, .rr, .setsCC) { m, i throws(ProgramInterruption) in try m.add32(i.r1, m.gr(i.r1), m.gr(i.r2)) }
    define("AGR", 0xB908, .rre, .zCC) { m, i throws(ProgramInterruption) in try m.add64(i.e1, m.gr(i.e1), m.gr(i.e2)) }
    define("AGFR", 0xB918, .rre, .zCC) { m, i throws(ProgramInterruption) in
      try m.add64(i.e1, m.gr(i.e1), m.signExtend32(m.gr(i.e2)))
    }
    define("A", 0x5A, .rxA, .setsCC) { m, i throws(ProgramInterruption) in try m.add32(i.r1, m.gr(i.r1), try m.load32(m.rx(i))) }
    define("AY", 0xE35A, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.add32(i.r1, m.gr(i.r1), try m.load32(m.rxy(i)))
    }
    define("AG", 0xE308, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      try m.add64(i.r1, m.gr(i.r1), try m.load64(m.rxy(i)))
    }
    define("AGF", 0xE318, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      try m.add64(i.r1, m.gr(i.r1), m.signExtend32(try m.load32(m.rxy(i))))
    }
    define("AH", 0x4A, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      try m.add32(i.r1, m.gr(i.r1), m.signExtend16(try m.load16(m.rx(i))))
    }
    define("AHY", 0xE37A, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.add32(i.r1, m.gr(i.r1), m.signExtend16(try m.load16(m.rxy(i))))
    }
    define("AHI", 0xA70A, .riA, .setsCC) { m, i throws(ProgramInterruption) in
      try m.add32(i.r1, m.gr(i.r1), m.constant(signed: i.i16))
    }
    define("AGHI", 0xA70B, .riA, .zCC) { m, i throws(ProgramInterruption) in
      try m.add64(i.r1, m.gr(i.r1), m.constant(signed: i.i16))
    }
    define("AFI", 0xC209, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      try m.add32(i.r1, m.gr(i.r1), m.constant(signed: i.i32))
    }
    define("AGFI", 0xC208, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      try m.add64(i.r1, m.gr(i.r1), m.constant(signed: i.i32))
    }
  }

  private mutating func defineSubtractions() {
    define("SR", 0x1B, .rr, .setsCC) { m, i throws(ProgramInterruption) in try m.subtract32(i.r1, m.gr(i.r1), m.gr(i.r2)) }
    define("SGR", 0xB909, .rre, .zCC) { m, i throws(ProgramInterruption) in try m.subtract64(i.e1, m.gr(i.e1), m.gr(i.e2)) }
    define("SGFR", 0xB919, .rre, .zCC) { m, i throws(ProgramInterruption) in
      try m.subtract64(i.e1, m.gr(i.e1), m.signExtend32(m.gr(i.e2)))
    }
    define("S", 0x5B, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      try m.subtract32(i.r1, m.gr(i.r1), try m.load32(m.rx(i)))
    }
    define("SY", 0xE35B, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.subtract32(i.r1, m.gr(i.r1), try m.load32(m.rxy(i)))
    }
    define("SG", 0xE309, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      try m.subtract64(i.r1, m.gr(i.r1), try m.load64(m.rxy(i)))
    }
    define("SGF", 0xE319, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      try m.subtract64(i.r1, m.gr(i.r1), m.signExtend32(try m.load32(m.rxy(i))))
    }
    define("SH", 0x4B, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      try m.subtract32(i.r1, m.gr(i.r1), m.signExtend16(try m.load16(m.rx(i))))
    }
    define("SHY", 0xE37B, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.subtract32(i.r1, m.gr(i.r1), m.signExtend16(try m.load16(m.rxy(i))))
    }
  }

  private mutating func defineDistinctArithmetic() {
    let f = Facility.distinctOperands
    define("ARK", 0xB9F8, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in try m.add32(i.e1, m.gr(i.e2), m.gr(i.e3)) }
    define("AGRK", 0xB9E8, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in try m.add64(i.e1, m.gr(i.e2), m.gr(i.e3)) }
    define("SRK", 0xB9F9, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.subtract32(i.e1, m.gr(i.e2), m.gr(i.e3))
    }
    define("SGRK", 0xB9E9, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.subtract64(i.e1, m.gr(i.e2), m.gr(i.e3))
    }
    define("AHIK", 0xECD8, .rieD, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.add32(i.r1, m.gr(i.r3), m.constant(signed: i.i16))
    }
    define("AGHIK", 0xECD9, .rieD, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.add64(i.r1, m.gr(i.r3), m.constant(signed: i.i16))
    }
  }

  /// ADD IMMEDIATE to storage. With interlocked access an aligned operand is updated in one step.
  private mutating func defineStorageImmediateAdditions() {
    let f = Facility.generalInstructionsExtension
    define("ASI", 0xEB6A, .siy, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.update32(m.rsy(i)) { m, old in m.addSettingCC32(old, m.constant(signed: i.immediateByte)) }
      try m.interruptOnFixedPointOverflow()
    }
    define("AGSI", 0xEB7A, .siy, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.update64(m.rsy(i)) { m, old in m.addSettingCC64(old, m.constant(signed: i.immediateByte)) }
      try m.interruptOnFixedPointOverflow()
    }
    define("ALSI", 0xEB6E, .siy, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.update32(m.rsy(i)) { m, old in m.addLogicalSettingCC32(old, m.constant(signed: i.immediateByte)) }
    }
    define("ALGSI", 0xEB7E, .siy, .setsCC, f) { m, i throws(ProgramInterruption) in
      try m.update64(m.rsy(i)) { m, old in m.addLogicalSettingCC64(old, m.constant(signed: i.immediateByte)) }
    }
  }
}

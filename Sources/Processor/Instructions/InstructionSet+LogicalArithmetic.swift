/// Unsigned addition and subtraction, with and without carry (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineLogicalArithmetic() {
    defineLogicalAdditions()
    defineLogicalSubtractions()
    defineCarryArithmetic()
    defineDistinctLogicalArithmetic()
  }

  private mutating func defineLogicalAdditions() {
    define("ALR", 0x1E, .rr, .setsCC) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.addLogicalSettingCC32(m.gr(i.r1), m.gr(i.r2)))
    }
    define("ALGR", 0xB90A, .rre, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.addLogicalSettingCC64(m.gr(i.e1), m.gr(i.e2)))
    }
    define("ALGFR", 0xB91A, .rre, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.addLogicalSettingCC64(m.gr(i.e1), m.gr32(i.e2)))
    }
    define("AL", 0x5E, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.addLogicalSettingCC32(m.gr(i.r1), try m.load32(m.rx(i))))
    }
    define("ALY", 0xE35E, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.addLogicalSettingCC32(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("ALG", 0xE30A, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.addLogicalSettingCC64(m.gr(i.r1), try m.load64(m.rxy(i))))
    }
    define("ALGF", 0xE31A, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.addLogicalSettingCC64(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("ALFI", 0xC20B, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.addLogicalSettingCC32(m.gr(i.r1), m.constant32(i.i32)))
    }
    define("ALGFI", 0xC20A, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.addLogicalSettingCC64(m.gr(i.r1), m.constant32(i.i32)))
    }
  }

  private mutating func defineLogicalSubtractions() {
    define("SLR", 0x1F, .rr, .setsCC) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.subtractLogicalSettingCC32(m.gr(i.r1), m.gr(i.r2)))
    }
    define("SLGR", 0xB90B, .rre, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.subtractLogicalSettingCC64(m.gr(i.e1), m.gr(i.e2)))
    }
    define("SLGFR", 0xB91B, .rre, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.subtractLogicalSettingCC64(m.gr(i.e1), m.gr32(i.e2)))
    }
    define("SL", 0x5F, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.subtractLogicalSettingCC32(m.gr(i.r1), try m.load32(m.rx(i))))
    }
    define("SLY", 0xE35F, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.subtractLogicalSettingCC32(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("SLG", 0xE30B, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.subtractLogicalSettingCC64(m.gr(i.r1), try m.load64(m.rxy(i))))
    }
    define("SLGF", 0xE31B, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.subtractLogicalSettingCC64(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("SLFI", 0xC205, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.subtractLogicalSettingCC32(m.gr(i.r1), m.constant32(i.i32)))
    }
    define("SLGFI", 0xC204, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.subtractLogicalSettingCC64(m.gr(i.r1), m.constant32(i.i32)))
    }
  }

  private mutating func defineCarryArithmetic() {
    define("ALCR", 0xB998, .rre, .setsCC) { m, i throws(ProgramInterruption) in
      m.setGR32(i.e1, m.addWithCarrySettingCC32(m.gr(i.e1), m.gr(i.e2)))
    }
    define("ALCGR", 0xB988, .rre, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.addWithCarrySettingCC64(m.gr(i.e1), m.gr(i.e2)))
    }
    define("ALC", 0xE398, .rxyA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.addWithCarrySettingCC32(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("ALCG", 0xE388, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.addWithCarrySettingCC64(m.gr(i.r1), try m.load64(m.rxy(i))))
    }
    define("SLBR", 0xB999, .rre, .setsCC) { m, i throws(ProgramInterruption) in
      m.setGR32(i.e1, m.subtractWithBorrowSettingCC32(m.gr(i.e1), m.gr(i.e2)))
    }
    define("SLBGR", 0xB989, .rre, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.subtractWithBorrowSettingCC64(m.gr(i.e1), m.gr(i.e2)))
    }
    define("SLB", 0xE399, .rxyA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.subtractWithBorrowSettingCC32(m.gr(i.r1), try m.load32(m.rxy(i))))
    }
    define("SLBG", 0xE389, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.subtractWithBorrowSettingCC64(m.gr(i.r1), try m.load64(m.rxy(i))))
    }
  }

  private mutating func defineDistinctLogicalArithmetic() {
    let f = Facility.distinctOperands
    define("ALRK", 0xB9FA, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGR32(i.e1, m.addLogicalSettingCC32(m.gr(i.e2), m.gr(i.e3)))
    }
    define("ALGRK", 0xB9EA, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.addLogicalSettingCC64(m.gr(i.e2), m.gr(i.e3)))
    }
    define("SLRK", 0xB9FB, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGR32(i.e1, m.subtractLogicalSettingCC32(m.gr(i.e2), m.gr(i.e3)))
    }
    define("SLGRK", 0xB9EB, .rrfA, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.subtractLogicalSettingCC64(m.gr(i.e2), m.gr(i.e3)))
    }
    define("ALHSIK", 0xECDA, .rieD, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.addLogicalSettingCC32(m.gr(i.r3), m.constant(signed: i.i16)))
    }
    define("ALGHSIK", 0xECDB, .rieD, .setsCC, f) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.addLogicalSettingCC64(m.gr(i.r3), m.constant(signed: i.i16)))
    }
  }
}

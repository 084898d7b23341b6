/// Loads into general registers (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineLoads() {
    defineRegisterLoads()
    defineStorageLoads()
    defineShortStorageLoads()
    defineTestingLoads()
    defineSignLoads()
    defineReversedLoads()
    defineRelativeLoads()
  }

  private mutating func defineRegisterLoads() {
    define("LR", 0x18, .rr) { m, i throws(ProgramInterruption) in m.setGR32(i.r1, m.gr(i.r2)) }
    define("LGR", 0xB904, .rre, .z) { m, i throws(ProgramInterruption) in m.setGR(i.e1, m.gr(i.e2)) }
    define("LGFR", 0xB914, .rre, .z) { m, i throws(ProgramInterruption) in m.setGR(i.e1, m.signExtend32(m.gr(i.e2))) }
    define("LLGFR", 0xB916, .rre, .z) { m, i throws(ProgramInterruption) in m.setGR(i.e1, m.gr32(i.e2)) }
    define("LLGTR", 0xB917, .rre, .z) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.and(m.gr(i.e2), m.constant(0x7FFF_FFFF)))
    }
    let immediate = Facility.extendedImmediate
    define("LBR", 0xB926, .rre, [], immediate) { m, i throws(ProgramInterruption) in m.setGR32(i.e1, m.signExtend8(m.gr(i.e2))) }
    define("LHR", 0xB927, .rre, [], immediate) { m, i throws(ProgramInterruption) in m.setGR32(i.e1, m.signExtend16(m.gr(i.e2))) }
    define("LGBR", 0xB906, .rre, [], immediate) { m, i throws(ProgramInterruption) in m.setGR(i.e1, m.signExtend8(m.gr(i.e2))) }
    define("LGHR", 0xB907, .rre, [], immediate) { m, i throws(ProgramInterruption) in m.setGR(i.e1, m.signExtend16(m.gr(i.e2))) }
    define("LLCR", 0xB994, .rre, [], immediate) { m, i throws(ProgramInterruption) in m.setGR32(i.e1, m.zeroExtend8(m.gr(i.e2))) }
    define("LLHR", 0xB995, .rre, [], immediate) { m, i throws(ProgramInterruption) in
      m.setGR32(i.e1, m.zeroExtend16(m.gr(i.e2)))
    }
    define("LLGCR", 0xB984, .rre, [], immediate) { m, i throws(ProgramInterruption) in m.setGR(i.e1, m.zeroExtend8(m.gr(i.e2))) }
    define("LLGHR", 0xB985, .rre, [], immediate) { m, i throws(ProgramInterruption) in m.setGR(i.e1, m.zeroExtend16(m.gr(i.e2))) }
    define("LA", 0x41, .rxA) { m, i throws(ProgramInterruption) in m.setAddress(i.r1, m.rx(i).address) }
    define("LAY", 0xE371, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setAddress(i.r1, m.rxy(i).address)
    }
    define("LARL", 0xC000, .rilB) { m, i throws(ProgramInterruption) in m.setAddress(i.r1, m.relative(i.i32)) }
  }

  private mutating func defineStorageLoads() {
    define("L", 0x58, .rxA) { m, i throws(ProgramInterruption) in m.setGR32(i.r1, try m.load32(m.rx(i))) }
    define("LY", 0xE358, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, try m.load32(m.rxy(i)))
    }
    define("LG", 0xE304, .rxyA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, try m.load64(m.rxy(i))) }
    define("LGF", 0xE314, .rxyA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.signExtend32(try m.load32(m.rxy(i)))) }
    define("LLGF", 0xE316, .rxyA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, try m.load32(m.rxy(i))) }
    define("LLGT", 0xE317, .rxyA, .z) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.and(try m.load32(m.rxy(i)), m.constant(0x7FFF_FFFF)))
    }
    define("LAT", 0xE39F, .rxyA, [], .miscellaneousExtensions1) { m, i throws(ProgramInterruption) in
      let v = try m.load32(m.rxy(i))
      m.setGR32(i.r1, v)
      try m.trap(if: m.isZero(v))
    }
    define("LGAT", 0xE385, .rxyA, [], .miscellaneousExtensions1) { m, i throws(ProgramInterruption) in
      let v = try m.load64(m.rxy(i))
      m.setGR(i.r1, v)
      try m.trap(if: m.isZero(v))
    }
    define("LFHAT", 0xE3C8, .rxyA, [], .miscellaneousExtensions1) { m, i throws(ProgramInterruption) in
      let v = try m.load32(m.rxy(i))
      m.setGRHigh(i.r1, v)
      try m.trap(if: m.isZero(v))
    }
    define("LLGFAT", 0xE39D, .rxyA, [], .miscellaneousExtensions1) { m, i throws(ProgramInterruption) in
      let v = try m.load32(m.rxy(i))
      m.setGR(i.r1, v)
      try m.trap(if: m.isZero(v))
    }
    define("LLGTAT", 0xE39C, .rxyA, [], .miscellaneousExtensions1) { m, i throws(ProgramInterruption) in
      let v = m.and(try m.load32(m.rxy(i)), m.constant(0x7FFF_FFFF))
      m.setGR(i.r1, v)
      try m.trap(if: m.isZero(v))
    }
    define("LZRF", 0xE33B, .rxyA, [], .loadStoreOnCondition2) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.and(try m.load32(m.rxy(i)), m.constant(0xFFFF_FF00)))
    }
    define("LZRG", 0xE32A, .rxyA, [], .loadStoreOnCondition2) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.and(try m.load64(m.rxy(i)), m.constant(0xFFFF_FFFF_FFFF_FF00)))
    }
    define("LLZRGF", 0xE33A, .rxyA, [], .loadStoreOnCondition2) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.and(try m.load32(m.rxy(i)), m.constant(0xFFFF_FF00)))
    }
  }

  private mutating func defineShortStorageLoads() {
    define("LH", 0x48, .rxA) { m, i throws(ProgramInterruption) in m.setGR32(i.r1, m.signExtend16(try m.load16(m.rx(i)))) }
    define("LHY", 0xE378, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.signExtend16(try m.load16(m.rxy(i))))
    }
    define("LGH", 0xE315, .rxyA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.signExtend16(try m.load16(m.rxy(i)))) }
    define("LB", 0xE376, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.signExtend8(try m.load8(m.rxy(i))))
    }
    define("LGB", 0xE377, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.signExtend8(try m.load8(m.rxy(i))))
    }
    define("LLC", 0xE394, .rxyA, [], .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, try m.load8(m.rxy(i)))
    }
    define("LLH", 0xE395, .rxyA, [], .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, try m.load16(m.rxy(i)))
    }
    define("LLGC", 0xE390, .rxyA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, try m.load8(m.rxy(i))) }
    define("LLGH", 0xE391, .rxyA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, try m.load16(m.rxy(i))) }
    define("IC", 0x43, .rxA) { m, i throws(ProgramInterruption) in m.insertByte(i.r1, try m.load8(m.rx(i))) }
    define("ICY", 0xE373, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      m.insertByte(i.r1, try m.load8(m.rxy(i)))
    }
  }

  private mutating func defineTestingLoads() {
    define("LTR", 0x12, .rr, .setsCC) { m, i throws(ProgramInterruption) in
      let v = m.gr32(i.r2)
      m.setGR32(i.r1, v)
      m.setCCSign32(v)
    }
    define("LTGR", 0xB902, .rre, .zCC) { m, i throws(ProgramInterruption) in
      let v = m.gr(i.e2)
      m.setGR(i.e1, v)
      m.setCCSign64(v)
    }
    define("LTGFR", 0xB912, .rre, .zCC) { m, i throws(ProgramInterruption) in
      let v = m.signExtend32(m.gr(i.e2))
      m.setGR(i.e1, v)
      m.setCCSign64(v)
    }
    define("LT", 0xE312, .rxyA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      let v = try m.load32(m.rxy(i))
      m.setGR32(i.r1, v)
      m.setCCSign32(v)
    }
    define("LTG", 0xE302, .rxyA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      let v = try m.load64(m.rxy(i))
      m.setGR(i.r1, v)
      m.setCCSign64(v)
    }
    define("LTGF", 0xE332, .rxyA, .setsCC, .generalInstructionsExtension) { m, i throws(ProgramInterruption) in
      let v = m.signExtend32(try m.load32(m.rxy(i)))
      m.setGR(i.r1, v)
      m.setCCSign64(v)
    }
  }

  /// LOAD COMPLEMENT, NEGATIVE and POSITIVE.
  private mutating func defineSignLoads() {
    define("LCR", 0x13, .rr, .setsCC) { m, i throws(ProgramInterruption) in
      try m.subtract32(i.r1, m.constant(0), m.gr(i.r2))
    }
    define("LCGR", 0xB903, .rre, .zCC) { m, i throws(ProgramInterruption) in
      try m.subtract64(i.e1, m.constant(0), m.gr(i.e2))
    }
    define("LCGFR", 0xB913, .rre, .zCC) { m, i throws(ProgramInterruption) in
      try m.subtract64(i.e1, m.constant(0), m.signExtend32(m.gr(i.e2)))
    }
    define("LNR", 0x11, .rr, .setsCC) { m, i throws(ProgramInterruption) in
      let v = m.gr32(i.r2)
      let negative = m.select(m.compare(.signed32, v, m.constant(0), in: 4), v, m.subtract(m.constant(0), v))
      m.setGR32(i.r1, negative)
      m.setCCSign32(negative)
    }
    define("LNGR", 0xB901, .rre, .zCC) { m, i throws(ProgramInterruption) in m.loadNegative64(i.e1, m.gr(i.e2)) }
    define("LNGFR", 0xB911, .rre, .zCC) { m, i throws(ProgramInterruption) in m.loadNegative64(i.e1, m.signExtend32(m.gr(i.e2))) }
    define("LPR", 0x10, .rr, .setsCC) { m, i throws(ProgramInterruption) in
      let v = m.gr32(i.r2), zero = m.constant(0)
      let isNegative = m.compare(.signed32, v, zero, in: 4)
      try m.subtract32(i.r1, m.select(isNegative, zero, v), m.select(isNegative, v, zero))
    }
    define("LPGR", 0xB900, .rre, .zCC) { m, i throws(ProgramInterruption) in try m.loadPositive64(i.e1, m.gr(i.e2)) }
    define("LPGFR", 0xB910, .rre, .zCC) { m, i throws(ProgramInterruption) in
      try m.loadPositive64(i.e1, m.signExtend32(m.gr(i.e2)))
    }
  }

  private mutating func defineReversedLoads() {
    define("LRVR", 0xB91F, .rre) { m, i throws(ProgramInterruption) in m.setGR32(i.e1, m.byteSwap32(m.gr(i.e2))) }
    define("LRVGR", 0xB90F, .rre, .z) { m, i throws(ProgramInterruption) in m.setGR(i.e1, m.byteSwap64(m.gr(i.e2))) }
    define("LRV", 0xE31E, .rxyA) { m, i throws(ProgramInterruption) in m.setGR32(i.r1, m.byteSwap32(try m.load32(m.rxy(i)))) }
    define("LRVG", 0xE30F, .rxyA, .z) { m, i throws(ProgramInterruption) in m.setGR(i.r1, m.byteSwap64(try m.load64(m.rxy(i)))) }
    define("LRVH", 0xE31F, .rxyA) { m, i throws(ProgramInterruption) in
      let v = m.byteSwap16(try m.load16(m.rxy(i)))
      m.setGR32(i.r1, m.or(m.and(m.gr(i.r1), m.constant(0xFFFF_0000)), v))
    }
  }

  private mutating func defineRelativeLoads() {
    let f = Facility.generalInstructionsExtension
    define("LRL", 0xC40D, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, try m.loadRelative32(i))
    }
    define("LGRL", 0xC408, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, try m.loadRelative64(i))
    }
    define("LGFRL", 0xC40C, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.signExtend32(try m.loadRelative32(i)))
    }
    define("LLGFRL", 0xC40E, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, try m.loadRelative32(i))
    }
    define("LHRL", 0xC405, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.signExtend16(try m.load16(m.relativeOperand(i))))
    }
    define("LGHRL", 0xC404, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.signExtend16(try m.load16(m.relativeOperand(i))))
    }
    define("LLHRL", 0xC402, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, try m.load16(m.relativeOperand(i)))
    }
    define("LLGHRL", 0xC406, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, try m.load16(m.relativeOperand(i)))
    }
  }
}

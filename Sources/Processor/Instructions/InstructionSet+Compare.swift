/// Comparisons of registers, storage and immediates (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineComparisons() {
    defineSignedComparisons()
    defineLogicalComparisons()
  }

  private mutating func defineSignedComparisons() {
    let relative = Facility.generalInstructionsExtension
    define("CR", 0x19, .rr, .setsCC) { m, i throws(ProgramInterruption) in m.setCCCompare(.signed32, m.gr(i.r1), m.gr(i.r2)) }
    define("CGR", 0xB920, .rre, .zCC) { m, i throws(ProgramInterruption) in m.setCCCompare(.signed64, m.gr(i.e1), m.gr(i.e2)) }
    define("CGFR", 0xB930, .rre, .zCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, m.gr(i.e1), m.signExtend32(m.gr(i.e2)))
    }
    define("C", 0x59, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.gr(i.r1), try m.load32(m.rx(i)))
    }
    define("CY", 0xE359, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.gr(i.r1), try m.load32(m.rxy(i)))
    }
    define("CG", 0xE320, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, m.gr(i.r1), try m.load64(m.rxy(i)))
    }
    define("CGF", 0xE330, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, m.gr(i.r1), m.signExtend32(try m.load32(m.rxy(i))))
    }
    define("CH", 0x49, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.gr(i.r1), m.signExtend16(try m.load16(m.rx(i))))
    }
    define("CHY", 0xE379, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.gr(i.r1), m.signExtend16(try m.load16(m.rxy(i))))
    }
    define("CGH", 0xE334, .rxyA, .setsCC, relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, m.gr(i.r1), m.signExtend16(try m.load16(m.rxy(i))))
    }
    define("CHI", 0xA70E, .riA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.gr(i.r1), m.constant(signed: i.i16))
    }
    define("CGHI", 0xA70F, .riA, .zCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, m.gr(i.r1), m.constant(signed: i.i16))
    }
    define("CFI", 0xC20D, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.gr(i.r1), m.constant(signed: i.i32))
    }
    define("CGFI", 0xC20C, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, m.gr(i.r1), m.constant(signed: i.i32))
    }
    define("CRL", 0xC60D, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.gr(i.r1), try m.loadRelative32(i))
    }
    define("CGRL", 0xC608, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, m.gr(i.r1), try m.loadRelative64(i))
    }
    define("CGFRL", 0xC60C, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, m.gr(i.r1), m.signExtend32(try m.loadRelative32(i)))
    }
    define("CHRL", 0xC605, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.gr(i.r1), m.signExtend16(try m.load16(m.relativeOperand(i))))
    }
    define("CGHRL", 0xC604, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, m.gr(i.r1), m.signExtend16(try m.load16(m.relativeOperand(i))))
    }
    define("CHHSI", 0xE554, .sil, .setsCC, relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, m.signExtend16(try m.load16(m.rs(i))), m.constant(signed: i.silI2))
    }
    define("CHSI", 0xE55C, .sil, .setsCC, relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed32, try m.load32(m.rs(i)), m.constant(signed: i.silI2))
    }
    define("CGHSI", 0xE558, .sil, .setsCC, relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.signed64, try m.load64(m.rs(i)), m.constant(signed: i.silI2))
    }
  }

  private mutating func defineLogicalComparisons() {
    let relative = Facility.generalInstructionsExtension
    define("CLR", 0x15, .rr, .setsCC) { m, i throws(ProgramInterruption) in m.setCCCompare(.logical32, m.gr(i.r1), m.gr(i.r2)) }
    define("CLGR", 0xB921, .rre, .zCC) { m, i throws(ProgramInterruption) in m.setCCCompare(.logical64, m.gr(i.e1), m.gr(i.e2)) }
    define("CLGFR", 0xB931, .rre, .zCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical64, m.gr(i.e1), m.gr32(i.e2))
    }
    define("CL", 0x55, .rxA, .setsCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, m.gr(i.r1), try m.load32(m.rx(i)))
    }
    define("CLY", 0xE355, .rxyA, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, m.gr(i.r1), try m.load32(m.rxy(i)))
    }
    define("CLG", 0xE321, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical64, m.gr(i.r1), try m.load64(m.rxy(i)))
    }
    define("CLGF", 0xE331, .rxyA, .zCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical64, m.gr(i.r1), try m.load32(m.rxy(i)))
    }
    define("CLFI", 0xC20F, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, m.gr(i.r1), m.constant32(i.i32))
    }
    define("CLGFI", 0xC20E, .rilA, .setsCC, .extendedImmediate) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical64, m.gr(i.r1), m.constant32(i.i32))
    }
    define("CLI", 0x95, .si, .setsCC) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, try m.load8(m.rs(i)), m.constant(UInt64(i.byte1)))
    }
    define("CLIY", 0xEB55, .siy, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, try m.load8(m.rsy(i)), m.constant(UInt64(i.byte1)))
    }
    define("CLRL", 0xC60F, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, m.gr(i.r1), try m.loadRelative32(i))
    }
    define("CLGRL", 0xC60A, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical64, m.gr(i.r1), try m.loadRelative64(i))
    }
    define("CLGFRL", 0xC60E, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical64, m.gr(i.r1), try m.loadRelative32(i))
    }
    define("CLHRL", 0xC607, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, m.gr(i.r1), try m.load16(m.relativeOperand(i)))
    }
    define("CLGHRL", 0xC606, .rilB, [.setsCC, .relativeOperand], relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical64, m.gr(i.r1), try m.load16(m.relativeOperand(i)))
    }
    define("CLHHSI", 0xE555, .sil, .setsCC, relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, try m.load16(m.rs(i)), m.constant(i.silU2))
    }
    define("CLFHSI", 0xE55D, .sil, .setsCC, relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical32, try m.load32(m.rs(i)), m.constant(i.silU2))
    }
    define("CLGHSI", 0xE559, .sil, .setsCC, relative) { m, i throws(ProgramInterruption) in
      m.setCCCompare(.logical64, try m.load64(m.rs(i)), m.constant(i.silU2))
    }
  }
}

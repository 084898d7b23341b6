/// Floating-point-support instructions (chapter 9): data between registers and storage, whatever their radix, and the FPC.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineFloatingPointSupport() {
    defineFloatingPointLoads()
    defineFloatingPointStores()
    defineFloatingPointSigns()
    defineFloatingPointControl()
  }

  private mutating func defineFloatingPointLoads() {
    define("LDR", 0x28, .rr, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1 | i.r2)
      m.setFPR(i.r1, m.fpr(i.r2))
    }
    define("LER", 0x38, .rr, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1 | i.r2)
      m.setFPRShort(i.r1, m.fprShort(i.r2))
    }
    define("LXR", 0xB365, .rre, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e1 | i.e2)
      if (i.e1 | i.e2) & 2 != 0 { throw .specification }
      let (high, low) = (m.fpr(i.e2), m.fpr(i.e2 | 2))
      m.setFPR(i.e1, high)
      m.setFPR(i.e1 | 2, low)
    }
    define("LD", 0x68, .rxA, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1)
      m.setFPR(i.r1, try m.load64(m.rx(i)))
    }
    define("LE", 0x78, .rxA, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1)
      m.setFPRShort(i.r1, try m.load32(m.rx(i)))
    }
    define("LDY", 0xED65, .rxyA, .floatingPoint, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1)
      m.setFPR(i.r1, try m.load64(m.rxy(i)))
    }
    define("LEY", 0xED64, .rxyA, .floatingPoint, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1)
      m.setFPRShort(i.r1, try m.load32(m.rxy(i)))
    }
    define("LZER", 0xB374, .rre, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e1)
      m.setFPRShort(i.e1, m.constant(0))
    }
    define("LZDR", 0xB375, .rre, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e1)
      m.setFPR(i.e1, m.constant(0))
    }
    define("LZXR", 0xB376, .rre, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e1)
      if i.e1 & 2 != 0 { throw .specification }
      m.setFPR(i.e1, m.constant(0))
      m.setFPR(i.e1 | 2, m.constant(0))
    }
    define("LDGR", 0xB3C1, .rre, .floatingPoint, .floatingPointSupport) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e1)
      m.setFPR(i.e1, m.gr(i.e2))
    }
    define("LGDR", 0xB3CD, .rre, .floatingPoint, .floatingPointSupport) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e2)
      m.setGR(i.e1, m.fpr(i.e2))
    }
  }

  private mutating func defineFloatingPointStores() {
    define("STD", 0x60, .rxA, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1)
      try m.store64(m.fpr(i.r1), m.rx(i))
    }
    define("STE", 0x70, .rxA, .floatingPoint) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1)
      try m.store32(m.fprShort(i.r1), m.rx(i))
    }
    define("STDY", 0xED67, .rxyA, .floatingPoint, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1)
      try m.store64(m.fpr(i.r1), m.rxy(i))
    }
    define("STEY", 0xED66, .rxyA, .floatingPoint, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.r1)
      try m.store32(m.fprShort(i.r1), m.rxy(i))
    }
  }

  /// Signs of long data, with no regard to what they are and without a condition code.
  private mutating func defineFloatingPointSigns() {
    let sign: UInt64 = 1 << 63
    define("LPDFR", 0xB370, .rre, .floatingPoint, .floatingPointSupport) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e1 | i.e2)
      m.setFPR(i.e1, m.and(m.fpr(i.e2), m.constant(~sign)))
    }
    define("LNDFR", 0xB371, .rre, .floatingPoint, .floatingPointSupport) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e1 | i.e2)
      m.setFPR(i.e1, m.or(m.fpr(i.e2), m.constant(sign)))
    }
    define("LCDFR", 0xB373, .rre, .floatingPoint, .floatingPointSupport) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e1 | i.e2)
      m.setFPR(i.e1, m.xor(m.fpr(i.e2), m.constant(sign)))
    }
    // The magnitude of R2 with the sign of R3.
    define("CPSDR", 0xB372, .rrfB, .floatingPoint, .floatingPointSupport) { m, i throws(ProgramInterruption) in
      try m.requireFloatingPointRegister(i.e1 | i.e2 | i.e3)
      let magnitude = m.and(m.fpr(i.e2), m.constant(~sign))
      m.setFPR(i.e1, m.or(magnitude, m.and(m.fpr(i.e3), m.constant(sign))))
    }
  }

  /// The FPC as a whole and its rounding modes; all of these need the AFP-register control. Without it those of facility 41
  /// count as decimal ones (DXC 3), the others as binary ones (DXC 2).
  private mutating func defineFloatingPointControl() {
    routine("EFPC", 0xB38C, .rre, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      cpu.setGR32(i.e1, UInt64(cpu.s.pointee.fpc))
    }
    routine("SFPC", 0xB384, .rre, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      try cpu.setFloatingPointControl(cpu.gr(i.e1))
    }
    routine("LFPC", 0xB29D, .s, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      try cpu.setFloatingPointControl(try cpu.load32(cpu.rs(i)))
    }
    routine("STFPC", 0xB29C, .s, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      try cpu.store32(UInt64(cpu.s.pointee.fpc), cpu.rs(i))
    }
    routine("SFASR", 0xB385, .rre, .floatingPoint, .floatingPointSupport) { cpu, i throws(ProgramInterruption) in
      try cpu.requireDecimalFloatingPoint()
      try cpu.setFloatingPointControlSignaling(cpu.gr(i.e1))
    }
    routine("LFAS", 0xB2BD, .s, .floatingPoint, .floatingPointSupport) { cpu, i throws(ProgramInterruption) in
      try cpu.requireDecimalFloatingPoint()
      try cpu.setFloatingPointControlSignaling(try cpu.load32(cpu.rs(i)))
    }
    // Two bits only; the third rounding-mode bit becomes zero.
    routine("SRNM", 0xB299, .s, .floatingPoint) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      let mode = UInt32(truncatingIfNeeded: cpu.rs(i).address) & 3
      cpu.s.pointee.fpc = cpu.s.pointee.fpc & ~7 | mode
    }
    routine("SRNMB", 0xB2B8, .s, .floatingPoint, .floatingPointExtension) { cpu, i throws(ProgramInterruption) in
      try cpu.requireBinaryFloatingPoint()
      let mode = UInt32(truncatingIfNeeded: cpu.rs(i).address) & 0xFF
      if mode > 3 && mode != 7 { throw .specification }
      cpu.s.pointee.fpc = cpu.s.pointee.fpc & ~7 | mode
    }
    // The DFP-rounding facility is part of 41 and there without decimal floating point; all eight modes are assigned.
    routine("SRNMT", 0xB2B9, .s, .floatingPoint, .floatingPointSupport) { cpu, i throws(ProgramInterruption) in
      try cpu.requireDecimalFloatingPoint()
      let mode = UInt32(truncatingIfNeeded: cpu.rs(i).address) & 7
      cpu.s.pointee.fpc = cpu.s.pointee.fpc & ~0x70 | mode &<< 4
    }
  }
}

extension CPU {
  /// SET FPC and LOAD FPC, with bits 32-63 of `v`.
  mutating func setFloatingPointControl(_ v: UInt64) throws(ProgramInterruption) {
    let bits = UInt32(truncatingIfNeeded: v)
    if !FloatingPointControl.isValid(bits) { throw .specification }
    s.pointee.fpc = bits
  }

  /// SET FPC AND SIGNAL and LOAD FPC AND SIGNAL: the instruction completes, then its simulated IEEE exception interrupts.
  mutating func setFloatingPointControlSignaling(_ v: UInt64) throws(ProgramInterruption) {
    let bits = UInt32(truncatingIfNeeded: v)
    if !FloatingPointControl.isValid(bits) { throw .specification }
    let (control, trap) = floatingPointControl.signaling(bits)
    s.pointee.fpc = control.bits
    if let trap { throw dataException(trap) }
  }
}

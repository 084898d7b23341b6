/// Branches (chapter 7): on condition, on count, on index, relative, compare and branch, linkage without a stack.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineBranches() {
    define("BC", 0x47, .rxB, .endsBlock) { m, i throws(ProgramInterruption) in
      m.branch(if: m.conditionCode(in: i.r1), to: m.rx(i).address)
    }
    define("BCR", 0x07, .rrM, .endsBlock) { m, i throws(ProgramInterruption) in
      if i.r2 != 0 { m.branch(if: m.conditionCode(in: i.r1), to: m.gr(i.r2)) }
    }
    define("BRC", 0xA704, .riC, .endsBlock) { m, i throws(ProgramInterruption) in
      m.branch(if: m.conditionCode(in: i.r1), to: m.relative(i.i16))
    }
    define("BRCL", 0xC004, .rilC, .endsBlock) { m, i throws(ProgramInterruption) in
      m.branch(if: m.conditionCode(in: i.r1), to: m.relative(i.i32))
    }
    define("BRCT", 0xA706, .riB, .endsBlock) { m, i throws(ProgramInterruption) in
      let count = m.zeroExtend32(m.subtract(m.gr(i.r1), m.constant(1)))
      m.setGR32(i.r1, count)
      m.branch(if: m.isNotZero(count), to: m.relative(i.i16))
    }
  }
}

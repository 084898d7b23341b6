/// COMPARE AND BRANCH, COMPARE AND TRAP, and their relatives (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineCompareBranch() {
    let f = Facility.generalInstructionsExtension
    define("CRB", 0xECF6, .rrs, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.signed32, m.gr(i.r1), m.gr(i.r2), in: i.n32), to: m.rs(i).address)
    }
    define("CRJ", 0xEC76, .rieB, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.signed32, m.gr(i.r1), m.gr(i.r2), in: i.n32), to: m.relative(i.i16))
    }
    define("CIB", 0xECFE, .ris, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.signed32, m.gr(i.r1), m.constant(signed: i.i8), in: i.m3), to: m.rs(i).address)
    }
    define("CIJ", 0xEC7E, .rieC, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.signed32, m.gr(i.r1), m.constant(signed: i.i8), in: i.m3), to: m.relative(i.i16))
    }
    define("CGRB", 0xECE4, .rrs, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.signed64, m.gr(i.r1), m.gr(i.r2), in: i.n32), to: m.rs(i).address)
    }
    define("CGRJ", 0xEC64, .rieB, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.signed64, m.gr(i.r1), m.gr(i.r2), in: i.n32), to: m.relative(i.i16))
    }
    define("CGIB", 0xECFC, .ris, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.signed64, m.gr(i.r1), m.constant(signed: i.i8), in: i.m3), to: m.rs(i).address)
    }
    define("CGIJ", 0xEC7C, .rieC, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.signed64, m.gr(i.r1), m.constant(signed: i.i8), in: i.m3), to: m.relative(i.i16))
    }
    define("CLRB", 0xECF7, .rrs, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.logical32, m.gr(i.r1), m.gr(i.r2), in: i.n32), to: m.rs(i).address)
    }
    define("CLRJ", 0xEC77, .rieB, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.logical32, m.gr(i.r1), m.gr(i.r2), in: i.n32), to: m.relative(i.i16))
    }
    define("CLIB", 0xECFF, .ris, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.logical32, m.gr(i.r1), m.constant(i.u8), in: i.m3), to: m.rs(i).address)
    }
    define("CLIJ", 0xEC7F, .rieC, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.logical32, m.gr(i.r1), m.constant(i.u8), in: i.m3), to: m.relative(i.i16))
    }
    define("CLGRB", 0xECE5, .rrs, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.logical64, m.gr(i.r1), m.gr(i.r2), in: i.n32), to: m.rs(i).address)
    }
    define("CLGRJ", 0xEC65, .rieB, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.logical64, m.gr(i.r1), m.gr(i.r2), in: i.n32), to: m.relative(i.i16))
    }
    define("CLGIB", 0xECFD, .ris, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.logical64, m.gr(i.r1), m.constant(i.u8), in: i.m3), to: m.rs(i).address)
    }
    define("CLGIJ", 0xEC7D, .rieC, .endsBlock, f) { m, i throws(ProgramInterruption) in
      m.branch(if: m.compare(.logical64, m.gr(i.r1), m.constant(i.u8), in: i.m3), to: m.relative(i.i16))
    }
  }

  mutating func defineCompareTrap() {
    let f = Facility.generalInstructionsExtension
    define("CRT", 0xB972, .rrfC, [], f) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.signed32, m.gr(i.e1), m.gr(i.e2), in: i.e3))
    }
    define("CGRT", 0xB960, .rrfC, [], f) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.signed64, m.gr(i.e1), m.gr(i.e2), in: i.e3))
    }
    define("CLRT", 0xB973, .rrfC, [], f) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.logical32, m.gr(i.e1), m.gr(i.e2), in: i.e3))
    }
    define("CLGRT", 0xB961, .rrfC, [], f) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.logical64, m.gr(i.e1), m.gr(i.e2), in: i.e3))
    }
    define("CIT", 0xEC72, .rieA, [], f) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.signed32, m.gr(i.r1), m.constant(signed: i.i16), in: i.n32))
    }
    define("CGIT", 0xEC70, .rieA, [], f) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.signed64, m.gr(i.r1), m.constant(signed: i.i16), in: i.n32))
    }
    define("CLFIT", 0xEC73, .rieA, [], f) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.logical32, m.gr(i.r1), m.constant(i.u16), in: i.n32))
    }
    define("CLGIT", 0xEC71, .rieA, [], f) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.logical64, m.gr(i.r1), m.constant(i.u16), in: i.n32))
    }
    define("CLT", 0xEB23, .rsyB, [], .miscellaneousExtensions1) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.logical32, m.gr(i.r1), try m.load32(m.rsy(i)), in: i.m3))
    }
    define("CLGT", 0xEB2B, .rsyB, [], .miscellaneousExtensions1) { m, i throws(ProgramInterruption) in
      try m.trap(if: m.compare(.logical64, m.gr(i.r1), try m.load64(m.rsy(i)), in: i.m3))
    }
  }
}

/// LOAD ON CONDITION, STORE ON CONDITION (chapter 7). A condition that does not hold accesses no storage.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineConditional() {
    let f = Facility.distinctOperands
    define("LOCR", 0xB9F2, .rrfC, [], f) { m, i throws(ProgramInterruption) in
      m.setGR32(i.e1, m.select(m.conditionCode(in: i.e3), m.gr(i.e2), m.gr(i.e1)))
    }
    define("LOCGR", 0xB9E2, .rrfC, [], f) { m, i throws(ProgramInterruption) in
      m.setGR(i.e1, m.select(m.conditionCode(in: i.e3), m.gr(i.e2), m.gr(i.e1)))
    }
    define("LOC", 0xEBF2, .rsyB, [], f) { m, i throws(ProgramInterruption) in
      guard m.proceeds(if: m.conditionCode(in: i.m3)) else { return }
      m.setGR32(i.r1, try m.load32(m.rsy(i)))
    }
    define("LOCG", 0xEBE2, .rsyB, [], f) { m, i throws(ProgramInterruption) in
      guard m.proceeds(if: m.conditionCode(in: i.m3)) else { return }
      m.setGR(i.r1, try m.load64(m.rsy(i)))
    }
    define("STOC", 0xEBF3, .rsyB, [], f) { m, i throws(ProgramInterruption) in
      guard m.proceeds(if: m.conditionCode(in: i.m3)) else { return }
      try m.store32(m.gr(i.r1), m.rsy(i))
    }
    define("STOCG", 0xEBE3, .rsyB, [], f) { m, i throws(ProgramInterruption) in
      guard m.proceeds(if: m.conditionCode(in: i.m3)) else { return }
      try m.store64(m.gr(i.r1), m.rsy(i))
    }
    let second = Facility.loadStoreOnCondition2
    define("LOCHI", 0xEC42, .rieG, [], second) { m, i throws(ProgramInterruption) in
      m.setGR32(i.r1, m.select(m.conditionCode(in: i.m3), m.constant(signed: i.i16), m.gr(i.r1)))
    }
    define("LOCGHI", 0xEC46, .rieG, [], second) { m, i throws(ProgramInterruption) in
      m.setGR(i.r1, m.select(m.conditionCode(in: i.m3), m.constant(signed: i.i16), m.gr(i.r1)))
    }
    define("LOCHHI", 0xEC4E, .rieG, [], second) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.r1, m.select(m.conditionCode(in: i.m3), m.constant32(i.i16), m.grHigh(i.r1)))
    }
    define("LOCFHR", 0xB9E0, .rrfC, [], second) { m, i throws(ProgramInterruption) in
      m.setGRHigh(i.e1, m.select(m.conditionCode(in: i.e3), m.grHigh(i.e2), m.grHigh(i.e1)))
    }
    define("LOCFH", 0xEBE0, .rsyB, [], second) { m, i throws(ProgramInterruption) in
      guard m.proceeds(if: m.conditionCode(in: i.m3)) else { return }
      m.setGRHigh(i.r1, try m.load32(m.rsy(i)))
    }
    define("STOCFH", 0xEBE1, .rsyB, [], second) { m, i throws(ProgramInterruption) in
      guard m.proceeds(if: m.conditionCode(in: i.m3)) else { return }
      try m.store32(m.grHigh(i.r1), m.rsy(i))
    }
  }
}

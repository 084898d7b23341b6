/// Stores of registers and immediates, insertions under mask, multiple registers (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineStores() {
    defineRegisterStores()
    defineImmediateMoves()
    defineCharactersUnderMask()
    defineMultipleRegisters()
  }

  private mutating func defineRegisterStores() {
    define("ST", 0x50, .rxA) { m, i throws(ProgramInterruption) in try m.store32(m.gr(i.r1), m.rx(i)) }
    define("STY", 0xE350, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.store32(m.gr(i.r1), m.rxy(i))
    }
    define("STG", 0xE324, .rxyA, .z) { m, i throws(ProgramInterruption) in try m.store64(m.gr(i.r1), m.rxy(i)) }
    define("STC", 0x42, .rxA) { m, i throws(ProgramInterruption) in try m.store8(m.gr(i.r1), m.rx(i)) }
    define("STCY", 0xE372, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.store8(m.gr(i.r1), m.rxy(i))
    }
    define("STH", 0x40, .rxA) { m, i throws(ProgramInterruption) in try m.store16(m.gr(i.r1), m.rx(i)) }
    define("STHY", 0xE370, .rxyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.store16(m.gr(i.r1), m.rxy(i))
    }
    define("STRV", 0xE33E, .rxyA) { m, i throws(ProgramInterruption) in try m.store32(m.byteSwap32(m.gr(i.r1)), m.rxy(i)) }
    define("STRVG", 0xE32F, .rxyA, .z) { m, i throws(ProgramInterruption) in try m.store64(m.byteSwap64(m.gr(i.r1)), m.rxy(i)) }
    define("STRVH", 0xE33F, .rxyA) { m, i throws(ProgramInterruption) in try m.store16(m.byteSwap16(m.gr(i.r1)), m.rxy(i)) }
    let f = Facility.generalInstructionsExtension
    define("STHRL", 0xC407, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      try m.store16(m.gr(i.r1), m.relativeOperand(i))
    }
    define("STRL", 0xC40F, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      try m.store32(m.gr(i.r1), try m.aligned(m.relativeOperand(i), 4))
    }
    define("STGRL", 0xC40B, .rilB, .relativeOperand, f) { m, i throws(ProgramInterruption) in
      try m.store64(m.gr(i.r1), try m.aligned(m.relativeOperand(i), 8))
    }
  }

  private mutating func defineImmediateMoves() {
    define("MVI", 0x92, .si) { m, i throws(ProgramInterruption) in try m.store8(m.constant(UInt64(i.byte1)), m.rs(i)) }
    define("MVIY", 0xEB52, .siy, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.store8(m.constant(UInt64(i.byte1)), m.rsy(i))
    }
    let f = Facility.generalInstructionsExtension
    define("MVHHI", 0xE544, .sil, [], f) { m, i throws(ProgramInterruption) in
      try m.store16(m.constant(signed: i.silI2), m.rs(i))
    }
    define("MVHI", 0xE54C, .sil, [], f) { m, i throws(ProgramInterruption) in
      try m.store32(m.constant(signed: i.silI2), m.rs(i))
    }
    define("MVGHI", 0xE548, .sil, [], f) { m, i throws(ProgramInterruption) in
      try m.store64(m.constant(signed: i.silI2), m.rs(i))
    }
  }

  private mutating func defineCharactersUnderMask() {
    define("ICM", 0xBF, .rsB, .setsCC) { m, i throws(ProgramInterruption) in
      try m.insertCharacters(i.r1, i.m3, shift: 0, m.rs(i))
    }
    define("ICMY", 0xEB81, .rsyB, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.insertCharacters(i.r1, i.m3, shift: 0, m.rsy(i))
    }
    define("ICMH", 0xEB80, .rsyB, .zCC) { m, i throws(ProgramInterruption) in
      try m.insertCharacters(i.r1, i.m3, shift: 32, m.rsy(i))
    }
    define("STCM", 0xBE, .rsB) { m, i throws(ProgramInterruption) in
      try m.storeCharacters(m.gr(i.r1), i.m3, m.rs(i))
    }
    define("STCMY", 0xEB2D, .rsyB, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.storeCharacters(m.gr(i.r1), i.m3, m.rsy(i))
    }
    define("STCMH", 0xEB2C, .rsyB, .z) { m, i throws(ProgramInterruption) in
      try m.storeCharacters(m.grHigh(i.r1), i.m3, m.rsy(i))
    }
    define("CLM", 0xBD, .rsB, .setsCC) { m, i throws(ProgramInterruption) in
      try m.compareCharacters(m.gr(i.r1), i.m3, m.rs(i))
    }
    define("CLMY", 0xEB21, .rsyB, .setsCC, .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.compareCharacters(m.gr(i.r1), i.m3, m.rsy(i))
    }
    define("CLMH", 0xEB20, .rsyB, .zCC) { m, i throws(ProgramInterruption) in
      try m.compareCharacters(m.grHigh(i.r1), i.m3, m.rsy(i))
    }
  }

  private mutating func defineMultipleRegisters() {
    define("LM", 0x98, .rsA) { m, i throws(ProgramInterruption) in try m.loadMultiple(.low, i.r1, i.r3, m.rs(i)) }
    define("LMY", 0xEB98, .rsyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.loadMultiple(.low, i.r1, i.r3, m.rsy(i))
    }
    define("LMG", 0xEB04, .rsyA, .z) { m, i throws(ProgramInterruption) in try m.loadMultiple(.all, i.r1, i.r3, m.rsy(i)) }
    define("LMH", 0xEB96, .rsyA, .z) { m, i throws(ProgramInterruption) in try m.loadMultiple(.high, i.r1, i.r3, m.rsy(i)) }
    define("STM", 0x90, .rsA) { m, i throws(ProgramInterruption) in try m.storeMultiple(.low, i.r1, i.r3, m.rs(i)) }
    define("STMY", 0xEB90, .rsyA, [], .longDisplacement) { m, i throws(ProgramInterruption) in
      try m.storeMultiple(.low, i.r1, i.r3, m.rsy(i))
    }
    define("STMG", 0xEB24, .rsyA, .z) { m, i throws(ProgramInterruption) in try m.storeMultiple(.all, i.r1, i.r3, m.rsy(i)) }
    define("STMH", 0xEB26, .rsyA, .z) { m, i throws(ProgramInterruption) in try m.storeMultiple(.high, i.r1, i.r3, m.rsy(i)) }
    routine("LMD", 0xEF, .ssE, .z) { cpu, i throws(ProgramInterruption) in
      let count = (i.r3 &- i.r1) & 15 &+ 1
      let high = try cpu.fetchBlock(cpu.rs(i), 4 &* count), low = try cpu.fetchBlock(cpu.ss2(i), 4 &* count)
      for k in 0..<count { cpu.setGR((i.r1 &+ k) & 15, UInt64(high.word(4 &* k)) &<< 32 | UInt64(low.word(4 &* k))) }
    }
  }
}

// MARK: Bytes of a register under a mask

extension Datapath where Self: ~Copyable {
  /// INSERT CHARACTERS UNDER MASK into bits 32-63 (`shift` 0) or 0-31 (`shift` 32). With a mask of zero one byte is
  /// accessed nonetheless.
  @inline(__always) mutating func insertCharacters(
    _ r: Int, _ mask: Int, shift: UInt64, _ o: StorageOperand<Value>
  ) throws(ProgramInterruption) {
    let count = mask.nonzeroBitCount
    if count == 0 {
      _ = try load8(o)
      setCC(constant(0))
      return
    }
    let v = try loadBytes(o, count)
    var taken = count, bits = constant(0), kept: UInt64 = ~0
    for k in 0..<4 where mask & (8 >> k) != 0 {
      taken -= 1
      let byte = and(shiftRight(v, constant(UInt64(8 * taken))), constant(0xFF))
      let place = UInt64(24 - 8 * k) + shift
      bits = or(bits, shiftLeft(byte, constant(place)))
      kept &= ~(0xFF << place)
    }
    setGR(r, or(and(gr(r), constant(kept)), bits))
    // The sign of the inserted bits: CC 0 all zero, 1 leftmost one, 2 otherwise.
    setCCSign32(shiftLeft(v, constant(UInt64(32 - 8 * count))))
  }

  /// The bytes of the low word of `v` that the mask selects, one after another.
  @inline(__always) func selectedBytes(_ v: Value, _ mask: Int) -> Value {
    if mask == 15 { return zeroExtend32(v) }
    var bytes = constant(0)
    for k in 0..<4 where mask & (8 >> k) != 0 {
      let byte = and(shiftRight(v, constant(UInt64(24 - 8 * k))), constant(0xFF))
      bytes = or(shiftLeft(bytes, constant(8)), byte)
    }
    return bytes
  }

  /// STORE CHARACTERS UNDER MASK of the low word of `v`. A mask of zero stores nothing and accesses nothing.
  @inline(__always) mutating func storeCharacters(_ v: Value, _ mask: Int, _ o: StorageOperand<Value>)
    throws(ProgramInterruption)
  {
    let bytes = selectedBytes(v, mask)
    switch mask.nonzeroBitCount {
    case 0: return
    case 1: try store8(bytes, o)
    case 2: try store16(bytes, o)
    case 3: try store24(bytes, o)
    default: try store32(bytes, o)
    }
  }

  /// COMPARE LOGICAL CHARACTERS UNDER MASK of the low word of `v`. A mask of zero accesses one byte.
  @inline(__always) mutating func compareCharacters(_ v: Value, _ mask: Int, _ o: StorageOperand<Value>)
    throws(ProgramInterruption)
  {
    let count = mask.nonzeroBitCount
    if count == 0 {
      _ = try load8(o)
      setCC(constant(0))
      return
    }
    setCCCompare(.logical32, selectedBytes(v, mask), try loadBytes(o, count))
  }

  /// One to four bytes, zero-extended.
  @inline(__always) func loadBytes(_ o: StorageOperand<Value>, _ count: Int) throws(ProgramInterruption) -> Value {
    switch count {
    case 1: try load8(o)
    case 2: try load16(o)
    case 3: try load24(o)
    default: try load32(o)
    }
  }
}

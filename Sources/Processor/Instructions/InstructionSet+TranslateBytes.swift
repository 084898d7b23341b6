/// TRANSLATE and its relatives (chapter 7): bytes and pairs of bytes replaced or tested through a table.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineTranslateBytes() {
    routine("TR", 0xDC, .ssA) { cpu, i throws(ProgramInterruption) in try cpu.translate(i) }
    routine("TRT", 0xDD, .ssA, .setsCC) { cpu, i throws(ProgramInterruption) in try cpu.translateAndTest(i, step: 1) }
    routine("TRTR", 0xD0, .ssA, .setsCC, .extendedTranslation3) { cpu, i throws(ProgramInterruption) in
      try cpu.translateAndTest(i, step: -1)
    }
    routine("TRE", 0xB2A5, .rre, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.e1)
      try cpu.translateExtended(i.e1, i.e2)
    }
    let f = Facility.extendedTranslation2
    routine("TROO", 0xB993, .rrfC, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.translateCharacters(i, sourceSize: 1, targetSize: 1)
    }
    routine("TROT", 0xB992, .rrfC, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.translateCharacters(i, sourceSize: 1, targetSize: 2)
    }
    routine("TRTO", 0xB991, .rrfC, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.translateCharacters(i, sourceSize: 2, targetSize: 1)
    }
    routine("TRTT", 0xB990, .rrfC, .setsCC, f) { cpu, i throws(ProgramInterruption) in
      try cpu.translateCharacters(i, sourceSize: 2, targetSize: 2)
    }
    routine("TRTE", 0xB9BF, .rrfC, .setsCC, .parsingEnhancement) { cpu, i throws(ProgramInterruption) in
      try cpu.translateAndTestExtended(i, isReverse: false)
    }
    routine("TRTRE", 0xB9BD, .rrfC, .setsCC, .parsingEnhancement) { cpu, i throws(ProgramInterruption) in
      try cpu.translateAndTestExtended(i, isReverse: true)
    }
  }
}

/// A table of 256 bytes that may cross the end of what one access may take (`fetchRoom`). Only the parts that are used are
/// accessed.
private struct ByteTable {
  let operand: StorageOperand<UInt64>
  /// Entries in the first part.
  let firstCount: Int
  private var first: UnsafeMutableRawPointer?
  private var second: UnsafeMutableRawPointer?

  init(_ operand: StorageOperand<UInt64>, _ cpu: borrowing CPU) {
    self.operand = operand
    firstCount = Int(truncatingIfNeeded: cpu.fetchRoom(operand.address))
  }

  @inline(__always) mutating func entry(_ byte: UInt8, _ cpu: borrowing CPU) throws(ProgramInterruption) -> UInt8 {
    let index = Int(byte)
    if index < firstCount {
      if let first { return first.load(fromByteOffset: index, as: UInt8.self) }
      let page = try cpu.hostForFetch(operand.address, operand.base)
      first = page
      return page.load(fromByteOffset: index, as: UInt8.self)
    }
    if let second { return second.load(fromByteOffset: index &- firstCount, as: UInt8.self) }
    let address = cpu.reduced(operand.address &+ UInt64(truncatingIfNeeded: firstCount))
    let page = try cpu.hostForFetch(address, operand.base)
    second = page
    return page.load(fromByteOffset: index &- firstCount, as: UInt8.self)
  }
}

extension CPU {
  /// TRANSLATE. A table that crosses a page is accessed before anything is changed, where the operand's bytes need it.
  mutating func translate(_ i: InstructionText) throws(ProgramInterruption) {
    let count = i.byte1 &+ 1
    let target = try storeBlock(rs(i), count)
    var table = ByteTable(ss2(i), self)
    if table.firstCount < 256 {
      for k in 0..<count { _ = try table.entry(target[k], self) }
    } else {
      _ = try table.entry(0, self)
    }
    for k in 0..<count { target[k] = try table.entry(target[k], self) }
  }

  /// TRANSLATE AND TEST, from the left (`step` 1) or, from its last byte on, from the right (`step` -1): the first
  /// byte whose table entry is not zero goes, by its address and entry, to general registers 1 and 2.
  mutating func translateAndTest(_ i: InstructionText, step: Int64) throws(ProgramInterruption) {
    let count = i.byte1 &+ 1
    var operand = rs(i), table = ByteTable(ss2(i), self)
    for k in 0..<count {
      let entry = try table.entry(UInt8(truncatingIfNeeded: try load8(operand)), self)
      if entry != 0 {
        switch addressingMode {
        case .bits64: setGR(1, operand.address)
        case .bits31: setGR32(1, operand.address)
        case .bits24: setGR32(1, gr(1) & 0xFF00_0000 | operand.address)
        }
        insertByte(2, UInt64(entry))
        return setCC(k == count &- 1 ? 2 : 1)
      }
      operand.address = reduced(operand.address &+ UInt64(bitPattern: step))
    }
    setCC(0)
  }

  /// Does units of work until one says it is the last, at most 4096 of them. An access exception after the first leaves
  /// what is done, with condition code 3: the instruction meets it again as its first.
  /// - Parameter unit: returns a condition code to end with, or nil to go on. It changes nothing when it throws.
  @inline(__always) mutating func inUnits(
    _ unit: (inout CPU) throws(ProgramInterruption) -> UInt64?
  ) throws(ProgramInterruption) {
    for done in 0..<4096 {
      do {
        if let code = try unit(&self) { return setCC(code) }
      } catch {
        if done == 0 { throw error }
        return setCC(3)
      }
    }
    setCC(3)
  }

  /// TRANSLATE EXTENDED: ends at a byte that equals the one in general register 0.
  mutating func translateExtended(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let test = UInt8(truncatingIfNeeded: gr(0))
    var table = ByteTable(addressOperand(r2), self)
    try inUnits { cpu throws(ProgramInterruption) in
      let left = cpu.length(r1 + 1)
      if left == 0 { return 0 }
      let operand = cpu.addressOperand(r1)
      let byte = UInt8(truncatingIfNeeded: try cpu.load8(operand))
      if byte == test { return 1 }
      try cpu.store8(UInt64(try table.entry(byte, cpu)), operand)
      cpu.advance(r1, by: 1)
      cpu.setLength(r1 + 1, left &- 1)
      return nil
    }
  }

  /// TRANSLATE ONE/TWO TO ONE/TWO. The table's address is in general register 1, the test character in 0.
  mutating func translateCharacters(_ i: InstructionText, sourceSize: UInt64, targetSize: UInt64) throws(ProgramInterruption) {
    let r1 = i.e1, r2 = i.e2
    try requireEven(r1)
    if length(r1 + 1) & (sourceSize &- 1) != 0 { throw .specification }
    let table = reduced(gr(1)) & ~7
    let test = gr(0) & (targetSize == 1 ? 0xFF : 0xFFFF), isTesting = i.e3 & 1 == 0
    try inUnits { cpu throws(ProgramInterruption) in
      let left = cpu.length(r1 + 1)
      if left == 0 { return 0 }
      let source = cpu.addressOperand(r2)
      let character = sourceSize == 1 ? try cpu.load8(source) : try cpu.load16(source)
      let entry = StorageOperand(cpu.reduced(table &+ character &* targetSize), base: 1)
      let v = targetSize == 1 ? try cpu.load8(entry) : try cpu.load16(entry)
      if isTesting && v == test { return 1 }
      let target = cpu.addressOperand(r1)
      if targetSize == 1 { try cpu.store8(v, target) } else { try cpu.store16(v, target) }
      cpu.advance(r1, by: targetSize)
      cpu.advance(r2, by: sourceSize)
      cpu.setLength(r1 + 1, left &- sourceSize)
      return nil
    }
  }

  /// TRANSLATE AND TEST EXTENDED and REVERSE EXTENDED. M3: bit 0 two-byte characters, bit 1 two-byte function codes, bit 2
  /// characters above 255 have no entry.
  mutating func translateAndTestExtended(_ i: InstructionText, isReverse: Bool) throws(ProgramInterruption) {
    let r1 = i.e1, r2 = i.e2
    try requireEven(r1)
    let isWide = i.e3 & 8 != 0, hasWideCodes = i.e3 & 4 != 0, isLimited = i.e3 & 2 != 0
    let size: UInt64 = isWide ? 2 : 1
    if isWide && length(r1 + 1) & 1 != 0 { throw .specification }
    let table = reduced(gr(1)) & ~7
    try inUnits { cpu throws(ProgramInterruption) in
      let left = cpu.length(r1 + 1)
      if left == 0 {
        cpu.setFunctionCode(r2, 0)
        return 0
      }
      let operand = cpu.addressOperand(r1)
      let character = isWide ? try cpu.load16(operand) : try cpu.load8(operand)
      var code: UInt64 = 0
      if !(isLimited && character > 0xFF) {
        let entry = StorageOperand(cpu.reduced(table &+ (hasWideCodes ? character &* 2 : character)), base: 1)
        code = hasWideCodes ? try cpu.load16(entry) : try cpu.load8(entry)
      }
      if code != 0 {
        cpu.setFunctionCode(r2, code)
        return 1
      }
      cpu.advance(r1, by: isReverse ? 0 &- size : size)
      cpu.setLength(r1 + 1, left &- size)
      return nil
    }
  }
  /// The whole register, as the addressing mode has it.
  private mutating func setFunctionCode(_ r: Int, _ code: UInt64) {
    if addressingMode == .bits64 { setGR(r, code) } else { setGR32(r, code) }
  }
}

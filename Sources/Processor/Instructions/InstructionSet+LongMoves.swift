/// Moves and comparisons whose operands have their addresses and lengths in registers (chapter 7): interruptible, or
/// ended with condition code 3 after a CPU-determined number of bytes. Here that is what lies in one page of each operand.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineLongMoves() {
    routine("MVCL", 0x0E, .rr, [.setsCC, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1 | i.r2)
      try cpu.moveLong(i.r1, i.r2)
    }
    routine("CLCL", 0x0F, .rr, [.setsCC, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1 | i.r2)
      try cpu.compareLong(i.r1, i.r2)
    }
    routine("MVCLE", 0xA8, .rsA, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1 | i.r3)
      try cpu.moveExtended(i.r1, i.r3, padding: UInt16(truncatingIfNeeded: cpu.rs(i).address & 0xFF), unit: 1)
    }
    routine("CLCLE", 0xA9, .rsA, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1 | i.r3)
      try cpu.compareExtended(i.r1, i.r3, padding: UInt16(truncatingIfNeeded: cpu.rs(i).address & 0xFF), unit: 1)
    }
    routine("MVCLU", 0xEB8E, .rsyA, .setsCC, .extendedTranslation2) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1 | i.r3)
      try cpu.moveExtended(i.r1, i.r3, padding: UInt16(truncatingIfNeeded: cpu.rsy(i).address), unit: 2)
    }
    routine("CLCLU", 0xEB8F, .rsyA, .setsCC, .extendedTranslation2) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.r1 | i.r3)
      try cpu.compareExtended(i.r1, i.r3, padding: UInt16(truncatingIfNeeded: cpu.rsy(i).address), unit: 2)
    }
  }
}

extension CPU {
  /// An address in a register, reduced to the addressing mode.
  @inline(__always) func addressOperand(_ r: Int) -> StorageOperand<UInt64> { StorageOperand(reduced(gr(r)), base: r) }
  /// Bytes from `address` to the end of its page.
  @inline(__always) func room(_ address: UInt64) -> UInt64 { 4096 &- (address & 0xFFF) }
  /// A length in a register: 64 bits in the 64-bit mode, else bits 32-63.
  @inline(__always) func length(_ r: Int) -> UInt64 { addressingMode == .bits64 ? gr(r) : gr32(r) }
  @inline(__always) mutating func setLength(_ r: Int, _ v: UInt64) {
    if addressingMode == .bits64 { setGR(r, v) } else { setGR32(r, v) }
  }
  /// Steps an address in a register, wrapping in the addressing mode.
  @inline(__always) mutating func advance(_ r: Int, by count: UInt64) { setAddress(r, reduced(gr(r) &+ count)) }
  /// The instruction has done a part: it is executed again, from what the registers say now.
  @inline(__always) mutating func executeAgain() {
    s.pointee.nextAddress = isExecuteTarget ? executeAddress : s.pointee.instructionAddress
  }
  /// One page's part of an operand, for storing.
  @inline(__always) func storePiece(_ o: StorageOperand<UInt64>, _ count: UInt64) throws(ProgramInterruption)
    -> UnsafeMutableRawPointer
  {
    try hostForStore(o.address, o.base, count: count)
  }

  /// The ALET that register `r` as a base names: access register 0 counts as zero.
  private func spaceALET(_ r: Int) -> UInt32 { r == 0 ? 0 : s.pointee.ar[r] }

  // MARK: MOVE LONG and COMPARE LOGICAL LONG: lengths in bits 40-63

  @inline(__always) private func shortLength(_ r: Int) -> UInt64 { gr(r) & 0xFF_FFFF }
  @inline(__always) private mutating func setShortLength(_ r: Int, _ v: UInt64) { setGR32(r, gr32(r) & 0xFF00_0000 | v) }

  /// Moves one piece; unless it was the last, the instruction is executed again. The condition code compares the lengths at
  /// the beginning: pieces change both alike until the source is used up, and from then on the first operand is longer.
  mutating func moveLong(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let targetLength = shortLength(r1 + 1), sourceLength = shortLength(r2 + 1)
    let code: UInt64 = targetLength == sourceLength ? 0 : targetLength < sourceLength ? 1 : 2
    let target = addressOperand(r1), source = addressOperand(r2)
    let isOneSpace = addressSpace != .accessRegister || !isTranslating || spaceALET(r1) == spaceALET(r2)
    if isOneSpace && overlapsDestructively(target.address, source.address, targetLength, sourceLength) { return setCC(3) }
    var step = min(targetLength, room(target.address))
    if step > 0 {
      if sourceLength > 0 {
        step = min(step, sourceLength, fetchRoom(source.address))
        let from = try hostForFetch(source.address, source.base)
        CPU.Block.copyForward(try storePiece(target, step), from, Int(truncatingIfNeeded: step))
      } else {
        let padding = UInt8(truncatingIfNeeded: gr(r2 + 1) &>> 24)
        CPU.Block.fill(try storePiece(target, step), padding, Int(truncatingIfNeeded: step))
      }
    }
    let used = min(step, sourceLength)
    setAddress(r1, reduced(target.address &+ step))
    setShortLength(r1 + 1, targetLength &- step)
    setAddress(r2, reduced(source.address &+ used))
    setShortLength(r2 + 1, sourceLength &- used)
    if step < targetLength { executeAgain() } else { setCC(code) }
  }

  /// Whether a byte of the first operand is used as a source after something was moved into it: all bytes between the
  /// source's first and the last that is used. Addresses wrap in the addressing mode.
  private func overlapsDestructively(_ target: UInt64, _ source: UInt64, _ targetLength: UInt64, _ sourceLength: UInt64) -> Bool {
    let used = min(targetLength, sourceLength)
    if used <= 1 { return false }
    let distance = reduced(target &- source)
    return distance != 0 && distance < used
  }

  mutating func compareLong(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let firstLength = shortLength(r1 + 1), secondLength = shortLength(r2 + 1)
    let padding = UInt16(truncatingIfNeeded: gr(r2 + 1) &>> 24) & 0xFF
    // Registers that are one and the same advance once.
    let first = addressOperand(r1), second = addressOperand(r2)
    let result = try comparePiece(first, firstLength, second, secondLength, padding, unit: 1)
    setAddress(r1, reduced(first.address &+ result.firstUsed))
    setShortLength(r1 + 1, firstLength &- result.firstUsed)
    setAddress(r2, reduced(second.address &+ result.secondUsed))
    setShortLength(r2 + 1, secondLength &- result.secondUsed)
    if result.code == 3 { executeAgain() } else { setCC(result.code) }
  }

  // MARK: The extended ones: lengths of 32 or 64 bits, condition code 3 for more to come

  /// - Parameter unit: 1, or 2 for the Unicode form, which wants even lengths.
  mutating func moveExtended(_ r1: Int, _ r3: Int, padding: UInt16, unit: UInt64) throws(ProgramInterruption) {
    let targetLength = length(r1 + 1), sourceLength = length(r3 + 1)
    if (targetLength | sourceLength) & (unit &- 1) != 0 { throw .specification }
    let code: UInt64 = targetLength == sourceLength ? 0 : targetLength < sourceLength ? 1 : 2
    let target = addressOperand(r1), source = addressOperand(r3)
    var step = min(targetLength, 4096)
    if sourceLength > 0 { step = min(step, sourceLength) }
    if step > 0 {
      let block = try storeBlock(target, Int(truncatingIfNeeded: step))
      if sourceLength > 0 {
        try fetchBlock(source, Int(truncatingIfNeeded: step)).copy(onto: block)
      } else if unit == 1 {
        block.fill(UInt8(truncatingIfNeeded: padding))
      } else {
        for k in 0..<block.count { block[k] = UInt8(truncatingIfNeeded: k & 1 == 0 ? padding &>> 8 : padding) }
      }
    }
    let used = min(step, sourceLength)
    setAddress(r1, reduced(target.address &+ step))
    setLength(r1 + 1, targetLength &- step)
    setAddress(r3, reduced(source.address &+ used))
    setLength(r3 + 1, sourceLength &- used)
    setCC(step < targetLength ? 3 : code)
  }

  mutating func compareExtended(_ r1: Int, _ r3: Int, padding: UInt16, unit: UInt64) throws(ProgramInterruption) {
    let firstLength = length(r1 + 1), secondLength = length(r3 + 1)
    if (firstLength | secondLength) & (unit &- 1) != 0 { throw .specification }
    let first = addressOperand(r1), second = addressOperand(r3)
    let result = try comparePiece(first, firstLength, second, secondLength, padding, unit: unit)
    setAddress(r1, reduced(first.address &+ result.firstUsed))
    setLength(r1 + 1, firstLength &- result.firstUsed)
    setAddress(r3, reduced(second.address &+ result.secondUsed))
    setLength(r3 + 1, secondLength &- result.secondUsed)
    setCC(result.code)
  }

  /// What comparing a piece found: 0 equal to the end, 1 first low, 2 first high, 3 equal so far; and how many bytes of each
  /// operand are equal and done with.
  private struct ComparedPiece {
    var code: UInt64
    var firstUsed: UInt64
    var secondUsed: UInt64
  }

  /// Compares at most 4096 bytes, the shorter operand extended with padding.
  private mutating func comparePiece(
    _ first: StorageOperand<UInt64>, _ firstLength: UInt64, _ second: StorageOperand<UInt64>, _ secondLength: UInt64,
    _ padding: UInt16, unit: UInt64
  ) throws(ProgramInterruption) -> ComparedPiece {
    let longest = max(firstLength, secondLength)
    if longest == 0 { return ComparedPiece(code: 0, firstUsed: 0, secondUsed: 0) }
    var step = min(longest, 4096)
    if firstLength > 0 { step = min(step, firstLength) }
    if secondLength > 0 { step = min(step, secondLength) }
    let count = Int(truncatingIfNeeded: step)
    var equal: Int, order: UInt64 = 0
    if firstLength > 0 && secondLength > 0 {
      let a = try comparisonBlock(first, count, unit), b = try comparisonBlock(second, count, unit)
      equal = min(a.count, b.count)
      let c = a.prefix(equal).mismatch(with: b.prefix(equal))
      if c < equal {
        order = a[c] < b[c] ? 1 : 2
        equal = c & ~Int(truncatingIfNeeded: unit &- 1)
      }
    } else {
      let a = try comparisonBlock(firstLength > 0 ? first : second, count, unit)
      equal = a.count
      var k = 0
      while k < equal {
        let pad = UInt8(truncatingIfNeeded: unit == 1 || k & 1 == 1 ? padding : padding &>> 8)
        if a[k] != pad {
          order = (a[k] < pad) == (firstLength > 0) ? 1 : 2
          equal = k & ~Int(truncatingIfNeeded: unit &- 1)
          break
        }
        k &+= 1
      }
    }
    let done = UInt64(truncatingIfNeeded: equal)
    return ComparedPiece(
      code: order != 0 ? order : done < longest ? 3 : 0, firstUsed: firstLength > 0 ? done : 0,
      secondUsed: secondLength > 0 ? done : 0)
  }

  /// Access to an operand of a comparison that may end before its last byte: when only what follows `fetchRoom` is
  /// inaccessible, what comes before.
  private mutating func comparisonBlock(_ o: StorageOperand<UInt64>, _ count: Int, _ unit: UInt64) throws(ProgramInterruption)
    -> Block
  {
    let room = Int(truncatingIfNeeded: fetchRoom(o.address))
    if count > room && room >= Int(truncatingIfNeeded: unit) {
      let whole = room & ~Int(truncatingIfNeeded: unit &- 1)
      return try fetchBlock(o, whole)
    }
    return try fetchBlock(o, count)
  }
}

extension CPU.Block {
  /// The first `n` bytes.
  @inline(__always) func prefix(_ n: Int) -> CPU.Block {
    CPU.Block(first: first, second: second, firstCount: min(firstCount, n), count: n)
  }
  @inline(__always) static func fill(_ to: UnsafeMutableRawPointer, _ byte: UInt8, _ count: Int) {
    to.initializeMemory(as: UInt8.self, repeating: byte, count: count)
  }
}

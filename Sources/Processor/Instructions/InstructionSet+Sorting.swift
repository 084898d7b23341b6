/// COMPARE AND FORM CODEWORD, UPDATE TREE, COMPARE UNTIL SUBSTRING EQUAL (chapter 7; appendix A has the sorting method).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineSorting() {
    routine("CFC", 0xB21A, .s, [.setsCC, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      try cpu.compareAndFormCodeword(control: cpu.rs(i).address)
    }
    routine("UPT", 0x0102, .e, .setsCC) { cpu, _ throws(ProgramInterruption) in try cpu.updateTree() }
    routine("CUSE", 0xB257, .rre, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.e1 | i.e2)
      try cpu.compareUntilSubstringEqual(i.e1, i.e2)
    }
  }
}

extension CPU {
  /// A general register as an operand of the mode's width.
  @inline(__always) private func wordRegister(_ r: Int) -> UInt64 { length(r) }
  @inline(__always) private mutating func setWordRegister(_ r: Int, _ v: UInt64) { setLength(r, v) }

  /// Compares the operands of general registers 1 and 3 from the index in register 2 on, six bytes at a time (two outside the
  /// 64-bit mode), up to the limit in bits 49-62 of `control`; its bit 63 is one for descending order. Interruptible.
  mutating func compareAndFormCodeword(control: UInt64) throws(ProgramInterruption) {
    if (gr(1) | gr(2) | gr(3)) & 1 != 0 { throw .specification }
    let is64 = addressingMode == .bits64
    let size = is64 ? 6 : 2
    let highBit: UInt64 = is64 ? 1 << 63 : 1 << 31
    for _ in 0..<256 {
      let index = gr(2) & 0xFFFF
      if index > control & 0x7FFE {
        setWordRegister(2, wordRegister(3) | highBit)
        return setCC(0)
      }
      let first = try fetchNumber(StorageOperand(reduced(gr(1) &+ index), base: 1), size)
      let third = try fetchNumber(StorageOperand(reduced(gr(3) &+ index), base: 1), size)
      setWordRegister(2, wordRegister(2) &+ UInt64(truncatingIfNeeded: size))
      if first == third { continue }
      let isDescending = control & 1 != 0, isInSequence = (first < third) != isDescending
      let bits = UInt64(truncatingIfNeeded: 8 &* size)
      let data = isDescending ? min(first, third) : ~max(first, third) & ((1 &<< bits) &- 1)
      if !isInSequence {
        let one = wordRegister(1)
        setWordRegister(1, wordRegister(3))
        setWordRegister(3, one)
      }
      setWordRegister(2, wordRegister(2) &<< bits | data)
      return setCC(isInSequence ? 1 : 2)
    }
    executeAgain()
  }

  /// Walks from the node that register 5 indexes towards the root of the tree that begins after the address in register 4,
  /// exchanging nodes whose codeword is higher with registers 0 and 1.
  mutating func updateTree() throws(ProgramInterruption) {
    let is64 = addressingMode == .bits64
    let half = is64 ? 8 : 4
    if (gr(4) | gr(5)) & UInt64(truncatingIfNeeded: 2 &* half &- 1) != 0 { throw .specification }
    let highBit: UInt64 = is64 ? 1 << 63 : 1 << 31
    while true {
      let index = wordRegister(5) &>> 1 & ~UInt64(truncatingIfNeeded: 2 &* half &- 1)
      let isNegative = wordRegister(0) & highBit != 0
      if index == 0 || isNegative {
        setWordRegister(5, index)
        return setCC(index == 0 ? 1 : 3)
      }
      let node = StorageOperand(reduced(gr(4) &+ index), base: 4)
      let block = try storeBlock(node, 2 &* half)
      let code = is64 ? block.doubleword(0) : UInt64(block.word(0))
      let data = is64 ? block.doubleword(8) : UInt64(block.word(4))
      setWordRegister(5, index)
      if code == wordRegister(0) {
        setWordRegister(2, code)
        setWordRegister(3, data)
        return setCC(0)
      }
      if code < wordRegister(0) { continue }
      if is64 {
        block.setDoubleword(0, gr(0))
        block.setDoubleword(8, gr(1))
      } else {
        block.setWord(0, UInt32(truncatingIfNeeded: gr(0)))
        block.setWord(4, UInt32(truncatingIfNeeded: gr(1)))
      }
      setWordRegister(0, code)
      setWordRegister(1, data)
    }
  }

  /// Where an operand of COMPARE UNTIL SUBSTRING EQUAL stands.
  private struct SubstringPosition {
    var first: UInt64
    var firstLeft: Int64
    var second: UInt64
    var secondLeft: Int64
  }

  /// Looks for the first place where as many bytes as register 0 says are equal; register 1 has the padding byte.
  mutating func compareUntilSubstringEqual(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let wanted = gr(0) & 0xFF, padding = gr(1) & 0xFF
    let signedLength = { (v: UInt64, is64: Bool) -> Int64 in
      max(0, is64 ? Int64(bitPattern: v) : Int64(Int32(truncatingIfNeeded: v)))
    }
    let is64 = addressingMode == .bits64
    var at = SubstringPosition(
      first: reduced(gr(r1)), firstLeft: signedLength(gr(r1 + 1), is64), second: reduced(gr(r2)),
      secondLeft: signedLength(gr(r2 + 1), is64))
    if wanted == 0 { return setCC(0) }
    if at.firstLeft == 0 && at.secondLeft == 0 { return setCC(2) }
    let beginning = at
    var start = at, equal: UInt64 = 0, compared = 0, code: UInt64 = 2
    while at.firstLeft > 0 || at.secondLeft > 0 {
      if equal == 0 && compared >= 4096 {
        code = 3
        break
      }
      let a = at.firstLeft > 0 ? try load8(StorageOperand(at.first, base: r1)) : padding
      let b = at.secondLeft > 0 ? try load8(StorageOperand(at.second, base: r2)) : padding
      if a == b {
        if equal == 0 { start = at }
        equal &+= 1
      } else {
        equal = 0
      }
      code = equal > 0 ? 1 : 2
      if at.firstLeft > 0 {
        at.first = reduced(at.first &+ 1)
        at.firstLeft &-= 1
      }
      if at.secondLeft > 0 {
        at.second = reduced(at.second &+ 1)
        at.secondLeft &-= 1
      }
      compared &+= 1
      if equal == wanted {
        code = 0
        break
      }
    }
    let result = code < 2 ? start : at
    setAddress(r1, result.first)
    setAddress(r2, result.second)
    // A length of zero or less stays what it was.
    if beginning.firstLeft > 0 { setLength(r1 + 1, UInt64(bitPattern: result.firstLeft)) }
    if beginning.secondLeft > 0 { setLength(r2 + 1, UInt64(bitPattern: result.secondLeft)) }
    setCC(code)
  }
}

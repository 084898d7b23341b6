import X86

/// Operands of bytes in storage. One that crosses a page, and one that is moved into itself, is left to what interprets.
extension BlockEmitter {
  /// A register that points to `count` bytes, or to as many and one as RDX says.
  /// - Parameter departs: the block ends where a store is interpreted.
  func pointer(
    _ node: UInt16, count: Int, isStore: Bool, crossing: BlockStub.Kind, isCounted: Bool = false, departs: Bool = false
  ) -> Register {
    let (operand, addend) = emitProbe(
      node, size: count, forStore: isStore, looksForCrossing: !isCounted, isCounted: isCounted)
    stubs.last.departs = departs
    if let crosses = stubs.last.second {
      stubs.last.second = nil
      append(crossing, from: crosses)
    }
    assembler.lea(addend, operand)
    free(operand.base, unless: addend)
    return addend
  }
  // MARK: Moving

  func emitMoveBytes(_ k: Int) {
    let n = nodes[k], count = Int(n.kind) + 1
    let source = pointer(n.b, count: count, isStore: false, crossing: .interpretation)
    let target = pointer(n.a, count: count, isStore: true, crossing: .interpretation)
    let t = allocate()
    if count == 1 {
      assembler.zeroExtend8(t, Memory(source))
      return assembler.mov8(Memory(target), t)
    }
    assembler.mov(t, target)
    assembler.arithmetic(.sub, t, source)
    assembler.arithmetic(.cmp, t, immediate: Int32(count))
    append(.interpretation, from: assembler.jump(.carry))
    // The last piece may overlap the one before it. It is fetched first: a target that begins a little before the source reaches
    // into it.
    switch count {
    case 16...:
      assembler.loadVector(1, Memory(source, Int32(count - 16)))
      for o in stride(from: 0, to: count - 16, by: 16) {
        assembler.loadVector(0, Memory(source, Int32(o)))
        assembler.storeVector(Memory(target, Int32(o)), 0)
      }
      assembler.storeVector(Memory(target, Int32(count - 16)), 1)
    case 4...:
      let size = count >= 8 ? 8 : 4
      assembler.loadFloat(0, Memory(source), isDouble: size == 8)
      assembler.loadFloat(1, Memory(source, Int32(count - size)), isDouble: size == 8)
      assembler.storeFloat(Memory(target), 0, isDouble: size == 8)
      assembler.storeFloat(Memory(target, Int32(count - size)), 1, isDouble: size == 8)
    default:
      assembler.zeroExtend16(t, Memory(source))
      assembler.mov16(Memory(target), t)
      if count == 3 {
        assembler.zeroExtend8(t, Memory(source, 2))
        assembler.mov8(Memory(target, 2), t)
      }
    }
  }

  func emitClearBytes(_ k: Int) {
    let count = Int(nodes[k].kind) + 1
    let target = pointer(nodes[k].a, count: count, isStore: true, crossing: .interpretation)
    switch count {
    case 16...:
      assembler.clearFloat(0)
      for o in stride(from: 0, to: count - 16, by: 16) { assembler.storeVector(Memory(target, Int32(o)), 0) }
      assembler.storeVector(Memory(target, Int32(count - 16)), 0)
    case 8...:
      assembler.mov(Memory(target), immediate: 0, .bits64)
      if count > 8 { assembler.mov(Memory(target, Int32(count - 8)), immediate: 0, .bits64) }
    case 4...:
      assembler.mov(Memory(target), immediate: 0, .bits32)
      if count > 4 { assembler.mov(Memory(target, Int32(count - 4)), immediate: 0, .bits32) }
    default: for o in 0..<count { assembler.mov8(Memory(target, Int32(o)), immediate: 0) }
    }
  }

  // MARK: Comparing

  /// Pieces that differ are compared once more as the numbers they are; the last one is compared so at once, and may overlap the
  /// one before it.
  func emitCompareBytes(_ k: Int) {
    let n = nodes[k], count = Int(n.kind) + 1
    let first = pointer(n.a, count: count, isStore: false, crossing: .comparison)
    let second = pointer(n.b, count: count, isStore: false, crossing: .comparison)
    let t = allocate(), size = count >= 8 ? 8 : count >= 4 ? 4 : count >= 2 ? 2 : 1
    var differences: [(Fixup, Int32)] = []
    for o in stride(from: 0, to: count - size, by: size) {
      let o = Int32(o)
      if size == 2 {
        assembler.zeroExtend16(t, Memory(first, o))
      } else {
        assembler.mov(t, Memory(first, o), size == 8 ? .bits64 : .bits32)
      }
      if size == 2 {
        assembler.compare16(t, Memory(second, o))
      } else {
        assembler.arithmetic(.cmp, t, Memory(second, o), size == 8 ? .bits64 : .bits32)
      }
      differences.append((assembler.jump(.notZero), o))
    }
    emitCompareNumbers(t, first, second, Int32(count - size), size)
    if !differences.isEmpty {
      var ends = [assembler.jump()]
      for (fixup, o) in differences {
        assembler.resolveHere(fixup)
        emitCompareNumbers(t, first, second, o, size)
        ends.append(assembler.jump())
      }
      for end in ends { assembler.resolveHere(end) }
    }
    for r in [first, second, t] { free(r, unless: .rsp) }
    saveCondition(.compareLogical)
  }
  /// Compares two numbers in storage; `second` is not needed any more.
  private func emitCompareNumbers(_ t: Register, _ first: Register, _ second: Register, _ o: Int32, _ size: Int) {
    switch size {
    case 8, 4:
      let width: Width = size == 8 ? .bits64 : .bits32
      assembler.movbe(t, Memory(first, o), width)
      assembler.movbe(second, Memory(second, o), width)
      assembler.arithmetic(.cmp, t, second, width)
    case 2:
      for (r, from) in [(t, first), (second, second)] {
        assembler.zeroExtend16(r, Memory(from, o))
        assembler.bswap(r, .bits32)
      }
      assembler.arithmetic(.cmp, t, second, .bits32)
    default:
      assembler.zeroExtend8(t, Memory(first, o))
      assembler.zeroExtend8(second, Memory(second, o))
      assembler.arithmetic(.cmp, t, second, .bits32)
    }
  }
}

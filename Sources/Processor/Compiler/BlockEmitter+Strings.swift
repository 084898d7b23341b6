import X86

/// SEARCH STRING, COMPARE LOGICAL STRING and MOVE STRING where they end before an operand leaves its page. Otherwise nothing was
/// done, and the interpreter does what one execution does.
extension BlockEmitter {
  /// What interprets finds that the ending character is none.
  private func emitCharacterCheck() {
    forgetFlags()
    if let pinned = pinned(0) {
      assembler.arithmetic(.cmp, pinned, immediate: 0xFF, .bits32)
    } else {
      assembler.arithmetic(.cmp, guest(0), immediate: 0xFF, .bits32)
    }
    append(.departure, from: assembler.jump(.above))
  }
  private func emitCharacter(into r: Register) {
    if let pinned = pinned(0) { assembler.zeroExtend8(r, pinned) } else { assembler.zeroExtend8(r, guest(0)) }
  }
  private func emitArithmetic(_ o: ArithmeticOperation, _ to: Register, general r: Int) {
    if let pinned = pinned(r) {
      assembler.arithmetic(o, to, pinned)
    } else {
      assembler.arithmetic(o, to, guest(r))
    }
  }
  /// Adds to a general register without changing flags; RCX is lost.
  private func emitAdvance(_ r: Int, by amount: Register) {
    if let pinned = pinned(r) { return assembler.lea(pinned, Memory(pinned, index: amount)) }
    assembler.mov(.rcx, guest(r))
    assembler.lea(.rcx, Memory(.rcx, index: amount))
    assembler.mov(guest(r), .rcx)
  }

  func emitSearchString(_ k: Int) {
    let n = nodes[k], r1 = Int(n.imm & 15), r2 = Int(n.imm >> 4 & 15)
    emitCharacterCheck()
    reserve(.rdx)
    read(r1, into: .rdx, .bits64)
    emitArithmetic(.sub, .rdx, general: r2)
    // Nothing is accessed where nothing is to be searched.
    append(.departure, from: assembler.jump(.zero))
    let start = pointer(n.a, count: 1, isStore: false, crossing: .departure)
    reserve(.rax)
    reserve(.rcx)
    if start != .rcx { assembler.mov(.rcx, start) }
    emitCharacter(into: .rax)
    emitCall(thunks.bytes.search)
    append(.departure, from: assembler.jump(.overflow))
    let isMissing = assembler.jump(.noCarry)
    read(r2, into: .rcx, .bits64)
    assembler.lea(.rax, Memory(.rax, index: .rcx))
    write(.rax, into: r1, .bits64)
    assembler.resolveHere(isMissing)
    saveCondition(.compareLogical)
  }

  func emitCompareStrings(_ k: Int) {
    let n = nodes[k], r1 = Int(n.imm & 15), r2 = Int(n.imm >> 4 & 15)
    emitCharacterCheck()
    reserve(.rdx)
    emitPointers(n.a, n.b, isStore: false, isCounted: false, crossing: .departure)
    emitCharacter(into: .rdx)
    emitCall(thunks.bytes.compareStrings)
    append(.departure, from: assembler.jump(.overflow))
    let isEqual = assembler.jump(.zero)
    emitAdvance(r1, by: .rax)
    emitAdvance(r2, by: .rax)
    assembler.resolveHere(isEqual)
    saveCondition(.compareLogical)
  }

  func emitMoveString(_ k: Int) {
    let n = nodes[k], r1 = Int(n.imm & 15)
    emitCharacterCheck()
    reserve(.rdx)
    let source = pointer(n.b, count: 1, isStore: false, crossing: .departure)
    reserve(.rax)
    reserve(.rcx)
    if source != .rcx { assembler.mov(.rcx, source) }
    assembler.mov(Memory(.rsp, StateOffset.kept), .rcx)
    emitCharacter(into: .rax)
    assembler.mov(.rdx, ~0)
    emitCall(thunks.bytes.search)
    append(.departure, from: assembler.jump(.overflow))
    assembler.mov(.rdx, .rax)
    // As many as the site's miss can be told.
    assembler.arithmetic(.cmp, .rdx, immediate: 255)
    append(.departure, from: assembler.jump(.above))
    free(.rax, unless: .rsp)
    free(.rcx, unless: .rsp)
    let target = pointer(n.a, count: 1, isStore: true, crossing: .departure, isCounted: true, departs: true)
    reserve(.rax)
    reserve(.rcx)
    if target != .rax { assembler.mov(.rax, target) }
    assembler.mov(.rcx, Memory(.rsp, StateOffset.kept))
    emitCall(thunks.bytes.move)
    append(.departure, from: assembler.jump(.overflow))
    emitAdvance(r1, by: .rdx)
    // Condition code 1.
    assembler.mov(.rax, 0)
    assembler.arithmetic(.cmp, .rax, immediate: 1, .bits32)
    saveCondition(.compareLogical)
  }
}

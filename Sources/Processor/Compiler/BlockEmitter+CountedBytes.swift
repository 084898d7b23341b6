import X86

/// Operands of bytes whose count is known only when they are executed, or that are long: the loops of ByteThunks.
extension BlockEmitter {
  /// RDX gets the bytes of the operands less one.
  private func emitCount(_ n: BlockNode) {
    reserve(.rdx)
    let modifier = Int(n.imm & 15)
    if modifier == 0 { return assembler.mov(.rdx, UInt64(n.kind)) }
    if let pinned = pinned(modifier) {
      assembler.zeroExtend8(.rdx, pinned)
    } else {
      assembler.zeroExtend8(.rdx, guest(modifier))
    }
    if n.kind != 0 { assembler.arithmetic(.or, .rdx, immediate: Int32(n.kind), .bits32) }
  }

  /// Whether the access to an operand needs a scratch register besides the one that points to it.
  private func wantsBase(_ node: UInt16) -> Bool {
    let n = nodes[Int(node)]
    guard let r = placeRegister(n.foldedDisplacement(nodes) == nil ? node : n.a) else { return true }
    return index(of: r) != nil
  }

  /// RCX points to the operand that is accessed first, RAX to the other one. RDX stays.
  /// - Parameter isCounted: RDX has their bytes less one; otherwise they are accessed up to the ends of their pages.
  func emitPointers(
    _ first: UInt16, _ second: UInt16, isStore: Bool, isCounted: Bool = true, crossing: BlockStub.Kind, departs: Bool = false
  ) {
    let p = pointer(first, count: 1, isStore: false, crossing: crossing, isCounted: isCounted)
    emitSecondPointer(p, second, isStore: isStore, isCounted: isCounted, crossing: crossing, departs: departs)
  }
  /// The same when the first is in `p`.
  func emitSecondPointer(
    _ p: Register, _ second: UInt16, count: Int = 1, isStore: Bool, isCounted: Bool, crossing: BlockStub.Kind,
    departs: Bool = false
  ) {
    let isKept = wantsBase(second)
    if isKept {
      assembler.mov(Memory(.rsp, StateOffset.kept), p)
      free(p, unless: .rsp)
    }
    let q = pointer(second, count: count, isStore: isStore, crossing: crossing, isCounted: isCounted, departs: departs)
    reserve(.rax)
    reserve(.rcx)
    if isKept {
      if q != .rax { assembler.mov(.rax, q) }
      assembler.mov(.rcx, Memory(.rsp, StateOffset.kept))
    } else if q != .rax {
      assembler.xchg(.rax, .rcx)
    }
  }

  /// RCX points to the operand of RDX + 1 bytes, RAX to a table of 256.
  private func emitTablePointers(_ n: BlockNode, isStore: Bool, crossing: BlockStub.Kind) {
    emitCount(n)
    let p = pointer(n.a, count: 1, isStore: isStore, crossing: crossing, isCounted: true)
    emitSecondPointer(p, n.b, count: 256, isStore: false, isCounted: false, crossing: crossing)
  }

  // MARK: Instructions

  func emitMoveCounted(_ k: Int) {
    let n = nodes[k]
    emitCount(n)
    emitPointers(n.b, n.a, isStore: true, crossing: .interpretation)
    emitCall(thunks.bytes.move)
    append(.interpretation, from: assembler.jump(.overflow))
  }

  func emitClearCounted(_ k: Int) {
    emitCount(nodes[k])
    let target = pointer(nodes[k].a, count: 1, isStore: true, crossing: .interpretation, isCounted: true)
    reserve(.rax)
    reserve(.rcx)
    if target != .rax { assembler.mov(.rax, target) }
    emitCall(thunks.bytes.clear)
  }

  func emitCompareCounted(_ k: Int) {
    let n = nodes[k]
    emitCount(n)
    emitPointers(n.a, n.b, isStore: false, crossing: .comparison)
    emitCall(thunks.bytes.compare)
    saveCondition(.compareLogical)
  }

  func emitCombineCounted(_ k: Int) {
    let n = nodes[k]
    guard let combination = ByteThunks.Combination(rawValue: n.imm >> 4) else { return failed = ordinal }
    emitCount(n)
    emitPointers(n.b, n.a, isStore: true, crossing: .departure, departs: true)
    emitCall(thunks.bytes[combination])
    append(.departure, from: assembler.jump(.overflow))
    saveCondition(.notZero)
  }

  func emitTranslate(_ k: Int) {
    emitTablePointers(nodes[k], isStore: true, crossing: .interpretation)
    emitCall(thunks.bytes.translate)
  }

  func emitTranslateAndTest(_ k: Int) {
    let n = nodes[k], base = Int(n.imm >> 8 & 15), displacement = Int32(n.imm >> 16 & 0xFFF)
    emitTablePointers(n, isStore: false, crossing: .departure)
    emitCall(thunks.bytes.translateAndTest)
    let none = assembler.jump(.zero)
    // The address goes to general register 1, the entry to bits 56-63 of general register 2; no flag is changed.
    assembler.lea(.rax, Memory(.rax, displacement))
    if base != 0 {
      read(base, into: .rdx, .bits64)
      assembler.lea(.rax, Memory(.rax, index: .rdx))
    }
    write(.rax, into: 1, .bits64)
    if let pinned = pinned(2) { assembler.mov8(pinned, .rcx) } else { assembler.mov8(guest(2), .rcx) }
    assembler.resolveHere(none)
    saveCondition(.compareLogical)
  }
}

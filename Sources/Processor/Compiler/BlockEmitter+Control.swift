import X86

/// Branches, and calls of routines.
extension BlockEmitter {
  // MARK: Calls

  /// Has what interprets the instruction carry it out. It may not come back: interruptions and branches leave the block.
  func emitRoutineCall() {
    settle()
    emitRoutineCall(text: instruction.text, descriptor: descriptor())
    floats = FloatRegisters()
  }
  func emitRoutineCall(text: UInt64, descriptor: Int32) {
    assembler.mov(Memory(.rsp, StateOffset.descriptor), immediate: descriptor, .bits32)
    assembler.mov(.rax, text)
    emitCall(thunks.routine)
  }
  func emitCall(_ target: UnsafeMutablePointer<UInt8>) { Assembler.resolve(assembler.call(), to: target) }
  func emitJump(_ target: UnsafeMutablePointer<UInt8>) { Assembler.resolve(assembler.jump(), to: target) }
  private func emitJump(_ code: UnsafeMutablePointer<UInt8>, to offset: UInt16) {
    emitJump(code)
    links.append((pageKey | UInt64(offset), assembler.cursor))
  }

  func emitInterruption(if condition: UInt16) {
    var stub = BlockStub(
      kind: .interpretation, from: Fixup(end: assembler.cursor), text: instruction.text, descriptor: descriptor(),
      ordinal: ordinal,
      offset: instruction.offset)
    switch emitJumps(if: condition) {
    case .always: emitRoutineCall()
    case .never: break
    case .fixups(let first, let second, _):
      stub.from = first
      stub.second = second
      stubs.append(stub)
    }
    forgetFlags()
  }

  // MARK: Branches

  /// The offset in the page that a branch goes to, if that is known and in the page.
  private func offsetInPage(_ target: UInt16) -> UInt16? {
    let n = nodes[Int(target)]
    guard n.operation == .programAddress, n.imm < 4096, n.imm & 1 == 0 else { return nil }
    return UInt16(n.imm)
  }

  func emitBranch(to target: UInt16) {
    if let followed = instruction.followed {
      follow(to: followed)
    } else if let offset = offsetInPage(target) {
      noteLoop(offset)
      emitTaken(to: offset, from: instruction.offset, ordinal: ordinal, edge)
    } else {
      reserve(.rax)
      move(target, to: .rax)
      emit(deferred)
      emitLeave(from: instruction.offset, ordinal: ordinal)
    }
  }

  func emitBranch(if condition: UInt16, to target: UInt16) {
    let offset = offsetInPage(target)
    // An address that the instruction computed is in RAX where the branch is taken; one that is known is computed there.
    let isComputed = offset == nil && !nodes[Int(target)].operation.isLazy
    if isComputed {
      reserve(.rax)
      move(target, to: .rax)
    } else if offset == nil && nodes[Int(target)].operation == .register {
      reserve(.rax)
      move(target, to: .rax)
    }
    var stub = BlockStub(
      kind: offset.map { .branch($0) } ?? .leave(target), from: Fixup(end: assembler.cursor), text: instruction.text,
      descriptor: descriptor(), ordinal: ordinal, offset: instruction.offset)
    if let followed = instruction.followed { return follow(to: followed, if: condition, unless: stub) }
    stub.floatsAtResume = floats
    if let offset { noteLoop(offset) }
    switch emitJumps(if: condition) {
    case .always:
      if let offset {
        emitTaken(to: offset, from: instruction.offset, ordinal: ordinal, edge)
      } else {
        emit(deferred)
        emitLeaveStub(target, instruction.offset, ordinal)
      }
    case .never: break
    case .fixups(let first, nil, isPlain: true) where offset == startOffset:
      // A loop goes on: the jump leads over what does that.
      assembler.invert(first)
      emitTaken(to: startOffset, from: instruction.offset, ordinal: ordinal, edge)
      assembler.resolveHere(first)
    case .fixups(let first, let second, _):
      stub.from = first
      stub.second = second
      stubs.append(stub)
    }
  }

  /// Goes on where the instruction branches to.
  private func follow(to target: UInt16) {
    if target <= instruction.offset && turn == nil { turn = ordinal }
    deferred.branch = instruction.offset
  }
  /// Goes on where the instruction branches to if a condition holds, and leaves the block otherwise.
  private func follow(to target: UInt16, if condition: UInt16, unless departure: BlockStub) {
    var stub = departure
    stub.kind = .fallThrough(instruction.offset + UInt16(instruction.length))
    switch emitJumps(if: condition) {
    case .always: return follow(to: target)
    case .never: stub.from = assembler.jump()
    case .fixups(let first, nil, isPlain: true):
      assembler.invert(first)
      stub.from = first
    case .fixups(let first, let second, _):
      stub.from = assembler.jump()
      assembler.resolveHere(first)
      if let second { assembler.resolveHere(second) }
    }
    stubs.append(stub)
    follow(to: target)
  }

  func emitCount(_ instructions: Int) {
    assembler.arithmetic(.sub, Memory(.rsp, StateOffset.untilLook), immediate: Int32(instructions))
  }

  /// A branch within the page, and its breaking-event address. Backward, it looks now and then whether something wants attention.
  func emitTaken(to target: UInt16, from source: UInt16, ordinal: Int, _ edge: LoopEdge) {
    let known = loopEdge(to: target, edge)
    var undone = edge.deferred, done = Deferred()
    if known == nil {
      swap(&undone.apart, &done.apart)
      swap(&undone.loans, &done.loans)
    }
    if known?.deferred.condition != undone.condition { swap(&undone.condition, &done.condition) }
    emit(done)
    emitCount(ordinal + 1)
    if target <= source || hasTurned(before: ordinal) {
      undone.branch = source
      emitLook(to: target, undone)
    }
    if known?.deferred.branch != source { emitBreakingEvent(source) }
    if let known {
      emitLoopEdge(edge, known)
    } else if let code = code(at: target) {
      emitJump(code, to: target)
    } else {
      emitUnlinked(to: target)
    }
  }
  /// A branch that the block would follow is not taken.
  func emitNotTaken(_ stub: BlockStub, _ target: UInt16) {
    emitFallThrough(to: target, stub.deferred, count: stub.ordinal + 1, looks: hasTurned(before: stub.ordinal))
  }
  /// Whether the block has followed a branch back before an instruction. Whoever leaves it then looks for attention: the branch did not.
  private func hasTurned(before ordinal: Int) -> Bool { turn.map { $0 < ordinal } ?? false }
  /// Looks, when it is time, whether something wants attention.
  private func emitLook(to target: UInt16, _ undone: Deferred) {
    let jump = assembler.jump(.sign)
    looks.append(
      AttentionLook(
        from: jump, resume: assembler.cursor, target: target, deferred: undone, isPassing: linksBlocks && target != startOffset))
  }
  /// The block at an offset of the page, when there is one.
  private func code(at offset: UInt16) -> UnsafeMutablePointer<UInt8>? {
    !linksBlocks ? nil : offset == startOffset ? start : blocks.find(pageKey | UInt64(offset)).map(memory.writeView)
  }
  /// A jump that the dispatcher will lead to the block, once there is one. Until then it leads to what says so, behind the block.
  func emitUnlinked(to target: UInt16) {
    if linksBlocks { unlinked.append((assembler.jump(), target)) } else { emitExit(to: target) }
  }
  /// Leaves to the dispatcher, which leads the jump to the block that it finds.
  func emitUnlinkedExit(_ jump: Fixup, to target: UInt16) {
    assembler.resolveHere(jump)
    emitCall(thunks.unlinked)
    assembler.int32(Int32(truncatingIfNeeded: jump.end - assembler.cursor))
    assembler.int32(Int32(target))
  }
  /// Leaves to the dispatcher, which goes on at an offset of the page (4096: the next one).
  func emitExit(to target: UInt16) {
    assembler.mov(.rax, Memory(.rsp, StateOffset.fetchPage))
    if target != 0 { assembler.lea(.rax, Memory(.rax, Int32(target))) }
    if target >= 4096 { emitWrap() }
    emitJump(thunks.exit)
  }
  /// What follows the last page of the address space is its first.
  private func emitWrap() {
    switch BlockMode(bits: UInt8(pageKey >> 56)).addressingMode {
    case .bits24: assembler.arithmetic(.and, .rax, immediate: 0xFF_FFFF, .bits32)
    case .bits31: assembler.arithmetic(.and, .rax, immediate: 0x7FFF_FFFF, .bits32)
    case .bits64: break
    }
  }

  /// The block ends without a branch: at its beginning, when it has followed branches back to there.
  func emitFallThrough(to target: UInt16) {
    // What was called may have branched since then.
    if let branch = deferred.branch, target == startOffset {
      noteLoop(target)
      emitTaken(to: target, from: branch, ordinal: ordinal - 1, edge)
    } else {
      emitFallThrough(to: target, deferred, count: ordinal, looks: turn != nil)
    }
  }
  private func emitFallThrough(to target: UInt16, _ deferred: Deferred, count: Int, looks: Bool) {
    emit(deferred)
    emitCount(count)
    if looks && target < 4096 { emitLook(to: target, Deferred()) }
    if target < 4096, let code = code(at: target) {
      emitJump(code, to: target)
    } else if target < 4096 {
      emitUnlinked(to: target)
    } else {
      // The last branch was in this page: that is to be known when the page is another.
      assembler.mov(.rcx, Memory(.rsp, StateOffset.breakingEvent), .bits32)
      assembler.mov(.rax, Memory(.rsp, StateOffset.fetchPage))
      assembler.test(.rcx, .rcx, .bits32)
      let isKnown = assembler.jump(.zero)
      assembler.arithmetic(.and, .rcx, immediate: 0xFFF, .bits32)
      assembler.arithmetic(.add, .rcx, .rax)
      assembler.mov(Memory(.rsp, StateOffset.breakingEventAddress), .rcx)
      assembler.mov(Memory(.rsp, StateOffset.breakingEvent), immediate: 0, .bits32)
      assembler.resolveHere(isKnown)
      assembler.lea(.rax, Memory(.rax, Int32(target)))
      emitWrap()
      thunks.jumpCacheLookup.emit(&assembler)
    }
  }

  /// A branch out of the page, to the address in RAX.
  private func emitLeave(from source: UInt16, ordinal: Int) {
    emitCount(ordinal + 1)
    assembler.mov(.rcx, Memory(.rsp, StateOffset.fetchPage))
    if source != 0 { assembler.lea(.rcx, Memory(.rcx, Int32(source))) }
    assembler.mov(Memory(.rsp, StateOffset.breakingEventAddress), .rcx)
    assembler.mov(Memory(.rsp, StateOffset.breakingEvent), immediate: 0, .bits32)
    thunks.jumpCacheLookup.emit(&assembler)
  }
  func emitLeaveStub(_ target: UInt16, _ source: UInt16, _ ordinal: Int) {
    let n = nodes[Int(target)]
    if n.operation == .programAddress || n.operation == .constant {
      owners = InlineArray(repeating: BlockEmitter.free)
      locked = 0
      reserve(.rax)
      move(target, to: .rax)
    }
    emitLeave(from: source, ordinal: ordinal)
  }
}

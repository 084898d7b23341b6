import X86

/// Branches, calls of routines, and the code behind a block.
extension BlockEmitter {
  // MARK: Calls

  /// Has what interprets the instruction carry it out. It may not come back: interruptions and branches leave the block.
  func emitRoutineCall() {
    settle()
    emitRoutineCall(text: instruction.text, descriptor: descriptor())
    floats = FloatRegisters()
  }
  private func emitRoutineCall(text: UInt64, descriptor: Int32) {
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
    if let offset = offsetInPage(target) {
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

  private func emitCount(_ instructions: Int) {
    assembler.arithmetic(.sub, Memory(.rsp, StateOffset.untilLook), immediate: Int32(instructions))
  }

  /// A branch within the page, and its breaking-event address. Backward, it looks now and then whether something wants attention.
  private func emitTaken(to target: UInt16, from source: UInt16, ordinal: Int, _ edge: LoopEdge) {
    let known = loopEdge(to: target, edge)
    var undone = edge.deferred, done = Deferred()
    if known == nil { swap(&undone.apart, &done.apart) }
    if known?.deferred.condition != undone.condition { swap(&undone.condition, &done.condition) }
    emit(done)
    emitCount(ordinal + 1)
    if target <= source {
      undone.branch = source
      let jump = assembler.jump(.sign)
      looks.append(AttentionLook(from: jump, resume: assembler.cursor, target: target, deferred: undone))
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
  /// The block at an offset of the page, when there is one.
  private func code(at offset: UInt16) -> UnsafeMutablePointer<UInt8>? {
    !linksBlocks ? nil : offset == startOffset ? start : blocks.find(pageKey | UInt64(offset)).map(memory.writeView)
  }
  /// A jump that the dispatcher will lead to the block, once there is one.
  private func emitUnlinked(to target: UInt16) {
    if linksBlocks {
      let link = assembler.jump()
      assembler.resolveHere(link)
      assembler.leaRelative(.rax, link.end - assembler.cursor)
      assembler.mov(Memory(.rsp, StateOffset.link), .rax)
    }
    emitExit(to: target)
  }
  /// Leaves to the dispatcher, which goes on at an offset of the page (4096: the next one).
  private func emitExit(to target: UInt16) {
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

  /// The block ends without a branch.
  func emitFallThrough(to target: UInt16) {
    emit(deferred)
    emitCount(ordinal)
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
      thunks.emitJumpCacheLookup(&assembler)
    }
  }

  /// A branch out of the page, to the address in RAX.
  private func emitLeave(from source: UInt16, ordinal: Int) {
    emitCount(ordinal + 1)
    assembler.mov(.rcx, Memory(.rsp, StateOffset.fetchPage))
    if source != 0 { assembler.lea(.rcx, Memory(.rcx, Int32(source))) }
    assembler.mov(Memory(.rsp, StateOffset.breakingEventAddress), .rcx)
    assembler.mov(Memory(.rsp, StateOffset.breakingEvent), immediate: 0, .bits32)
    thunks.emitJumpCacheLookup(&assembler)
  }
  private func emitLeaveStub(_ target: UInt16, _ source: UInt16, _ ordinal: Int) {
    let n = nodes[Int(target)]
    if n.operation == .programAddress || n.operation == .constant {
      owners = InlineArray(repeating: BlockEmitter.free)
      locked = 0
      reserve(.rax)
      move(target, to: .rax)
    }
    emitLeave(from: source, ordinal: ordinal)
  }

  // MARK: Behind the block

  /// Has the instruction go on behind the block where it jumps.
  func append(_ kind: BlockStub.Kind, from fixup: Fixup) {
    stubs.append(
      BlockStub(
        kind: kind, from: fixup, text: instruction.text, descriptor: descriptor(), ordinal: ordinal, offset: instruction.offset))
  }

  /// Branches follow the block; what is seldom run goes where such code is.
  func emitStubs() {
    for stub in stubs where stub.kind.isBranch { emit(stub) }
    let end = assembler.cursor
    assembler.cursor = memory.stubCursor
    for stub in stubs where !stub.kind.isBranch { emit(stub) }
    for look in looks { emit(look) }
    stubCursor = assembler.cursor
    assembler.cursor = end
  }
  private func emit(_ look: AttentionLook) {
    assembler.resolveHere(look.from)
    emitCall(thunks.look)
    Assembler.resolve(assembler.jump(.zero), to: look.resume)
    emit(look.deferred)
    emitExit(to: look.target)
  }
  private func emit(_ stub: BlockStub) {
    if let from = stub.from { assembler.resolveHere(from) }
    if let second = stub.second { assembler.resolveHere(second) }
    if let third = stub.third { assembler.resolveHere(third) }
    for place in [stub.faults.first, stub.faults.second] {
      if let place { faults.append((place, assembler.cursor)) }
    }
    if case .lateCondition(let word) = stub.kind {
      emitCall(thunks.lateCondition)
      assembler.mov(word, Memory(.rsp, StateOffset.condition), .bits32)
      if let resume = stub.resume { emitJump(resume) }
      return
    }
    if !stub.kind.isBranch { emit(stub.deferred) }
    switch stub.kind {
    case .lateCondition: break
    case .fetch(let addend): emitMiss(stub, addend, stub.site == nil ? thunks.fetchTranslation : thunks.fetchMiss)
    case .store(let addend): emitStoreMiss(stub, addend)
    case .interpretation:
      emitRoutineCall(text: stub.text, descriptor: stub.descriptor)
      emitAfter(stub)
    case .departure:
      emitRoutineCall(text: stub.text, descriptor: stub.descriptor)
      emitEnd(stub)
    case .comparison:
      emitRoutineCall(text: stub.text, descriptor: stub.descriptor)
      emitFlagsOfComparison()
      emitAfter(stub)
    case .crossing: emitCrossingCall(stub)
    case .branch(let target):
      let edge = LoopEdge(floats: stub.floatsAtResume, deferred: stub.deferred)
      emitTaken(to: target, from: stub.offset, ordinal: stub.ordinal, edge)
    case .leave(let target):
      emit(stub.deferred)
      emitLeaveStub(target, stub.offset, stub.ordinal)
    }
  }

  /// - Returns: a jump that is taken when the operand should be on its boundary and is not.
  private func emitMissArguments(_ stub: BlockStub, _ free: Register) -> Fixup? {
    emitAddress(free, stub.base, stub.displacement)
    assembler.mov(Memory(.rsp, StateOffset.accessAddress), free)
    if stub.isAligned { assembler.arithmetic(.and, free, immediate: Int32(stub.size) - 1) }
    let isOff = stub.isAligned ? assembler.jump(.notZero) : nil
    if let site = stub.site {
      assembler.leaRelative(free, memory.distance(from: assembler.cursor, toSite: site) + (stub.isConstant ? 1 : 0))
      assembler.mov(Memory(.rsp, StateOffset.accessSite), free)
    } else {
      assembler.mov(Memory(.rsp, StateOffset.accessSite), immediate: 0, .bits64)
    }
    assembler.mov(Memory(.rsp, StateOffset.descriptor), immediate: stub.descriptor, .bits32)
    if stub.isCounted { assembler.mov8(Memory(.rsp, StateOffset.descriptor + 3), .rdx) }
    return isOff
  }
  private func emitMiss(_ stub: BlockStub, _ addend: Register, _ thunk: UnsafeMutablePointer<UInt8>) {
    _ = emitMissArguments(stub, addend)
    emitCall(thunk)
    assembler.mov(addend, Memory(.rsp, StateOffset.accessAddend))
    emitResume(stub)
  }
  /// A store that cannot be made in one piece here is interpreted: addend 0 says so.
  private func emitStoreMiss(_ stub: BlockStub, _ addend: Register) {
    let isOff = emitMissArguments(stub, addend)
    emitCall(stub.site == nil ? thunks.storeTranslation : thunks.storeMiss)
    assembler.mov(addend, Memory(.rsp, StateOffset.accessAddend))
    assembler.test(addend, addend)
    let isPlain = assembler.jump(.notZero)
    if let isOff { assembler.resolveHere(isOff) }
    emitRoutineCall(text: stub.text, descriptor: stub.descriptor)
    if stub.departs { emitEnd(stub) } else { emitAfter(stub) }
    assembler.resolveHere(isPlain)
    emitResume(stub)
  }
  /// The block ends behind an instruction.
  private func emitEnd(_ stub: BlockStub) {
    emitCount(stub.ordinal + 1)
    let next = stub.offset + UInt16(stub.descriptor >> 12 & 15)
    if next < 4096 { emitUnlinked(to: next) } else { emitExit(to: next) }
  }
  private func emitResume(_ stub: BlockStub) {
    emitReload(stub.floatsAtResume)
    if let resume = stub.resume { emitJump(resume) }
  }
  private func emitAfter(_ stub: BlockStub) {
    emitReload(stub.floatsAfter)
    if let after = stub.after { emitJump(after) }
  }
  /// Flags as of a logical comparison, from the condition code 0, 1 or 2: code XOR 1 against 1.
  private func emitFlagsOfComparison() {
    assembler.mov(.rax, Memory(.rsp, StateOffset.condition), .bits32)
    assembler.mov(.rcx, UInt64(ConditionKind.gathered))
    assembler.pext(.rax, .rax, mask: .rcx)
    assembler.zeroExtend8(.rax, Memory(.rsp, StateOffset.conditionTable, index: .rax))
    assembler.lzcnt(.rax, .rax)
    assembler.arithmetic(.sub, .rax, immediate: 60, .bits32)
    assembler.arithmetic(.xor, .rax, immediate: 1, .bits32)
    assembler.arithmetic(.cmp, .rax, immediate: 1, .bits32)
  }
}

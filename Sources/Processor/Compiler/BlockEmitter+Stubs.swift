import X86

/// The code behind a block.
extension BlockEmitter {
  /// Has the instruction go on behind the block where it jumps.
  func append(_ kind: BlockStub.Kind, from fixup: Fixup) {
    stubs.append(
      BlockStub(
        kind: kind, from: fixup, text: instruction.text, descriptor: descriptor(), ordinal: ordinal, offset: instruction.offset))
  }

  /// Branches follow the block; what is seldom run goes where such code is.
  func emitStubs() {
    deferred = Deferred()
    emitStubs(ofBranches: true)
    let end = assembler.cursor
    assembler.cursor = memory.stubCursor
    emitStubs(ofBranches: false)
    for k in looks.indices { emit(looks[k]) }
    for k in unlinked.indices { emitUnlinkedExit(unlinked[k].jump, to: unlinked[k].target) }
    stubCursor = assembler.cursor
    assembler.cursor = end
  }
  private func emitStubs(ofBranches: Bool) {
    for k in stubs.indices where stubs[k].kind.isBranch == ofBranches {
      let stub = stubs[k]
      emit(stub)
    }
  }
  private func emit(_ look: AttentionLook) {
    assembler.resolveHere(look.from)
    if look.isPassing {
      assembler.mov(.rax, pageKey | UInt64(startOffset))
      emitCall(thunks.passingLook)
    } else {
      emitCall(thunks.look)
    }
    Assembler.resolve(assembler.jump(.zero), to: look.resume)
    emit(look.deferred)
    emitExit(to: look.target)
  }
  private func emit(_ stub: BlockStub) {
    if let from = stub.from { assembler.resolveHere(from) }
    if let second = stub.second { assembler.resolveHere(second) }
    if let third = stub.third { assembler.resolveHere(third) }
    if let place = stub.faults.first { faults.append((place, assembler.cursor)) }
    if let place = stub.faults.second { faults.append((place, assembler.cursor)) }
    if stub.rising != nil { emitPageEnd(stub) }
    switch stub.kind {
    case .lateCondition, .branch, .fallThrough, .leave: break
    case .fetch, .store:
      // The address may be in a register on loan, which is given back when the address was stored.
      emit(stub.deferred, returns: false)
    default: emit(stub.deferred)
    }
    switch stub.kind {
    case .lateCondition(let word):
      emitCall(thunks.lateCondition)
      assembler.mov(word, Memory(.rsp, StateOffset.condition), .bits32)
      if let resume = stub.resume { emitJump(resume) }
    case .fetch(let addend): emitMiss(stub, addend, stub.site == nil ? thunks.fetchTranslation : thunks.fetchMiss)
    case .store(let addend): emitStoreMiss(stub, addend)
    case .interpretation:
      emitRoutineCall(text: stub.text, descriptor: stub.descriptor)
      emitAfter(stub)
    case .departure:
      emitRoutineCall(text: stub.text, descriptor: stub.descriptor)
      emitEnd(stub)
    case .comparison, .floatComparison:
      emitRoutineCall(text: stub.text, descriptor: stub.descriptor)
      emitFlagsOfComparison(ofFloats: stub.kind.isOfFloats)
      emitAfter(stub)
    case .crossing: emitCrossingCall(stub)
    case .branch(let target):
      let edge = LoopEdge(floats: stub.floatsAtResume, deferred: stub.deferred, isInLoop: stub.isInLoop)
      emitTaken(to: target, from: stub.offset, ordinal: stub.ordinal, edge)
    case .fallThrough(let target): emitNotTaken(stub, target)
    case .leave(let target):
      emit(stub.deferred)
      emitLeaveStub(target, stub.offset, stub.ordinal)
    }
  }

  /// - Returns: a jump that is taken when the operand should be on its boundary and is not.
  private func emitMissArguments(_ stub: BlockStub, _ free: Register) -> Fixup? {
    emitAddress(free, stub.base, stub.displacement)
    assembler.mov(Memory(.rsp, StateOffset.accessAddress), free)
    emitReturn(stub.deferred.loans)
    if stub.isAligned { assembler.arithmetic(.and, free, immediate: Int32(stub.size) - 1) }
    let isOff = stub.isAligned ? assembler.jump(.notZero) : nil
    if let site = stub.site {
      assembler.leaRelative(free, memory.distance(from: assembler.cursor, toSite: site) + Int(stub.siteAccess.rawValue))
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
    emitBorrowing(stub.deferred.loans)
    if let resume = stub.resume { emitJump(resume) }
  }
  private func emitAfter(_ stub: BlockStub) {
    emitReload(stub.floatsAfter)
    emitBorrowing(stub.deferred.loans)
    if let after = stub.after { emitJump(after) }
  }
  /// Flags as of a logical comparison, from the condition code 0, 1 or 2: code XOR 1 against 1. Of floating-point numbers those that
  /// UCOMISD leaves for the code, a byte each for SAHF.
  private func emitFlagsOfComparison(ofFloats: Bool) {
    assembler.mov(.rax, Memory(.rsp, StateOffset.condition), .bits32)
    assembler.mov(.rcx, UInt64(ConditionKind.gathered))
    assembler.pext(.rax, .rax, mask: .rcx)
    assembler.zeroExtend8(.rax, Memory(.rsp, StateOffset.conditionTable, index: .rax))
    assembler.lzcnt(.rax, .rax)
    assembler.arithmetic(.sub, .rax, immediate: 60, .bits32)
    if ofFloats {
      assembler.shift(.shl, .rax, 3, .bits32)
      assembler.mov(.rcx, 0x4702_0342)
      assembler.shift(.shrx, .rax, .rcx, by: .rax, .bits32)
      assembler.shift(.shl, .rax, 8, .bits32)
      return assembler.sahf()
    }
    assembler.arithmetic(.xor, .rax, immediate: 1, .bits32)
    assembler.arithmetic(.cmp, .rax, immediate: 1, .bits32)
  }
}

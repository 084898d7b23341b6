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
    case .fetch(let addend): emitMiss(stub, addend, thunks.fetchMiss)
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

  /// Has an access be found: its address is passed in the register that is to have the addend, all else in the record.
  private func emitMiss(_ stub: BlockStub, _ addend: Register, _ thunks: MissThunks) {
    emitAddress(addend, stub.base, stub.displacement)
    emitReturn(stub.deferred.loans)
    emitResume(stub, from: emitMissCall(stub, addend, thunks, stub.isCounted ? emitCountedDescriptor(stub) : stub.descriptor))
  }
  /// The same of a store, which may be interpreted instead.
  private func emitStoreMiss(_ stub: BlockStub, _ addend: Register) {
    emitAddress(addend, stub.base, stub.displacement)
    emitReturn(stub.deferred.loans)
    var descriptor = stub.isCounted ? emitCountedDescriptor(stub) : stub.descriptor
    var isOff: Fixup?
    if stub.isAligned {
      assembler.mov(Memory(.rsp, StateOffset.descriptor), immediate: stub.descriptor, .bits32)
      descriptor = 0
      assembler.test8(addend, immediate: UInt8(stub.size - 1))
      isOff = assembler.jump(.notZero)
    }
    let found = emitMissCall(stub, addend, thunks.storeMiss, descriptor)
    if let isOff { assembler.resolveHere(isOff) }
    assembler.mov(.rax, stub.text)
    emitCall(thunks.routine)
    if stub.departs { emitEnd(stub) } else { emitAfter(stub) }
    emitResume(stub, from: found)
  }
  /// Calls, and puts the record where it is looked for: behind one jump.
  /// - Parameter descriptor: 0: it is in the state.
  /// - Returns: that jump.
  private func emitMissCall(_ stub: BlockStub, _ addend: Register, _ thunks: MissThunks, _ descriptor: Int32) -> Fixup {
    emitCall(thunks.of(addend, hasSite: stub.site != nil))
    let place = assembler.cursor, found = assembler.jump()
    let site = stub.site.map { memory.distance(from: place, toSite: $0) + Int(stub.siteAccess.rawValue) } ?? 0
    assembler.int32(Int32(truncatingIfNeeded: site))
    assembler.int32(descriptor)
    return found
  }
  /// Stores the descriptor with the bytes of the access that RDX says.
  /// - Returns: 0, as the record is to say.
  private func emitCountedDescriptor(_ stub: BlockStub) -> Int32 {
    assembler.mov(Memory(.rsp, StateOffset.descriptor), immediate: stub.descriptor, .bits32)
    assembler.mov8(Memory(.rsp, StateOffset.descriptor + 3), .rdx)
    return 0
  }
  /// The block ends behind an instruction.
  private func emitEnd(_ stub: BlockStub) {
    emitCount(stub.ordinal + 1)
    let next = stub.offset + UInt16(stub.descriptor >> 12 & 15)
    if next < 4096 { emitUnlinked(to: next) } else { emitExit(to: next) }
  }
  /// Has a jump lead to where the access goes on.
  private func emitResume(_ stub: BlockStub, from jump: Fixup) {
    guard let resume = stub.resume else { return }
    if stub.floatsAtResume.isEmpty && stub.deferred.loans.isEmpty { return Assembler.resolve(jump, to: resume) }
    assembler.resolveHere(jump)
    emitReload(stub.floatsAtResume)
    emitBorrowing(stub.deferred.loans)
    emitJump(resume)
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

import X86

/// Accesses of a loop whose addresses rise, on its passes from the second on: see `RisingAccess`. Until the loop is left nothing voids
/// a translation that was found in it.
extension BlockEmitter {
  /// The site of an access, with room for a limit beside it when its address rises.
  func nextSite() -> Int {
    let site = memory.nextSite()
    if instruction.rising == .besideSite {
      _ = memory.nextSite()
      risingSites[ordinal] = site
    }
    return site
  }

  /// Finds where the access goes while it is in the page of the pass before, as `emitProbe` does with its site.
  func emitProbe(
    _ rising: RisingAccess, _ node: UInt16, size: Int, forStore: Bool
  ) -> (operand: Memory, addend: Register) {
    forgetFlags()
    let (base, displacement) = address(node), addend = allocate()
    if displacement != 0 { emitAddress(addend, base, displacement) }
    let from = displacement == 0 ? base : addend
    switch rising {
    case .besideSite:
      // The first copy has one.
      guard let site = risingSites[ordinal] else {
        failed = ordinal
        break
      }
      assembler.arithmeticRelative(
        .cmp, from, memory.distance(from: assembler.cursor, toSite: site) + SiteAccess.limitOffset)
      let miss = assembler.jump(.noCarry)
      assembler.movRelative(addend, memory.distance(from: assembler.cursor, toSite: site) + 8)
      appendMiss(
        addend, base, displacement, size: size, forStore: forStore, from: miss, site: site, [.hasLimit, .isLater])
    case .inState(let k):
      assembler.arithmetic(.cmp, from, limit(k))
      let miss = assembler.jump(.noCarry)
      assembler.mov(addend, limitAddend(k))
      appendMiss(addend, base, displacement, size: size, forStore: forStore, from: miss, rising: k)
    }
    return (Memory(base, displacement, index: addend), addend)
  }

  private func limit(_ k: Int) -> Memory { Memory(.rsp, StateOffset.rising + Int32(k * MemoryLayout<RisingLimit>.stride)) }
  private func limitAddend(_ k: Int) -> Memory {
    Memory(.rsp, StateOffset.rising + Int32(k * MemoryLayout<RisingLimit>.stride + 8))
  }
  /// No page is known yet of the accesses whose limits are in the state.
  func emitNoLimits() {
    for k in 0..<shape.risingInState { assembler.mov(limit(k), immediate: 0, .bits64) }
  }
  /// An access is beyond the page of the pass before: looks for its page in the TLB. When it is not there, the code goes on behind.
  func emitPageEnd(_ stub: BlockStub) {
    guard let k = stub.rising, let addend = stub.kind.addend, let resume = stub.resume else { return }
    let t: Register = stub.base == .rbx ? .rdi : .rbx, borrowed = Memory(.rsp, StateOffset.saved + 24)
    assembler.mov(borrowed, t)
    emitEntryComparison(addend, t, stub.base, stub.displacement, size: stub.size, forStore: stub.kind.isStore)
    let isUnknown = assembler.jump(.notZero)
    emitEntryAddend(addend)
    assembler.mov(limitAddend(k), addend)
    emitAddress(t, stub.base, stub.displacement)
    assembler.arithmetic(.or, t, immediate: 0xFFF)
    assembler.arithmetic(.add, t, immediate: 1)
    let isLast = assembler.jump(.zero)
    if stub.size > 1 { assembler.arithmetic(.sub, t, immediate: Int32(stub.size) - 1) }
    assembler.resolveHere(isLast)
    assembler.mov(limit(k), t)
    assembler.mov(t, borrowed)
    emitJump(resume)
    assembler.resolveHere(isUnknown)
    assembler.mov(t, borrowed)
  }
}

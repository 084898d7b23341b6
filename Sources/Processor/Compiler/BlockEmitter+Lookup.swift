import X86

/// Accesses that go from page to page look into the TLB in the place of a site.
extension BlockEmitter {
  /// Compares the access with its entry of the TLB, as `emitProbe` does with its site. The last byte's page is compared with the
  /// entry of the first byte's: an operand that crosses a page misses.
  func emitLookup(
    _ base: Register, _ displacement: Int32, size: Int, forStore: Bool, mustBeOnBoundary: Bool, looksForCrossing: Bool,
    isCounted: Bool
  ) -> (stub: BlockStub, addend: Register) {
    let index = allocate(), held = locked
    let crosses =
      looksForCrossing || isCounted ? emitCrossingCheck(index, base, displacement, size: isCounted ? nil : size) : nil
    let tag = freeScratch ?? (base == .rbx ? .rdi : .rbx), isBorrowed = self.index(of: tag) == nil
    let borrowed = Memory(.rsp, StateOffset.saved + 24)
    if isBorrowed { assembler.mov(borrowed, tag) }
    emitEntryComparison(index, tag, base, displacement, size: size, forStore: forStore, mustBeOnBoundary: mustBeOnBoundary)
    if isBorrowed { assembler.mov(tag, borrowed) }
    locked = held
    let miss = assembler.jump(.notZero)
    assembler.mov(index, Memory(.rsp, StateOffset.tlb + 16, index: index))
    var stub = BlockStub(
      kind: forStore ? .store(index) : .fetch(index), from: miss, text: instruction.text, descriptor: descriptor(bytes: size),
      ordinal: ordinal, offset: instruction.offset)
    stub.second = crosses
    stub.isCounted = isCounted
    stub.base = base
    stub.displacement = displacement
    stub.size = size
    stub.resume = assembler.cursor
    stub.floatsAtResume = floats
    return (stub, index)
  }
  /// Compares what the tag of an access would be with the one in its entry, whose displacement is then in `index`.
  func emitEntryComparison(
    _ index: Register, _ tag: Register, _ base: Register, _ displacement: Int32, size: Int, forStore: Bool,
    mustBeOnBoundary: Bool = false
  ) {
    if displacement == 0 {
      assembler.rorx(index, base, 7, .bits32)
    } else {
      assembler.lea(index, Memory(base, displacement))
      assembler.shift(.shr, index, 7, .bits32)
    }
    emitAddress(tag, base, displacement + (mustBeOnBoundary ? 0 : Int32(size) - 1))
    assembler.arithmetic(.and, tag, immediate: mustBeOnBoundary ? -4096 | (Int32(size) - 1) : -4096)
    assembler.arithmetic(.and, index, immediate: Int32((TLB.count - 1) * 32), .bits32)
    assembler.arithmetic(.or, tag, Memory(.rsp, StateOffset.dataTag))
    assembler.arithmetic(.cmp, tag, Memory(.rsp, StateOffset.tlb + (forStore ? 8 : 0), index: index))
  }
}

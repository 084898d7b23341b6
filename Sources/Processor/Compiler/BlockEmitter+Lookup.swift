import X86

/// Accesses that go from page to page look into the TLB in the place of a site.
extension BlockEmitter {
  /// Compares the access with its entry of the TLB, as `emitProbe` does with its site. The last byte's page is compared with the
  /// entry of the first byte's: an operand that crosses a page misses.
  func emitLookup(
    _ base: Register, _ displacement: Int32, size: Int, forStore: Bool, mustBeOnBoundary: Bool, looksForCrossing: Bool,
    isCounted: Bool
  ) -> (operand: Memory, addend: Register) {
    let entry = allocate(), held = locked
    let crosses =
      looksForCrossing || isCounted ? emitCrossingCheck(entry, base, displacement, size: isCounted ? nil : size) : nil
    let tag = freeScratch ?? (base == .rbx ? .rdi : .rbx), isBorrowed = self.index(of: tag) == nil
    let borrowed = Memory(.rsp, StateOffset.saved + 24)
    if isBorrowed { assembler.mov(borrowed, tag) }
    emitEntryComparison(entry, tag, base, displacement, size: size, forStore: forStore, mustBeOnBoundary: mustBeOnBoundary)
    if isBorrowed { assembler.mov(tag, borrowed) }
    locked = held
    let miss = assembler.jump(.notZero)
    emitEntryAddend(entry)
    appendMiss(entry, base, displacement, size: size, forStore: forStore, from: miss, crosses, isCounted: isCounted)
    return (Memory(base, displacement, index: entry), entry)
  }
  /// Compares what the tag of an access would be with the one in its entry, whose number is then in `entry`. The number comes first,
  /// and in one step: what follows pointers waits for it.
  func emitEntryComparison(
    _ entry: Register, _ tag: Register, _ base: Register, _ displacement: Int32, size: Int, forStore: Bool,
    mustBeOnBoundary: Bool = false
  ) {
    let number = UInt64(12 | TLB.count.trailingZeroBitCount << 8)
    assembler.mov(tag, number)
    if displacement == 0 {
      assembler.bextr(entry, base, tag)
    } else {
      assembler.lea(entry, Memory(base, displacement))
      assembler.bextr(entry, entry, tag)
    }
    emitAddress(tag, base, displacement + (mustBeOnBoundary ? 0 : Int32(size) - 1))
    assembler.arithmetic(.and, tag, immediate: mustBeOnBoundary ? -4096 | (Int32(size) - 1) : -4096)
    assembler.arithmetic(.or, tag, Memory(.rsp, StateOffset.dataTag))
    let tags = forStore ? StateOffset.writeTags : StateOffset.readTags
    assembler.arithmetic(.cmp, tag, Memory(.rsp, tags, index: entry, scale: 3))
  }
  /// The addend of the entry whose number a register has, into the register.
  func emitEntryAddend(_ entry: Register) {
    assembler.mov(entry, Memory(.rsp, StateOffset.addends, index: entry, scale: 3))
  }
}

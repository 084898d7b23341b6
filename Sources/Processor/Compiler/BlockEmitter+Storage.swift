import X86

/// Accesses to storage. Each has a site: the tag of the page that it was last at, and what leads from a logical address to the
/// host's. The comparison keeps the bits of the address that are zero on the operand's boundary: an operand that is not there may
/// cross a page, and misses. LOAD and STORE MULTIPLE look first whether they do. What often misses its site looks into the TLB:
/// see `emitLookup`.
extension BlockEmitter {
  /// The operand's address as a register and a displacement.
  func address(_ node: UInt16) -> (base: Register, displacement: Int32) {
    let n = nodes[Int(node)]
    if let d = n.foldedDisplacement(nodes) { return (register(n.a), d) }
    return (register(node), 0)
  }
  /// Puts an address into a register.
  func emitAddress(_ r: Register, _ base: Register, _ displacement: Int32) {
    if displacement == 0 { assembler.mov(r, base) } else { assembler.lea(r, Memory(base, displacement)) }
  }

  /// Finds where the access goes. The last stub is what is done when it misses.
  /// - Parameters:
  ///   - mustBeOnBoundary: an operand that is not is left to whoever translates.
  ///   - looksForCrossing: an operand that crosses a page is found here, on its boundary or not: the stub's second jump.
  ///   - isCounted: likewise; RDX has the bytes of the operand less one, up to 255, and `size` is 1.
  /// - Returns: the operand, and its index, which has the addend.
  func emitProbe(
    _ node: UInt16, size: Int, forStore: Bool = false, mustBeOnBoundary: Bool = false, looksForCrossing: Bool = false,
    isCounted: Bool = false
  ) -> (operand: Memory, addend: Register) {
    if isInLoop, let rising = instruction.rising { return emitProbe(rising, node, size: size, forStore: forStore) }
    forgetFlags()
    let (base, displacement) = address(node)
    if instruction.conduct == .wandering && nodes[Int(node)].operation != .constant {
      return emitLookup(
        base, displacement, size: size, forStore: forStore, mustBeOnBoundary: mustBeOnBoundary,
        looksForCrossing: looksForCrossing,
        isCounted: isCounted)
    }
    let addend = allocate()
    let site = nextSite()
    memory.beginHistory(ofSite: site, AccessHistory(block: pageKey | UInt64(startOffset), offset: instruction.offset))
    let isPowerOfTwo = !looksForCrossing && size <= 8 && size & (size - 1) == 0
    let crosses =
      isCounted || !isPowerOfTwo && size > 1
      ? emitCrossingCheck(addend, base, displacement, size: isCounted ? nil : size) : nil
    emitAddress(addend, base, displacement)
    let miss = thunks.siteComparison.emit(
      &assembler, addend, mask: isPowerOfTwo ? -4096 | (Int32(size) - 1) : -4096, site: site, memory)
    let access: SiteAccess =
      instruction.rising == .besideSite ? .hasLimit : nodes[Int(node)].operation == .constant ? .isConstant : []
    appendMiss(
      addend, base, displacement, size: size, forStore: forStore, from: miss, crosses, site: site, access, isCounted: isCounted)
    return (Memory(base, displacement, index: addend), addend)
  }
  /// Has an access that misses be found behind the block. It comes back to here, with the addend in a register.
  func appendMiss(
    _ addend: Register, _ base: Register, _ displacement: Int32, size: Int, forStore: Bool, from miss: Fixup,
    _ crosses: Fixup? = nil, site: Int? = nil, _ access: SiteAccess = [], rising: Int? = nil, isCounted: Bool = false
  ) {
    stubs.append(
      BlockStub(
        kind: forStore ? .store(addend) : .fetch(addend), from: miss, second: crosses, base: base, displacement: displacement,
        size: size, isCounted: isCounted, site: site, siteAccess: access, rising: rising, resume: assembler.cursor,
        floatsAtResume: floats, text: instruction.text, descriptor: descriptor(bytes: size), ordinal: ordinal,
        offset: instruction.offset))
  }

  /// - Parameter size: bytes; nil: RDX has one less.
  /// - Returns: a jump that is taken when the operand crosses a page.
  func emitCrossingCheck(_ t: Register, _ base: Register, _ displacement: Int32, size: Int?) -> Fixup {
    emitAddress(t, base, displacement)
    assembler.arithmetic(.and, t, immediate: 0xFFF, .bits32)
    if let size {
      assembler.arithmetic(.cmp, t, immediate: 4096 - Int32(size), .bits32)
    } else {
      assembler.arithmetic(.add, t, .rdx, .bits32)
      assembler.arithmetic(.cmp, t, immediate: 4095, .bits32)
    }
    return assembler.jump(.above)
  }

  func emitLoad(_ k: Int) {
    let n = nodes[k]
    let (m, addend) = emitProbe(n.a, size: Int(n.kind), forStore: n.imm & BlockNode.forUpdate != 0)
    if emitFloatLoad(k, m) { return }
    let destination: Register
    if let target = target(of: k) {
      destination = target
    } else {
      destination = addend
      if let i = index(of: addend) { owners[i] = Int32(k) }
    }
    places[k] = destination.number + 1
    switch n.kind {
    case 1: assembler.zeroExtend8(destination, m)
    case 2:
      assembler.zeroExtend16(destination, m)
      assembler.bswap(destination, .bits32)
      assembler.shift(.shr, destination, 16, .bits32)
    case 4: assembler.movbe(destination, m, .bits32)
    default: assembler.movbe(destination, m, .bits64)
    }
  }

  func emitStore(_ k: Int) {
    let n = nodes[k], float = storedFloat(n.b)
    let value = float == nil ? register(n.b, n.kind == 8 ? .bits64 : .bits32) : .rax
    let m = emitProbe(n.a, size: Int(n.kind), forStore: true).operand
    if let float { return emitFloatStore(m, float) }
    switch n.kind {
    case 1: assembler.mov8(m, value)
    case 2: assembler.movbe16(m, value)
    case 4: assembler.movbe(m, value, .bits32)
    default: assembler.movbe(m, value, .bits64)
    }
  }

  func emitMultiple(_ k: Int) {
    let n = nodes[k], first = Int(n.imm & 15), last = Int(n.imm >> 4 & 15), count = (last - first) & 15 + 1
    let isWide = n.kind == 2, size = (isWide ? 8 : 4) * count
    let (operand, addend) = emitProbe(n.a, size: size, forStore: n.operation == .storeMultiple)
    // The base register may be among those that are loaded.
    assembler.lea(addend, operand)
    let isLoad = n.operation == .loadMultiple
    for j in 0..<count {
      let m = Memory(addend, Int32((isWide ? 8 : 4) * j)), r = (first + j) & 15
      isLoad ? emitLoadOne(r, m, isWide) : emitStoreOne(r, m, isWide)
    }
  }
  private func emitLoadOne(_ r: Int, _ m: Memory, _ isWide: Bool) {
    let pinned = pinned(r)
    if isWide, let pinned { return assembler.movbe(pinned, m, .bits64) }
    let held = locked
    let t = allocate()
    assembler.movbe(t, m, isWide ? .bits64 : .bits32)
    if let pinned {
      clearLow(pinned)
      assembler.arithmetic(.or, pinned, t)
    } else if isWide {
      assembler.mov(guest(r), t)
    } else {
      storeLow(t, r)
    }
    giveBack(t, held)
  }
  private func emitStoreOne(_ r: Int, _ m: Memory, _ isWide: Bool) {
    let width: Width = isWide ? .bits64 : .bits32
    if let pinned = pinned(r) { return assembler.movbe(m, pinned, width) }
    let held = locked
    let t = allocate()
    assembler.mov(t, guest(r), width)
    assembler.movbe(m, t, width)
    giveBack(t, held)
  }
}

import CHost
import Storage

/// Translation tables, the TLB, and real addresses (chapter 10).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineTranslationInstructions() {
    routine("PTLB", 0xB20D, .s, .privileged) { cpu, _ throws(ProgramInterruption) in cpu.flushTLB() }
    // There is no ALB: every access-register translation reads the tables.
    routine("PALB", 0xB248, .rre, .privileged) { _, _ throws(ProgramInterruption) in }
    routine("IPTE", 0xB221, .rrfA, .privileged) { cpu, i throws(ProgramInterruption) in
      try cpu.invalidatePageTableEntry(i.e1, i.e2)
    }
    routine("IDTE", 0xB98E, .rrfB, [.privileged, .zArchitectureOnly], .datEnhancement1) { cpu, i throws(ProgramInterruption) in
      try cpu.invalidateDATTableEntry(i.e1, i.e2, i.e3)
    }
    routine("CSP", 0xB250, .rre, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.compareAndSwapAndPurge32(i.e1, i.e2)
    }
    routine("CSPG", 0xB98A, .rre, [.privileged, .setsCC, .zArchitectureOnly], .datEnhancement1) {
      cpu, i throws(ProgramInterruption) in
      try cpu.compareAndSwapAndPurge64(i.e1, i.e2)
    }
    routine("LRA", 0xB1, .rxA, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.loadRealAddress(i.r1, cpu.rx(i), isLong: cpu.addressingMode == .bits64)
    }
    routine("LRAY", 0xE313, .rxyA, [.privileged, .setsCC, .zArchitectureOnly], .longDisplacement) {
      cpu, i throws(ProgramInterruption) in
      try cpu.loadRealAddress(i.r1, cpu.rxy(i), isLong: cpu.addressingMode == .bits64)
    }
    routine("LRAG", 0xE303, .rxyA, [.privileged, .setsCC, .zArchitectureOnly]) { cpu, i throws(ProgramInterruption) in
      try cpu.loadRealAddress(i.r1, cpu.rxy(i), isLong: true)
    }
    routine("LPTEA", 0xB9AA, .rrfB, [.privileged, .setsCC, .zArchitectureOnly], .datEnhancement1) {
      cpu, i throws(ProgramInterruption) in
      try cpu.loadPageTableEntryAddress(i.e1, i.e2, spaceCode: i.e4)
    }
    routine("STRAG", 0xE502, .sse, [.privileged, .zArchitectureOnly]) { cpu, i throws(ProgramInterruption) in
      if !cpu.isTranslating { throw .specialOperation }
      let target = try cpu.aligned(cpu.rs(i), to: 8), source = cpu.ss2(i)
      let space = try cpu.designated(cpu.addressSpace, ar: source.base)
      try cpu.store64(try cpu.realAddress(source.address, space), target)
    }
    routine("LURA", 0xB24B, .rre, .privileged) { cpu, i throws(ProgramInterruption) in
      let host = try cpu.realOperand(cpu.gr(i.e2), 4, .fetch)
      cpu.setGR32(i.e1, UInt64(UInt32(bigEndian: host.load(as: UInt32.self))))
    }
    routine("LURAG", 0xB905, .rre, [.privileged, .zArchitectureOnly]) { cpu, i throws(ProgramInterruption) in
      let host = try cpu.realOperand(cpu.gr(i.e2), 8, .fetch)
      cpu.setGR(i.e1, UInt64(bigEndian: host.load(as: UInt64.self)))
    }
    routine("STURA", 0xB246, .rre, .privileged) { cpu, i throws(ProgramInterruption) in
      let host = try cpu.realOperand(cpu.gr(i.e2), 4, .store)
      host.storeBytes(of: UInt32(truncatingIfNeeded: cpu.gr(i.e1)).bigEndian, as: UInt32.self)
      cpu.recordRealStoreForPER()
    }
    routine("STURG", 0xB925, .rre, [.privileged, .zArchitectureOnly]) { cpu, i throws(ProgramInterruption) in
      let host = try cpu.realOperand(cpu.gr(i.e2), 8, .store)
      host.storeBytes(of: cpu.gr(i.e1).bigEndian, as: UInt64.self)
      cpu.recordRealStoreForPER()
    }
  }
}

extension CPU {
  /// The host address of a real operand of `count` bytes, which is aligned to its length.
  func realOperand(_ address: UInt64, _ count: UInt64, _ kind: AccessKind) throws(ProgramInterruption) -> UnsafeMutableRawPointer
  {
    let address = reduced(address)
    if address & (count &- 1) != 0 { throw .specification }
    return try host(real: address, key: accessKey, kind, count: count)
  }

  // MARK: Invalidation

  /// INVALIDATE PAGE TABLE ENTRY: R1 has the page-table origin, R2 an address with the page index.
  mutating func invalidatePageTableEntry(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let address = gr(r2)
    let entry = (gr(r1) & ~0x7FF) &+ (address &>> 12 & 0xFF) &* 8
    try setInvalidBit(entry, bit: 0x400)
    tlb.flush(pageIndexOf: address, entry: prefixed(entry))
    forgetFetchPage()
    purgeOtherTLBs()
  }

  /// Turns on the invalid bit of the table entry at a real address.
  private func setInvalidBit(_ real: UInt64, bit: UInt64) throws(ProgramInterruption) {
    let host = try host(real: real, key: accessKey, .store, count: 8)
    var seen = host.load(as: UInt64.self)
    // Other CPUs may be changing software's bits of the same entry.
    while chost_cas64(host, &seen, seen | bit.bigEndian) == 0 {}
  }

  /// INVALIDATE DAT TABLE ENTRY. R1: table origin and designation type; R2: address with the index, bit 52 clear by ASCE,
  /// bits 53-63 further entries; R3 (0: none): the ASCE.
  mutating func invalidateDATTableEntry(_ r1: Int, _ r2: Int, _ r3: Int) throws(ProgramInterruption) {
    let operand = gr(r2)
    if operand & 0xF_F000 != 0 { throw .specification }
    if operand & 0x800 != 0 {
      tlb.flush(tablesOf: gr(r3))
    } else {
      let level = Int(truncatingIfNeeded: gr(r1) &>> 2) & 3
      let index = operand &>> UInt64(truncatingIfNeeded: 20 &+ 11 &* level)
      for k in 0...(operand & 0x7FF) {
        try setInvalidBit((gr(r1) & ~0xFFF) &+ ((index &+ k) & 0x7FF) &* 8, bit: 0x20)
      }
      tlb.flush()
    }
    addressingChanged()
    purgeOtherTLBs()
  }

  /// COMPARE AND SWAP AND PURGE: R2 bit 63 asks for the TLBs to be purged, bit 62 for the ALBs.
  mutating func compareAndSwapAndPurge32(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    if r1 & 1 != 0 { throw .specification }
    let host = try hostForStore(reduced(gr(r2)) & ~3, r2, count: 4)
    var seen = UInt32(truncatingIfNeeded: gr(r1)).bigEndian
    guard chost_cas32(host, &seen, UInt32(truncatingIfNeeded: gr(r1 &+ 1)).bigEndian) != 0 else {
      setGR32(r1, UInt64(UInt32(bigEndian: seen)))
      return setCC(1)
    }
    purgeAfterSwap(gr(r2))
  }
  mutating func compareAndSwapAndPurge64(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    if r1 & 1 != 0 { throw .specification }
    let host = try hostForStore(reduced(gr(r2)) & ~7, r2, count: 8)
    var seen = gr(r1).bigEndian
    guard chost_cas64(host, &seen, gr(r1 &+ 1).bigEndian) != 0 else {
      setGR(r1, UInt64(bigEndian: seen))
      return setCC(1)
    }
    purgeAfterSwap(gr(r2))
  }
  private mutating func purgeAfterSwap(_ request: UInt64) {
    setCC(0)
    if request & 1 == 0 { return }
    flushTLB()
    purgeOtherTLBs()
  }

  // MARK: Real addresses

  /// The real address (of a large frame: the absolute one) of `address`, which nothing protects.
  func realAddress(_ address: UInt64, _ space: DesignatedSpace) throws(ProgramInterruption) -> UInt64 {
    guard let asce = space.asce else { return address }
    let walk = walk(address, asce)
    if let exception = walk.exception {
      identify(address, space, nil)
      throw exception
    }
    return walk.address
  }

  /// LOAD PAGE-TABLE-ENTRY ADDRESS: CC 0 and 1 its address, without and with DAT protection above it; 2 the address of the
  /// invalid entry above (or of one that maps a megabyte), its table type in bits 62-63; 3 an exception's code.
  /// - Parameter spaceCode: M4: 0 primary, 1 the access register R2, 2 secondary, 3 home, 4 as the PSW says.
  mutating func loadPageTableEntryAddress(_ r1: Int, _ r2: Int, spaceCode: Int) throws(ProgramInterruption) {
    let spaces: [AddressSpace] = [.primary, .accessRegister, .secondary, .home, addressSpace]
    guard spaceCode < spaces.count else { throw .specification }
    let space: DesignatedSpace
    do { space = try designated(spaces[spaceCode], ar: r2) } catch {
      if error == .addressing { throw error }
      setGR(r1, UInt64(error.rawValue))
      return setCC(3)
    }
    guard let asce = space.asce, !asce.isRealSpace else { throw .specialOperation }
    let walk = walk(reduced(gr(r2)), asce, stopsAtPageTable: true)
    switch walk.exception {
    case nil where walk.isLargeFrame:
      setGR(r1, walk.entryAddress)
      setCC(2)
    case nil:
      setGR(r1, walk.entryAddress)
      setCC(walk.isProtected ? 1 : 0)
    case .addressing?, .translationSpecification?: throw walk.exception ?? .addressing
    case let exception? where walk.isOutsideTable || exception == .asceType:
      setGR(r1, UInt64(exception.rawValue))
      setCC(3)
    default:
      setGR(r1, walk.entryAddress | UInt64(truncatingIfNeeded: walk.level &- 1))
      setCC(2)
    }
  }

  /// LOAD REAL ADDRESS: CC 0 translated; 1 segment-table entry invalid, 2 page-table entry invalid (R1 has the entry's
  /// address); 3 another exception, or an entry whose address has no room (R1 bits 32-63 have bit 32 on and the code). DAT takes
  /// place whatever PSW bit 5 is.
  mutating func loadRealAddress(_ r1: Int, _ operand: StorageOperand<UInt64>, isLong: Bool) throws(ProgramInterruption) {
    let space: DesignatedSpace
    do { space = try designated(addressSpace, ar: operand.base) } catch {
      if error == .addressing { throw error }
      return loadRealAddress(r1, exception: error)
    }
    guard let asce = space.asce else { return }
    let walk = walk(operand.address, asce), fits = isLong || walk.entryAddress <= 0x7FFF_FFFF
    switch walk.exception {
    case nil:
      if !isLong && walk.address > 0x7FFF_FFFF { throw .specialOperation }
      setRealAddress(r1, walk.address, isLong)
      setCC(0)
    case .addressing?, .translationSpecification?:
      throw walk.exception ?? .addressing
    case .segmentTranslation? where !walk.isOutsideTable && fits:
      setRealAddress(r1, walk.entryAddress, isLong)
      setCC(1)
    case .pageTranslation? where fits:
      setRealAddress(r1, walk.entryAddress, isLong)
      setCC(2)
    case let exception?:
      loadRealAddress(r1, exception: exception)
    }
  }
  private mutating func loadRealAddress(_ r1: Int, exception: ProgramInterruption) {
    setGR32(r1, 0x8000_0000 | UInt64(exception.rawValue))
    setCC(3)
  }
  private mutating func setRealAddress(_ r1: Int, _ address: UInt64, _ isLong: Bool) {
    if isLong { setGR(r1, address) } else { setGR32(r1, address) }
  }
}

import CHost

/// Interlocked updates of storage: in one step as other CPUs and the channel subsystem see it, when the operand is on its
/// natural boundary (chapter 5, "Storage-Operand Consistency").
extension CPU {
  /// Replaces the word by `new` when it equals `expected`. The operand is aligned.
  /// - Returns: whether it was equal, and what was there.
  @inline(__always) mutating func exchange32(_ o: StorageOperand<UInt64>, expecting expected: UInt64, with new: UInt64)
    throws(ProgramInterruption) -> (Bool, UInt64)
  {
    let host = try hostForStore(o.address, o.base, count: 4)
    var old = UInt32(truncatingIfNeeded: expected).bigEndian
    let isEqual = chost_cas32(host, &old, UInt32(truncatingIfNeeded: new).bigEndian) != 0
    return (isEqual, UInt64(UInt32(bigEndian: old)))
  }
  @inline(__always) mutating func exchange64(_ o: StorageOperand<UInt64>, expecting expected: UInt64, with new: UInt64)
    throws(ProgramInterruption) -> (Bool, UInt64)
  {
    let host = try hostForStore(o.address, o.base, count: 8)
    var old = expected.bigEndian
    let isEqual = chost_cas64(host, &old, new.bigEndian) != 0
    return (isEqual, UInt64(bigEndian: old))
  }
  /// 16 bytes as they are in storage; `old` receives what was there.
  @inline(__always) static func exchange128(
    _ host: UnsafeMutableRawPointer, _ old: inout InlineArray<2, UInt64>, _ new: InlineArray<2, UInt64>
  ) -> Bool {
    var expected = (old[0], old[1]), desired = (new[0], new[1])
    let done = withUnsafeMutablePointer(to: &expected) { e in
      withUnsafeMutablePointer(to: &desired) { d in
        chost_cas128(
          host, UnsafeMutableRawPointer(e).assumingMemoryBound(to: UInt64.self),
          UnsafeRawPointer(d).assumingMemoryBound(to: UInt64.self)) != 0
      }
    }
    old[0] = expected.0
    old[1] = expected.1
    return done
  }

  package mutating func exchangeSettingCC32(
    _ o: StorageOperand<UInt64>, expecting expected: UInt64, with new: UInt64
  ) throws(ProgramInterruption) -> UInt64 {
    if o.address & 3 != 0 { throw .specification }
    let (isEqual, old) = try exchange32(o, expecting: expected, with: new)
    setCC(isEqual ? 0 : 1)
    return old
  }
  package mutating func exchangeSettingCC64(
    _ o: StorageOperand<UInt64>, expecting expected: UInt64, with new: UInt64
  ) throws(ProgramInterruption) -> UInt64 {
    if o.address & 7 != 0 { throw .specification }
    let (isEqual, old) = try exchange64(o, expecting: expected, with: new)
    setCC(isEqual ? 0 : 1)
    return old
  }
  mutating func compareDoubleAndSwap32(_ r1: Int, _ r3: Int, _ operand: StorageOperand<UInt64>) throws(ProgramInterruption) {
    try requireEven(r1 | r3)
    if operand.address & 7 != 0 { throw .specification }
    let (isEqual, old) = try exchange64(operand, expecting: pair32(r1), with: pair32(r3))
    if !isEqual { setPair32(r1, old) }
    setCC(isEqual ? 0 : 1)
  }

  @inline(__always) package mutating func update32(
    _ o: StorageOperand<UInt64>, _ change: (inout CPU, UInt64) -> UInt64
  ) throws(ProgramInterruption) { _ = try updating32(o, change) }
  /// - Returns: the old value.
  @inline(__always) mutating func updating32(
    _ o: StorageOperand<UInt64>, _ change: (inout CPU, UInt64) -> UInt64
  ) throws(ProgramInterruption) -> UInt64 {
    if o.address & 3 != 0 {
      let block = try storeBlock(o, 4)
      let old = UInt64(block.word(0))
      block.setWord(0, UInt32(truncatingIfNeeded: change(&self, old)))
      return old
    }
    let host = try hostForStore(o.address, o.base, count: 4)
    var seen = host.load(as: UInt32.self)
    while true {
      let old = UInt64(UInt32(bigEndian: seen))
      if chost_cas32(host, &seen, UInt32(truncatingIfNeeded: change(&self, old)).bigEndian) != 0 { return old }
    }
  }
  @inline(__always) package mutating func update64(
    _ o: StorageOperand<UInt64>, _ change: (inout CPU, UInt64) -> UInt64
  ) throws(ProgramInterruption) { _ = try updating64(o, change) }
  /// - Returns: the old value.
  @inline(__always) mutating func updating64(
    _ o: StorageOperand<UInt64>, _ change: (inout CPU, UInt64) -> UInt64
  ) throws(ProgramInterruption) -> UInt64 {
    if o.address & 7 != 0 {
      let block = try storeBlock(o, 8)
      let old = block.doubleword(0)
      block.setDoubleword(0, change(&self, old))
      return old
    }
    let host = try hostForStore(o.address, o.base, count: 8)
    var seen = host.load(as: UInt64.self)
    while true {
      let old = UInt64(bigEndian: seen)
      if chost_cas64(host, &seen, change(&self, old).bigEndian) != 0 { return old }
    }
  }

  /// LOAD AND ADD and its like: R1 receives the old second operand, storage the combination of it with R3.
  @inline(__always) mutating func loadAndOperate32(
    _ i: InstructionText, _ change: (inout CPU, UInt64, UInt64) -> UInt64
  ) throws(ProgramInterruption) {
    let o = rsy(i)
    if o.address & 3 != 0 { throw .specification }
    let operand = gr32(i.r3)
    let old = try updating32(o) { cpu, old in change(&cpu, old, operand) }
    setGR32(i.r1, old)
  }
  @inline(__always) mutating func loadAndOperate64(
    _ i: InstructionText, _ change: (inout CPU, UInt64, UInt64) -> UInt64
  ) throws(ProgramInterruption) {
    let o = rsy(i)
    if o.address & 7 != 0 { throw .specification }
    let operand = gr(i.r3)
    let old = try updating64(o) { cpu, old in change(&cpu, old, operand) }
    setGR(i.r1, old)
  }
  @inline(__always) mutating func notZeroSettingCC(_ v: UInt64) -> UInt64 {
    setCCNotZero(v)
    return v
  }

  /// Exchanges one byte in one step.
  mutating func exchangeByte(_ o: StorageOperand<UInt64>, with byte: UInt8) throws(ProgramInterruption) -> UInt8 {
    let host = try hostForStore(o.address, o.base, count: 1)
    // The host has words: the aligned one around the byte is in the same page.
    let offset = Int(truncatingIfNeeded: o.address & 3), word = host - offset
    let shift = UInt32(truncatingIfNeeded: 8 &* offset)
    var seen = word.load(as: UInt32.self)
    while true {
      let old = UInt8(truncatingIfNeeded: seen &>> shift)
      if chost_cas32(word, &seen, seen & ~(0xFF &<< shift) | UInt32(byte) &<< shift) != 0 { return old }
    }
  }

  /// LOAD PAIR DISJOINT. The pair is interlocked when the first operand has not changed around the fetch of the second.
  mutating func loadPair(_ i: InstructionText, size: UInt64) throws(ProgramInterruption) -> (UInt64, UInt64, Bool) {
    let first = rs(i), second = ss2(i)
    if (first.address | second.address) & (size &- 1) != 0 { throw .specification }
    let a = size == 4 ? try load32(first) : try load64(first)
    serialize()
    let b = size == 4 ? try load32(second) : try load64(second)
    serialize()
    let again = size == 4 ? try load32(first) : try load64(first)
    return (a, b, a == again)
  }
}

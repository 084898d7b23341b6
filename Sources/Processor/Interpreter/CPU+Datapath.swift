import Synchronization

/// The interpreter: each operation of the datapath done at once. Contracts are at `Datapath`.
extension CPU: Datapath {
  package typealias Value = UInt64
  package typealias Condition = Bool

  // MARK: General registers

  @inline(__always) package func gr(_ r: Int) -> UInt64 { s.pointee.gr[unchecked: r] }
  @inline(__always) package func gr32(_ r: Int) -> UInt64 { s.pointee.gr[unchecked: r] & 0xFFFF_FFFF }
  @inline(__always) package func grHigh(_ r: Int) -> UInt64 { s.pointee.gr[unchecked: r] &>> 32 }
  @inline(__always) package mutating func setGR(_ r: Int, _ v: UInt64) { s.pointee.gr[unchecked: r] = v }
  @inline(__always) package mutating func setGR32(_ r: Int, _ v: UInt64) {
    s.pointee.gr[unchecked: r] = s.pointee.gr[unchecked: r] & 0xFFFF_FFFF_0000_0000 | v & 0xFFFF_FFFF
  }
  @inline(__always) package mutating func setGRHigh(_ r: Int, _ v: UInt64) {
    s.pointee.gr[unchecked: r] = s.pointee.gr[unchecked: r] & 0xFFFF_FFFF | v &<< 32
  }

  // MARK: Values

  @inline(__always) package func constant(_ v: UInt64) -> UInt64 { v }
  @inline(__always) package func add(_ a: UInt64, _ b: UInt64) -> UInt64 { a &+ b }
  @inline(__always) package func subtract(_ a: UInt64, _ b: UInt64) -> UInt64 { a &- b }
  @inline(__always) package func and(_ a: UInt64, _ b: UInt64) -> UInt64 { a & b }
  @inline(__always) package func or(_ a: UInt64, _ b: UInt64) -> UInt64 { a | b }
  @inline(__always) package func xor(_ a: UInt64, _ b: UInt64) -> UInt64 { a ^ b }
  @inline(__always) package func multiply(_ a: UInt64, _ b: UInt64) -> UInt64 { a &* b }
  @inline(__always) package func multiplyFull(_ a: UInt64, _ b: UInt64) -> (high: UInt64, low: UInt64) {
    let p = a.multipliedFullWidth(by: b)
    return (p.high, p.low)
  }
  @inline(__always) package func shiftLeft(_ v: UInt64, _ amount: UInt64) -> UInt64 { v &<< amount }
  @inline(__always) package func shiftRight(_ v: UInt64, _ amount: UInt64) -> UInt64 { v &>> amount }
  @inline(__always) package func shiftRightArithmetic(_ v: UInt64, _ amount: UInt64) -> UInt64 {
    UInt64(bitPattern: Int64(bitPattern: v) &>> Int64(bitPattern: amount))
  }
  @inline(__always) package func rotateLeft(_ v: UInt64, _ amount: UInt64) -> UInt64 { v &<< amount | v &>> (0 &- amount) }
  @inline(__always) package func rotateLeft32(_ v: UInt64, _ amount: UInt64) -> UInt64 {
    let w = UInt32(truncatingIfNeeded: v), n = UInt32(truncatingIfNeeded: amount)
    return UInt64(w &<< n | w &>> (0 &- n))
  }
  @inline(__always) package func signExtend8(_ v: UInt64) -> UInt64 { UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: v))) }
  @inline(__always) package func signExtend16(_ v: UInt64) -> UInt64 { UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: v))) }
  @inline(__always) package func signExtend32(_ v: UInt64) -> UInt64 { UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: v))) }
  @inline(__always) package func zeroExtend8(_ v: UInt64) -> UInt64 { v & 0xFF }
  @inline(__always) package func zeroExtend16(_ v: UInt64) -> UInt64 { v & 0xFFFF }
  @inline(__always) package func zeroExtend32(_ v: UInt64) -> UInt64 { v & 0xFFFF_FFFF }
  @inline(__always) package func byteSwap16(_ v: UInt64) -> UInt64 { UInt64(UInt16(truncatingIfNeeded: v).byteSwapped) }
  @inline(__always) package func byteSwap32(_ v: UInt64) -> UInt64 { UInt64(UInt32(truncatingIfNeeded: v).byteSwapped) }
  @inline(__always) package func byteSwap64(_ v: UInt64) -> UInt64 { v.byteSwapped }
  @inline(__always) package func countLeadingZeros(_ v: UInt64) -> UInt64 { UInt64(truncatingIfNeeded: v.leadingZeroBitCount) }
  @inline(__always) package func populationCountOfBytes(_ v: UInt64) -> UInt64 {
    let a = v &- (v &>> 1 & 0x5555_5555_5555_5555)
    let b = (a & 0x3333_3333_3333_3333) &+ (a &>> 2 & 0x3333_3333_3333_3333)
    return (b &+ b &>> 4) & 0x0F0F_0F0F_0F0F_0F0F
  }
  @inline(__always) package func select(_ c: Bool, _ ifTrue: UInt64, _ ifFalse: UInt64) -> UInt64 { c ? ifTrue : ifFalse }

  // MARK: Condition code

  @inline(__always) private mutating func setSigned(_ negative: Bool, _ zero: Bool, _ overflow: Bool) {
    s.pointee.conditionCode = overflow ? 3 : zero ? 0 : negative ? 1 : 2
  }
  @inline(__always) package mutating func addSettingCC32(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, o) = Int32(truncatingIfNeeded: a).addingReportingOverflow(Int32(truncatingIfNeeded: b))
    setSigned(r < 0, r == 0, o)
    return UInt64(UInt32(bitPattern: r))
  }
  @inline(__always) package mutating func addSettingCC64(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, o) = Int64(bitPattern: a).addingReportingOverflow(Int64(bitPattern: b))
    setSigned(r < 0, r == 0, o)
    return UInt64(bitPattern: r)
  }
  @inline(__always) package mutating func subtractSettingCC32(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, o) = Int32(truncatingIfNeeded: a).subtractingReportingOverflow(Int32(truncatingIfNeeded: b))
    setSigned(r < 0, r == 0, o)
    return UInt64(UInt32(bitPattern: r))
  }
  @inline(__always) package mutating func subtractSettingCC64(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, o) = Int64(bitPattern: a).subtractingReportingOverflow(Int64(bitPattern: b))
    setSigned(r < 0, r == 0, o)
    return UInt64(bitPattern: r)
  }
  @inline(__always) package mutating func interruptOnFixedPointOverflow() throws(ProgramInterruption) {
    if s.pointee.conditionCode == 3 && s.pointee.pswMask & PSW.fixedPointOverflow != 0 { throw .fixedPointOverflow }
  }
  @inline(__always) private mutating func setCarry(_ zero: Bool, _ carry: Bool) {
    s.pointee.conditionCode = (zero ? 0 : 1) | (carry ? 2 : 0)
  }
  @inline(__always) package mutating func addLogicalSettingCC32(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, c) = UInt32(truncatingIfNeeded: a).addingReportingOverflow(UInt32(truncatingIfNeeded: b))
    setCarry(r == 0, c)
    return UInt64(r)
  }
  @inline(__always) package mutating func addLogicalSettingCC64(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, c) = a.addingReportingOverflow(b)
    setCarry(r == 0, c)
    return r
  }
  @inline(__always) package mutating func addWithCarrySettingCC32(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let sum = (a & 0xFFFF_FFFF) &+ (b & 0xFFFF_FFFF) &+ (s.pointee.conditionCode &>> 1)
    setCarry(sum & 0xFFFF_FFFF == 0, sum &>> 32 != 0)
    return sum & 0xFFFF_FFFF
  }
  @inline(__always) package mutating func addWithCarrySettingCC64(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, c) = a.addingReportingOverflow(b)
    let (t, d) = r.addingReportingOverflow(s.pointee.conditionCode &>> 1)
    setCarry(t == 0, c || d)
    return t
  }
  @inline(__always) package mutating func subtractLogicalSettingCC32(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, borrow) = UInt32(truncatingIfNeeded: a).subtractingReportingOverflow(UInt32(truncatingIfNeeded: b))
    setCarry(r == 0, !borrow)
    return UInt64(r)
  }
  @inline(__always) package mutating func subtractLogicalSettingCC64(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, borrow) = a.subtractingReportingOverflow(b)
    setCarry(r == 0, !borrow)
    return r
  }
  @inline(__always) package mutating func subtractWithBorrowSettingCC32(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let sum = (a & 0xFFFF_FFFF) &+ (~b & 0xFFFF_FFFF) &+ (s.pointee.conditionCode &>> 1)
    setCarry(sum & 0xFFFF_FFFF == 0, sum &>> 32 != 0)
    return sum & 0xFFFF_FFFF
  }
  @inline(__always) package mutating func subtractWithBorrowSettingCC64(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (r, c) = a.addingReportingOverflow(~b)
    let (t, d) = r.addingReportingOverflow(s.pointee.conditionCode &>> 1)
    setCarry(t == 0, c || d)
    return t
  }
  @inline(__always) package mutating func setCCNotZero(_ v: UInt64) { s.pointee.conditionCode = v == 0 ? 0 : 1 }
  @inline(__always) package mutating func setCCSign32(_ v: UInt64) {
    let w = Int32(truncatingIfNeeded: v)
    s.pointee.conditionCode = w == 0 ? 0 : w < 0 ? 1 : 2
  }
  @inline(__always) package mutating func setCCSign64(_ v: UInt64) {
    s.pointee.conditionCode = v == 0 ? 0 : Int64(bitPattern: v) < 0 ? 1 : 2
  }
  @inline(__always) package mutating func setCCCompare(_ kind: Comparison, _ a: UInt64, _ b: UInt64) {
    s.pointee.conditionCode = CPU.order(kind, a, b)
  }
  /// 0 equal, 1 first low, 2 first high.
  @inline(__always) private static func order(_ kind: Comparison, _ a: UInt64, _ b: UInt64) -> UInt64 {
    switch kind {
    case .signed32:
      let x = Int32(truncatingIfNeeded: a), y = Int32(truncatingIfNeeded: b)
      return x == y ? 0 : x < y ? 1 : 2
    case .signed64:
      let x = Int64(bitPattern: a), y = Int64(bitPattern: b)
      return x == y ? 0 : x < y ? 1 : 2
    case .logical32:
      let x = UInt32(truncatingIfNeeded: a), y = UInt32(truncatingIfNeeded: b)
      return x == y ? 0 : x < y ? 1 : 2
    case .logical64: return a == b ? 0 : a < b ? 1 : 2
    }
  }
  @inline(__always) package mutating func setCCTestUnderMask(_ v: UInt64, mask: UInt64) {
    let selected = v & mask
    if selected == 0 {
      s.pointee.conditionCode = 0
    } else if selected == mask {
      s.pointee.conditionCode = 3
    } else {
      let leftmost = UInt64(0x8000_0000_0000_0000) &>> UInt64(truncatingIfNeeded: mask.leadingZeroBitCount)
      s.pointee.conditionCode = selected & leftmost == 0 ? 1 : 2
    }
  }
  @inline(__always) package mutating func setCCTestByte(_ v: UInt64, mask: UInt64) {
    let selected = v & mask
    s.pointee.conditionCode = selected == 0 ? 0 : selected == mask ? 3 : 1
  }
  @inline(__always) package mutating func setCC(_ v: UInt64) { s.pointee.conditionCode = v & 3 }
  @inline(__always) package func conditionCode() -> UInt64 { s.pointee.conditionCode }
  @inline(__always) package func conditionCode(in m: Int) -> Bool {
    m &<< Int(truncatingIfNeeded: s.pointee.conditionCode) & 8 != 0
  }
  @inline(__always) package func compare(_ kind: Comparison, _ a: UInt64, _ b: UInt64, in m: Int) -> Bool {
    m &<< Int(truncatingIfNeeded: CPU.order(kind, a, b)) & 8 != 0
  }
  @inline(__always) package func isZero(_ v: UInt64) -> Bool { v == 0 }
  @inline(__always) package func isNotZero(_ v: UInt64) -> Bool { v != 0 }

  // MARK: Control

  @inline(__always) package func instructionAddress() -> UInt64 { s.pointee.instructionAddress }
  @inline(__always) package func nextInstructionAddress() -> UInt64 { s.pointee.nextAddress }
  @inline(__always) package func reduced(_ address: UInt64) -> UInt64 { address & s.pointee.addressMask }
  @inline(__always) package mutating func branch(to target: UInt64) {
    s.pointee.breakingEventAddress = s.pointee.instructionAddress
    s.pointee.nextAddress = target & s.pointee.addressMask
  }
  @inline(__always) package mutating func branch(if c: Bool, to target: UInt64) {
    if c { branch(to: target) }
  }
  @inline(__always) package mutating func proceeds(if c: Bool) -> Bool { c }
  @inline(__always) package mutating func interrupt(_ interruption: ProgramInterruption, if c: Bool) throws(ProgramInterruption) {
    if c { throw interruption }
  }
  @inline(__always) package mutating func trap(if c: Bool) throws(ProgramInterruption) {
    if c { throw dataException(.compareAndTrap) }
  }
  @inline(__always) package mutating func serialize() { atomicMemoryFence(ordering: .sequentiallyConsistent) }
  @inline(__always) package func programMask() -> UInt64 { s.pointee.pswMask &>> PSW.programMaskShift & 15 }
  package var addressingMode: AddressingMode {
    let mask = s.pointee.pswMask
    return mask & PSW.extendedAddressing != 0 ? .bits64 : mask & PSW.basicAddressing != 0 ? .bits31 : .bits24
  }

  // MARK: Storage

  @inline(__always) package func load8(_ o: StorageOperand<UInt64>) throws(ProgramInterruption) -> UInt64 {
    UInt64(try hostForFetch(o.address, o.base, count: 1).load(as: UInt8.self))
  }
  @inline(__always) package func load16(_ o: StorageOperand<UInt64>) throws(ProgramInterruption) -> UInt64 {
    UInt64(try loadUnaligned(UInt16.self, o))
  }
  package func load24(_ o: StorageOperand<UInt64>) throws(ProgramInterruption) -> UInt64 { try fetchNumber(o, 3) }
  @inline(__always) package func load32(_ o: StorageOperand<UInt64>) throws(ProgramInterruption) -> UInt64 {
    UInt64(try loadUnaligned(UInt32.self, o))
  }
  @inline(__always) package func load64(_ o: StorageOperand<UInt64>) throws(ProgramInterruption) -> UInt64 {
    try loadUnaligned(UInt64.self, o)
  }
  @inline(__always) package mutating func store8(_ v: UInt64, _ o: StorageOperand<UInt64>) throws(ProgramInterruption) {
    try hostForStore(o.address, o.base, count: 1).storeBytes(of: UInt8(truncatingIfNeeded: v), as: UInt8.self)
  }
  @inline(__always) package mutating func store16(_ v: UInt64, _ o: StorageOperand<UInt64>) throws(ProgramInterruption) {
    try storeUnaligned(UInt16(truncatingIfNeeded: v), o)
  }
  package mutating func store24(_ v: UInt64, _ o: StorageOperand<UInt64>) throws(ProgramInterruption) { try storeNumber(v, o, 3) }
  @inline(__always) package mutating func store32(_ v: UInt64, _ o: StorageOperand<UInt64>) throws(ProgramInterruption) {
    try storeUnaligned(UInt32(truncatingIfNeeded: v), o)
  }
  @inline(__always) package mutating func store64(_ v: UInt64, _ o: StorageOperand<UInt64>) throws(ProgramInterruption) {
    try storeUnaligned(v, o)
  }

  /// The tag is compared with the page of the last byte: an operand that crosses a page goes the slow way.
  @inline(__always) private func loadUnaligned<T: FixedWidthInteger & BitwiseCopyable>(
    _: T.Type, _ o: StorageOperand<UInt64>
  ) throws(ProgramInterruption) -> T {
    let e = tlbEntry(of: o.address)
    let last = o.address &+ UInt64(truncatingIfNeeded: MemoryLayout<T>.size &- 1)
    if last & ~0xFFF | s.pointee.dataTag == e.readTag {
      return T(bigEndian: CPU.pointer(o.address &+ e.addend).loadUnaligned(as: T.self))
    }
    return T(truncatingIfNeeded: try loadSlowly(o, MemoryLayout<T>.size))
  }
  @inline(__always) private mutating func storeUnaligned<T: FixedWidthInteger & BitwiseCopyable>(
    _ v: T, _ o: StorageOperand<UInt64>
  ) throws(ProgramInterruption) {
    let e = tlbEntry(of: o.address)
    let last = o.address &+ UInt64(truncatingIfNeeded: MemoryLayout<T>.size &- 1)
    if last & ~0xFFF | s.pointee.dataTag == e.writeTag {
      CPU.pointer(o.address &+ e.addend).storeBytes(of: v.bigEndian, as: T.self)
      return
    }
    try storeSlowly(UInt64(truncatingIfNeeded: v), o, MemoryLayout<T>.size)
  }
  @inline(never) private func loadSlowly(_ o: StorageOperand<UInt64>, _ count: Int) throws(ProgramInterruption) -> UInt64 {
    let room = 4096 &- Int(truncatingIfNeeded: o.address & 0xFFF)
    if count > room { return try fetchNumber(o, count) }
    let host = try hostForFetch(o.address, o.base, count: UInt64(truncatingIfNeeded: count))
    switch count {
    case 2: return UInt64(UInt16(bigEndian: host.loadUnaligned(as: UInt16.self)))
    case 4: return UInt64(UInt32(bigEndian: host.loadUnaligned(as: UInt32.self)))
    default: return UInt64(bigEndian: host.loadUnaligned(as: UInt64.self))
    }
  }
  @inline(never) private mutating func storeSlowly(_ v: UInt64, _ o: StorageOperand<UInt64>, _ count: Int)
    throws(ProgramInterruption)
  {
    let room = 4096 &- Int(truncatingIfNeeded: o.address & 0xFFF)
    if count > room { return try storeNumber(v, o, count) }
    let host = try hostForStore(o.address, o.base, count: UInt64(truncatingIfNeeded: count))
    switch count {
    case 2: host.storeBytes(of: UInt16(truncatingIfNeeded: v).bigEndian, as: UInt16.self)
    case 4: host.storeBytes(of: UInt32(truncatingIfNeeded: v).bigEndian, as: UInt32.self)
    default: host.storeBytes(of: v.bigEndian, as: UInt64.self)
    }
  }

  // MARK: Floating-point registers

  @inline(__always) package func fpr(_ r: Int) -> UInt64 { s.pointee.fpr[unchecked: r] }
  @inline(__always) package mutating func setFPR(_ r: Int, _ v: UInt64) { s.pointee.fpr[unchecked: r] = v }
  @inline(__always) package func fprShort(_ r: Int) -> UInt64 { s.pointee.fpr[unchecked: r] &>> 32 }
  @inline(__always) package mutating func setFPRShort(_ r: Int, _ v: UInt64) {
    s.pointee.fpr[unchecked: r] = s.pointee.fpr[unchecked: r] & 0xFFFF_FFFF | v &<< 32
  }
}

/// Each operation of the datapath as a node. Contracts are at `Datapath`.
extension BlockBuilder: Datapath {
  // MARK: General registers

  func gr(_ r: Int) -> BlockValue { node(.register, imm: UInt64(r)) }
  func gr32(_ r: Int) -> BlockValue { node(.zeroExtend32, gr(r)) }
  func grHigh(_ r: Int) -> BlockValue { node(.registerHigh, imm: UInt64(r)) }
  mutating func setGR(_ r: Int, _ v: BlockValue) { lastingEffect(.setRegister, v, imm: UInt64(r)) }
  mutating func setGR32(_ r: Int, _ v: BlockValue) { lastingEffect(.setRegister32, low(v), imm: UInt64(r)) }
  mutating func setGRHigh(_ r: Int, _ v: BlockValue) { lastingEffect(.setRegisterHigh, low(v), imm: UInt64(r)) }

  // MARK: Values

  func constant(_ v: UInt64) -> BlockValue { node(.constant, imm: v) }
  func add(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    if let x = known(a), let y = known(b) { return constant(x &+ y) }
    if known(b) == 0 { return a }
    if let y = known(b), pointee(a).pointee.operation == .programAddress {
      return node(.programAddress, imm: pointee(a).pointee.imm &+ y)
    }
    return node(.add, a, b)
  }
  func subtract(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    if let y = known(b) { return add(a, constant(0 &- y)) }
    return node(.subtract, a, b)
  }
  func and(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    if let x = known(a), let y = known(b) { return constant(x & y) }
    if known(b) == ~0 { return a }
    if known(b) == 0xFFFF_FFFF { return node(.zeroExtend32, a) }
    return node(.and, a, b)
  }
  func or(_ a: BlockValue, _ b: BlockValue) -> BlockValue { node(.or, a, b) }
  func xor(_ a: BlockValue, _ b: BlockValue) -> BlockValue { node(.xor, a, b) }
  func multiply(_ a: BlockValue, _ b: BlockValue) -> BlockValue { node(.multiply, a, b) }
  func multiplyFull(_ a: BlockValue, _ b: BlockValue) -> (high: BlockValue, low: BlockValue) {
    (node(.multiplyHigh, a, b), node(.multiply, a, b))
  }
  func shiftLeft(_ v: BlockValue, _ amount: BlockValue) -> BlockValue { node(.shiftLeft, v, amount) }
  func shiftRight(_ v: BlockValue, _ amount: BlockValue) -> BlockValue { node(.shiftRight, v, amount) }
  func shiftRightArithmetic(_ v: BlockValue, _ amount: BlockValue) -> BlockValue { node(.shiftRightArithmetic, v, amount) }
  func rotateLeft(_ v: BlockValue, _ amount: BlockValue) -> BlockValue { node(.rotateLeft, v, amount) }
  func rotateLeft32(_ v: BlockValue, _ amount: BlockValue) -> BlockValue { node(.rotateLeft32, low(v), amount) }
  func signExtend8(_ v: BlockValue) -> BlockValue { node(.signExtend8, v) }
  func signExtend16(_ v: BlockValue) -> BlockValue { node(.signExtend16, v) }
  func signExtend32(_ v: BlockValue) -> BlockValue { node(.signExtend32, low(v)) }
  func zeroExtend8(_ v: BlockValue) -> BlockValue { node(.zeroExtend8, v) }
  func zeroExtend16(_ v: BlockValue) -> BlockValue { node(.zeroExtend16, v) }
  func zeroExtend32(_ v: BlockValue) -> BlockValue { node(.zeroExtend32, low(v)) }
  func byteSwap16(_ v: BlockValue) -> BlockValue { node(.byteSwap16, v) }
  func byteSwap32(_ v: BlockValue) -> BlockValue { node(.byteSwap32, v) }
  func byteSwap64(_ v: BlockValue) -> BlockValue { node(.byteSwap64, v) }
  func countLeadingZeros(_ v: BlockValue) -> BlockValue { node(.countLeadingZeros, v) }
  func populationCountOfBytes(_ v: BlockValue) -> BlockValue { unsupported(v) }
  func select(_ c: BlockValue, _ ifTrue: BlockValue, _ ifFalse: BlockValue) -> BlockValue { node(.select, c, ifTrue, ifFalse) }

  // MARK: Condition code

  mutating func addSettingCC32(_ a: BlockValue, _ b: BlockValue) -> BlockValue { node(.addSetting, low(a), low(b), kind: 32) }
  mutating func addSettingCC64(_ a: BlockValue, _ b: BlockValue) -> BlockValue { node(.addSetting, a, b, kind: 64) }
  mutating func subtractSettingCC32(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    node(.subtractSetting, low(a), low(b), kind: 32)
  }
  mutating func subtractSettingCC64(_ a: BlockValue, _ b: BlockValue) -> BlockValue { node(.subtractSetting, a, b, kind: 64) }
  mutating func interruptOnFixedPointOverflow() throws(ProgramInterruption) {
    // The mask is a fact of the block. Where it is one, what interprets the instruction knows what to do.
    if state.pointee.mode.interruptsOnFixedPointOverflow { call() }
  }
  mutating func addLogicalSettingCC32(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    node(.addLogicalSetting, low(a), low(b), kind: 32)
  }
  mutating func addLogicalSettingCC64(_ a: BlockValue, _ b: BlockValue) -> BlockValue { node(.addLogicalSetting, a, b, kind: 64) }
  mutating func addWithCarrySettingCC32(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    node(.addWithCarry, low(a), low(b), kind: 32)
  }
  mutating func addWithCarrySettingCC64(_ a: BlockValue, _ b: BlockValue) -> BlockValue { node(.addWithCarry, a, b, kind: 64) }
  mutating func subtractLogicalSettingCC32(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    node(.subtractLogicalSetting, low(a), low(b), kind: 32)
  }
  mutating func subtractLogicalSettingCC64(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    node(.subtractLogicalSetting, a, b, kind: 64)
  }
  mutating func subtractWithBorrowSettingCC32(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    node(.subtractWithBorrow, low(a), low(b), kind: 32)
  }
  mutating func subtractWithBorrowSettingCC64(_ a: BlockValue, _ b: BlockValue) -> BlockValue {
    node(.subtractWithBorrow, a, b, kind: 64)
  }
  mutating func setCCNotZero(_ v: BlockValue) {
    let isShort = state.pointee.nodes[Int(v.node)].operation == .zeroExtend32
    isShort ? effect(.setNotZero, low(v), kind: 32) : effect(.setNotZero, v, kind: 64)
  }
  mutating func setCCSign32(_ v: BlockValue) { effect(.setSign, low(v), kind: 32) }
  mutating func setCCSign64(_ v: BlockValue) { effect(.setSign, v, kind: 64) }
  mutating func setCCCompare(_ kind: Comparison, _ a: BlockValue, _ b: BlockValue) {
    kind.is32 ? effect(.setCompare, low(a), low(b), kind: kind.code) : effect(.setCompare, a, b, kind: kind.code)
  }
  mutating func setCCTestUnderMask(_ v: BlockValue, mask: UInt64) {
    // The rows test one halfword of a register; the emitter knows no other mask.
    let shift = UInt64(truncatingIfNeeded: mask.trailingZeroBitCount & ~15 & 63)
    if mask &>> shift > 0xFFFF { return call() }
    effect(.setTestMask, v, imm: mask)
  }
  mutating func setCCTestByte(_ v: BlockValue, mask: UInt64) { effect(.setTestByte, v, imm: mask) }
  mutating func setCC(_ v: BlockValue) { effect(.setConditionCode, v) }
  func conditionCode() -> BlockValue { node(.conditionCode) }
  func conditionCode(in m: Int) -> BlockValue { node(.isConditionCode, imm: UInt64(m & 15)) }
  func compare(_ kind: Comparison, _ a: BlockValue, _ b: BlockValue, in m: Int) -> BlockValue {
    kind.is32
      ? node(.isCompare, low(a), low(b), kind: kind.code, imm: UInt64(m & 14))
      : node(.isCompare, a, b, kind: kind.code, imm: UInt64(m & 14))
  }
  func isZero(_ v: BlockValue) -> BlockValue { node(.isZero, v) }
  func isNotZero(_ v: BlockValue) -> BlockValue { node(.isNotZero, v) }

  // MARK: Control

  func instructionAddress() -> BlockValue { node(.programAddress, imm: state.pointee.offset) }
  func nextInstructionAddress() -> BlockValue { reduced(node(.programAddress, imm: state.pointee.nextOffset)) }
  func reduced(_ address: BlockValue) -> BlockValue {
    switch addressingMode {
    case .bits64: address
    case .bits31: isInPage(address) ? address : and(address, constant(0x7FFF_FFFF))
    case .bits24: isInPage(address) ? address : and(address, constant(0xFF_FFFF))
    }
  }
  /// An address in the page of the instruction needs no reduction.
  private func isInPage(_ address: BlockValue) -> Bool {
    pointee(address).pointee.operation == .programAddress && pointee(address).pointee.imm < 4096
  }
  mutating func branch(to target: BlockValue) { effect(.branch, reduced(target)) }
  mutating func branch(if c: BlockValue, to target: BlockValue) {
    let n = pointee(c)
    if n.pointee.operation == .isConditionCode {
      if n.pointee.imm == 15 { return branch(to: target) }
      if n.pointee.imm == 0 { return }
    }
    effect(.branchIf, c, reduced(target))
  }
  mutating func proceeds(if c: BlockValue) -> Bool {
    effect(.proceed, c)
    return true
  }
  mutating func interrupt(_ interruption: ProgramInterruption, if c: BlockValue) throws(ProgramInterruption) {
    requireNoEffect()
    effect(.interruptIf, c)
  }
  mutating func trap(if c: BlockValue) throws(ProgramInterruption) {
    requireNoEffect()
    effect(.interruptIf, c)
  }
  mutating func serialize() { effect(.serialize) }
  func programMask() -> BlockValue { node(.programMask) }
  var addressingMode: AddressingMode { state.pointee.mode.addressingMode }

  // MARK: Storage

  private func load(_ o: StorageOperand<BlockValue>, _ size: UInt8) -> BlockValue {
    requireNoEffect()
    return node(.load, o.address, kind: size, imm: UInt64(o.base))
  }
  /// The load of what is going to be replaced. It must be possible to store there: behind it the condition code is another.
  private func loadForUpdate(_ o: StorageOperand<BlockValue>, _ size: UInt8) -> BlockValue {
    let old = load(o, size)
    pointee(old).pointee.imm |= BlockNode.forUpdate
    return old
  }
  private func store(_ v: BlockValue, _ o: StorageOperand<BlockValue>, _ size: UInt8) {
    requireNoEffect()
    effect(.store, o.address, v, kind: size, imm: UInt64(o.base))
  }
  func load8(_ o: StorageOperand<BlockValue>) throws(ProgramInterruption) -> BlockValue { load(o, 1) }
  func load16(_ o: StorageOperand<BlockValue>) throws(ProgramInterruption) -> BlockValue { load(o, 2) }
  func load24(_ o: StorageOperand<BlockValue>) throws(ProgramInterruption) -> BlockValue { unsupported(o.address) }
  func load32(_ o: StorageOperand<BlockValue>) throws(ProgramInterruption) -> BlockValue { load(o, 4) }
  func load64(_ o: StorageOperand<BlockValue>) throws(ProgramInterruption) -> BlockValue { load(o, 8) }
  mutating func store8(_ v: BlockValue, _ o: StorageOperand<BlockValue>) throws(ProgramInterruption) { store(v, o, 1) }
  mutating func store16(_ v: BlockValue, _ o: StorageOperand<BlockValue>) throws(ProgramInterruption) { store(v, o, 2) }
  mutating func store24(_ v: BlockValue, _ o: StorageOperand<BlockValue>) throws(ProgramInterruption) { call() }
  mutating func store32(_ v: BlockValue, _ o: StorageOperand<BlockValue>) throws(ProgramInterruption) { store(low(v), o, 4) }
  mutating func store64(_ v: BlockValue, _ o: StorageOperand<BlockValue>) throws(ProgramInterruption) { store(v, o, 8) }
  mutating func exchangeSettingCC32(_ o: StorageOperand<BlockValue>, expecting expected: BlockValue, with new: BlockValue)
    throws(ProgramInterruption) -> BlockValue
  {
    requireNoEffect()
    return node(.exchange, o.address, low(expected), low(new), kind: 4)
  }
  mutating func exchangeSettingCC64(_ o: StorageOperand<BlockValue>, expecting expected: BlockValue, with new: BlockValue)
    throws(ProgramInterruption) -> BlockValue
  {
    requireNoEffect()
    return node(.exchange, o.address, expected, new, kind: 8)
  }
  mutating func update32(_ o: StorageOperand<BlockValue>, _ change: (inout BlockBuilder, BlockValue) -> BlockValue)
    throws(ProgramInterruption)
  {
    let old = loadForUpdate(o, 4), new = change(&self, old)
    effect(.replace, o.address, low(new), old, kind: 4)
  }
  mutating func update64(_ o: StorageOperand<BlockValue>, _ change: (inout BlockBuilder, BlockValue) -> BlockValue)
    throws(ProgramInterruption)
  {
    let old = loadForUpdate(o, 8), new = change(&self, old)
    effect(.replace, o.address, new, old, kind: 8)
  }
  mutating func loadMultiple(_ part: RegisterPart, _ first: Int, _ last: Int, _ o: StorageOperand<BlockValue>)
    throws(ProgramInterruption)
  {
    guard part.code != RegisterPart.high.code else { return call() }
    effect(.loadMultiple, o.address, kind: part.code, imm: UInt64(first) | UInt64(last) << 4)
  }
  mutating func storeMultiple(_ part: RegisterPart, _ first: Int, _ last: Int, _ o: StorageOperand<BlockValue>)
    throws(ProgramInterruption)
  {
    guard part.code != RegisterPart.high.code else { return call() }
    effect(.storeMultiple, o.address, kind: part.code, imm: UInt64(first) | UInt64(last) << 4)
  }

  // MARK: Floating-point registers

  mutating func requireFloatingPointRegister(_ r: Int) throws(ProgramInterruption) {
    if r & ~6 != 0 && !state.pointee.mode.hasAllFloatingPointRegisters { call() }
  }
  func fpr(_ r: Int) -> BlockValue { node(.fpr, imm: UInt64(r)) }
  mutating func setFPR(_ r: Int, _ v: BlockValue) { lastingEffect(.setFPR, v, imm: UInt64(r)) }
  func fprShort(_ r: Int) -> BlockValue { node(.fprShort, imm: UInt64(r)) }
  mutating func setFPRShort(_ r: Int, _ v: BlockValue) { lastingEffect(.setFPRShort, low(v), imm: UInt64(r)) }
}

extension Comparison {
  /// Bit 0: 64 bits wide; bit 1: logical.
  var code: UInt8 {
    switch self {
    case .signed32: 0
    case .signed64: 1
    case .logical32: 2
    case .logical64: 3
    }
  }
  var is32: Bool { code & 1 == 0 }
}

extension RegisterPart {
  var code: UInt8 {
    switch self {
    case .low: 0
    case .high: 1
    case .all: 2
    }
  }
}

/// What many rows do with a result: put it into a register, set the condition code, interrupt.
extension Datapath where Self: ~Copyable {
  /// An address as LOAD ADDRESS leaves it: 64 bits in the 64-bit mode; otherwise bits 32-63, and bits 0-31 stay.
  @inline(__always) package mutating func setAddress(_ r: Int, _ address: Value) {
    if case .bits64 = addressingMode { setGR(r, address) } else { setGR32(r, address) }
  }
  /// Replaces bits 56-63.
  @inline(__always) mutating func insertByte(_ r: Int, _ byte: Value) {
    setGR(r, or(and(gr(r), constant(0xFFFF_FFFF_FFFF_FF00)), byte))
  }

  // MARK: Signed sums and differences: result, condition code, fixed-point-overflow interruption

  @inline(__always) mutating func add32(_ r: Int, _ a: Value, _ b: Value) throws(ProgramInterruption) {
    let sum = addSettingCC32(a, b)
    setGR32(r, sum)
    try interruptOnFixedPointOverflow()
  }
  @inline(__always) mutating func add64(_ r: Int, _ a: Value, _ b: Value) throws(ProgramInterruption) {
    let sum = addSettingCC64(a, b)
    setGR(r, sum)
    try interruptOnFixedPointOverflow()
  }
  @inline(__always) mutating func subtract32(_ r: Int, _ a: Value, _ b: Value) throws(ProgramInterruption) {
    let difference = subtractSettingCC32(a, b)
    setGR32(r, difference)
    try interruptOnFixedPointOverflow()
  }
  @inline(__always) mutating func subtract64(_ r: Int, _ a: Value, _ b: Value) throws(ProgramInterruption) {
    let difference = subtractSettingCC64(a, b)
    setGR(r, difference)
    try interruptOnFixedPointOverflow()
  }
  @inline(__always) mutating func loadNegative64(_ r: Int, _ v: Value) {
    let negative = select(compare(.signed64, v, constant(0), in: 4), v, subtract(constant(0), v))
    setGR(r, negative)
    setCCSign64(negative)
  }
  @inline(__always) mutating func loadPositive64(_ r: Int, _ v: Value) throws(ProgramInterruption) {
    let zero = constant(0), isNegative = compare(.signed64, v, zero, in: 4)
    try subtract64(r, select(isNegative, zero, v), select(isNegative, v, zero))
  }

  // MARK: Logical results: condition code 0 zero, 1 not zero

  @inline(__always) mutating func setLogical32(_ r: Int, _ v: Value) {
    setGR32(r, v)
    setCCNotZero(zeroExtend32(v))
  }
  @inline(__always) mutating func setLogical64(_ r: Int, _ v: Value) {
    setGR(r, v)
    setCCNotZero(v)
  }

  // MARK: Relative operands, which must be on their natural boundary

  @inline(__always) package mutating func aligned(_ o: StorageOperand<Value>, _ size: UInt64) throws(ProgramInterruption)
    -> StorageOperand<Value>
  {
    try interrupt(.specification, if: isNotZero(and(o.address, constant(size &- 1))))
    return o
  }
  @inline(__always) mutating func loadRelative32(_ i: InstructionText) throws(ProgramInterruption) -> Value {
    try load32(try aligned(relativeOperand(i), 4))
  }
  @inline(__always) mutating func loadRelative64(_ i: InstructionText) throws(ProgramInterruption) -> Value {
    try load64(try aligned(relativeOperand(i), 8))
  }

  /// Registers that must be an even-odd pair's even one.
  @inline(__always) func requireEven(_ r: Int) throws(ProgramInterruption) {
    if r & 1 != 0 { throw .specification }
  }
}

/// Floating-point registers, the FPC and data exceptions (chapter 9).
extension CPU {
  // MARK: Data exceptions

  /// Leaves the data-exception code for the interruption; with the AFP-register control on it goes into the FPC as well.
  func dataException(_ code: DataExceptionCode) -> ProgramInterruption {
    s.pointee.dataExceptionCode = code.rawValue
    if hasAFPRegisters { s.pointee.fpc = s.pointee.fpc & 0xFFFF_00FF | UInt32(code.rawValue) &<< 8 }
    return .data
  }

  /// CR0.45: all sixteen floating-point registers, the FPC and BFP instructions are there.
  @inline(__always) var hasAFPRegisters: Bool { s.pointee.cr[0] & CR0.afpRegister != 0 }

  @inline(__always) package mutating func requireFloatingPointRegister(_ r: Int) throws(ProgramInterruption) {
    if r & 9 != 0 && !hasAFPRegisters { throw dataException(.afpRegister) }
  }

  /// A DFP instruction (or one that came with them) without the AFP-register control.
  @inline(__always) func requireDecimalFloatingPoint() throws(ProgramInterruption) {
    if !hasAFPRegisters { throw dataException(.decimalFloatingPointInstruction) }
  }

  /// A BFP instruction (or one that uses the FPC) without the AFP-register control.
  @inline(__always) func requireBinaryFloatingPoint() throws(ProgramInterruption) {
    if !hasAFPRegisters { throw dataException(.binaryInstruction) }
  }

  /// Only 0, 1, 4, 5, 8, 9, 12 and 13 name a pair (r, r + 2).
  @inline(__always) func requireFloatingPointPair(_ r: Int) throws(ProgramInterruption) {
    if r & 2 != 0 { throw .specification }
  }

  // MARK: Registers

  @inline(__always) func fprPair(_ r: Int) -> UInt128 {
    UInt128(s.pointee.fpr[unchecked: r & 13]) &<< 64 | UInt128(s.pointee.fpr[unchecked: r & 13 | 2])
  }
  @inline(__always) mutating func setFPRPair(_ r: Int, _ v: UInt128) {
    s.pointee.fpr[unchecked: r & 13] = UInt64(truncatingIfNeeded: v &>> 64)
    s.pointee.fpr[unchecked: r & 13 | 2] = UInt64(truncatingIfNeeded: v)
  }

  // MARK: IEEE results

  @inline(__always) var floatingPointControl: FloatingPointControl { FloatingPointControl(bits: s.pointee.fpc) }

  /// Raises flags, lets `deliver` put the value in place unless a trap suppresses that, and takes the trap.
  @inline(__always)
  mutating func settle<Value>(
    _ result: BinaryResult<Value>, _ deliver: (inout CPU, Value) -> Void
  ) throws(ProgramInterruption) {
    if result.trap == 0 {
      s.pointee.fpc |= UInt32(result.flags.rawValue) &<< 16
      deliver(&self, result.value)
      return
    }
    if !result.isSuppressed {
      s.pointee.fpc |= UInt32(result.flags.rawValue) &<< 16
      deliver(&self, result.value)
    }
    throw dataException(DataExceptionCode(rawValue: result.trap))
  }

  // MARK: HFP results

  @inline(__always) var hexadecimalMask: HexadecimalMask {
    let mask = s.pointee.pswMask
    return HexadecimalMask(
      underflow: mask & PSW.hfpExponentUnderflow != 0, significance: mask & PSW.hfpSignificance != 0)
  }

  /// Lets `deliver` put the value in place unless the exception suppresses that, and takes the interruption.
  @inline(__always)
  mutating func settle<Value>(
    _ result: HexadecimalResult<Value>, _ deliver: (inout CPU, Value) -> Void
  ) throws(ProgramInterruption) {
    if !result.isSuppressed { deliver(&self, result.value) }
    if let exception = result.exception { throw exception.interruption }
  }

  /// Puts an HFP result in place and sets the condition code by its sign if asked.
  @inline(__always)
  mutating func deliver<F: PlacedHexadecimalFormat>(_ value: F.Bits, _: F.Type, _ r: Int, setsCC: Bool) {
    F.write(&self, r, value)
    if setsCC { s.pointee.conditionCode = UInt64(HexadecimalArithmetic<F>.conditionCode(value)) }
  }
}

extension HexadecimalException {
  var interruption: ProgramInterruption {
    switch self {
    case .exponentOverflow: .hfpExponentOverflow
    case .exponentUnderflow: .hfpExponentUnderflow
    case .significance: .hfpSignificance
    case .divide: .hfpDivide
    case .squareRoot: .hfpSquareRoot
    }
  }
}

/// How data of a floating-point format are kept in registers and storage, by their width.
protocol FloatingPointPlacement {
  associatedtype Bits: FixedWidthInteger & UnsignedInteger & Sendable
  /// A register pair.
  static var isPair: Bool { get }
  static func read(_ cpu: borrowing CPU, _ r: Int) -> Bits
  static func write(_ cpu: inout CPU, _ r: Int, _ v: Bits)
  /// The operand in storage; only short and long ones exist there.
  static func fetch(_ cpu: inout CPU, _ operand: StorageOperand<UInt64>) throws(ProgramInterruption) -> Bits
}

extension FloatingPointPlacement where Bits == UInt32 {
  @inline(__always) static var isPair: Bool { false }
  @inline(__always) static func read(_ cpu: borrowing CPU, _ r: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: cpu.s.pointee.fpr[unchecked: r] &>> 32)
  }
  /// Bits 32-63 of the register stay.
  @inline(__always) static func write(_ cpu: inout CPU, _ r: Int, _ v: UInt32) { cpu.setFPRShort(r, UInt64(v)) }
  @inline(__always)
  static func fetch(_ cpu: inout CPU, _ operand: StorageOperand<UInt64>) throws(ProgramInterruption) -> UInt32 {
    UInt32(truncatingIfNeeded: try cpu.load32(operand))
  }
}

extension FloatingPointPlacement where Bits == UInt64 {
  @inline(__always) static var isPair: Bool { false }
  @inline(__always) static func read(_ cpu: borrowing CPU, _ r: Int) -> UInt64 { cpu.s.pointee.fpr[unchecked: r] }
  @inline(__always) static func write(_ cpu: inout CPU, _ r: Int, _ v: UInt64) { cpu.s.pointee.fpr[unchecked: r] = v }
  @inline(__always)
  static func fetch(_ cpu: inout CPU, _ operand: StorageOperand<UInt64>) throws(ProgramInterruption) -> UInt64 {
    try cpu.load64(operand)
  }
}

extension FloatingPointPlacement where Bits == UInt128 {
  @inline(__always) static var isPair: Bool { true }
  @inline(__always) static func read(_ cpu: borrowing CPU, _ r: Int) -> UInt128 { cpu.fprPair(r) }
  @inline(__always) static func write(_ cpu: inout CPU, _ r: Int, _ v: UInt128) { cpu.setFPRPair(r, v) }
  static func fetch(_ cpu: inout CPU, _ operand: StorageOperand<UInt64>) throws(ProgramInterruption) -> UInt128 {
    preconditionFailure("no instruction has an extended operand in storage")
  }
}

typealias PlacedBinaryFormat = BinaryFormat & FloatingPointPlacement
typealias PlacedHexadecimalFormat = HexadecimalFormat & FloatingPointPlacement

extension ShortBinary: FloatingPointPlacement {}
extension LongBinary: FloatingPointPlacement {}
extension ExtendedBinary: FloatingPointPlacement {}
extension ShortHexadecimal: FloatingPointPlacement {}
extension LongHexadecimal: FloatingPointPlacement {}
extension ExtendedHexadecimal: FloatingPointPlacement {}

/// A storage operand: its address, already reduced to the addressing mode, and the register whose access register
/// names the space in access-register mode (B1, B2, or R1...; 0 means the primary space).
package struct StorageOperand<Value> {
  package var address: Value
  package let base: Int
  @inline(__always) package init(_ address: Value, base: Int) {
    self.address = address
    self.base = base
  }
}

/// How two values are compared.
package enum Comparison: Sendable { case signed32, signed64, logical32, logical64 }

/// What an instruction may do to a CPU. The interpreter does it; the compiler emits it.
///
/// A `Value` is 64 bits wide. Operations named ...32 look at bits 32-63 of their operands only, and give bits 0-31 as
/// zeros. Loads zero-extend. A method that sets the condition code says so in its name (`setCC...`, `...SettingCC`).
package protocol Datapath: ~Copyable {
  associatedtype Value
  /// A truth value.
  associatedtype Condition

  // MARK: General registers

  /// All 64 bits.
  func gr(_ r: Int) -> Value
  /// Bits 32-63, zero-extended.
  func gr32(_ r: Int) -> Value
  /// Bits 0-31, as a 32-bit value.
  func grHigh(_ r: Int) -> Value
  mutating func setGR(_ r: Int, _ v: Value)
  /// Bits 32-63; bits 0-31 stay.
  mutating func setGR32(_ r: Int, _ v: Value)
  /// Bits 0-31; bits 32-63 stay.
  mutating func setGRHigh(_ r: Int, _ v: Value)

  // MARK: Values

  func constant(_ v: UInt64) -> Value
  func add(_ a: Value, _ b: Value) -> Value
  func subtract(_ a: Value, _ b: Value) -> Value
  func and(_ a: Value, _ b: Value) -> Value
  func or(_ a: Value, _ b: Value) -> Value
  func xor(_ a: Value, _ b: Value) -> Value
  /// The low 64 bits of the product.
  func multiply(_ a: Value, _ b: Value) -> Value
  /// Bits 0-63 and 64-127 of the unsigned 128-bit product.
  func multiplyFull(_ a: Value, _ b: Value) -> (high: Value, low: Value)
  /// Shifts by 0-63; only the low six bits of the amount count.
  func shiftLeft(_ v: Value, _ amount: Value) -> Value
  func shiftRight(_ v: Value, _ amount: Value) -> Value
  func shiftRightArithmetic(_ v: Value, _ amount: Value) -> Value
  func rotateLeft(_ v: Value, _ amount: Value) -> Value
  /// Rotates bits 32-63 among themselves by the low five bits of the amount.
  func rotateLeft32(_ v: Value, _ amount: Value) -> Value
  func signExtend8(_ v: Value) -> Value
  func signExtend16(_ v: Value) -> Value
  func signExtend32(_ v: Value) -> Value
  func zeroExtend8(_ v: Value) -> Value
  func zeroExtend16(_ v: Value) -> Value
  func zeroExtend32(_ v: Value) -> Value
  func byteSwap16(_ v: Value) -> Value
  func byteSwap32(_ v: Value) -> Value
  func byteSwap64(_ v: Value) -> Value
  /// 64 for zero.
  func countLeadingZeros(_ v: Value) -> Value
  /// Eight counts, one in each byte.
  func populationCountOfBytes(_ v: Value) -> Value
  func select(_ c: Condition, _ ifTrue: Value, _ ifFalse: Value) -> Value

  // MARK: Condition code

  /// Signed sum; CC 0 zero, 1 negative, 2 positive, 3 overflow, which interrupts when the program mask says so
  /// (the result is then not yet in a register: hand `store` what puts it there).
  mutating func addSettingCC32(_ a: Value, _ b: Value) -> Value
  mutating func addSettingCC64(_ a: Value, _ b: Value) -> Value
  mutating func subtractSettingCC32(_ a: Value, _ b: Value) -> Value
  mutating func subtractSettingCC64(_ a: Value, _ b: Value) -> Value
  /// To be called last, after the result is stored: a fixed-point-overflow interruption when the CC is 3 and the
  /// program mask allows it (the instruction completes).
  mutating func interruptOnFixedPointOverflow() throws(ProgramInterruption)
  /// Logical sum; CC 0 zero no carry, 1 not zero no carry, 2 zero carry, 3 not zero carry.
  mutating func addLogicalSettingCC32(_ a: Value, _ b: Value) -> Value
  mutating func addLogicalSettingCC64(_ a: Value, _ b: Value) -> Value
  mutating func addWithCarrySettingCC32(_ a: Value, _ b: Value) -> Value
  mutating func addWithCarrySettingCC64(_ a: Value, _ b: Value) -> Value
  /// Logical difference; CC 1 not zero borrow, 2 zero no borrow, 3 not zero no borrow.
  mutating func subtractLogicalSettingCC32(_ a: Value, _ b: Value) -> Value
  mutating func subtractLogicalSettingCC64(_ a: Value, _ b: Value) -> Value
  mutating func subtractWithBorrowSettingCC32(_ a: Value, _ b: Value) -> Value
  mutating func subtractWithBorrowSettingCC64(_ a: Value, _ b: Value) -> Value
  /// CC 0 zero, 1 not zero. All 64 bits.
  mutating func setCCNotZero(_ v: Value)
  /// CC 0 zero, 1 negative, 2 positive.
  mutating func setCCSign32(_ v: Value)
  mutating func setCCSign64(_ v: Value)
  /// CC 0 equal, 1 first low, 2 first high.
  mutating func setCCCompare(_ kind: Comparison, _ a: Value, _ b: Value)
  /// CC 0 all selected bits zero or no bit selected, 3 all ones; mixed: 1 leftmost selected bit zero, 2 one.
  /// - Parameter mask: not zero-extended beyond what the instruction selects; its leftmost one is the leftmost bit.
  mutating func setCCTestUnderMask(_ v: Value, mask: UInt64)
  /// CC 0 all zero, 1 mixed, 3 all ones, as TEST UNDER MASK on a byte.
  mutating func setCCTestByte(_ v: Value, mask: UInt64)
  /// The two low bits of `v`, which must be 0 to 3.
  mutating func setCC(_ v: Value)
  /// The condition code, 0 to 3.
  func conditionCode() -> Value
  /// Whether the CC is selected by the four-bit mask `m` (8 selects CC 0).
  func conditionCode(in m: Int) -> Condition
  /// Whether the comparison of `a` and `b` is selected by `m` (8 equal, 4 low, 2 high; bit 1 is ignored).
  func compare(_ kind: Comparison, _ a: Value, _ b: Value, in m: Int) -> Condition
  func isZero(_ v: Value) -> Condition
  func isNotZero(_ v: Value) -> Condition

  // MARK: Control

  /// The address of this instruction (under EXECUTE: of the target instruction).
  func instructionAddress() -> Value
  /// The address of the next sequential instruction, as the PSW holds it.
  func nextInstructionAddress() -> Value
  /// Reduces an address to the addressing mode (24, 31 or 64 bits).
  func reduced(_ address: Value) -> Value
  /// Continues at `target`, which is reduced to the addressing mode here.
  mutating func branch(to target: Value)
  mutating func branch(if c: Condition, to target: Value)
  /// False ends the instruction here: `guard m.proceeds(if: c) else { return }`. The compiler emits the skip and goes on.
  mutating func proceeds(if c: Condition) -> Bool
  /// Raises the exception when the condition holds.
  mutating func interrupt(_ interruption: ProgramInterruption, if c: Condition) throws(ProgramInterruption)
  /// COMPARE AND TRAP, LOAD AND TRAP: a data exception with data-exception code FF hex when the condition holds.
  mutating func trap(if c: Condition) throws(ProgramInterruption)
  /// Serialization and checkpoint synchronization: stores before are seen by all before fetches after.
  mutating func serialize()
  /// PSW bits 20-23.
  func programMask() -> Value
  /// Bits 31 and 32 of the PSW select the form of a link address: 24-, 31- or 64-bit mode, a fact of the block.
  var addressingMode: AddressingMode { get }

  // MARK: Storage

  func load8(_ o: StorageOperand<Value>) throws(ProgramInterruption) -> Value
  func load16(_ o: StorageOperand<Value>) throws(ProgramInterruption) -> Value
  func load24(_ o: StorageOperand<Value>) throws(ProgramInterruption) -> Value
  func load32(_ o: StorageOperand<Value>) throws(ProgramInterruption) -> Value
  func load64(_ o: StorageOperand<Value>) throws(ProgramInterruption) -> Value
  mutating func store8(_ v: Value, _ o: StorageOperand<Value>) throws(ProgramInterruption)
  mutating func store16(_ v: Value, _ o: StorageOperand<Value>) throws(ProgramInterruption)
  mutating func store24(_ v: Value, _ o: StorageOperand<Value>) throws(ProgramInterruption)
  mutating func store32(_ v: Value, _ o: StorageOperand<Value>) throws(ProgramInterruption)
  mutating func store64(_ v: Value, _ o: StorageOperand<Value>) throws(ProgramInterruption)
  /// Replaces four or eight bytes by `new` if they are `expected`, in one step; CC 0 if they were, else 1. A specification
  /// exception when they are not on their boundary.
  /// - Returns: what was there.
  mutating func exchangeSettingCC32(_ o: StorageOperand<Value>, expecting expected: Value, with new: Value)
    throws(ProgramInterruption) -> Value
  mutating func exchangeSettingCC64(_ o: StorageOperand<Value>, expecting expected: Value, with new: Value)
    throws(ProgramInterruption) -> Value
  /// Puts what `change` makes of four or eight bytes in their place: in one step when they are on their boundary.
  mutating func update32(_ o: StorageOperand<Value>, _ change: (inout Self, Value) -> Value) throws(ProgramInterruption)
  mutating func update64(_ o: StorageOperand<Value>, _ change: (inout Self, Value) -> Value) throws(ProgramInterruption)
  /// Loads the part of registers `first` through `last` (wrapping) from consecutive storage; all or none.
  mutating func loadMultiple(_ part: RegisterPart, _ first: Int, _ last: Int, _ o: StorageOperand<Value>)
    throws(ProgramInterruption)
  /// Stores the part of registers `first` through `last` (wrapping); all or none.
  mutating func storeMultiple(_ part: RegisterPart, _ first: Int, _ last: Int, _ o: StorageOperand<Value>)
    throws(ProgramInterruption)

  // MARK: Floating-point registers (the bits; arithmetic is a routine, or the compiler's specialisation)

  /// A data exception (DXC 1) if register `r` is not 0, 2, 4 or 6 and the AFP-register control, CR0.45, is zero. The control
  /// is a fact of the block for the compiler: LCTL of CR0 ends one.
  mutating func requireFloatingPointRegister(_ r: Int) throws(ProgramInterruption)
  func fpr(_ r: Int) -> Value
  mutating func setFPR(_ r: Int, _ v: Value)
  /// Bits 0-31 of a floating-point register, as a 32-bit value.
  func fprShort(_ r: Int) -> Value
  /// Sets bits 0-31; bits 32-63 stay.
  mutating func setFPRShort(_ r: Int, _ v: Value)
}

/// Which bits of a general register: 32-63, 0-31, or 0-63.
package enum RegisterPart: Sendable { case low, high, all }

package enum AddressingMode: UInt8, Sendable {
  case bits24 = 0, bits31 = 1, bits64 = 3

  /// The mode of PSW bits 31 and 32.
  init(_ mask: UInt64) {
    self = mask & PSW.extendedAddressing != 0 ? .bits64 : mask & PSW.basicAddressing != 0 ? .bits31 : .bits24
  }
  /// The bits that addresses have.
  @inline(__always) var addressMask: UInt64 {
    switch self {
    case .bits24: 0xFF_FFFF
    case .bits31: 0x7FFF_FFFF
    case .bits64: ~0
    }
  }
}

// MARK: Operand addresses

extension Datapath where Self: ~Copyable {
  @inline(__always) func baseAndDisplacement(_ b: Int, _ d: UInt64) -> Value {
    b == 0 ? reduced(constant(d)) : reduced(d == 0 ? gr(b) : add(gr(b), constant(d)))
  }
  @inline(__always) func baseIndexDisplacement(_ b: Int, _ x: Int, _ d: UInt64) -> Value {
    if x == 0 { return baseAndDisplacement(b, d) }
    if b == 0 { return baseAndDisplacement(x, d) }
    return reduced(add(add(gr(b), gr(x)), constant(d)))
  }
  /// D2(X2,B2) of RX.
  @inline(__always) package func rx(_ i: InstructionText) -> StorageOperand<Value> {
    StorageOperand(baseIndexDisplacement(i.b2, i.x2, i.d2), base: i.b2)
  }
  /// D2(X2,B2) of RXY.
  @inline(__always) package func rxy(_ i: InstructionText) -> StorageOperand<Value> {
    StorageOperand(baseIndexDisplacement(i.b2, i.x2, i.longDisplacement), base: i.b2)
  }
  /// D2(B2) of RS, S; D1(B1) of SI, SIL and the first operand of SS.
  @inline(__always) func rs(_ i: InstructionText) -> StorageOperand<Value> {
    StorageOperand(baseAndDisplacement(i.b2, i.d2), base: i.b2)
  }
  /// D2(B2) of RSY, D1(B1) of SIY.
  @inline(__always) func rsy(_ i: InstructionText) -> StorageOperand<Value> {
    StorageOperand(baseAndDisplacement(i.b2, i.longDisplacement), base: i.b2)
  }
  /// The second operand of SS: D2(B2).
  @inline(__always) func ss2(_ i: InstructionText) -> StorageOperand<Value> {
    StorageOperand(baseAndDisplacement(i.ssB2, i.ssD2), base: i.ssB2)
  }
  /// The target of a relative immediate, in halfwords from this instruction.
  @inline(__always) package func relative(_ halfwords: Int64) -> Value {
    reduced(add(instructionAddress(), constant(UInt64(bitPattern: halfwords &* 2))))
  }
  /// The data operand of RELATIVE LONG, in the space that instructions come from: base 0 is the primary one in the
  /// access-register mode, and see `InstructionTraits.relativeOperand` for the secondary-space mode.
  @inline(__always) func relativeOperand(_ i: InstructionText) -> StorageOperand<Value> {
    StorageOperand(relative(i.i32), base: 0)
  }
  @inline(__always) package func constant(signed v: Int64) -> Value { constant(UInt64(bitPattern: v)) }
  /// A 32-bit constant from a signed immediate.
  @inline(__always) func constant32(_ v: Int64) -> Value { constant(UInt64(UInt32(truncatingIfNeeded: v))) }
}

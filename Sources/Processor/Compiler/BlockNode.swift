/// What a node of a block computes or does. Operands are nodes of the same instruction; `imm` is a constant, a register number
/// or an offset, as the case says.
enum NodeOperation: UInt8 {
  // Values
  case constant, register, registerHigh, programAddress, programMask, systemMask, conditionCode, fpr, fprShort
  case add, subtract, and, or, xor, multiply, multiplyHigh
  case shiftLeft, shiftRight, shiftRightArithmetic, rotateLeft, rotateLeft32
  case signExtend8, signExtend16, signExtend32, zeroExtend8, zeroExtend16, zeroExtend32
  case byteSwap16, byteSwap32, byteSwap64, countLeadingZeros
  case select, load
  /// COMPARE AND SWAP: storage at `a` becomes `c` if it is `b`; the value is what was there.
  case exchange
  /// Values that set the condition code too.
  case addSetting, subtractSetting, addLogicalSetting, subtractLogicalSetting
  /// These look at the carry in the condition code, too.
  case addWithCarry, subtractWithBorrow
  // Conditions
  case isConditionCode, isCompare, isZero, isNotZero
  // Effects on the condition code
  case setNotZero, setSign, setCompare, setTestMask, setTestByte, setConditionCode
  // Other effects
  case setRegister, setRegister32, setRegisterHigh, setFPR, setFPRShort
  case store, loadMultiple, storeMultiple
  /// Storage at `a` becomes `b` if it is still `c`; otherwise the instruction is begun anew.
  case replace
  /// `kind` + 1 bytes from `b` to `a`; compared at `a` and `b`; zeros at `a`.
  case moveBytes, compareBytes, clearBytes
  /// The same of as many bytes and one as `kind` ORed with bits 56-63 of general register `imm` & 15 (0: none) says; combined at
  /// `a`, `imm` >> 4 says how (`ByteThunks.Combination`).
  case moveCounted, compareCounted, clearCounted, combineCounted
  /// TRANSLATE and TRANSLATE AND TEST at `a` by the table at `b`; of the latter, `imm` has B1 in bits 8-11 and D1 in bits 16-27.
  case translate, translateAndTest
  /// SEARCH STRING from `a`, COMPARE LOGICAL STRING of `a` and `b`, MOVE STRING from `b` to `a`; R1 and R2 are in `imm`.
  case searchString, compareStrings, moveString
  /// The pair of registers `imm` divided by `a`; `kind` says how (`BlockBuilder.Division`).
  case divide
  case branch, branchIf, proceed, interruptIf, serialize
  /// Ands `imm` to bits 0-7 of the PSW, or ORs it, unless an interruption may then be pending: the instruction is interpreted.
  case disable, enable
  /// What interprets carries out the instruction where the condition holds.
  case interpretIf
  /// A binary floating-point instruction: `imm` says which (BlockBuilder.FloatingPointOperands).
  case floatingPoint

  @inline(__always) var setsConditionCode: Bool {
    switch self {
    case .addSetting, .subtractSetting, .addLogicalSetting, .subtractLogicalSetting, .addWithCarry, .subtractWithBorrow,
      .exchange, .setNotZero, .setSign, .setCompare, .setTestMask, .setTestByte, .setConditionCode, .compareBytes,
      .compareCounted, .combineCounted, .translateAndTest, .searchString, .compareStrings, .moveString:
      true
    default: false
    }
  }
  /// Whether nodes say which general registers the instruction looks at and sets. What is interpreted in the place of EXECUTE's likely
  /// target may be anything.
  @inline(__always) var namesRegisters: Bool {
    switch self {
    case .loadMultiple, .storeMultiple, .divide, .moveCounted, .compareCounted, .clearCounted, .combineCounted, .translate,
      .translateAndTest, .searchString, .compareStrings, .moveString, .interpretIf:
      false
    default: true
    }
  }
  /// Whether it does nothing but set the condition code.
  @inline(__always) var isConditionCodeAlone: Bool {
    switch self {
    case .setNotZero, .setSign, .setCompare, .setTestMask, .setTestByte, .setConditionCode: true
    default: false
    }
  }
  @inline(__always) var readsConditionCode: Bool {
    switch self {
    case .conditionCode, .isConditionCode, .addWithCarry, .subtractWithBorrow: true
    default: false
    }
  }
  /// Whether the instruction may end here with an interruption or a branch.
  @inline(__always) var mayLeave: Bool {
    switch self {
    case .load, .store, .loadMultiple, .storeMultiple, .exchange, .replace, .moveBytes, .compareBytes, .clearBytes, .divide,
      .moveCounted, .compareCounted, .clearCounted, .combineCounted, .translate, .translateAndTest, .searchString,
      .compareStrings, .moveString,
      .branch, .branchIf, .interruptIf, .interpretIf, .enable, .serialize, .floatingPoint:
      true
    default: false
    }
  }
}

extension NodeOperation {
  /// See `NodeTraits.losesCondition`.
  @inline(__always) var losesCondition: Bool {
    switch self {
    case .setRegister, .setRegister32, .setRegisterHigh, .setFPR, .setFPRShort, .load, .store, .branch, .branchIf, .interruptIf,
      .addSetting, .subtractSetting, .addLogicalSetting, .subtractLogicalSetting, .setNotZero, .setSign, .setCompare,
      .setTestMask, .setTestByte, .setConditionCode, .floatingPoint:
      false
    default: !isValue
    }
  }
  /// See `NodeTraits.leavesOtherwise`.
  @inline(__always) var leavesOtherwise: Bool {
    switch self {
    case .branch, .branchIf, .proceed, .interruptIf, .interpretIf, .serialize, .enable, .disable, .floatingPoint: true
    default: false
    }
  }
  /// Whether what interprets the instruction may have carried it out, and come back without flags. Floating point brings its own.
  @inline(__always) var mayComeBack: Bool {
    switch self {
    case .store, .storeMultiple, .exchange, .replace, .moveBytes, .clearBytes, .moveCounted, .clearCounted, .translate, .divide,
      .interpretIf, .enable:
      true
    default: false
    }
  }
}

/// What is known of an operation.
struct NodeFacts: OptionSet {
  let rawValue: UInt8

  /// See the properties of `NodeOperation`.
  static let isValue = NodeFacts(rawValue: 1)
  static let isLazy = NodeFacts(rawValue: 2)
  static let setsConditionCode = NodeFacts(rawValue: 4)
  static let isConditionCodeAlone = NodeFacts(rawValue: 8)
}

extension NodeOperation {
  @inline(__always) var facts: NodeFacts {
    var facts: NodeFacts = []
    if isValue { facts.insert(.isValue) }
    if isLazy { facts.insert(.isLazy) }
    if setsConditionCode { facts.insert(.setsConditionCode) }
    if isConditionCodeAlone { facts.insert(.isConditionCodeAlone) }
    return facts
  }
}

/// One step of an instruction, as the block's builder found it.
struct BlockNode {
  var operation: NodeOperation
  /// Bytes of an access, 32 or 64 of an arithmetic operation, a comparison, a part of registers.
  var kind: UInt8 = 0
  /// How the value is used.
  var use = ValueUse()
  /// What is known of the operation, and how it looks at its operands: noted where the node is built, as there it is a constant.
  var facts: NodeFacts = []
  var a: UInt16 = 0
  var b: UInt16 = 0
  var c: UInt16 = 0
  /// The last node that uses the value.
  var lastUse: UInt16 = 0
  var operands = NodeOperands()
  var imm: UInt64 = 0
  /// In `imm` of a load: access for storing.
  static let forUpdate: UInt64 = 1 << 63
}

extension BlockNode {
  /// Whether only bits 32-63 of the value are asked for. It is then computed as 32 bits and zero-extended.
  @inline(__always) var isNarrow: Bool { use.isNarrow }
  /// What an access adds to the first operand of a sum that is nothing but its address; nil when the sum is computed before.
  func foldedDisplacement(_ nodes: UnsafeMutablePointer<BlockNode>) -> Int32? {
    guard operation == .add, use.isAddressOnly, !isNarrow, nodes[Int(b)].operation == .constant else { return nil }
    return Int32(exactly: Int64(bitPattern: nodes[Int(b)].imm))
  }
}

/// One instruction of a block.
struct BlockInstruction {
  var text: UInt64
  var firstNode: UInt16
  var endNode: UInt16
  /// From the beginning of the page.
  var offset: UInt16
  var length: UInt8
  /// What its nodes do; of an instruction that is called there are none.
  var traits: NodeTraits = []
  /// Carried out by calling what interprets it.
  var isRoutine = false
  var endsBlock = false
  /// Where it branches to, when the block goes on there: see Compiler+Paths.
  var followed: UInt16?
  /// What is known of its accesses.
  var conduct: AccessConduct?
  /// How its access on later passes of the loop finds its page.
  var rising: RisingAccess?
  /// The registers that its nodes set.
  var settings = RegisterSettings()
  /// What it does with the halves of registers.
  var halves = RegisterHalves()
  /// Its last bytes are in the next page.
  var crossesPage = false
  /// Its page is stored into too often: the block looks whether it is still the same.
  var isGuarded = false
  /// The nodes for which there is code to be emitted, or something to be noted, a bit each, the first node's the lowest.
  var emitted: UInt64 = 0
  /// Someone may look at the condition code after this instruction before it is set again.
  var isConditionCodeLive = true
}

/// A value or a condition while a block is built: a node.
struct BlockValue {
  let node: UInt16
  @inline(__always) init(_ node: UInt16) { self.node = node }
}

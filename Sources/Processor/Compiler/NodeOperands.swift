/// How a node looks at its operands: four bits for each, the first lowest. A number in the node, not a case of a switch: the analysis of a
/// block goes through all its nodes, and which comes next the host would guess in vain.
struct NodeOperands {
  /// Which bits of an operand it looks at.
  enum Look: UInt16 {
    case none = 0
    /// Bits 32-63 alone; all.
    case low, all
    /// All unless its own value is narrow; if `kind` is 64, odd, or 8; if the operation says so, by itself.
    case allUnlessNarrow, allOf64, allIfOdd, allOf8, own
  }
  private(set) var bits: UInt16

  @inline(__always) init(_ a: Look = .none, _ b: Look = .none, _ c: Look = .none) {
    bits = a.rawValue | b.rawValue << 4 | c.rawValue << 8
  }
  /// The first operand is an address, looked at as a whole, and so is the second, if that is said.
  @inline(__always) init(address b: Look, _ c: Look = .none, addresses: Bool = false) {
    bits = Look.all.rawValue | 8 | b.rawValue << 4 | c.rawValue << 8 | (addresses ? 8 << 4 : 0)
  }

  /// Whether there are operands left; whether the next is an address; the number of how it is looked at.
  @inline(__always) var isEmpty: Bool { bits == 0 }
  @inline(__always) var isAddress: Bool { bits & 8 != 0 }
  @inline(__always) var look: UInt16 { bits & 7 }
  @inline(__always) mutating func next() { bits &>>= 4 }
}

extension NodeOperation {
  @inline(__always) var operands: NodeOperands {
    switch self {
    case .constant, .register, .registerHigh, .programAddress, .programMask, .systemMask, .conditionCode, .fpr, .fprShort,
      .isConditionCode, .serialize, .disable, .enable:
      NodeOperands()
    case .add, .subtract, .and, .or, .xor, .multiply: NodeOperands(.allUnlessNarrow, .allUnlessNarrow)
    case .multiplyHigh: NodeOperands(.all, .all)
    case .shiftLeft: NodeOperands(.allUnlessNarrow, .low)
    case .shiftRight, .shiftRightArithmetic, .rotateLeft: NodeOperands(.all, .low)
    case .rotateLeft32: NodeOperands(.low, .low)
    case .signExtend8, .signExtend16, .signExtend32, .zeroExtend8, .zeroExtend16, .zeroExtend32, .byteSwap16, .byteSwap32,
      .setTestByte, .setConditionCode, .setRegister32, .setRegisterHigh, .setFPRShort:
      NodeOperands(.low)
    case .byteSwap64, .countLeadingZeros, .isZero, .isNotZero, .setRegister, .setFPR, .branch, .proceed, .interruptIf,
      .interpretIf:
      NodeOperands(.all)
    case .branchIf: NodeOperands(.all, .all)
    case .select: NodeOperands(.all, .allUnlessNarrow, .allUnlessNarrow)
    case .load, .loadMultiple, .storeMultiple, .clearBytes, .clearCounted, .searchString: NodeOperands(address: .none)
    case .store: NodeOperands(address: .allOf8)
    case .exchange, .replace: NodeOperands(address: .allOf8, .allOf8)
    case .moveBytes, .compareBytes, .moveCounted, .compareCounted, .combineCounted, .translate, .translateAndTest,
      .compareStrings, .moveString:
      NodeOperands(address: .all, addresses: true)
    case .addSetting, .subtractSetting, .addLogicalSetting, .subtractLogicalSetting, .addWithCarry, .subtractWithBorrow:
      NodeOperands(.allOf64, .allOf64)
    case .setNotZero, .setSign: NodeOperands(.allOf64)
    case .isCompare, .setCompare: NodeOperands(.allIfOdd, .allIfOdd)
    case .divide, .setTestMask, .floatingPoint: NodeOperands(.own)
    }
  }
}

extension BlockNode {
  /// For each way of looking, by its number, whether all of an operand is looked at.
  @inline(__always) var looksAtAll: UInt16 {
    let wide: UInt16 = isNarrow ? 0 : 1 << 3, kind = UInt16(kind)
    // Of arithmetic the kind is 32 or 64, of an access up to 8.
    return 1 << 2 | wide | (kind &>> 6 & 1) << 4 | (kind & 1) << 5 | (kind &>> 3 & 1) << 6
  }
  /// Whether the only operand of `NodeOperands.Look.own` is looked at as a whole; nil when there is none.
  var looksAtAllByItself: Bool? {
    switch operation {
    case .divide: kind != BlockBuilder.Division.logical32.rawValue
    case .setTestMask: imm > 0xFFFF_FFFF
    default: kind == 0 ? nil : BlockBuilder.FloatingPointOperands(bits: imm).operation != .fromFixed32
    }
  }
}

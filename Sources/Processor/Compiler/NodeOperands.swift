/// How a node looks at its operands, four bits for each, the first lowest: noted where it is built, as its operation is a constant there.
/// A number in the node, not a case of a switch: the analysis of a block goes through all its nodes, and which comes next the host would
/// guess in vain.
struct NodeOperands: BitwiseCopyable {
  /// Bit 0: there is such an operand; 1: it is looked at as a whole unless the node's own value is narrow; 2 and 3 as in `ValueUse`: it is
  /// looked at as a whole; it is more than an address.
  enum Look: UInt16 {
    case none = 0
    /// An address, looked at as a whole.
    case address = 5
    /// Bits 32-63 alone.
    case low = 9
    case allUnlessNarrow = 11
    case all = 13
  }
  private var bits: UInt16

  @inline(__always) init(_ a: Look = .none, _ b: Look = .none, _ c: Look = .none) {
    bits = a.rawValue | b.rawValue << 4 | c.rawValue << 8
  }

  /// Says what is left open until it is known whether the node's own value is narrow.
  @inline(__always) mutating func settle(isNarrow: Bool) { bits |= isNarrow ? 0 : (bits & 0x222) &<< 1 }
  /// Whether there are no operands left; how the next is used.
  @inline(__always) var isEmpty: Bool { bits == 0 }
  @inline(__always) var use: UInt8 { UInt8(truncatingIfNeeded: bits) }
  @inline(__always) mutating func next() { bits &>>= 4 }
}

extension NodeOperation {
  @inline(__always) func operands(kind: UInt8, imm: UInt64) -> NodeOperands {
    switch self {
    case .constant, .register, .registerHigh, .programAddress, .programMask, .systemMask, .conditionCode, .fpr, .fprShort,
      .isConditionCode, .serialize, .disable, .enable:
      return NodeOperands()
    case .add, .subtract, .and, .or, .xor, .multiply: return NodeOperands(.allUnlessNarrow, .allUnlessNarrow)
    case .multiplyHigh: return NodeOperands(.all, .all)
    case .shiftLeft: return NodeOperands(.allUnlessNarrow, .low)
    case .shiftRight, .shiftRightArithmetic, .rotateLeft: return NodeOperands(.all, .low)
    case .rotateLeft32: return NodeOperands(.low, .low)
    case .signExtend8, .signExtend16, .signExtend32, .zeroExtend8, .zeroExtend16, .zeroExtend32, .byteSwap16, .byteSwap32,
      .setTestByte, .setConditionCode, .setRegister32, .setRegisterHigh, .setFPRShort:
      return NodeOperands(.low)
    case .byteSwap64, .countLeadingZeros, .isZero, .isNotZero, .setRegister, .setFPR, .branch, .proceed, .interruptIf,
      .interpretIf:
      return NodeOperands(.all)
    case .branchIf: return NodeOperands(.all, .all)
    case .select: return NodeOperands(.all, .allUnlessNarrow, .allUnlessNarrow)
    case .load, .loadMultiple, .storeMultiple, .clearBytes, .clearCounted, .searchString: return NodeOperands(.address)
    case .store: return NodeOperands(.address, kind == 8 ? .all : .low)
    case .exchange, .replace:
      let look: NodeOperands.Look = kind == 8 ? .all : .low
      return NodeOperands(.address, look, look)
    case .moveBytes, .compareBytes, .moveCounted, .compareCounted, .combineCounted, .translate, .translateAndTest,
      .compareStrings, .moveString:
      return NodeOperands(.address, .address)
    case .addSetting, .subtractSetting, .addLogicalSetting, .subtractLogicalSetting, .addWithCarry, .subtractWithBorrow:
      let look: NodeOperands.Look = kind == 64 ? .all : .low
      return NodeOperands(look, look)
    case .setNotZero, .setSign: return NodeOperands(kind == 64 ? .all : .low)
    case .isCompare, .setCompare:
      let look: NodeOperands.Look = kind & 1 != 0 ? .all : .low
      return NodeOperands(look, look)
    case .divide: return NodeOperands(kind != BlockBuilder.Division.logical32.rawValue ? .all : .low)
    case .setTestMask: return NodeOperands(imm > 0xFFFF_FFFF ? .all : .low)
    case .floatingPoint:
      if kind == 0 { return NodeOperands() }
      return NodeOperands(BlockBuilder.FloatingPointOperands(bits: imm).operation != .fromFixed32 ? .all : .low)
    }
  }
}

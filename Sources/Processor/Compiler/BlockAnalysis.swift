/// What the emitter must know of a block's values before it emits: how long they live, how wide they are, who looks at the
/// condition code.
extension BlockBuilder {
  /// Visits the operands of a node with whether it looks at all their 64 bits.
  @inline(__always) private func visitOperands(_ k: Int, _ visit: (UInt16, _ isFull: Bool, _ isAddress: Bool) -> Void) {
    let n = state.pointee.nodes[k]
    switch n.operation {
    case .constant, .register, .registerHigh, .programAddress, .programMask, .systemMask, .conditionCode, .fpr, .fprShort,
      .isConditionCode, .serialize, .disable, .enable:
      break
    case .add, .subtract, .and, .or, .xor, .multiply:
      visit(n.a, !n.isNarrow, false)
      visit(n.b, !n.isNarrow, false)
    case .multiplyHigh:
      visit(n.a, true, false)
      visit(n.b, true, false)
    case .shiftLeft:
      visit(n.a, !n.isNarrow, false)
      visit(n.b, false, false)
    case .shiftRight, .shiftRightArithmetic, .rotateLeft:
      visit(n.a, true, false)
      visit(n.b, false, false)
    case .rotateLeft32:
      visit(n.a, false, false)
      visit(n.b, false, false)
    case .signExtend8, .signExtend16, .signExtend32, .zeroExtend8, .zeroExtend16, .zeroExtend32, .byteSwap16, .byteSwap32:
      visit(n.a, false, false)
    case .byteSwap64, .countLeadingZeros, .isZero, .isNotZero, .setRegister, .setFPR:
      visit(n.a, true, false)
    case .select:
      visit(n.a, true, false)
      visit(n.b, !n.isNarrow, false)
      visit(n.c, !n.isNarrow, false)
    case .load, .loadMultiple, .storeMultiple:
      visit(n.a, true, true)
    case .store:
      visit(n.a, true, true)
      visit(n.b, n.kind == 8, false)
    case .exchange, .replace:
      visit(n.a, true, true)
      visit(n.b, n.kind == 8, false)
      visit(n.c, n.kind == 8, false)
    case .divide: visit(n.a, n.kind != BlockBuilder.Division.logical32.rawValue, false)
    case .moveBytes, .compareBytes, .moveCounted, .compareCounted, .combineCounted, .translate, .translateAndTest,
      .compareStrings,
      .moveString:
      visit(n.a, true, true)
      visit(n.b, true, true)
    case .clearBytes, .clearCounted, .searchString: visit(n.a, true, true)
    case .addSetting, .subtractSetting, .addLogicalSetting, .subtractLogicalSetting, .addWithCarry, .subtractWithBorrow:
      visit(n.a, n.kind == 64, false)
      visit(n.b, n.kind == 64, false)
    case .setNotZero, .setSign: visit(n.a, n.kind == 64, false)
    case .isCompare, .setCompare:
      visit(n.a, n.kind & 1 != 0, false)
      visit(n.b, n.kind & 1 != 0, false)
    case .setTestMask: visit(n.a, n.imm > 0xFFFF_FFFF, false)
    case .setTestByte, .setConditionCode, .setRegister32, .setRegisterHigh, .setFPRShort: visit(n.a, false, false)
    case .floatingPoint:
      if n.kind != 0 { visit(n.a, FloatingPointOperands(bits: n.imm).operation != .fromFixed32, false) }
    case .branch, .proceed, .interruptIf, .interpretIf: visit(n.a, true, false)
    case .branchIf:
      visit(n.a, true, false)
      visit(n.b, true, false)
    }
  }

  /// Fills in `useCount`, `lastUse`, `isNarrow` and `isAddressOnly` of an instruction's nodes, last to first: users come before
  /// what they use. Then it is known which registers it looks at as a whole.
  func analyze(_ instruction: inout BlockInstruction) {
    let nodes = state.pointee.nodes
    var k = Int(instruction.endNode) - 1
    while k >= Int(instruction.firstNode) {
      if nodes[k].operation == .register {
        if nodes[k].useCount > 0 && !nodes[k].isNarrow { instruction.halves.looked |= 1 << UInt16(nodes[k].imm & 15) }
      } else if !nodes[k].isDead(in: instruction) {
        // A condition is looked at, and a folded address is added up, where it is used.
        let isLate = nodes[k].operation.isCondition || nodes[k].foldedDisplacement(nodes) != nil
        let use = isLate ? nodes[k].lastUse : UInt16(k)
        visitOperands(k) { operand, isFull, isAddress in
          let o = nodes + Int(operand)
          if o.pointee.lastUse < use { o.pointee.lastUse = use }
          if o.pointee.useCount < 255 { o.pointee.useCount &+= 1 }
          if isFull { o.pointee.isNarrow = false }
          if !isAddress { o.pointee.isAddressOnly = false }
        }
      }
      k -= 1
    }
    instruction.halves.settle(isWholeBefore: instruction.traits.contains(.leavesOtherwise))
  }
}

extension NodeOperation {
  /// Whether the node is nothing but its value: without a user it need not be computed. A load may interrupt.
  @inline(__always) var isValue: Bool { rawValue <= NodeOperation.select.rawValue || isCondition }
  @inline(__always) var isCondition: Bool {
    rawValue >= NodeOperation.isConditionCode.rawValue && rawValue <= NodeOperation.isNotZero.rawValue
  }
  /// Whether the value is taken from where it is when it is used.
  @inline(__always) var isLazy: Bool {
    switch self {
    case .constant, .register, .programAddress, .isConditionCode, .isCompare, .isZero, .isNotZero: true
    default: false
    }
  }
  /// Whether bits 0-31 of a value are zero when it is narrow (or always).
  func isZeroExtended(narrow: Bool, kind: UInt8) -> Bool {
    switch self {
    case .add, .subtract, .and, .or, .xor, .multiply, .select: narrow
    case .load, .exchange: kind <= 4
    case .addSetting, .subtractSetting, .addLogicalSetting, .subtractLogicalSetting, .addWithCarry, .subtractWithBorrow:
      kind == 32
    case .zeroExtend8, .zeroExtend16, .zeroExtend32, .byteSwap16, .byteSwap32, .rotateLeft32, .registerHigh, .countLeadingZeros,
      .conditionCode, .programMask, .systemMask, .fprShort:
      true
    default: false
    }
  }
}

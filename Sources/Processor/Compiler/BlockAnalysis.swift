/// What the emitter must know of a block's values before it emits: how long they live, how wide they are, who looks at the
/// condition code.
extension BlockBuilder {
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
        let isLate = nodes[k].facts.contains(.isCondition) || nodes[k].foldedDisplacement(nodes) != nil
        noteOperands(of: nodes + k, use: isLate ? nodes[k].lastUse : UInt16(k))
      }
      k -= 1
    }
    instruction.halves.settle(isWholeBefore: instruction.traits.contains(.leavesOtherwise))
  }
  private func noteOperands(of node: UnsafeMutablePointer<BlockNode>, use: UInt16) {
    var operands = node.pointee.operands, looks = node.pointee.looksAtAll
    if operands.isEmpty { return }
    if operands.look == NodeOperands.Look.own.rawValue {
      guard let isFull = node.pointee.looksAtAllByItself else { return }
      looks |= isFull ? 1 << NodeOperands.Look.own.rawValue : 0
    }
    note(node.pointee.a, operands, looks, use)
    operands.next()
    if operands.isEmpty { return }
    note(node.pointee.b, operands, looks, use)
    operands.next()
    if !operands.isEmpty { note(node.pointee.c, operands, looks, use) }
  }
  @inline(__always) private func note(_ operand: UInt16, _ operands: NodeOperands, _ looks: UInt16, _ use: UInt16) {
    let o = state.pointee.nodes + Int(operand)
    o.pointee.lastUse = max(o.pointee.lastUse, use)
    o.pointee.useCount = o.pointee.useCount == 255 ? 255 : o.pointee.useCount &+ 1
    o.pointee.isNarrow = o.pointee.isNarrow && looks &>> operands.look & 1 == 0
    o.pointee.isAddressOnly = o.pointee.isAddressOnly && operands.isAddress
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

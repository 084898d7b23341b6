/// What the emitter must know of a block's values before it emits: how long they live, how wide they are, who looks at the
/// condition code.
extension BlockBuilder {
  /// Finds, last to first, after which instructions someone may look at the condition code, and what there is to know of their nodes.
  func analyze() {
    var isLive = true, k = instructions.count
    while k > 0 {
      k &-= 1
      let instruction = state.pointee.instructions + k, traits = instruction.pointee.traits
      instruction.pointee.isConditionCodeLive = isLive
      if instruction.pointee.isRoutine {
        isLive = true
      } else {
        isLive =
          !traits.isDisjoint(with: [.readsConditionCode, .mayLeave, .proceeds]) || !traits.contains(.setsConditionCode) && isLive
        analyze(&instruction.pointee)
      }
    }
  }
  /// Fills in `lastUse` and `use` of an instruction's nodes, last to first: users come before what they use. Then it is known which
  /// registers it looks at as a whole, and which of its nodes there is code for.
  private func analyze(_ instruction: inout BlockInstruction) {
    let nodes = state.pointee.nodes, first = Int(instruction.firstNode), isConditionCodeLive = instruction.isConditionCodeLive
    var looked: UInt16 = 0, emitted: UInt64 = 0, k = Int(instruction.endNode)
    while k > first {
      k &-= 1
      let node = nodes + k, facts = node.pointee.facts
      if facts.contains(.isLazy) {
        if !node.pointee.use.isUsed { continue }
        if node.pointee.operation == .register {
          let isSet = instruction.settings.sets(node.pointee.imm)
          emitted |= isSet ? 1 &<< UInt64(k &- first) : 0
          looked |= node.pointee.isNarrow ? 0 : 1 &<< UInt16(node.pointee.imm & 15)
        } else {
          // A condition is looked at where it is used.
          note(node, use: node.pointee.lastUse, nodes)
        }
        continue
      }
      if facts.contains(.isValue) && !node.pointee.use.isUsed { continue }
      // So is an address added up that accesses add up themselves.
      if node.pointee.operation == .add && node.pointee.foldedDisplacement(nodes) != nil {
        note(node, use: node.pointee.lastUse, nodes)
        continue
      }
      emitted |= 1 &<< UInt64(k &- first)
      if isConditionCodeLive || !facts.contains(.isConditionCodeAlone) { note(node, use: UInt16(truncatingIfNeeded: k), nodes) }
    }
    instruction.emitted = emitted
    instruction.halves.looked |= looked
    instruction.halves.settle(isWholeBefore: instruction.traits.contains(.leavesOtherwise))
  }
  /// Notes what a node uses.
  @inline(__always) private func note(
    _ node: UnsafeMutablePointer<BlockNode>, use: UInt16, _ nodes: UnsafeMutablePointer<BlockNode>
  ) {
    var operands = node.pointee.operands
    operands.settle(isNarrow: node.pointee.isNarrow)
    if operands.isEmpty { return }
    nodes[Int(node.pointee.a)].note(operands, use: use)
    operands.next()
    if operands.isEmpty { return }
    nodes[Int(node.pointee.b)].note(operands, use: use)
    operands.next()
    if !operands.isEmpty { nodes[Int(node.pointee.c)].note(operands, use: use) }
  }
}

extension BlockNode {
  /// Notes that a node uses the value: as its next operand says.
  @inline(__always) fileprivate mutating func note(_ operands: NodeOperands, use node: UInt16) {
    lastUse = max(lastUse, node)
    use.note(operands)
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

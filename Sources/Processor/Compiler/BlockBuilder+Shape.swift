/// What the emitter must know of a block as a whole.
struct BlockShape {
  /// The offset in the page of the last branch before the block goes on at its beginning, if that is always the same.
  var onlyBranch: UInt16?
  /// The registers outside of the host's, a bit each, of which a loop sets and looks at bits 32-63 only.
  var narrow: UInt16 = 0
  /// What a loop borrows from the beginning to `end`.
  var loans = Loans()
  /// The registers, a bit each, of which only bits 32-63 are set and looked at up to an instruction, and its number.
  var separable: UInt16 = 0
  var end = 0
  /// Whether there are accesses whose addresses rise from pass to pass; and how many of them are kept in the state.
  var hasRising = false
  var risingInState = 0
}

extension BlockBuilder {
  /// In a loop, what counts is what lies up to the last branch back; otherwise, what comes before anything that is called.
  /// - Parameter end: where the block goes on behind its last instruction.
  func shape(of instructions: inout [BlockInstruction], end: UInt16) -> BlockShape {
    guard let start = instructions.first?.offset else { return BlockShape() }
    var shape = BlockShape()
    // A block whose code was no good has been looked at before.
    for k in instructions.indices { instructions[k].rising = nil }
    let followed = end == start ? instructions.last { $0.followed != nil } : nil
    let branch = instructions.lastIndex { branches($0, to: start) }
    if let last = followed == nil ? branch : instructions.count - 1 {
      let first = instructions.firstIndex { branches($0, to: start) }
      if first == nil || followed == nil && first == branch { shape.onlyBranch = (followed ?? instructions[last]).offset }
      shape.end = last
      if instructions[...last].allSatisfy({ mayBeApart($0) }) {
        let registers = narrowRegisters(instructions[...last], least: 1)
        shape.loans = loans(instructions[...last])
        shape.separable = registers & (HostRegisters.allPinned | shape.loans.all)
        shape.narrow = registers & ~shape.separable
      }
      if shape.onlyBranch != nil { findRising(&instructions, through: last, &shape) }
    } else {
      shape.end = (instructions.firstIndex { !mayBeApart($0) } ?? instructions.count) - 1
      shape.separable = narrowRegisters(instructions[..<(shape.end + 1)], least: 2) & HostRegisters.allPinned
    }
    return shape
  }
  /// The registers of which only bits 32-63 are set, that often or more, and looked at.
  private func narrowRegisters(_ instructions: ArraySlice<BlockInstruction>, least: Int) -> UInt16 {
    var counts = InlineArray<16, Int>(repeating: 0), whole: UInt16 = 0
    for instruction in instructions {
      for k in Int(instruction.firstNode)..<Int(instruction.endNode) {
        let n = state.pointee.nodes[k], r = Int(n.imm & 15), bit: UInt16 = 1 << UInt16(r)
        switch n.operation {
        case .setRegister32: counts[r] += 1
        case .register: if n.useCount > 0 && !n.isNarrow { whole |= bit }
        case .registerHigh, .setRegister, .setRegisterHigh: whole |= bit
        case .floatingPoint:
          let o = FloatingPointOperands(bits: n.imm)
          if o.operation == .toFixed32 || o.operation == .toFixed64 { whole |= 1 << UInt16(o.r1) }
        default: break
        }
      }
    }
    var set: UInt16 = 0
    for r in 0..<16 where counts[r] >= least { set |= 1 << UInt16(r) }
    return set & ~whole
  }
  /// Whether registers may be apart in an instruction: nothing but its nodes says which it looks at.
  private func mayBeApart(_ instruction: BlockInstruction) -> Bool {
    if instruction.isRoutine { return false }
    return (Int(instruction.firstNode)..<Int(instruction.endNode)).allSatisfy {
      switch state.pointee.nodes[$0].operation {
      case .loadMultiple, .storeMultiple, .divide, .moveCounted, .compareCounted, .clearCounted, .combineCounted, .translate,
        .translateAndTest, .searchString, .compareStrings, .moveString:
        false
      default: true
      }
    }
  }
  private func branches(_ instruction: BlockInstruction, to offset: UInt16) -> Bool {
    (Int(instruction.firstNode)..<Int(instruction.endNode)).contains {
      let n = state.pointee.nodes[$0]
      guard n.operation == .branch || n.operation == .branchIf else { return false }
      let target = state.pointee.nodes[Int(n.operation == .branch ? n.a : n.b)]
      return target.operation == .programAddress && target.imm == UInt64(offset)
    }
  }
}

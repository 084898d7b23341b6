/// What the emitter must know of a block as a whole.
struct BlockShape {
  /// The offset in the page of the instruction that branches back to the block's beginning, if there is one such.
  var onlyBranch: UInt16?
  /// The registers, a bit each, of which only bits 32-63 are set and looked at up to an instruction, and its number.
  var separable: UInt16 = 0
  var end = 0
}

extension BlockBuilder {
  /// In a loop, what counts is what lies up to the last branch back; otherwise, what comes before anything that is called.
  func shape(of instructions: [BlockInstruction]) -> BlockShape {
    guard let start = instructions.first?.offset else { return BlockShape() }
    if let end = instructions.lastIndex(where: { branches($0, to: start) }) {
      let isOnly = instructions.firstIndex(where: { branches($0, to: start) }) == end
      let isWhole = instructions[...end].allSatisfy { mayBeApart($0) }
      return BlockShape(
        onlyBranch: isOnly ? instructions[end].offset : nil,
        separable: isWhole ? separableRegisters(instructions[...end], least: 1) : 0, end: end)
    }
    let end = instructions.firstIndex { !mayBeApart($0) } ?? instructions.count
    return BlockShape(separable: separableRegisters(instructions[..<end], least: 2), end: end - 1)
  }
  /// The registers of which only bits 32-63 are set, that often or more, and looked at.
  private func separableRegisters(_ instructions: ArraySlice<BlockInstruction>, least: Int) -> UInt16 {
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
    return set & ~whole & HostRegisters.allPinned
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

/// What the emitter must know of a block as a whole.
struct BlockShape {
  /// The offset in the page of the last branch before the block goes on at its beginning, if that is always the same.
  var onlyBranch: UInt16?
  /// What a loop borrows from the beginning to `end`.
  var loans = Loans()
  /// The last instruction in front of which registers may be apart; and those, a bit each, that are so where a loop goes on.
  var end = 0
  var apart: UInt16 = 0
  /// Whether there are accesses whose addresses rise from pass to pass; and how many of them are kept in the state.
  var hasRising = false
  var risingInState = 0
}

extension BlockBuilder {
  /// In a loop, what counts is what lies up to the last branch back; otherwise, what comes before anything that is called.
  /// - Parameter end: where the block goes on behind its last instruction.
  func shape(of instructions: UnsafeMutableBufferPointer<BlockInstruction>, end: UInt16) -> BlockShape {
    guard let start = instructions.first?.offset else { return BlockShape() }
    var shape = BlockShape(), counted = 0
    defer { for k in counted..<instructions.count { instructions[k].halves = RegisterHalves() } }
    let followed = end == start ? instructions.last { $0.followed != nil } : nil
    // The first and the last branch back to the beginning; the first instruction in front of which registers must be whole.
    var first: Int?, branch: Int?, whole: Int?
    for k in instructions.indices {
      if whole == nil && !mayBeApart(instructions[k]) { whole = k }
      guard branches(instructions[k], to: start) else { continue }
      first = first ?? k
      branch = k
    }
    if let last = followed == nil ? branch : instructions.count - 1 {
      if first == nil || followed == nil && first == branch { shape.onlyBranch = (followed ?? instructions[last]).offset }
      shape.end = last
      if whole ?? .max > last {
        shape.loans = loans(instructions[...last])
        counted = last + 1
        shape.apart = findHalves(
          instructions, through: last, isLoop: true, inHost: HostRegisters.allPinned | shape.loans.all)
      }
      if shape.onlyBranch != nil { findRising(instructions, through: last, &shape) }
    } else {
      shape.end = (whole ?? instructions.count) - 1
      counted = shape.end + 1
      _ = findHalves(instructions, through: shape.end, isLoop: false, inHost: HostRegisters.allPinned)
    }
    return shape
  }
  /// Whether registers may be apart in an instruction: nothing but its nodes says which it looks at.
  @inline(__always) private func mayBeApart(_ instruction: BlockInstruction) -> Bool {
    !instruction.isRoutine && !instruction.traits.contains(.hidesRegisters)
  }
  @inline(__always) private func branches(_ instruction: BlockInstruction, to offset: UInt16) -> Bool {
    !instruction.isRoutine && instruction.traits.contains(.mayBranch) && branchesThere(instruction, to: offset)
  }
  private func branchesThere(_ instruction: BlockInstruction, to offset: UInt16) -> Bool {
    (Int(instruction.firstNode)..<Int(instruction.endNode)).contains {
      let n = state.pointee.nodes[$0]
      guard n.operation == .branch || n.operation == .branchIf else { return false }
      let target = state.pointee.nodes[Int(n.operation == .branch ? n.a : n.b)]
      return target.operation == .programAddress && target.imm == UInt64(offset)
    }
  }
}

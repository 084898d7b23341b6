/// The path of a block that follows branches: on the way around a loop of several blocks, the next one is mostly the same. The block
/// goes on where a branch leads, as long as that is in its page and not yet in the block; who does not take a conditional branch that it
/// follows leaves it. It begins where the loop was found at work and, back there, is a loop of its own.
extension Compiler {
  /// A branch within the page.
  struct PathBranch {
    let target: UInt16
    /// The node of the condition, unless there is none.
    let condition: UInt16?
  }

  /// The branch of an instruction, if that is the only thing it does that depends on anything.
  func branch(of instruction: BlockInstruction) -> PathBranch? {
    if instruction.isRoutine { return nil }
    let nodes = builder.state.pointee.nodes
    var branch: PathBranch?
    for k in Int(instruction.firstNode)..<Int(instruction.endNode) {
      let n = nodes[k]
      guard n.operation == .branch || n.operation == .branchIf else {
        if n.operation == .proceed { return nil }
        continue
      }
      let target = nodes[Int(n.operation == .branch ? n.a : n.b)]
      guard branch == nil, target.operation == .programAddress, target.imm < 4096, target.imm & 1 == 0 else { return nil }
      branch = PathBranch(target: UInt16(target.imm), condition: n.operation == .branchIf ? n.a : nil)
    }
    return branch
  }

  /// Whether the block goes on where the branch leads: where that is new to it, and a branch back, always taken, or taken with what is in
  /// the CPU's registers now.
  func follows(
    _ branch: PathBranch, _ instruction: BlockInstruction, _ start: UInt16, _ cpu: UnsafeMutablePointer<CPUState>
  ) -> Bool {
    if branch.target == start || branch.target == instruction.offset || includes(branch.target) { return false }
    guard let condition = branch.condition, branch.target > instruction.offset else { return true }
    return isLikely(condition, cpu) ?? false
  }

  /// Whether a condition holds with what is in the registers now, if the block leaves them alone.
  private func isLikely(_ condition: UInt16, _ cpu: UnsafeMutablePointer<CPUState>) -> Bool? {
    let n = builder.state.pointee.nodes[Int(condition)]
    switch n.operation {
    case .isZero: return value(n.a, cpu).map { $0 == 0 }
    case .isNotZero: return value(n.a, cpu).map { $0 != 0 }
    case .isCompare: return comparison(n, cpu).map { n.imm & 8 >> $0 != 0 }
    case .isConditionCode: return conditionCode(cpu).map { n.imm & 8 >> $0 != 0 }
    default: return nil
    }
  }
  /// The condition code that the last instruction sets that sets one.
  private func conditionCode(_ cpu: UnsafeMutablePointer<CPUState>) -> UInt64? {
    let nodes = builder.state.pointee.nodes
    for k in stride(from: builder.state.pointee.count - 1, to: 0, by: -1) where nodes[k].operation.setsConditionCode {
      switch nodes[k].operation {
      case .setCompare: return comparison(nodes[k], cpu)
      case .setNotZero: return value(nodes[k].a, cpu).map { (nodes[k].kind == 32 ? $0 << 32 : $0) == 0 ? 0 : 1 }
      case .setSign:
        return value(nodes[k].a, cpu).map { v in
          let signed = nodes[k].kind == 64 ? Int64(bitPattern: v) : Int64(Int32(truncatingIfNeeded: v))
          return signed == 0 ? 0 : signed < 0 ? 1 : 2
        }
      default: return nil
      }
    }
    return nil
  }
  private func comparison(_ n: BlockNode, _ cpu: UnsafeMutablePointer<CPUState>) -> UInt64? {
    guard var a = value(n.a, cpu), var b = value(n.b, cpu) else { return nil }
    if n.kind & 1 == 0 { (a, b) = (a << 32, b << 32) }
    // Signed numbers compare as logical ones do whose first bit is inverted.
    if n.kind & 2 == 0 { (a, b) = (a ^ 1 << 63, b ^ 1 << 63) }
    return a == b ? 0 : a < b ? 1 : 2
  }
  /// A value that is known, in a register that the block does not set before, or computed of such.
  private func value(_ node: UInt16, _ cpu: UnsafeMutablePointer<CPUState>) -> UInt64? {
    let nodes = builder.state.pointee.nodes, n = nodes[Int(node)]
    switch n.operation {
    case .constant: return n.imm
    case .register: return isUnchanged(n.imm) ? cpu.pointee.gr[Int(n.imm)] : nil
    case .zeroExtend32: return value(n.a, cpu).map { $0 & 0xFFFF_FFFF }
    case .signExtend32: return value(n.a, cpu).map { UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: $0))) }
    default: return nil
    }
  }
  private func isUnchanged(_ register: UInt64) -> Bool {
    let nodes = builder.state.pointee.nodes
    return (1..<builder.state.pointee.count).allSatisfy {
      switch nodes[$0].operation {
      case .setRegister, .setRegister32, .setRegisterHigh: nodes[$0].imm != register
      case .loadMultiple, .divide, .searchString, .compareStrings, .moveString: false
      default: true
      }
    }
  }
}

/// Who looks at the condition codes that a block's instructions set.
extension BlockBuilder {
  /// Finds, last to first, after which instructions someone may look at the condition code.
  func findLiveConditionCodes(_ instructions: inout [BlockInstruction]) {
    var isLive = true
    for k in instructions.indices.reversed() {
      instructions[k].isConditionCodeLive = isLive
      if instructions[k].isRoutine {
        isLive = true
        continue
      }
      let use = ConditionCodeUse(of: instructions[k], state.pointee.nodes)
      isLive = use.reads || use.leaves || use.skips || !use.sets && isLive
    }
  }
}

/// What an instruction of a block does with the condition code.
private struct ConditionCodeUse {
  var sets = false, reads = false
  /// It may be left, by an interruption or a branch, or not be carried out.
  var leaves = false, skips = false

  init(of instruction: BlockInstruction, _ nodes: UnsafeMutablePointer<BlockNode>) {
    for n in Int(instruction.firstNode)..<Int(instruction.endNode) {
      let operation = nodes[n].operation
      sets = sets || operation.setsConditionCode
      if operation == .floatingPoint { sets = sets || BlockBuilder.FloatingPointOperands(bits: nodes[n].imm).setsConditionCode }
      reads = reads || operation.readsConditionCode
      leaves = leaves || operation.mayLeave
      skips = skips || operation == .proceed
    }
  }
}

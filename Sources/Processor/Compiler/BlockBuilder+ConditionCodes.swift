/// Who looks at the condition codes that a block's instructions set.
extension BlockBuilder {
  /// Finds, last to first, after which instructions someone may look at the condition code.
  func findLiveConditionCodes(_ instructions: UnsafeMutableBufferPointer<BlockInstruction>) {
    var isLive = true
    for k in instructions.indices.reversed() {
      instructions[k].isConditionCodeLive = isLive
      if instructions[k].isRoutine {
        isLive = true
        continue
      }
      let traits = instructions[k].traits
      isLive =
        !traits.isDisjoint(with: [.readsConditionCode, .mayLeave, .proceeds]) || !traits.contains(.setsConditionCode) && isLive
    }
  }
}

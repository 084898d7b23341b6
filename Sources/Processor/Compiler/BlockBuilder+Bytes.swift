/// Short operands in storage in the host's own moves and comparisons: specialisations beside the rows of
/// InstructionSet+StorageToStorage.
extension BlockBuilder {
  /// Bytes that are compared in code; longer operands are seldom, and called.
  private static let compareLimit = 64

  /// Builds MOVE, COMPARE LOGICAL and the EXCLUSIVE OR of an operand with itself.
  /// - Returns: false when the instruction is another.
  mutating func bytes(_ text: InstructionText) -> Bool {
    let last = UInt8(truncatingIfNeeded: text.byte1)
    switch text.majorOpcode {
    case 0xD2: effect(.moveBytes, rs(text).address, ss2(text).address, kind: last)
    case 0xD5 where text.byte1 < BlockBuilder.compareLimit:
      effect(.compareBytes, rs(text).address, ss2(text).address, kind: last)
    case 0xD7 where text.b2 == text.ssB2 && text.d2 == text.ssD2:
      effect(.clearBytes, rs(text).address, kind: last)
      effect(.setConditionCode, constant(0))
    default: return false
    }
    return true
  }
}

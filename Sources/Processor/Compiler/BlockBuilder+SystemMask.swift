/// STNSM and STOSM of the masks for I/O and external interruptions: a specialisation beside the rows of InstructionSet+PSW.
extension BlockBuilder {
  /// PSW bits 6 and 7, of bits 0-7.
  private static let interruptions: UInt64 = 3

  /// Builds STORE THEN AND SYSTEM MASK and STORE THEN OR SYSTEM MASK if they change nothing but these masks.
  /// - Returns: false when the instruction is another.
  mutating func systemMask(_ text: InstructionText) throws(ProgramInterruption) -> Bool {
    let mask = UInt64(text.byte1)
    switch text.majorOpcode {
    case 0xAC where mask | BlockBuilder.interruptions == 0xFF:
      try store8(node(.systemMask), rs(text))
      effect(.disable, imm: mask)
    case 0xAD where mask & ~BlockBuilder.interruptions == 0:
      try store8(node(.systemMask), rs(text))
      effect(.enable, imm: mask)
    default: return false
    }
    return true
  }
}

/// Operands of bytes in storage in the host's own moves and comparisons: specialisations beside the rows of
/// InstructionSet+StorageToStorage and +Strings.
extension BlockBuilder {
  /// Bytes that are compared piece by piece in the block; longer operands by a loop.
  private static let compareLimit = 64

  /// Builds MOVE, COMPARE LOGICAL, AND, OR, EXCLUSIVE OR, TRANSLATE and the instructions on strings.
  /// - Returns: false when the instruction is another.
  mutating func bytes(_ text: InstructionText) -> Bool {
    let last = UInt8(truncatingIfNeeded: text.byte1)
    switch text.majorOpcode {
    // The first byte goes to all of the operand: how programs clear storage.
    case 0xD2 where text.b1 == text.ssB2 && text.d1 == text.ssD2 + 1: return countedBytes(text, modifier: 0)
    case 0xD2: effect(.moveBytes, rs(text).address, ss2(text).address, kind: last)
    case 0xD5 where text.byte1 < BlockBuilder.compareLimit:
      effect(.compareBytes, rs(text).address, ss2(text).address, kind: last)
    case 0xD7 where isOneOperand(text):
      effect(.clearBytes, rs(text).address, kind: last)
      effect(.setConditionCode, constant(0))
    case 0xB2: return strings(text)
    default: return countedBytes(text, modifier: 0)
    }
    return true
  }
  private func isOneOperand(_ text: InstructionText) -> Bool { text.b1 == text.ssB2 && text.d1 == text.ssD2 }

  /// Builds such an instruction whose length is ORed with bits 56-63 of a general register, 0 for none.
  /// - Returns: false when it is another.
  mutating func countedBytes(_ text: InstructionText, modifier: Int) -> Bool {
    let last = UInt8(truncatingIfNeeded: text.byte1), register = UInt64(modifier)
    func combine(_ combination: ByteThunks.Combination) {
      effect(
        .combineCounted, rs(text).address, ss2(text).address, kind: last, imm: register | combination.rawValue << 4)
    }
    switch text.majorOpcode {
    case 0xD2: effect(.moveCounted, rs(text).address, ss2(text).address, kind: last, imm: register)
    case 0xD4: combine(.and)
    case 0xD5: effect(.compareCounted, rs(text).address, ss2(text).address, kind: last, imm: register)
    case 0xD6: combine(.or)
    case 0xD7 where isOneOperand(text):
      effect(.clearCounted, rs(text).address, kind: last, imm: register)
      effect(.setConditionCode, constant(0))
    case 0xD7: combine(.xor)
    case 0xDC: effect(.translate, rs(text).address, ss2(text).address, kind: last, imm: register)
    // The address of the byte that is found goes to a whole register.
    case 0xDD where addressingMode == .bits64:
      effect(
        .translateAndTest, rs(text).address, ss2(text).address, kind: last,
        imm: register | UInt64(text.b1) << 8 | text.d1 << 16)
    default: return false
    }
    return true
  }

  /// SRST, CLST and MVST with 64-bit addresses; general register 0 has the character.
  private mutating func strings(_ text: InstructionText) -> Bool {
    guard addressingMode == .bits64, text.e1 != 0, text.e2 != 0 else { return false }
    let registers = UInt64(text.e1 | text.e2 << 4)
    switch text.byte1 {
    case 0x55: effect(.moveString, gr(text.e1), gr(text.e2), imm: registers)
    case 0x5D: effect(.compareStrings, gr(text.e1), gr(text.e2), imm: registers)
    case 0x5E: effect(.searchString, gr(text.e2), imm: registers)
    default: return false
    }
    return true
  }

  /// Has what interprets carry out an EXECUTE whose target is not at an offset of the page.
  mutating func requireTarget(_ address: BlockValue, at offset: UInt64) {
    effect(.interpretIf, compare(.logical64, address, node(.programAddress, imm: offset), in: 7))
  }
}

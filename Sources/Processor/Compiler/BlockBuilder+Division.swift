/// Divisions in the host's own instructions: specialisations beside the rows of InstructionSet+MultiplyDivide.
extension BlockBuilder {
  /// A pair of registers by an operand: 128 by 64 bits, the odd register's signed 64 by 64 bits, 64 by 32 bits.
  enum Division: UInt8 { case logical64 = 0, single64, logical32 }

  /// Builds a division.
  /// - Returns: false when the instruction is another, or interrupts whatever the operands are.
  mutating func division(_ opcode: UInt16, _ i: InstructionText) throws(ProgramInterruption) -> Bool {
    let isRegister = opcode >> 8 == 0xB9, r1 = isRegister ? i.e1 : i.r1
    if r1 & 1 != 0 { return false }
    let division: Division, divisor: BlockValue
    switch opcode {
    case 0xB987, 0xE387:
      division = .logical64
      divisor = isRegister ? gr(i.e2) : try load64(rxy(i))
    case 0xB90D, 0xE30D:
      division = .single64
      divisor = isRegister ? gr(i.e2) : try load64(rxy(i))
    case 0xB91D, 0xE31D:
      division = .single64
      divisor = signExtend32(isRegister ? gr(i.e2) : try load32(rxy(i)))
    case 0xB997, 0xE397:
      division = .logical32
      divisor = isRegister ? gr(i.e2) : try load32(rxy(i))
    default: return false
    }
    effect(.divide, divisor, kind: division.rawValue, imm: UInt64(r1))
    return true
  }
}

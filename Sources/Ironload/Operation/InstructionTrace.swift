import Processor

/// The lines of an instruction trace and of program interruptions.
enum InstructionTrace {
  /// Address, bytes, CC and general registers before the instruction.
  static func line(_ cpu: borrowing CPU, _ text: InstructionText) -> String {
    let state = cpu.s
    var line =
      "\(hex(state.pointee.instructionAddress)) \(hex(text.bits >> (64 - 8 * text.length), digits: Int(2 * text.length)))"
    line += " cc\(state.pointee.conditionCode)"
    for r in 0..<16 { line += " \(String(state.pointee.gr[r], radix: 16))" }
    return line
  }

  /// What interrupted, where, and the translation-exception identification when there is one.
  static func line(_ cpu: borrowing CPU, _ cause: ProgramInterruption) -> String {
    var line =
      "program interruption \(hex(UInt64(cause.rawValue), digits: 4)) (\(cause)) at \(hex(cpu.s.pointee.instructionAddress))"
    if cause.storesTranslationExceptionIdentification {
      line += " TEID \(hex(cpu.s.pointee.translationExceptionIdentification))"
    }
    return line + " PSW \(hex(cpu.psw.mask))"
  }
}

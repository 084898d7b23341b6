/// Instructions as text, from the instruction table. The language is that of GNU objdump (-M zarch), so that one can be held
/// against the other.
///
/// Concurrency: immutable.
package struct Disassembler: Sendable {
  private struct Entry: Sendable {
    let mnemonic: String
    let format: InstructionFormat
    let opcode: UInt16
  }
  private let entries: [UInt16: Entry]

  package init() {
    var entries: [UInt16: Entry] = [:]
    for row in InstructionSet<CPU>().rows {
      entries[row.opcode] = Entry(mnemonic: String(describing: row.mnemonic), format: row.format, opcode: row.opcode)
    }
    self.entries = entries
  }

  /// The instruction whose text is left-aligned in `bits`, at `address`: mnemonic, a tab, operands separated by commas. An
  /// opcode without a row is shown as data.
  package func disassemble(_ text: InstructionText, at address: UInt64) -> String {
    guard let entry = entries[OpcodeMap.opcode(of: text)] else { return data(text) }
    var operands = OperandSyntax.syntax(entry.mnemonic, entry.format, opcode: entry.opcode).operands(text, at: address)
    guard let extended = ExtendedMnemonic(entry.mnemonic, operands, text) else {
      return line(entry.mnemonic.lowercased(), operands)
    }
    if let omitted = extended.omitted { operands.remove(at: omitted) }
    // Without its fourth operand the instruction has its older name.
    if extended.mnemonic.hasSuffix("br"), operands.count > 2, operands.last == "0" { operands.removeLast() }
    if extended.mnemonic == "nopr" && text.r2 == 0 { operands = [] }
    // The zero flag of the end position is in the name.
    if extended.mnemonic.hasPrefix("risbg") { operands[3] = "\(text.i4 & 0x7F)" }
    return line(extended.mnemonic, operands)
  }

  private func line(_ mnemonic: String, _ operands: [String]) -> String {
    operands.isEmpty ? mnemonic : mnemonic + "\t" + operands.joined(separator: ",")
  }
  private func data(_ text: InstructionText) -> String {
    let bytes = text.length, digits = String(text.bits >> (64 - 8 * bytes), radix: 16)
    let padded = String(repeating: "0", count: max(0, Int(2 * bytes) - digits.count)) + digits
    switch bytes {
    case 2: return ".short\t0x" + padded
    case 4: return ".long\t0x" + padded
    default: return ".long\t0x" + padded.prefix(8) + "; .short\t0x" + padded.suffix(4)
    }
  }
}

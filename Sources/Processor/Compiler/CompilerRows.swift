/// What the compiler must know of an instruction.
struct CompilerRow {
  let mnemonic: StaticString
  let opcode: UInt16
  let traits: InstructionTraits
  /// What it does, unless it has code of its own or is called.
  let operation: Instruction<BlockBuilder>.Operation?
  let floatingPoint: FloatingPointSpecialisation?
}

/// The rows by opcode, as the compiler reads them: where they are, without copying them. Shared by all CPUs; immutable.
package final class CompilerRows: @unchecked Sendable {
  private let rows: UnsafeMutableBufferPointer<CompilerRow>
  /// By opcode: the number of the row and one, 0 for none.
  private let numbers: UnsafeMutablePointer<UInt16>
  private static let opcodes = 1 << 16

  package init() {
    let set = InstructionSet<BlockBuilder>()
    rows = .allocate(capacity: set.rows.count)
    numbers = .allocate(capacity: CompilerRows.opcodes)
    numbers.initialize(repeating: 0, count: CompilerRows.opcodes)
    for (k, row) in set.rows.enumerated() {
      var operation: Instruction<BlockBuilder>.Operation?
      if case .operation(let o) = row.semantics { operation = o }
      rows.initializeElement(
        at: k,
        to: CompilerRow(
          mnemonic: row.mnemonic, opcode: row.opcode, traits: row.traits, operation: operation,
          floatingPoint: BlockBuilder.floatingPointSpecialisations[row.opcode]))
      numbers[Int(row.opcode)] = UInt16(k + 1)
    }
  }
  deinit {
    rows.deinitialize().deallocate()
    numbers.deallocate()
  }

  func row(of text: InstructionText) -> UnsafePointer<CompilerRow>? { row(opcode: OpcodeMap.opcode(of: text)) }
  /// - Returns: the row, which is there as long as the rows are.
  func row(opcode: UInt16) -> UnsafePointer<CompilerRow>? {
    let number = Int(numbers[Int(opcode)])
    return number == 0 ? nil : rows.baseAddress.map { UnsafePointer($0 + (number - 1)) }
  }
}

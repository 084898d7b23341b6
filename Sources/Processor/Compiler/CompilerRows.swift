/// What the compiler must know of an instruction.
struct CompilerRow {
  let mnemonic: StaticString
  let opcode: UInt16
  let traits: InstructionTraits
  /// What it does, unless it has code of its own or is called.
  let operation: Unmanaged<RowOperation>?
  let floatingPoint: FloatingPointSpecialisation?
}

/// What an instruction does: where it is, so that to do it nobody need retain it, which each instruction of a block would.
final class RowOperation {
  private let body: Instruction<BlockBuilder>.Operation
  init(_ body: @escaping Instruction<BlockBuilder>.Operation) { self.body = body }
  /// Builds the nodes of an instruction. One that can only interrupt is called: who interprets it finds out.
  func build(_ builder: inout BlockBuilder, _ text: InstructionText) {
    do { try body(&builder, text) } catch { builder.call() }
  }
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
      var operation: Unmanaged<RowOperation>?
      if case .operation(let o) = row.semantics { operation = .passRetained(RowOperation(o)) }
      rows.initializeElement(
        at: k,
        to: CompilerRow(
          mnemonic: row.mnemonic, opcode: row.opcode, traits: row.traits, operation: operation,
          floatingPoint: BlockBuilder.floatingPointSpecialisations[row.opcode]))
      numbers[Int(row.opcode)] = UInt16(k + 1)
    }
  }
  deinit {
    for row in rows { row.operation?.release() }
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

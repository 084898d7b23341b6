/// One entry of a dispatch table. A noncopyable struct: calling its closure through a borrow costs no reference count
/// (6.8 ns an instruction instead of 16.4).
struct Handler: ~Copyable {
  let operation: CPU.Routine
}

/// Opcode to operation, one dense table a mode: supervisor and problem state, z/Architecture and ESA/390, secondary-space mode
/// or another.
/// A table of a mode already contains the exceptions that the mode implies, so that no instruction checks for them.
///
/// Concurrency: immutable after `init`; shared by all CPUs.
package final class DispatchTables: @unchecked Sendable {
  /// Where the entries of each first byte begin, and how the extension is got: base | shift << 16 | mask << 24.
  let index: UnsafeMutablePointer<UInt32>
  private let tables: UnsafeMutablePointer<UnsafeMutablePointer<Handler>>
  private let count: Int

  package init(instructions: InstructionSet<CPU>) {
    index = .allocate(capacity: 256)
    var next = 0
    for first in 0..<256 {
      let kind = OpcodeMap.extensionKind(first)
      let shift: UInt32 =
        switch kind {
        case .none: 0
        case .secondByte, .lowNibbleOfSecondByte: 48
        case .sixthByte: 16
        }
      let width = OpcodeMap.width(kind)
      (index + first).initialize(to: UInt32(next) | shift << 16 | UInt32(width - 1) << 24)
      next += width
    }
    count = next
    tables = .allocate(capacity: 8)
    for mode in 0..<8 {
      (tables + mode).initialize(
        to: DispatchTables.build(
          instructions, index, count, isProblemState: mode & 1 != 0, isZ: mode & 2 != 0, isSecondarySpace: mode & 4 != 0))
    }
  }

  deinit {
    for mode in 0..<8 {
      tables[mode].deinitialize(count: count)
      tables[mode].deallocate()
    }
    tables.deallocate()
    index.deallocate()
  }

  func table(isProblemState: Bool, isZArchitecture: Bool, isSecondarySpace: Bool) -> UnsafeMutablePointer<Handler> {
    tables[(isProblemState ? 1 : 0) | (isZArchitecture ? 2 : 0) | (isSecondarySpace ? 4 : 0)]
  }

  private static func build(
    _ instructions: InstructionSet<CPU>, _ index: UnsafeMutablePointer<UInt32>, _ count: Int, isProblemState: Bool, isZ: Bool,
    isSecondarySpace: Bool
  ) -> UnsafeMutablePointer<Handler> {
    let table = UnsafeMutablePointer<Handler>.allocate(capacity: count)
    for k in 0..<count { (table + k).initialize(to: Handler { _, _ throws(ProgramInterruption) in throw .operation }) }
    for row in instructions.rows {
      if !isZ && row.traits.contains(.zArchitectureOnly) { continue }
      let opcode = Int(row.opcode), first = opcode < 0x100 ? opcode : opcode >> 8
      let slot = Int(index[first] & 0xFFFF) + (opcode < 0x100 ? 0 : opcode & Int(index[first] >> 24))
      if isProblemState && row.traits.contains(.privileged) {
        table[slot] = Handler { _, _ throws(ProgramInterruption) in throw .privilegedOperation }
        continue
      }
      switch row.semantics {
      case .operation(let operation) where isSecondarySpace && row.traits.contains(.relativeOperand):
        table[slot] = Handler { cpu, text throws(ProgramInterruption) in
          try cpu.withOperandInInstructionSpace { cpu throws(ProgramInterruption) in try operation(&cpu, text) }
        }
      case .operation(let operation): table[slot] = Handler(operation: operation)
      case .routine(let routine): table[slot] = Handler(operation: routine)
      }
    }
    return table
  }
}

/// What the interpreter, the compiler and the tests must know of an instruction besides its operation.
package struct InstructionTraits: OptionSet, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  /// A privileged-operation exception in the problem state.
  package static let privileged = InstructionTraits(rawValue: 1)
  /// Changes the condition code.
  package static let setsCC = InstructionTraits(rawValue: 2)
  /// May change the next instruction's address, the PSW, or the mode in which the next instruction is fetched.
  package static let endsBlock = InstructionTraits(rawValue: 4)
  /// Not there in the ESA/390 architectural mode: an operation exception.
  package static let zArchitectureOnly = InstructionTraits(rawValue: 8)
  /// In the problem state it depends on control registers and the PSW-key mask, which its routine looks at.
  package static let semiprivileged = InstructionTraits(rawValue: 16)
  /// Needs CR0.45 for floating-point registers other than 0, 2, 4 and 6; the operation checks.
  package static let floatingPoint = InstructionTraits(rawValue: 32)
  /// Its storage operand is in the space that instructions come from, which in the secondary-space mode is not that of others.
  static let relativeOperand = InstructionTraits(rawValue: 64)
  /// Short for rows: `.zArchitectureOnly`, and with `.setsCC`.
  package static let z = zArchitectureOnly
  static let zCC: InstructionTraits = [.zArchitectureOnly, .setsCC]
}

/// One row of Appendix B: everything that Ironload knows about an instruction.
package struct Instruction<Machine: Datapath & ~Copyable> {
  /// What the instruction does, in terms of a datapath: interpreted, or compiled.
  package typealias Operation = (inout Machine, InstructionText) throws(ProgramInterruption) -> Void

  /// An operation, or long or rare work on the CPU itself, which compiled code calls.
  package enum Semantics {
    case operation(Operation)
    case routine(CPU.Routine)
  }

  package let mnemonic: StaticString
  /// One byte, or two: the first byte and the extension (where that is, the first byte tells; see `OpcodeMap`).
  package let opcode: UInt16
  package let format: InstructionFormat
  package let facility: Facility
  package let traits: InstructionTraits
  let semantics: Semantics
}

/// The instruction table. Its rows are written once, in the `InstructionSet+*.swift` files.
package struct InstructionSet<Machine: Datapath & ~Copyable> {
  package private(set) var rows: [Instruction<Machine>] = []

  package init() {
    rows.reserveCapacity(1200)
    defineAll()
  }

  /// A row whose operation is written on the datapath. In an operation a host `if` may look at the instruction's text,
  /// never at a guest value: those go through `select`, `branch` and `proceeds`.
  package mutating func define(
    _ mnemonic: StaticString, _ opcode: UInt16, _ format: InstructionFormat, _ traits: InstructionTraits = [],
    _ facility: Facility = .zArchitecture, _ operation: @escaping Instruction<Machine>.Operation
  ) {
    rows.append(
      Instruction(
        mnemonic: mnemonic, opcode: opcode, format: format, facility: facility, traits: traits.union(facility.impliedTraits),
        semantics: .operation(operation)))
  }

  /// A row whose work is a routine on the CPU: long, rare, or dependent on guest values throughout.
  package mutating func routine(
    _ mnemonic: StaticString, _ opcode: UInt16, _ format: InstructionFormat, _ traits: InstructionTraits = [],
    _ facility: Facility = .zArchitecture, _ routine: @escaping CPU.Routine
  ) {
    rows.append(
      Instruction(
        mnemonic: mnemonic, opcode: opcode, format: format, facility: facility, traits: traits.union(facility.impliedTraits),
        semantics: .routine(routine)))
  }
}

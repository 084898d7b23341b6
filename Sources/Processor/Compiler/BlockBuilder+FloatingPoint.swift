/// Binary floating point in the host's own instructions, where those give the same result and flags; otherwise the row's routine is
/// called. These are specialisations beside the rows of InstructionSet+BinaryFloatingPoint.
extension BlockBuilder {
  /// What a floating-point node does. Its number is in bits 16 and up of the node's `imm`.
  enum FloatingPoint: UInt8, Sendable {
    case add = 0, subtract, multiply, divide, squareRoot, multiplyAdd, multiplySubtract, lengthen, round
    case compare, compareSignaling, loadAndTest
    case fromFixed32, fromFixed64, toFixed32, toFixed64
    /// LOAD POSITIVE, NEGATIVE, COMPLEMENT.
    case positive, negative, complement
  }
  /// A node: R1, R2 and R3, format, what to do. `a` is the second operand when that comes from storage or a general register.
  struct FloatingPointOperands {
    let bits: UInt64
    init(bits: UInt64) { self.bits = bits }
    init(_ o: FloatingPoint, isDouble: Bool, r1: Int, r2: Int = 0, r3: Int = 0, hasValue: Bool) {
      bits =
        UInt64(r1) | UInt64(r2) << 4 | UInt64(r3) << 8 | (isDouble ? 1 << 12 : 0) | (hasValue ? 1 << 13 : 0) | UInt64(o.rawValue)
        << 16
    }
    var r1: Int { Int(bits & 15) }
    var r2: Int { Int(bits >> 4 & 15) }
    var r3: Int { Int(bits >> 8 & 15) }
    var isDouble: Bool { bits & 1 << 12 != 0 }
    /// The second operand is the node's value, not register R2.
    var hasValue: Bool { bits & 1 << 13 != 0 }
    var operation: FloatingPoint { FloatingPoint(rawValue: UInt8(bits >> 16 & 0xFF)) ?? .add }
    /// It sets general register R1.
    var setsGeneralRegister: Bool { operation == .toFixed32 || operation == .toFixed64 }
    var setsConditionCode: Bool {
      switch operation {
      case .add, .subtract, .compare, .compareSignaling, .loadAndTest, .toFixed32, .toFixed64: true
      case .positive, .negative, .complement: true
      default: false
      }
    }
  }

  static let floatingPointSpecialisations: [UInt16: FloatingPointSpecialisation] = {
    let arithmetic: [(UInt16, FloatingPoint)] = [
      (0xA, .add), (0xB, .subtract), (0xD, .divide), (0x8, .compareSignaling), (0x9, .compare),
    ]
    var rows: [FloatingPointSpecialisation] = []
    for (code, operation) in arithmetic {
      for isDouble in [false, true] {
        let low = code + (isDouble ? 0x10 : 0)
        rows.append(FloatingPointSpecialisation(0xB300 + low, .rre, operation, isDouble: isDouble))
        rows.append(FloatingPointSpecialisation(0xED00 + low, .rxe, operation, isDouble: isDouble))
      }
    }
    rows += [
      FloatingPointSpecialisation(0xB31C, .rre, .multiply, isDouble: true),
      FloatingPointSpecialisation(0xED1C, .rxe, .multiply, isDouble: true),
      FloatingPointSpecialisation(0xB317, .rre, .multiply, isDouble: false),
      FloatingPointSpecialisation(0xED17, .rxe, .multiply, isDouble: false),
      FloatingPointSpecialisation(0xB315, .rre, .squareRoot, isDouble: true),
      FloatingPointSpecialisation(0xED15, .rxe, .squareRoot, isDouble: true),
      FloatingPointSpecialisation(0xB314, .rre, .squareRoot, isDouble: false),
      FloatingPointSpecialisation(0xED14, .rxe, .squareRoot, isDouble: false),
      FloatingPointSpecialisation(0xB312, .rre, .loadAndTest, isDouble: true),
      FloatingPointSpecialisation(0xB302, .rre, .loadAndTest, isDouble: false),
      FloatingPointSpecialisation(0xB310, .rre, .positive, isDouble: true),
      FloatingPointSpecialisation(0xB300, .rre, .positive, isDouble: false),
      FloatingPointSpecialisation(0xB311, .rre, .negative, isDouble: true),
      FloatingPointSpecialisation(0xB301, .rre, .negative, isDouble: false),
      FloatingPointSpecialisation(0xB313, .rre, .complement, isDouble: true),
      FloatingPointSpecialisation(0xB303, .rre, .complement, isDouble: false),
      FloatingPointSpecialisation(0xB304, .rre, .lengthen, isDouble: false),
      FloatingPointSpecialisation(0xED04, .rxe, .lengthen, isDouble: false),
      FloatingPointSpecialisation(0xB344, .rre, .round, isDouble: true),
      FloatingPointSpecialisation(0xB31E, .rrd, .multiplyAdd, isDouble: true),
      FloatingPointSpecialisation(0xED1E, .rxf, .multiplyAdd, isDouble: true),
      FloatingPointSpecialisation(0xB31F, .rrd, .multiplySubtract, isDouble: true),
      FloatingPointSpecialisation(0xED1F, .rxf, .multiplySubtract, isDouble: true),
      FloatingPointSpecialisation(0xB30E, .rrd, .multiplyAdd, isDouble: false),
      FloatingPointSpecialisation(0xED0E, .rxf, .multiplyAdd, isDouble: false),
      FloatingPointSpecialisation(0xB30F, .rrd, .multiplySubtract, isDouble: false),
      FloatingPointSpecialisation(0xED0F, .rxf, .multiplySubtract, isDouble: false),
      FloatingPointSpecialisation(0xB395, .fromGeneral, .fromFixed32, isDouble: true),
      FloatingPointSpecialisation(0xB3A5, .fromGeneral, .fromFixed64, isDouble: true),
      FloatingPointSpecialisation(0xB394, .fromGeneral, .fromFixed32, isDouble: false),
      FloatingPointSpecialisation(0xB3A4, .fromGeneral, .fromFixed64, isDouble: false),
      FloatingPointSpecialisation(0xB399, .toGeneral, .toFixed32, isDouble: true),
      FloatingPointSpecialisation(0xB3A9, .toGeneral, .toFixed64, isDouble: true),
      FloatingPointSpecialisation(0xB398, .toGeneral, .toFixed32, isDouble: false),
      FloatingPointSpecialisation(0xB3A8, .toGeneral, .toFixed64, isDouble: false),
    ]
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.opcode, $0) })
  }()

  /// Builds the node of a floating-point instruction, or gives up.
  mutating func floatingPoint(_ row: FloatingPointSpecialisation, _ i: InstructionText) throws(ProgramInterruption) {
    guard state.pointee.mode.hasAllFloatingPointRegisters else { return call() }
    func add(_ r1: Int, _ r2: Int = 0, _ r3: Int = 0, _ value: BlockValue? = nil) {
      let operands = FloatingPointOperands(row.operation, isDouble: row.isDouble, r1: r1, r2: r2, r3: r3, hasValue: value != nil)
      if operands.setsConditionCode { state.pointee.instruction.pointee.traits.insert(.setsConditionCode) }
      if operands.setsGeneralRegister {
        state.pointee.instruction.pointee.traits.insert(.losesCondition)
        state.pointee.instruction.pointee.settings.noteFloat(r1)
        state.pointee.instruction.pointee.halves.looked |= 1 << UInt16(r1)
      }
      effect(.floatingPoint, value ?? BlockValue(0), kind: value == nil ? 0 : 1, imm: operands.bits)
    }
    switch row.form {
    case .rre:
      // Bits 16-23 of LEDBRA choose a rounding mode.
      if i.e3 | i.e4 != 0 { return call() }
      add(i.e1, i.e2)
    case .rxe: add(i.r1, 0, 0, try row.isDouble ? load64(rx(i)) : load32(rx(i)))
    case .rrd: add(i.e3, i.e2, i.e1)
    case .rxf: add(i.n32, 0, i.r1, try row.isDouble ? load64(rx(i)) : load32(rx(i)))
    case .fromGeneral:
      if i.e3 | i.e4 != 0 { return call() }
      add(i.e1, 0, 0, gr(i.e2))
    case .toGeneral:
      // Toward zero is what the host has.
      if i.e3 != 5 || i.e4 != 0 { return call() }
      add(i.e1, i.e2)
    }
  }
}

/// One specialisation: the opcode, where its operands are, what it does.
package struct FloatingPointSpecialisation: Sendable {
  /// The instruction's format, and on which side a general register is.
  package enum Form: Sendable { case rre, rxe, rrd, rxf, fromGeneral, toGeneral }
  /// As rows of the instruction table write it.
  package let opcode: UInt16
  /// Where the operands are.
  package let form: Form
  let operation: BlockBuilder.FloatingPoint
  let isDouble: Bool
  init(_ opcode: UInt16, _ form: Form, _ operation: BlockBuilder.FloatingPoint, isDouble: Bool) {
    self.opcode = opcode
    self.form = form
    self.operation = operation
    self.isDouble = isDouble
  }
}

extension CPU {
  /// The instructions that compiled code may carry out in the host's floating point.
  package static var floatingPointSpecialisations: [FloatingPointSpecialisation] {
    BlockBuilder.floatingPointSpecialisations.values.sorted { $0.opcode < $1.opcode }
  }
}

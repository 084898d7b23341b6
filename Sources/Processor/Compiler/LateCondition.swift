/// A condition code whose flags nobody computed: `CompiledFront.condition` says of which operation they are, `conditionValue` and
/// `CompiledState.addend` of what. Storing these is less than storing flags, and mostly nobody asks for them.
struct LateCondition: Equatable {
  enum Operation: UInt32 {
    /// The value against zero; the value is a sum, a difference, of which the addend was the second operand; the value is compared with
    /// the addend.
    case test = 0, sum, difference, comparison
  }
  let operation: Operation
  /// Bits 32-63 of the value and the addend count.
  let isNarrow: Bool
  let kind: ConditionKind

  // Bits of the word, beside the kind's.
  static let isLate: UInt32 = 1 << 20, narrow: UInt32 = 1 << 21
  static let operationShift: UInt32 = 22

  var word: UInt32 {
    LateCondition.isLate | UInt32(kind.rawValue) << 16 | (isNarrow ? LateCondition.narrow : 0)
      | operation.rawValue << LateCondition.operationShift
  }

  /// The index into `ConditionKind.table` of a word that is late.
  static func index(_ word: UInt32, value: UInt64, addend: UInt64) -> Int {
    // In the upper halves narrow operands have the same flags.
    let shift: UInt64 = word & narrow != 0 ? 32 : 0, v = value << shift, b = addend << shift
    var result = v, overflow = false, carry = false
    switch Operation(rawValue: word >> operationShift & 3) {
    case .sum:
      let a = v &- b
      carry = a.addingReportingOverflow(b).overflow
      overflow = Int64(bitPattern: a).addingReportingOverflow(Int64(bitPattern: b)).overflow
    case .difference: subtract(b, from: v &+ b)
    case .comparison: subtract(b, from: v)
    case .test, nil: break
    }
    func subtract(_ b: UInt64, from a: UInt64) {
      result = a &- b
      carry = a < b
      overflow = Int64(bitPattern: a).subtractingReportingOverflow(Int64(bitPattern: b)).overflow
    }
    let flags = (overflow ? 1 : 0) | (carry ? 2 : 0) | (result == 0 ? 4 : 0) | (Int64(bitPattern: result) < 0 ? 8 : 0)
    return Int(word >> 16 & 15) << 4 | flags
  }
}

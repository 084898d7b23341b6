import X86

/// What the flags of the host say of the condition code, by the operation that set them.
enum ConditionKind: UInt8, CaseIterable {
  /// No flags: the overflow flag's place has the code's low bit, the carry flag's place its high bit.
  case direct = 0
  /// CMP of signed operands, or TEST: equal, low, high.
  case compareSigned
  /// CMP of unsigned operands.
  case compareLogical
  /// UCOMISS, UCOMISD: equal, low, high, unordered. Unordered are zero and carry together, and nothing else has the parity flag.
  case compareFloat
  /// ADD or SUB of signed operands: zero, negative, positive, overflow.
  case arithmetic
  /// ADD of unsigned operands: bit 0 not zero, bit 1 carry.
  case addLogical
  /// SUB of unsigned operands: bit 0 not zero, bit 1 no borrow.
  case subtractLogical
  /// SBB: as `subtractLogical`, but zero with a borrow is possible.
  case subtractWithBorrow
  /// TEST: zero, not zero.
  case notZero
  /// TEST of a single bit: 0 zero, 3 one.
  case bit
  /// TEST of selected bits, the leftmost one at the sign; the overflow flag's place says that all are ones: mixed is 1 or 2.
  case mask
  /// The same; mixed is 1.
  case byteMask

  /// The bits of the condition word that make the index of the table: overflow, carry, zero, sign, kind.
  static let gathered: UInt32 = 0xF_C101
  /// What LAHF and SETO leave in EAX, whose bits 16-31 are given.
  static func word(conditionCode: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: conditionCode & 1 | (conditionCode &>> 1 & 1) &<< 8)
  }

  /// The index of a condition word.
  @inline(__always) static func index(_ word: UInt32) -> Int {
    Int(word & 1 | word &>> 7 & 2 | word &>> 12 & 12 | word &>> 12 & 0xF0)
  }
  /// 8 >> condition code for each index.
  static let table: InlineArray<256, UInt8> = {
    var table = InlineArray<256, UInt8>(repeating: 8)
    for kind in ConditionKind.allCases {
      for flags in 0..<16 {
        let code = kind.conditionCode(overflow: flags & 1 != 0, carry: flags & 2 != 0, zero: flags & 4 != 0, sign: flags & 8 != 0)
        table[Int(kind.rawValue) << 4 | flags] = 8 >> code
      }
    }
    return table
  }()

  private func conditionCode(overflow: Bool, carry: Bool, zero: Bool, sign: Bool) -> UInt8 {
    switch self {
    case .direct: (overflow ? 1 : 0) | (carry ? 2 : 0)
    case .compareSigned: zero ? 0 : sign != overflow ? 1 : 2
    case .compareLogical: zero ? 0 : carry ? 1 : 2
    case .compareFloat: zero ? carry ? 3 : 0 : carry ? 1 : 2
    case .arithmetic: overflow ? 3 : zero ? 0 : sign ? 1 : 2
    case .addLogical: (zero ? 0 : 1) | (carry ? 2 : 0)
    case .subtractLogical, .subtractWithBorrow: (zero ? 0 : 1) | (carry ? 0 : 2)
    case .notZero: zero ? 0 : 1
    case .bit: zero ? 0 : 3
    case .mask: overflow ? 3 : zero ? 0 : sign ? 2 : 1
    case .byteMask: overflow ? 3 : zero ? 0 : 1
    }
  }

  /// How a branch on mask `m` looks at the flags; nil when it takes more than two jumps.
  func jump(onMask m: UInt8) -> ConditionJump? {
    switch self {
    case .direct: nil
    case .compareSigned: ConditionJump(m & 14, all: 14, ConditionKind.signed(m))
    case .compareLogical: ConditionJump(m & 14, all: 14, ConditionKind.logical(m))
    case .arithmetic:
      switch m {
      case 15: .always
      case 14: ConditionJump(condition: .noOverflow)
      case 1: ConditionJump(condition: .overflow)
      case 0: .never
      default: ConditionJump(condition: ConditionKind.signed(m), exception: .init(.overflow, isTaken: m & 1 != 0))
      }
    case .compareFloat:
      switch m {
      case 15: .always
      case 14: ConditionJump(condition: .noParity)
      case 1: ConditionJump(condition: .parity)
      case 0: .never
      // These are right for unordered operands, too.
      case 2, 5, 6, 9, 10, 13: ConditionJump(condition: ConditionKind.logical(m))
      default: ConditionJump(condition: ConditionKind.logical(m), exception: .init(.parity, isTaken: m & 1 != 0))
      }
    case .addLogical: ConditionJump(m, all: 15, ConditionKind.added(m))
    case .subtractLogical: ConditionJump(m & 7, all: 7, ConditionKind.subtracted(m & 7))
    case .subtractWithBorrow: ConditionJump(m, all: 15, ConditionKind.subtractedWithBorrow(m))
    case .notZero: ConditionJump(m & 12, all: 12, m & 8 != 0 ? .zero : .notZero)
    case .bit: ConditionJump(m & 9, all: 9, m & 8 != 0 ? .zero : .notZero)
    case .mask, .byteMask: ConditionJump(m, all: 15, m == 8 ? .zero : m == 7 ? .notZero : nil)
    }
  }

  /// What holds after a comparison for a mask that is neither always nor never taken: equal 8, low 4, high 2.
  static func signed(_ m: UInt8) -> X86.Condition {
    switch m &>> 1 {
    case 1: .greater
    case 2: .less
    case 3: .notZero
    case 5: .notLess
    case 6: .notGreater
    default: .zero
    }
  }
  static func logical(_ m: UInt8) -> X86.Condition {
    switch m &>> 1 {
    case 1: .above
    case 2: .carry
    case 3: .notZero
    case 5: .noCarry
    case 6: .notAbove
    default: .zero
    }
  }
  private static func added(_ m: UInt8) -> X86.Condition? {
    switch m {
    case 3: .carry
    case 12: .noCarry
    case 10: .zero
    case 5: .notZero
    case 4: .above
    case 11: .notAbove
    default: nil
    }
  }
  private static func subtracted(_ m: UInt8) -> X86.Condition? {
    switch m {
    case 4: .carry
    case 2: .zero
    case 1: .above
    case 3: .noCarry
    case 6: .notAbove
    case 5: .notZero
    default: nil
    }
  }
  private static func subtractedWithBorrow(_ m: UInt8) -> X86.Condition? {
    switch m {
    case 3: .noCarry
    case 12: .carry
    case 10: .zero
    case 5: .notZero
    case 1: .above
    case 14: .notAbove
    default: nil
    }
  }
}

/// The jumps that a condition takes: on an exception first, when there is one that decides, then on one condition of the host.
struct ConditionJump {
  struct Exception {
    /// Overflow, or unordered operands.
    let condition: X86.Condition
    let isTaken: Bool
    init(_ condition: X86.Condition, isTaken: Bool) {
      self.condition = condition
      self.isTaken = isTaken
    }
  }
  var condition: X86.Condition?
  var exception: Exception?
  /// Without a condition: taken always or never.
  var isAlways = false

  static var always: ConditionJump { ConditionJump(condition: nil, isAlways: true) }
  static var never: ConditionJump { ConditionJump(condition: nil) }

  init(condition: X86.Condition?, exception: Exception? = nil, isAlways: Bool = false) {
    self.condition = condition
    self.exception = exception
    self.isAlways = isAlways
  }
  /// - Parameters:
  ///   - all: the mask that is always taken.
  ///   - condition: of any other; nil when there is none.
  init?(_ m: UInt8, all: UInt8, _ condition: X86.Condition?) {
    if m == all {
      self = .always
    } else if m == 0 {
      self = .never
    } else if let condition {
      self = ConditionJump(condition: condition)
    } else {
      return nil
    }
  }
}

/// An access of a loop whose address rises from one pass to the next by a known number of bytes, or stays: from the second pass on,
/// whether it is still in the page of the pass before is one comparison. The page's end, and what leads to the host's address, are
/// kept in one of two places.
enum RisingAccess: Equatable {
  /// Beside the site that the access has on the first pass.
  case besideSite
  /// In the state, by number (`CompiledState.rising`), for one that wanders: from the second pass on the TLB is looked into when a page
  /// ends, and each time that the loop begins.
  case inState(Int)

  /// How many are kept in the state.
  static let stateCount = 8
  /// An access that rises faster is seldom in the page of the pass before. None leaps over a page: the one behind the last page of
  /// the address space is its first.
  static let largestRise: Int64 = 512

  init?(rise: Int64, _ conduct: AccessConduct?, next: inout Int) {
    guard rise >= 0, rise <= RisingAccess.largestRise else { return nil }
    if conduct != .wandering {
      self = .besideSite
    } else {
      guard next < RisingAccess.stateCount else { return nil }
      self = .inState(next)
      next += 1
    }
  }

  /// The first address at which an operand of so many bytes, up to a page, is no longer whole in the page of `address`; 0 when there is
  /// none: addresses that rise go on at 0.
  static func limit(_ address: UInt64, bytes: UInt64) -> UInt64 {
    let next = (address | 0xFFF) &+ 1
    return next == 0 ? 0 : next - (bytes - 1)
  }
}

/// Page ends of `RisingAccess`, as compiled code has them.
struct RisingLimit {
  /// `RisingAccess.limit` of the page, or 0.
  var limit: UInt64 = 0
  /// What leads from an address in the page to the host's.
  var addend: UInt64 = 0
}

extension BlockBuilder {
  /// Finds the accesses of a loop whose addresses rise.
  /// - Parameter last: the last instruction of a pass, which carries out all up to it.
  func findRising(_ instructions: UnsafeMutableBufferPointer<BlockInstruction>, through last: Int, _ shape: inout BlockShape) {
    let loop = 0..<(last + 1)
    guard state.pointee.mode.addressingMode == .bits64, instructions[loop].allSatisfy({ isPlain($0) }) else { return }
    let rises = rises(instructions[loop])
    for k in loop {
      guard let address = onlyAccess(instructions[k]), let rise = rise(address, rises) else { continue }
      instructions[k].rising = RisingAccess(rise: rise, instructions[k].conduct, next: &shape.risingInState)
      if instructions[k].rising != nil { shape.hasRising = true }
    }
  }

  /// Whether an instruction does nothing, compiled or interpreted, that voids translations, or that would not be done on each pass.
  private func isPlain(_ instruction: BlockInstruction) -> Bool {
    if instruction.isRoutine || instruction.crossesPage || instruction.isGuarded { return false }
    return nodes(instruction).allSatisfy {
      switch $0.operation {
      case .setRegister, .setRegister32, .setRegisterHigh, .setFPR, .setFPRShort, .load, .store, .branch, .branchIf, .proceed,
        .floatingPoint:
        true
      default: $0.operation.isValue || $0.operation.setsConditionCode && !$0.operation.mayLeave
      }
    }
  }
  private func nodes(_ instruction: BlockInstruction) -> UnsafeMutableBufferPointer<BlockNode> {
    UnsafeMutableBufferPointer(
      start: state.pointee.nodes + Int(instruction.firstNode), count: Int(instruction.endNode - instruction.firstNode))
  }

  /// What a pass adds to each general register, nil where that is not known.
  private func rises(_ loop: Slice<UnsafeMutableBufferPointer<BlockInstruction>>) -> InlineArray<16, Int64?> {
    var rises = InlineArray<16, Int64?>(repeating: 0)
    for instruction in loop {
      let isConditional = instruction.traits.contains(.proceeds)
      for n in nodes(instruction) {
        let r = Int(n.imm & 15)
        switch n.operation {
        case .setRegister:
          guard !isConditional, let sum = rises[r], let v = increment(n.a, of: r) else {
            rises[r] = nil
            continue
          }
          let (next, isTooLarge) = sum.addingReportingOverflow(v)
          rises[r] = isTooLarge ? nil : next
        case .setRegister32, .setRegisterHigh: rises[r] = nil
        case .floatingPoint:
          let o = FloatingPointOperands(bits: n.imm)
          if o.setsGeneralRegister { rises[o.r1] = nil }
        default: break
        }
      }
    }
    return rises
  }
  /// The constant that a value is more than register `r`.
  private func increment(_ value: UInt16, of r: Int) -> Int64? {
    let n = state.pointee.nodes[Int(value)]
    switch n.operation {
    case .register: return n.imm == UInt64(r) ? 0 : nil
    case .add, .addSetting, .addLogicalSetting:
      guard n.operation == .add || n.kind == 64 else { return nil }
      let a = state.pointee.nodes[Int(n.a)], b = state.pointee.nodes[Int(n.b)]
      guard b.operation == .constant, a.operation == .register, a.imm == UInt64(r) else { return nil }
      return Int64(bitPattern: b.imm)
    default: return nil
    }
  }
  /// What a pass adds to a value that is computed anew on each.
  private func rise(_ value: UInt16, _ rises: InlineArray<16, Int64?>) -> Int64? {
    let n = state.pointee.nodes[Int(value)]
    switch n.operation {
    case .constant: return 0
    case .register: return rises[Int(n.imm & 15)]
    case .add:
      guard let a = rise(n.a, rises), let b = rise(n.b, rises) else { return nil }
      let (sum, isTooLarge) = a.addingReportingOverflow(b)
      return isTooLarge ? nil : sum
    default: return nil
    }
  }
  /// The address of the access of an instruction that has one, which is made on each pass.
  private func onlyAccess(_ instruction: BlockInstruction) -> UInt16? {
    var address: UInt16?
    for n in nodes(instruction) {
      switch n.operation {
      case .proceed: return nil
      case .load, .store:
        guard address == nil, state.pointee.nodes[Int(n.a)].operation != .constant else { return nil }
        address = n.a
      default: break
      }
    }
    return address
  }
}

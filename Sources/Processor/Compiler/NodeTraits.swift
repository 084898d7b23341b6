/// What an instruction's nodes do, taken together: noted while they are built, so that nobody need go through them to ask.
struct NodeTraits: OptionSet {
  let rawValue: UInt16

  /// The condition code is set. Of floating point the operands say whether it is: see `BlockBuilder.floatingPoint`.
  static let setsConditionCode = NodeTraits(rawValue: 1)
  /// The condition code is looked at.
  static let readsConditionCode = NodeTraits(rawValue: 2)
  /// The instruction may end with an interruption or a branch.
  static let mayLeave = NodeTraits(rawValue: 4)
  /// The rest of it may be left undone on a condition.
  static let proceeds = NodeTraits(rawValue: 8)
  /// What interprets it may have carried it out, and come back without flags.
  static let mayComeBack = NodeTraits(rawValue: 16)
  /// What is interpreted may be another instruction: the target of EXECUTE.
  static let mayBeOther = NodeTraits(rawValue: 32)
  /// Nodes do not say which general registers it looks at and sets.
  static let hidesRegisters = NodeTraits(rawValue: 64)
  /// It branches, always or on a condition.
  static let mayBranch = NodeTraits(rawValue: 128)
  /// It always branches.
  static let branches = NodeTraits(rawValue: 256)
  /// A condition code that is pending is to be stored before: the instruction calls, or may leave, or skip, with part of it done.
  static let losesCondition = NodeTraits(rawValue: 512)
  /// It may leave, or skip, other than where it accesses storage: registers that it sets are to be whole before.
  static let leavesOtherwise = NodeTraits(rawValue: 1024)
}

extension NodeOperation {
  /// Known where the node is built, as the operation is.
  @inline(__always) var traits: NodeTraits {
    var traits: NodeTraits = []
    if setsConditionCode { traits.insert(.setsConditionCode) }
    if readsConditionCode { traits.insert(.readsConditionCode) }
    if mayLeave { traits.insert(.mayLeave) }
    if mayComeBack { traits.insert(.mayComeBack) }
    if !namesRegisters { traits.insert(.hidesRegisters) }
    if losesCondition { traits.insert(.losesCondition) }
    if leavesOtherwise { traits.insert(.leavesOtherwise) }
    switch self {
    case .proceed: traits.insert(.proceeds)
    case .interpretIf: traits.insert(.mayBeOther)
    case .branch: traits.formUnion([.mayBranch, .branches])
    case .branchIf: traits.insert(.mayBranch)
    default: break
    }
    return traits
  }
}

import X86

/// A condition code of which not all is stored that `LateCondition` needs: mostly nobody ever asks for it, and what stores it goes
/// into the stubs that lead out of the block. The value is stored, or it is in a general register that nobody changed since; the
/// second operand is a constant, or stored.
struct PendingCondition: Equatable {
  /// The general register with the value, and the host's register of it; nil: the value is stored.
  var result: Result?
  /// The second operand, if it is not stored.
  var constant: Int32?
  let late: LateCondition

  struct Result: Equatable {
    let number: UInt8
    let register: Register
  }
  var width: Width { late.isNarrow ? .bits32 : .bits64 }
}

extension BlockEmitter {
  /// The pending condition of a sum or difference, whose result is in a pinned register, or is yet to be stored. Its second operand
  /// is stored here unless it is a constant.
  func pendingSum(_ n: BlockNode, in result: Register?, isSum: Bool, _ kind: ConditionKind) -> PendingCondition {
    var pending = PendingCondition(
      late: LateCondition(operation: isSum ? .sum : .difference, isNarrow: n.kind == 32, kind: kind))
    if let result, let number = number(of: result), isSetOnce(number) {
      pending.result = PendingCondition.Result(number: UInt8(number), register: result)
    }
    keepAddend(n.b, &pending)
    return pending
  }
  /// That of a comparison. The operands are stored here unless they will be there.
  func pendingComparison(_ n: BlockNode) -> PendingCondition {
    let kind: ConditionKind = n.kind & 2 != 0 ? .compareLogical : .compareSigned
    var pending = PendingCondition(late: LateCondition(operation: .comparison, isNarrow: n.kind & 1 == 0, kind: kind))
    let first = nodes[Int(n.a)]
    if first.operation == .register, let pinned = pinned(Int(first.imm)), placeRegister(n.a) == pinned,
      !setsRegister(first.imm)
    {
      pending.result = PendingCondition.Result(number: UInt8(first.imm), register: pinned)
    } else {
      keepValue(register(n.a))
    }
    keepAddend(n.b, &pending)
    return pending
  }
  /// That of a value against zero, which the instruction has put into a pinned register; otherwise it is stored here.
  func pendingTest(_ k: Int, _ width: Width, _ kind: ConditionKind) -> PendingCondition {
    let value = nodes[k].a,
      isShort = nodes[Int(value)].operation.isZeroExtended(
        narrow: nodes[Int(value)].isNarrow, kind: nodes[Int(value)].kind)
    for m in Int(instruction.firstNode)..<k where nodes[m].a == value {
      let isWhole = nodes[m].operation == .setRegister
      guard isWhole || nodes[m].operation == .setRegister32 && (width == .bits32 || isShort),
        let pinned = pinned(Int(nodes[m].imm)), isSetOnce(nodes[m].imm)
      else { continue }
      return PendingCondition(
        result: PendingCondition.Result(number: UInt8(nodes[m].imm), register: pinned),
        late: LateCondition(operation: .test, isNarrow: !isWhole || width == .bits32, kind: kind))
    }
    keepValue(register(value))
    return PendingCondition(late: LateCondition(operation: .test, isNarrow: width == .bits32, kind: kind))
  }
  func keepValue(_ r: Register) { assembler.mov(Memory(.rsp, StateOffset.conditionValue), r) }
  private func keepAddend(_ node: UInt16, _ pending: inout PendingCondition) {
    if let v = constant(node) {
      let short = Int32(truncatingIfNeeded: v)
      if pending.late.isNarrow || Int64(short) == Int64(bitPattern: v) {
        pending.constant = short
        return
      }
    }
    guard instruction.isConditionCodeLive else { return }
    assembler.mov(Memory(.rsp, StateOffset.addend), register(node))
  }
  private func setsRegister(_ number: UInt64) -> Bool {
    instruction.settings.sets(number) || instruction.traits.contains(.hidesRegisters)
  }
  /// The instruction sets the register once, whatever the case.
  func isSetOnce(_ number: UInt64) -> Bool {
    instruction.settings.setsOnce(number) && instruction.traits.isDisjoint(with: [.proceeds, .hidesRegisters])
  }
  private func number(of register: Register) -> UInt64? {
    (0..<16 as Range<UInt64>).first { pinned(Int($0)) == register }
  }

  /// Stores a pending condition code before an instruction that may change what it is computed of.
  func settle(_ pending: PendingCondition) {
    if instruction.isRoutine || instruction.traits.contains(.losesCondition) { return materializeCondition() }
    // What sets the condition code makes its accesses before it changes registers.
    if let result = pending.result, instruction.settings.sets(UInt64(result.number)),
      !instruction.traits.contains(.setsConditionCode)
    {
      materializeCondition()
    }
  }

  /// Stores the pending condition code here. The flags stay.
  func materializeCondition() {
    guard let pending = deferred.condition else { return }
    deferred.condition = nil
    emitCondition(pending)
  }
  /// Stores what is not yet stored of a condition code. All registers and the flags stay.
  func emitCondition(_ pending: PendingCondition) {
    if let result = pending.result { assembler.mov(Memory(.rsp, StateOffset.conditionValue), result.register) }
    if let constant = pending.constant { assembler.mov(Memory(.rsp, StateOffset.addend), immediate: constant, .bits64) }
    assembler.mov(Memory(.rsp, StateOffset.condition), immediate: Int32(bitPattern: pending.late.word), .bits32)
  }
  /// Brings the flags about of which the pending condition code is.
  func emitFlagsOfPendingCondition() {
    guard let pending = deferred.condition else { return }
    let width = pending.width, operation = pending.late.operation
    flags = pending.late.kind
    zeroFlag = nil
    if operation == .test, let result = pending.result { return assembler.test(result.register, result.register, width) }
    let value: HostOperand = pending.result.map { .register($0.register) } ?? .memory(Memory(.rsp, StateOffset.conditionValue))
    let addend: HostOperand = pending.constant.map { .immediate($0) } ?? .memory(Memory(.rsp, StateOffset.addend))
    let r = allocate()
    switch value {
    case .memory(let m): assembler.mov(r, m, width)
    case .register(let result): assembler.mov(r, result, width)
    case .immediate: break
    }
    switch operation {
    case .test: assembler.test(r, r, width)
    case .comparison: arithmetic(.cmp, r, addend, width)
    case .sum, .difference:
      arithmetic(operation == .sum ? .sub : .add, r, addend, width)
      arithmetic(operation == .sum ? .add : .sub, r, addend, width)
    }
  }
}

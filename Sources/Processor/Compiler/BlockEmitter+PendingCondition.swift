import X86

/// A condition code that is not stored, since it can be computed again: it is that of a sum or difference with a constant, or of a
/// number against zero, and the result is in a general register that nobody changed since; or of a sum or difference whose second
/// operand was stored (`CompiledState.addend`), which is less than storing flags. Mostly nobody ever asks for it: the code
/// that stores it goes into the stubs that lead out of the block.
struct PendingCondition: Equatable {
  /// The general register with the result, the host's register of it, and how much of it counts.
  let number: UInt64
  let register: Register
  let width: Width
  let operand: Operand
  let isSum: Bool
  let kind: ConditionKind

  /// What was added, or subtracted.
  enum Operand: Equatable {
    /// Nothing: a test against zero.
    case none
    case constant(Int32)
    case stored
  }
}

extension BlockEmitter {
  /// The pending condition of an arithmetic operation whose result is in a pinned register.
  func pendingSum(_ n: BlockNode, in result: Register, isSum: Bool, _ kind: ConditionKind) -> PendingCondition? {
    let width: Width = n.kind == 32 ? .bits32 : .bits64
    guard let number = number(of: result), isSetOnce(number) else { return nil }
    let operand: PendingCondition.Operand
    if let v = constant(n.b) {
      let narrow = Int32(truncatingIfNeeded: v)
      if width == .bits64 && Int64(narrow) != Int64(bitPattern: v) { return nil }
      operand = .constant(narrow)
    } else {
      if !instruction.isConditionCodeBrief { return nil }
      operand = .stored
    }
    return PendingCondition(number: number, register: result, width: width, operand: operand, isSum: isSum, kind: kind)
  }
  /// The same of a value that the instruction has put into a pinned register.
  func pendingTest(_ k: Int, _ width: Width, _ kind: ConditionKind) -> PendingCondition? {
    let value = nodes[k].a,
      isShort = nodes[Int(value)].operation.isZeroExtended(
        narrow: nodes[Int(value)].isNarrow, kind: nodes[Int(value)].kind)
    for m in Int(instruction.firstNode)..<k where nodes[m].a == value {
      let isWhole = nodes[m].operation == .setRegister
      guard isWhole || nodes[m].operation == .setRegister32 && (width == .bits32 || isShort),
        let pinned = HostRegisters.pinned(Int(nodes[m].imm)), isSetOnce(nodes[m].imm)
      else { continue }
      return PendingCondition(
        number: nodes[m].imm, register: pinned, width: isWhole ? width : .bits32, operand: .none, isSum: false, kind: kind)
    }
    return nil
  }
  /// The instruction sets the register once, whatever the case.
  func isSetOnce(_ number: UInt64) -> Bool {
    var count = 0
    for m in Int(instruction.firstNode)..<Int(instruction.endNode) {
      switch nodes[m].operation {
      case .setRegister, .setRegister32, .setRegisterHigh: count += nodes[m].imm == number ? 1 : 0
      case .proceed, .loadMultiple: return false
      default: break
      }
    }
    return count == 1
  }
  private func number(of register: Register) -> UInt64? {
    (0..<16 as Range<UInt64>).first { HostRegisters.pinned(Int($0)) == register }
  }

  /// Stores a pending condition code before an instruction that may change what it is computed of.
  func settleCondition(before instruction: BlockInstruction) {
    guard let pending = deferred.condition else { return }
    var sets = false, changes = instruction.isRoutine
    for k in Int(instruction.firstNode)..<Int(instruction.endNode) {
      let n = nodes[k]
      switch n.operation {
      case .setRegister, .setRegister32, .setRegisterHigh: changes = changes || n.imm == pending.number
      case .load, .store, .branch, .branchIf, .setFPR, .setFPRShort, .interruptIf: break
      case .addSetting, .subtractSetting, .addLogicalSetting, .subtractLogicalSetting, .setNotZero, .setSign, .setCompare,
        .setTestMask, .setTestByte, .setConditionCode:
        sets = true
      case .floatingPoint:
        let o = BlockBuilder.FloatingPointOperands(bits: n.imm)
        changes = changes || o.operation == .toFixed32 || o.operation == .toFixed64
      default: if !n.operation.isValue { return materializeCondition() }
      }
    }
    // What sets the condition code makes its accesses before it changes registers.
    if changes && !sets { materializeCondition() }
  }

  /// Stores the pending condition code here; the host's flags are as after the operation.
  func materializeCondition() {
    guard let pending = deferred.condition else { return }
    deferred.condition = nil
    emitCondition(pending)
    flags = pending.kind
  }
  /// Stores a condition code. All registers stay.
  func emitCondition(_ pending: PendingCondition?) {
    guard let pending else { return }
    assembler.push(.rax)
    if pending.operand == .none {
      assembler.test(pending.register, pending.register, pending.width)
    } else {
      assembler.mov(.rax, pending.register, pending.width)
      emitOperation(pending.isSum ? .sub : .add, pending)
      emitOperation(pending.isSum ? .add : .sub, pending)
    }
    assembler.mov(.rax, UInt64(pending.kind.rawValue) << 16)
    assembler.lahf()
    assembler.set(.overflow, .rax)
    assembler.mov(Memory(.rsp, StateOffset.condition + 8), .rax, .bits32)
    assembler.pop(.rax)
  }
  /// An operation on RAX; the stack has a word.
  private func emitOperation(_ operation: ArithmeticOperation, _ pending: PendingCondition) {
    switch pending.operand {
    case .none: break
    case .constant(let v): assembler.arithmetic(operation, .rax, immediate: v, pending.width)
    case .stored: assembler.arithmetic(operation, .rax, Memory(.rsp, StateOffset.addend + 8), pending.width)
    }
  }
}

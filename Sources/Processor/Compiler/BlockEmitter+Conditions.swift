import X86

/// The condition code and conditions.
extension BlockEmitter {
  /// The jumps taken when a condition holds.
  enum Jumps {
    case always, never
    /// Plain: one jump, and the cursor is behind it.
    case fixups(Fixup, Fixup?, isPlain: Bool)
  }

  // MARK: Setting

  /// ADD, SUBTRACT and their logical forms: the result, and flags that are the condition code.
  func emitSettingArithmetic(_ k: Int) {
    let n = nodes[k], width: Width = n.kind == 32 ? .bits32 : .bits64
    let isSum = n.operation == .addSetting || n.operation == .addLogicalSetting
    let kind: ConditionKind =
      n.operation == .addLogicalSetting ? .addLogical : n.operation == .subtractLogicalSetting ? .subtractLogical : .arithmetic
    let operation: ArithmeticOperation = isSum ? .add : .sub
    forgetFlags()
    if width == .bits64 || nodes[k + 1].operation == .setRegister32, let target = target(of: k),
      placeRegister(n.a) == target || placeRegister(n.b) != target
    {
      if placeRegister(n.a) != target { move(n.a, to: target, width) }
      let pending = pendingSum(n, in: target, isSum: isSum, kind)
      arithmetic(operation, target, operand(n.b, width), width)
      places[k] = target.number + 1
      return saveCondition(kind, pending)
    }
    let destination = copy(n.a, for: k, width)
    guard width == .bits32, let pinned = targetOfLow(k) else {
      let pending = pendingSum(n, in: nil, isSum: isSum, kind)
      arithmetic(operation, destination, operand(n.b, width), width)
      if instruction.isConditionCodeLive { keepValue(destination) }
      return saveCondition(kind, pending)
    }
    let pending = pendingSum(n, in: pinned, isSum: isSum, kind)
    var second = operand(n.b, width)
    if case .register(let r) = second, r == pinned {
      let t = allocate()
      assembler.mov(t, r, .bits32)
      second = .register(t)
    }
    // The low half makes room before the flags are set; LEA puts the sum there without changing them.
    clearLow(pinned)
    arithmetic(operation, destination, second, width)
    assembler.lea(pinned, Memory(pinned, 0, index: destination))
    current = k + 1
    if instruction.isConditionCodeLive && pending.result == nil { keepValue(destination) }
    saveCondition(kind, pending)
  }
  /// ADD LOGICAL WITH CARRY, SUBTRACT LOGICAL WITH BORROW: the flags often still have the carry from the instruction before.
  func emitCarryArithmetic(_ k: Int) {
    let n = nodes[k], width: Width = n.kind == 32 ? .bits32 : .bits64, isSum = n.operation == .addWithCarry
    // Moves, which is all that follows up to the sum, leave the flags alone.
    if flags == nil { emitFlagsOfPendingCondition() }
    let known = flags
    let carry = known == .addLogical || known == .subtractLogical || known == .subtractWithBorrow ? nil : emitCarry()
    let destination = copy(n.a, for: k, width), second = operand(n.b, width)
    if let carry {
      // Zero means no carry: NEG makes that CF, the comparison its inverse.
      if isSum { assembler.neg(carry, .bits32) } else { assembler.arithmetic(.cmp, carry, immediate: 1, .bits32) }
      free(carry, unless: destination)
    } else if isSum != (known == .addLogical) {
      assembler.cmc()
    }
    arithmetic(isSum ? .adc : .sbb, destination, second, width)
    saveCondition(isSum ? .addLogical : .subtractWithBorrow)
  }
  /// A register that is 0 when the condition code is 0 or 1, and something else when it is 2 or 3.
  private func emitCarry() -> Register {
    let index = emitConditionIndex()
    assembler.zeroExtend8(index, Memory(.rsp, StateOffset.conditionTable, index: index))
    assembler.arithmetic(.and, index, immediate: 3, .bits32)
    for k in 0..<3 where owners[k] == BlockEmitter.temporary && HostRegisters.scratch(k) != index {
      free(HostRegisters.scratch(k), unless: index)
    }
    return index
  }
  /// The pinned register whose low half the next node sets to this value, which has no other use.
  private func targetOfLow(_ k: Int) -> Register? {
    let s = k + 1
    guard s < Int(instruction.endNode), nodes[k].use.isUsedOnce, nodes[s].operation == .setRegister32, nodes[s].a == UInt16(k)
    else { return nil }
    return pinned(Int(nodes[s].imm))
  }

  /// Notes the condition code that the flags say, unless nobody will ask: as pending, or what they are. They still hold afterwards.
  func saveCondition(_ kind: ConditionKind, _ pending: PendingCondition? = nil) {
    flags = kind
    zeroFlag = nil
    deferred.condition = instruction.isConditionCodeLive ? pending : nil
    if !instruction.isConditionCodeLive || pending != nil { return }
    // The last use of what was just computed may be this very node: it then need not be moved.
    let node = owners[0]
    if node >= 0 && nodes[Int(node)].lastUse <= UInt16(current) && nodes[Int(node)].use.isUsed { owners[0] = BlockEmitter.free }
    reserve(.rax)
    assembler.mov(.rax, UInt64(kind.rawValue) << 16)
    assembler.lahf()
    assembler.set(.overflow, .rax)
    assembler.mov(Memory(.rsp, StateOffset.condition), .rax, .bits32)
  }

  func emitConditionCodeSetting(_ k: Int) {
    let n = nodes[k]
    switch n.operation {
    case .setNotZero: emitTest(k, n.kind == 32 ? .bits32 : .bits64, .notZero)
    case .setSign: emitTest(k, n.kind == 32 ? .bits32 : .bits64, .compareSigned)
    case .setCompare:
      let pending = pendingComparison(n)
      emitCompare(n)
      saveCondition(pending.late.kind, pending)
    case .setTestMask: emitTestMask(n)
    case .setTestByte: emitTestByte(n)
    default: emitDirect(n)
    }
  }

  /// The condition code of a value against zero.
  private func emitTest(_ k: Int, _ width: Width, _ kind: ConditionKind) {
    let pending = pendingTest(k, width, kind)
    if pending.result == nil {
      test(nodes[k].a, width)
      saveCondition(kind, pending)
    } else {
      // Whoever asks tests the register.
      forgetFlags()
      deferred.condition = pending
    }
  }
  private func test(_ node: UInt16, _ width: Width) {
    forgetFlags()
    let r = register(node, width)
    assembler.test(r, r, width)
  }
  func emitCompare(_ n: BlockNode) {
    let width: Width = n.kind & 1 == 0 ? .bits32 : .bits64
    forgetFlags()
    let a = register(n.a, width)
    if n.kind & 2 == 0 && constant(n.b) == 0 {
      assembler.test(a, a, width)
    } else {
      arithmetic(.cmp, a, operand(n.b, width), width)
    }
  }

  /// TEST UNDER MASK on a byte: 0 zeros, 1 mixed, 3 ones.
  private func emitTestByte(_ n: BlockNode) {
    reserve(.rax)
    let value = allocate()
    move(n.a, to: value, .bits32)
    forgetFlags()
    let mask = Int32(n.imm & 0xFF)
    assembler.arithmetic(.and, value, immediate: mask, .bits32)
    saveMask(.byteMask, value, mask)
  }
  /// TEST UNDER MASK on a register: mixed is 1 or 2 by the leftmost bit selected.
  private func emitTestMask(_ n: BlockNode) {
    let shift = UInt8(n.imm.trailingZeroBitCount & ~15 & 63)
    let mask = Int32(truncatingIfNeeded: n.imm >> UInt64(shift) & 0xFFFF)
    if n.imm == 0 {
      forgetFlags()
      assembler.mov(Memory(.rsp, StateOffset.condition), immediate: 0, .bits32)
      return
    }
    reserve(.rax)
    let value = allocate()
    move(n.a, to: value)
    forgetFlags()
    if shift != 0 { assembler.shift(.shr, value, shift, .bits64) }
    assembler.arithmetic(.and, value, immediate: mask, .bits32)
    saveMask(.mask, value, mask)
  }
  /// Stores what the selected bits say: AL all ones, the flags zero and the leftmost. The zero flag still holds afterwards.
  private func saveMask(_ kind: ConditionKind, _ value: Register, _ mask: Int32) {
    if mask & (mask &- 1) == 0 {
      keepValue(value)
      return saveCondition(.bit, PendingCondition(late: LateCondition(operation: .test, isNarrow: true, kind: .bit)))
    }
    flags = kind
    assembler.mov(.rax, UInt64(kind.rawValue) << 16)
    assembler.arithmetic(.cmp, value, immediate: mask, .bits32)
    assembler.set(.zero, .rax)
    assembler.shift(.shl, value, UInt8(mask.leadingZeroBitCount), .bits32)
    assembler.lahf()
    assembler.mov(Memory(.rsp, StateOffset.condition), .rax, .bits32)
  }

  /// A condition code that is a value.
  private func emitDirect(_ n: BlockNode) {
    if let v = constant(n.a) {
      forgetFlags()
      let word = Int32(bitPattern: ConditionKind.word(conditionCode: v))
      assembler.mov(Memory(.rsp, StateOffset.condition), immediate: word, .bits32)
      return
    }
    let value = allocate(), high = allocate()
    move(n.a, to: value, .bits32)
    forgetFlags()
    assembler.mov(high, value, .bits32)
    assembler.arithmetic(.and, value, immediate: 1, .bits32)
    assembler.arithmetic(.and, high, immediate: 2, .bits32)
    assembler.shift(.shl, high, 7, .bits32)
    assembler.arithmetic(.or, value, high, .bits32)
    assembler.mov(Memory(.rsp, StateOffset.condition), value, .bits32)
  }

  // MARK: Asking

  /// The index of the condition word into the table.
  private func emitConditionIndex() -> Register {
    materializeCondition()
    forgetFlags()
    let word = allocate(), mask = allocate()
    assembler.mov(word, Memory(.rsp, StateOffset.condition), .bits32)
    assembler.mov(mask, word, .bits32)
    assembler.arithmetic(.and, mask, immediate: Int32(LateCondition.isLate), .bits32)
    append(.lateCondition(word), from: assembler.jump(.notZero))
    stubs[stubs.count - 1].resume = assembler.cursor
    assembler.mov(mask, UInt64(ConditionKind.gathered))
    assembler.pext(word, word, mask: mask)
    return word
  }

  func emitConditionCodeValue(_ k: Int) {
    let index = emitConditionIndex()
    let r = allocate(for: Int32(k))
    assembler.zeroExtend8(r, Memory(.rsp, StateOffset.conditionTable, index: index))
    // 8 >> code: 8 4 2 1 becomes 0 1 2 3 by counting zeros above it.
    assembler.lzcnt(r, r)
    assembler.arithmetic(.sub, r, immediate: 60, .bits32)
  }

  /// Jumps that are taken when the condition holds.
  func emitJumps(if condition: UInt16) -> Jumps { emit(emitFlags(of: condition)) }

  /// Brings about flags that say whether the condition holds.
  func emitFlags(of condition: UInt16) -> ConditionJump {
    let n = nodes[Int(condition)]
    switch n.operation {
    case .isZero, .isNotZero:
      if zeroFlag != n.a { test(n.a, .bits64) }
      return ConditionJump(condition: n.operation == .isZero ? .zero : .notZero)
    case .isCompare:
      if n.imm == 14 { return .always }
      if n.imm == 0 { return .never }
      emitCompare(n)
      let mask = UInt8(truncatingIfNeeded: n.imm)
      return ConditionJump(condition: n.kind & 2 != 0 ? ConditionKind.logical(mask) : ConditionKind.signed(mask))
    default: return emitFlags(ofMask: UInt8(n.imm))
    }
  }

  private func emitFlags(ofMask mask: UInt8) -> ConditionJump {
    if mask == 15 { return .always }
    if mask == 0 { return .never }
    if flags == nil { emitFlagsOfPendingCondition() }
    if let flags, let jump = flags.jump(onMask: mask) { return jump }
    let index = emitConditionIndex()
    assembler.test8(Memory(.rsp, StateOffset.conditionTable, index: index), immediate: mask)
    return ConditionJump(condition: .notZero)
  }

  private func emit(_ jump: ConditionJump) -> Jumps {
    guard let condition = jump.condition else { return jump.isAlways ? .always : .never }
    guard let exception = jump.exception else { return .fixups(assembler.jump(condition), nil, isPlain: true) }
    if exception.isTaken {
      let first = assembler.jump(exception.condition)
      return .fixups(first, assembler.jump(condition), isPlain: false)
    }
    let skip = assembler.jump(exception.condition)
    let first = assembler.jump(condition)
    assembler.resolveHere(skip)
    return .fixups(first, nil, isPlain: false)
  }

  /// Skips the rest of the instruction when the condition does not hold.
  func emitSkip(_ condition: UInt16) {
    switch emitJumps(if: condition) {
    case .always: break
    case .never: skips.append(assembler.jump())
    case .fixups(let first, nil, isPlain: true):
      assembler.invert(first)
      skips.append(first)
    case .fixups(let first, let second, _):
      let end = assembler.jump()
      assembler.resolveHere(first)
      if let second { assembler.resolveHere(second) }
      skips.append(end)
    }
  }
}

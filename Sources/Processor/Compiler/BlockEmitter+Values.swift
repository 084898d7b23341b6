import X86

/// Values: arithmetic without a condition code.
extension BlockEmitter {
  private func width(_ k: Int) -> Width { nodes[k].isNarrow ? .bits32 : .bits64 }

  /// A register that changes before the value's last use is copied; others are used where they are. Asked only of registers that
  /// the instruction sets.
  func emitRegister(_ k: Int) {
    let n = nodes[k]
    var m = k + 1
    while m < Int(n.lastUse) {
      let o = nodes[m].operation
      if nodes[m].imm == n.imm && (o == .setRegister || o == .setRegister32 || o == .setRegisterHigh) {
        let r = allocate()
        move(UInt16(k), to: r)
        if let index = index(of: r) { owners[index] = Int32(k) }
        places[k] = r.number + 1
        return release()
      }
      m += 1
    }
  }

  /// The pinned register that the node's value may be computed in: it is put there next, and what else uses it finds it there.
  func target(of k: Int) -> Register? {
    let s = k + 1
    guard s < Int(instruction.endNode), isSetAtOnce(s, k), nodes[s].a == UInt16(k),
      nodes[k].use.isUsedOnce || isSetOnce(nodes[s].imm)
    else { return nil }
    let r = Int(nodes[s].imm)
    guard let pinned = pinned(r) else { return nil }
    // Nobody may look at the old contents afterwards.
    for m in Int(instruction.firstNode)..<k
    where nodes[m].operation == .register && nodes[m].imm == UInt64(r) && nodes[m].lastUse > UInt16(k) && places[m] == 0 {
      return nil
    }
    return pinned
  }

  /// Whether a node sets all that a host register has.
  private func isSetAtOnce(_ s: Int, _ k: Int) -> Bool {
    if nodes[s].operation == .setRegister { return true }
    guard nodes[s].operation == .setRegister32 else { return false }
    let n = nodes[k], r = Int(nodes[s].imm)
    return isApart(r) && (n.isNarrow || n.operation.setsConditionCode && n.kind == 32)
      || isClear(r) && n.operation.isZeroExtended(narrow: n.isNarrow, kind: n.kind)
  }
  private func isIn(_ r: Register, _ node: UInt16) -> Bool { placeRegister(node) == r }

  func emitBinary(_ k: Int) {
    var n = nodes[k]
    if n.foldedDisplacement(nodes) != nil { return }
    let width = width(k)
    if constant(n.a) != nil && n.operation != .subtract { swap(&n.a, &n.b) }
    let target = target(of: k)
    if n.operation == .add, emitSum(k, n, target, width) { return }
    var destination: Register
    if let target {
      if isIn(target, n.b) && !isIn(target, n.a) {
        guard n.operation != .subtract else {
          finish(k, n, copy(n.a, for: k, width), width)
          return
        }
        swap(&n.a, &n.b)
      }
      destination = target
      if !isIn(target, n.a) { move(n.a, to: target, width) }
      places[k] = target.number + 1
    } else {
      destination = copy(n.a, for: k, width)
    }
    finish(k, n, destination, width)
  }

  private func finish(_ k: Int, _ n: BlockNode, _ destination: Register, _ width: Width) {
    forgetFlags()
    let operand = operand(n.b, width)
    switch n.operation {
    case .add: arithmetic(.add, destination, operand, width)
    case .subtract: arithmetic(.sub, destination, operand, width)
    case .and: arithmetic(.and, destination, operand, width)
    case .or: arithmetic(.or, destination, operand, width)
    case .xor: arithmetic(.xor, destination, operand, width)
    default:
      switch operand {
      case .register(let r): assembler.imul(destination, r, width)
      case .memory(let m): assembler.imul(destination, m, width)
      case .immediate: assembler.imul(destination, temporary(n.b, width), width)
      }
    }
  }
  private func temporary(_ node: UInt16, _ width: Width) -> Register {
    let r = allocate()
    move(node, to: r, width)
    return r
  }

  /// Whether the instruction asks next if the value is zero.
  private func isComparedWithZero(_ k: Int) -> Bool {
    (k + 1..<Int(instruction.endNode)).contains {
      (nodes[$0].operation == .isZero || nodes[$0].operation == .isNotZero) && nodes[$0].a == UInt16(k)
    }
  }
  /// a + b by LEA, which leaves the flags alone, unless they are asked for.
  private func emitSum(_ k: Int, _ n: BlockNode, _ target: Register?, _ width: Width) -> Bool {
    guard let a = placeRegister(n.a) else { return false }
    if let v = constant(n.b) {
      guard let d = Int32(exactly: Int64(bitPattern: v)) else { return false }
      lock(a)
      let destination = target ?? sumRegister(k, a)
      places[k] = destination.number + 1
      if isComparedWithZero(k) {
        forgetFlags()
        if destination != a { assembler.mov(destination, a, width) }
        assembler.arithmetic(.add, destination, immediate: d, width)
        zeroFlag = UInt16(k)
      } else {
        assembler.lea(destination, Memory(a, d), width)
      }
      return true
    }
    guard let b = placeRegister(n.b) else { return false }
    lock(a)
    lock(b)
    let destination = target ?? sumRegister(k, a)
    assembler.lea(destination, Memory(a, 0, index: b), width)
    places[k] = destination.number + 1
    return true
  }
  /// Where a sum goes: onto its first operand when that is not needed any more.
  private func sumRegister(_ k: Int, _ a: Register) -> Register {
    if let i = index(of: a), owners[i] >= 0, nodes[Int(owners[i])].lastUse <= UInt16(current) {
      owners[i] = Int32(k)
      return a
    }
    return allocate(for: Int32(k))
  }

  func emitMultiplyHigh(_ k: Int) {
    let n = nodes[k]
    reserve(.rdx)
    let b = register(n.b)
    move(n.a, to: .rdx)
    let high = allocate(for: Int32(k))
    // Where both halves go to one register the high one stays.
    assembler.mulx(high, high, b)
  }

  func emitShift(_ k: Int) {
    let n = nodes[k]
    guard let v = constant(n.b) else { return emitVariableShift(k, n) }
    let amount = UInt8(truncatingIfNeeded: v & (n.operation == .rotateLeft32 ? 31 : 63))
    let target = target(of: k)
    if n.operation == .rotateLeft || n.operation == .rotateLeft32 {
      let width: Width = n.operation == .rotateLeft ? .bits64 : .bits32
      let from = register(n.a, width), destination = target ?? allocate(for: Int32(k))
      let bits: UInt8 = width == .bits64 ? 64 : 32
      assembler.rorx(destination, from, (bits - amount) & (bits - 1), width)
      places[k] = destination.number + 1
      return
    }
    let destination: Register
    if let target {
      move(n.a, to: target)
      destination = target
    } else {
      destination = copy(n.a, for: k)
    }
    places[k] = destination.number + 1
    forgetFlags()
    let operation: ShiftOperation = n.operation == .shiftLeft ? .shl : n.operation == .shiftRight ? .shr : .sar
    if amount != 0 { assembler.shift(operation, destination, amount, .bits64) }
  }
  private func emitVariableShift(_ k: Int, _ n: BlockNode) {
    if n.operation == .rotateLeft || n.operation == .rotateLeft32 {
      let width: Width = n.operation == .rotateLeft ? .bits64 : .bits32
      reserve(.rcx)
      move(n.b, to: .rcx, .bits32)
      let destination = allocate(for: Int32(k))
      move(n.a, to: destination, width)
      forgetFlags()
      assembler.rolByCL(destination, width)
      return
    }
    let from = register(n.a), amount = register(n.b, .bits32)
    let destination = target(of: k) ?? allocate(for: Int32(k))
    assembler.shift(n.operation == .shiftLeft ? .shlx : n.operation == .shiftRight ? .shrx : .sarx, destination, from, by: amount)
    places[k] = destination.number + 1
  }

  func emitUnary(_ k: Int) {
    let n = nodes[k], a = Int(n.a)
    // An extension whose operand has it already, or whose upper half nobody looks at, is another name of its operand.
    let isNothing =
      n.operation == .zeroExtend32
      && (n.isNarrow || nodes[a].operation.isZeroExtended(narrow: nodes[a].isNarrow, kind: nodes[a].kind))
      || n.operation == .signExtend32 && n.isNarrow
    if isNothing && constant(n.a) == nil, let r = placeRegister(n.a), let i = index(of: r), owners[i] == Int32(n.a),
      nodes[a].lastUse <= UInt16(k)
    {
      owners[i] = Int32(k)
      places[k] = r.number + 1
      return
    }
    let from = register(n.a)
    let destination = target(of: k) ?? allocate(for: Int32(k))
    places[k] = destination.number + 1
    switch n.operation {
    case .signExtend8: assembler.signExtend8(destination, from)
    case .signExtend16: assembler.signExtend16(destination, from)
    case .signExtend32: assembler.signExtend32(destination, from)
    case .zeroExtend8: assembler.zeroExtend8(destination, from)
    case .zeroExtend16: assembler.zeroExtend16(destination, from)
    case .zeroExtend32: assembler.mov(destination, from, .bits32)
    case .byteSwap16:
      forgetFlags()
      assembler.mov(destination, from, .bits32)
      assembler.bswap(destination, .bits32)
      assembler.shift(.shr, destination, 16, .bits32)
    case .byteSwap32:
      assembler.mov(destination, from, .bits32)
      assembler.bswap(destination, .bits32)
    case .byteSwap64:
      assembler.mov(destination, from)
      assembler.bswap(destination, .bits64)
    default:
      forgetFlags()
      assembler.lzcnt(destination, from)
    }
  }

  func emitSelect(_ k: Int) {
    let n = nodes[k], width = width(k)
    // What the condition needs is brought about first: from then on nothing changes the flags.
    let destination = allocate(for: Int32(k))
    let jump = emitFlags(of: n.a)
    if let condition = jump.condition {
      move(n.c, to: destination, width)
      move(n.b, if: condition, to: destination, width)
      if let exception = jump.exception {
        move(exception.isTaken ? n.b : n.c, if: exception.condition, to: destination, width)
      }
    } else {
      move(jump.isAlways ? n.b : n.c, to: destination, width)
    }
  }

  /// Values that are in the state.
  func emitStateValue(_ k: Int) {
    if emitFloatMove(k) || storedFloat(UInt16(k)) != nil { return }
    let n = nodes[k], r = allocate(for: Int32(k))
    switch n.operation {
    case .registerHigh:
      if let pinned = pinned(Int(n.imm)) {
        assembler.rorx(r, pinned, 32, .bits64)
        assembler.mov(r, r, .bits32)
      } else {
        assembler.mov(r, Memory(.rsp, StateOffset.gr + Int32(8 * n.imm) + 4), .bits32)
      }
    case .programMask:
      forgetFlags()
      assembler.mov(r, Memory(.rsp, StateOffset.pswMask))
      assembler.shift(.shr, r, UInt8(PSW.programMaskShift), .bits64)
      assembler.arithmetic(.and, r, immediate: 15, .bits32)
    case .systemMask: assembler.zeroExtend8(r, systemMask)
    case .fpr where floats[Int(n.imm)] != nil: assembler.mov(r, fromFloat: floats[Int(n.imm)] ?? 0, .bits64)
    case .fprShort: assembler.mov(r, Memory(.rsp, StateOffset.fpr + Int32(8 * n.imm) + 4), .bits32)
    default: assembler.mov(r, Memory(.rsp, StateOffset.fpr + Int32(8 * n.imm)))
    }
  }
}

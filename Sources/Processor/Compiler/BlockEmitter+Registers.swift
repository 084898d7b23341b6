import X86

/// Where values are: scratch registers, slots, the registers of the guest.
extension BlockEmitter {
  // MARK: Scratch registers

  func index(of r: Register) -> Int? { r.number < HostRegisters.scratchCount ? Int(r.number) : nil }
  func lock(_ r: Register) { if let k = index(of: r) { locked |= 1 << UInt8(k) } }

  /// A scratch register that has no value and that nobody needs.
  var freeScratch: Register? { freeScratchIndex().map { HostRegisters.scratch($0) } }
  /// - Parameter other: one that is not to be it.
  private func freeScratchIndex(except other: Int? = nil) -> Int? {
    func isFree(_ k: Int) -> Bool { k != other && owners[k] == BlockEmitter.free && locked & 1 << UInt8(k) == 0 }
    return isFree(1) ? 1 : isFree(2) ? 2 : isFree(0) ? 0 : nil
  }
  /// A free scratch register, RAX last: LAHF and addresses want it. Nothing emitted here changes the flags.
  func allocate(for owner: Int32 = BlockEmitter.temporary) -> Register {
    if let k = freeScratchIndex() { return take(k, owner) }
    var victim = -1
    for k in 0..<3 where locked & 1 << UInt8(k) == 0 && owners[k] >= 0 {
      if victim < 0 || nodes[Int(owners[k])].lastUse > nodes[Int(owners[victim])].lastUse { victim = k }
    }
    guard victim >= 0 else {
      failed = ordinal
      return .rax
    }
    spill(victim)
    return take(victim, owner)
  }
  private func take(_ k: Int, _ owner: Int32) -> Register {
    owners[k] = owner
    locked |= 1 << UInt8(k)
    let r = HostRegisters.scratch(k)
    if owner >= 0 { places[Int(owner)] = r.number + 1 }
    return r
  }
  private func spill(_ k: Int) {
    let node = owners[k]
    let slot = (~spilled).trailingZeroBitCount
    guard node >= 0, slot < 8 else {
      failed = ordinal
      return
    }
    assembler.mov(Memory(.rsp, StateOffset.spilled + Int32(8 * slot)), HostRegisters.scratch(k))
    spills[slot] = node
    spilled |= 1 << UInt8(slot)
    places[Int(node)] = UInt8(32 + slot)
    owners[k] = BlockEmitter.free
  }
  /// Makes one scratch register free, moving what is in it.
  func reserve(_ r: Register) {
    guard let k = index(of: r) else { return }
    if owners[k] >= 0 {
      let node = owners[k]
      if let other = freeScratchIndex(except: k) {
        assembler.mov(HostRegisters.scratch(other), r)
        owners[other] = node
        places[Int(node)] = HostRegisters.scratch(other).number + 1
        if locked & 1 << UInt8(k) != 0 { locked |= 1 << UInt8(other) }
      } else {
        spill(k)
      }
    }
    owners[k] = BlockEmitter.temporary
    locked |= 1 << UInt8(k)
  }

  /// Ends the use of a scratch register that has no value that is still wanted.
  func free(_ r: Register, unless other: Register) {
    guard let k = index(of: r), r != other else { return }
    let isDone = owners[k] == BlockEmitter.temporary || owners[k] >= 0 && nodes[Int(owners[k])].lastUse <= UInt16(current)
    if isDone { owners[k] = BlockEmitter.free }
    locked &= ~(1 << UInt8(k))
  }
  /// Ends the use of a scratch register, and of those that were locked since `held` was the lock.
  func giveBack(_ t: Register, _ held: UInt8) {
    if let i = index(of: t) { owners[i] = BlockEmitter.free }
    locked = held
  }

  // MARK: Operands

  func guest(_ r: Int) -> Memory { Memory(.rsp, StateOffset.gr + Int32(8 * r)) }

  /// The register that holds the value now, if one does.
  func placeRegister(_ node: UInt16) -> Register? {
    let place = places[Int(node)]
    if place >= 1 && place <= 16 { return Register(number: place - 1) }
    if nodes[Int(node)].operation == .register && place == 0 { return pinned(Int(nodes[Int(node)].imm)) }
    return nil
  }
  /// Where the value is in storage, if it is there.
  func placeMemory(_ node: UInt16) -> Memory? {
    let place = places[Int(node)]
    if place >= 32 { return Memory(.rsp, StateOffset.spilled + Int32(8 * (place - 32))) }
    if nodes[Int(node)].operation == .register && place == 0 && pinned(Int(nodes[Int(node)].imm)) == nil {
      return guest(Int(nodes[Int(node)].imm))
    }
    return nil
  }
  func constant(_ node: UInt16) -> UInt64? { nodes[Int(node)].operation == .constant ? nodes[Int(node)].imm : nil }

  /// Puts the value into a register that its caller owns.
  func move(_ node: UInt16, to r: Register, _ width: Width = .bits64) {
    if let v = constant(node) {
      assembler.mov(r, width == .bits32 ? v & 0xFFFF_FFFF : v)
    } else if nodes[Int(node)].operation == .programAddress {
      assembler.mov(r, Memory(.rsp, StateOffset.fetchPage))
      addConstant(r, nodes[Int(node)].imm)
    } else if let from = placeRegister(node) {
      assembler.mov(r, from, width)
    } else if let m = placeMemory(node) {
      assembler.mov(r, m, width)
    } else {
      failed = ordinal
    }
  }
  /// As `move`, when a condition holds. The flags stay.
  func move(_ node: UInt16, if condition: Condition, to r: Register, _ width: Width) {
    if let from = placeRegister(node) {
      assembler.move(if: condition, r, from, width)
    } else if let m = placeMemory(node) {
      assembler.move(if: condition, r, m, width)
    } else {
      let held = locked, t = allocate()
      move(node, to: t, width)
      assembler.move(if: condition, r, t, width)
      giveBack(t, held)
    }
  }
  /// r += v, without touching the flags when v fits a displacement.
  private func addConstant(_ r: Register, _ v: UInt64) {
    if v == 0 { return }
    if let d = Int32(exactly: Int64(bitPattern: v)) {
      assembler.lea(r, Memory(r, d))
    } else {
      let t = allocate()
      assembler.mov(t, v)
      assembler.lea(r, Memory(r, 0, index: t))
    }
  }

  /// A register with the value, not to be changed.
  func register(_ node: UInt16, _ width: Width = .bits64) -> Register {
    if let r = placeRegister(node) {
      lock(r)
      return r
    }
    let r = allocate()
    move(node, to: r, width)
    return r
  }
  /// A scratch register with the value, to be changed; it becomes `owner`'s.
  func copy(_ node: UInt16, for owner: Int, _ width: Width = .bits64) -> Register {
    if let r = placeRegister(node), let k = index(of: r), nodes[Int(node)].lastUse <= UInt16(current), owners[k] == Int32(node) {
      owners[k] = Int32(owner)
      locked |= 1 << UInt8(k)
      places[owner] = r.number + 1
      return r
    }
    if let r = placeRegister(node) { lock(r) }
    let r = allocate(for: Int32(owner))
    move(node, to: r, width)
    return r
  }
}

/// The second operand of an operation.
enum HostOperand {
  case register(Register)
  case memory(Memory)
  case immediate(Int32)
}

extension BlockEmitter {
  func operand(_ node: UInt16, _ width: Width) -> HostOperand {
    if let v = constant(node) {
      if width == .bits32 { return .immediate(Int32(truncatingIfNeeded: v)) }
      if let short = Int32(exactly: Int64(bitPattern: v)) { return .immediate(short) }
    }
    if let m = placeMemory(node) { return .memory(m) }
    return .register(register(node, width))
  }
  func arithmetic(_ o: ArithmeticOperation, _ to: Register, _ operand: HostOperand, _ width: Width) {
    switch operand {
    case .register(let r): assembler.arithmetic(o, to, r, width)
    case .memory(let m): assembler.arithmetic(o, to, m, width)
    case .immediate(let v): assembler.arithmetic(o, to, immediate: v, width)
    }
  }
}

import X86

/// What instructions put into registers.
extension BlockEmitter {
  func emitRegisterSetting(_ k: Int) {
    let n = nodes[k], r = Int(n.imm)
    switch n.operation {
    case .setFPR:
      let value = register(n.a)
      assembler.mov(fpr(r, isDouble: true), value)
      assembler.mov(toFloat: floats.place(for: r), value, .bits64)
    case .setFPRShort:
      assembler.mov(fpr(r, isDouble: false), register(n.a, .bits32), .bits32)
      floats.forget(r)
    case .setRegister:
      noteClear(r, n.a)
      guard let pinned = pinned(r) else {
        if let v = constant(n.a), let short = Int32(exactly: Int64(bitPattern: v)) {
          assembler.mov(guest(r), immediate: short, .bits64)
        } else {
          assembler.mov(guest(r), register(n.a))
        }
        return
      }
      if placeRegister(n.a) != pinned { move(n.a, to: pinned) }
    case .setRegister32: emitSetRegister32(n, r)
    default: emitSetRegisterHigh(n, r)
    }
  }

  private func emitSetRegister32(_ n: BlockNode, _ r: Int) {
    let pinned = pinned(r)
    if pinned != nil && placeRegister(n.a) == pinned { return }
    if let pinned, isApart(r) || isClear(r) { return move(n.a, to: pinned, .bits32) }
    // Nobody in the loop fetches more than is stored.
    if pinned == nil && instruction.halves.low >> UInt16(r) & 1 != 0 {
      return assembler.mov(Memory(.rsp, StateOffset.gr + Int32(8 * r)), register(n.a, .bits32), .bits32)
    }
    let a = Int(n.a)
    let low: Register
    if let place = placeRegister(n.a), index(of: place) != nil,
      nodes[a].operation.isZeroExtended(narrow: nodes[a].isNarrow, kind: nodes[a].kind)
    {
      low = place
      lock(low)
    } else {
      low = allocate()
      move(n.a, to: low, .bits32)
    }
    guard let pinned else { return storeLow(low, r) }
    forgetFlags()
    clearLow(pinned)
    assembler.arithmetic(.or, pinned, low)
  }
  /// Sets bits 32-63 of a general register in the state by a store of all 64: the host is slow to fetch more than was just stored.
  /// Leaves the flags alone.
  func storeLow(_ low: Register, _ r: Int) {
    let held = locked
    lock(low)
    let t = allocate()
    assembler.mov(t, Memory(.rsp, StateOffset.gr + Int32(8 * r) + 4), .bits32)
    assembler.rorx(t, t, 32, .bits64)
    assembler.lea(t, Memory(t, 0, index: low))
    assembler.mov(guest(r), t)
    giveBack(t, held)
  }
  /// Zeros bits 32-63 of a general register.
  func clearLow(_ pinned: Register) {
    assembler.arithmetic(.and, pinned, Memory(.rsp, StateOffset.highHalf))
  }

  private func emitSetRegisterHigh(_ n: BlockNode, _ r: Int) {
    guard let pinned = pinned(r) else {
      assembler.mov(Memory(.rsp, StateOffset.gr + Int32(8 * r) + 4), register(n.a, .bits32), .bits32)
      return
    }
    let high = allocate()
    move(n.a, to: high, .bits32)
    forgetFlags()
    assembler.shift(.shl, high, 32, .bits64)
    assembler.mov(pinned, pinned, .bits32)
    assembler.arithmetic(.or, pinned, high)
  }
}

import X86

/// What instructions put into registers.
extension BlockEmitter {
  func emitRegisterSetting(_ k: Int) {
    let n = nodes + k, r = Int(n.pointee.imm & 15)
    switch n.pointee.operation {
    case .setFPR:
      let value = register(n.pointee.a)
      assembler.mov(fpr(r, isDouble: true), value)
      assembler.mov(toFloat: floats.place(for: r), value, .bits64)
    case .setFPRShort:
      assembler.mov(fpr(r, isDouble: false), register(n.pointee.a, .bits32), .bits32)
      floats.forget(r)
    case .setRegister:
      noteClear(r, n.pointee.a)
      guard let pinned = pinned(r) else {
        if let v = constant(n.pointee.a), let short = Int32(exactly: Int64(bitPattern: v)) {
          assembler.mov(guest(r), immediate: short, .bits64)
        } else {
          assembler.mov(guest(r), register(n.pointee.a))
        }
        return
      }
      if placeRegister(n.pointee.a) != pinned { move(n.pointee.a, to: pinned) }
    case .setRegister32: emitSetRegister32(n.pointee.a, r)
    default: emitSetRegisterHigh(n.pointee.a, r)
    }
  }

  private func emitSetRegister32(_ value: UInt16, _ r: Int) {
    let pinned = pinned(r)
    if pinned != nil && placeRegister(value) == pinned { return }
    if let pinned, isApart(r) || isClear(r) { return move(value, to: pinned, .bits32) }
    // Nobody in the loop fetches more than is stored.
    if pinned == nil && instruction.halves.low >> UInt16(r) & 1 != 0 {
      return assembler.mov(Memory(.rsp, StateOffset.gr + Int32(8 * r)), register(value, .bits32), .bits32)
    }
    let a = Int(value)
    let low: Register
    if let place = placeRegister(value), index(of: place) != nil,
      nodes[a].operation.isZeroExtended(narrow: nodes[a].isNarrow, kind: nodes[a].kind)
    {
      low = place
      lock(low)
    } else {
      low = allocate()
      move(value, to: low, .bits32)
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

  private func emitSetRegisterHigh(_ value: UInt16, _ r: Int) {
    guard let pinned = pinned(r) else {
      assembler.mov(Memory(.rsp, StateOffset.gr + Int32(8 * r) + 4), register(value, .bits32), .bits32)
      return
    }
    let high = allocate()
    move(value, to: high, .bits32)
    forgetFlags()
    assembler.shift(.shl, high, 32, .bits64)
    assembler.mov(pinned, pinned, .bits32)
    assembler.arithmetic(.or, pinned, high)
  }
}

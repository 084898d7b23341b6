import X86

/// Divisions. A quotient that does not fit, and a divisor that is zero, are left to what interprets.
extension BlockEmitter {
  func emitDivision(_ k: Int) {
    let n = nodes[k], r = Int(n.imm), division = BlockBuilder.Division(rawValue: n.kind) ?? .logical64
    let width: Width = division == .logical32 ? .bits32 : .bits64
    forgetFlags()
    reserve(.rcx)
    move(n.a, to: .rcx, width)
    reserve(.rax)
    reserve(.rdx)
    read(r + 1, into: .rax, width)
    if division == .single64 {
      // 0 and -1: the latter overflows with one dividend.
      assembler.lea(.rdx, Memory(.rcx, 1))
      assembler.arithmetic(.cmp, .rdx, immediate: 1)
      append(.interpretation, from: assembler.jump(.notAbove))
      assembler.signExtendPair()
      assembler.divideSigned(by: .rcx)
    } else {
      read(r, into: .rdx, width)
      assembler.arithmetic(.cmp, .rdx, .rcx, width)
      append(.interpretation, from: assembler.jump(.noCarry))
      assembler.divide(by: .rcx, width)
    }
    free(.rcx, unless: .rax)
    write(.rdx, into: r, width)
    write(.rax, into: r + 1, width)
  }
  func read(_ r: Int, into register: Register, _ width: Width) {
    if let pinned = pinned(r) {
      assembler.mov(register, pinned, width)
    } else {
      assembler.mov(register, guest(r), width)
    }
  }
  /// Of 32 bits, the upper half of the general register stays; that of the host's is zero.
  func write(_ register: Register, into r: Int, _ width: Width) {
    guard let pinned = pinned(r) else {
      return width == .bits64 ? assembler.mov(guest(r), register) : storeLow(register, r)
    }
    if width == .bits64 { return assembler.mov(pinned, register) }
    clearLow(pinned)
    assembler.arithmetic(.or, pinned, register)
  }
}

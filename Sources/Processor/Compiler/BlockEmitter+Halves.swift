import X86

/// The halves of general registers, apart. What sets bits 32-63 of a register only would have the host wait for bits 0-31 to be put
/// together with them, each time. Until more of a register is looked at (`BlockBuilder.findHalves`) its host register has bits 32-63,
/// above them anything; bits 0-31 are those of `CompiledState.wholes`, which has the register as it was before. Whatever leads out
/// of there, or calls, puts them together first. Where bits 0-31 are known to be zeros nothing need be kept.
extension BlockEmitter {
  /// Whether the host register of a general register has bits 32-63 only.
  func isApart(_ r: Int) -> Bool { deferred.apart >> UInt16(r) & 1 != 0 }

  /// Whether bits 0-31 of a general register are known to be zeros: what computes 32 bits in its host register leaves them so.
  func isClear(_ r: Int) -> Bool { clear >> UInt16(r) & 1 != 0 }
  /// What is known of bits 0-31 behind the instruction.
  @inline(__always) func noteClear() {
    if instruction.isRoutine || instruction.traits.contains(.hidesRegisters) {
      clear = 0
    } else {
      clear = clear & ~instruction.settings.beyondLow | cleared
    }
  }
  /// Notes a register that is set as a whole: whether its bits 0-31 become zeros.
  func noteClear(_ r: Int, _ value: UInt16) {
    if instruction.settings.setsOnce(UInt64(r)) && isZeroExtended(value) && !instruction.traits.contains(.proceeds) {
      cleared |= 1 << UInt16(r)
    }
  }
  private func isZeroExtended(_ value: UInt16) -> Bool {
    let n = nodes[Int(value)]
    switch n.operation {
    case .constant: return n.imm <= 0xFFFF_FFFF
    case .register: return isClear(Int(n.imm))
    case .and where nodes[Int(n.b)].operation == .constant && nodes[Int(n.b)].imm <= 0xFFFF_FFFF: return true
    default: return n.operation.isZeroExtended(narrow: n.isNarrow, kind: n.kind)
    }
  }

  /// Has registers apart in front of an instruction that sets bits 32-63 only, and whole in front of one that looks at more.
  func separate() {
    if ordinal > shape.end {
      if deferred.apart != 0 { forgetFlags() }
      emitJunction(of: deferred.apart, deferred.loans)
      deferred.apart = 0
      if deferred.loans.isEmpty { return }
      materializeCondition()
      emitReturn(deferred.loans)
      deferred.loans = Loans()
    } else {
      let looked = instruction.halves.looked & deferred.apart
      if looked != 0 {
        forgetFlags()
        emitJunction(of: looked, deferred.loans)
        deferred.apart &= ~looked
      }
      let low = instruction.halves.low & ~deferred.apart & ~clear
      if low == 0 { return }
      emitSeparation(of: low, deferred.loans)
      visitHost(low, deferred.loans) { r, _ in deferred.apart |= 1 << UInt16(r) }
    }
  }
  /// Keeps bits 0-31 of registers, a bit each.
  func emitSeparation(of registers: UInt16, _ loans: Loans) {
    visitHost(registers, loans) { r, host in assembler.mov(whole(r), host) }
  }
  /// Makes registers whole, whether or not they are. The flags are free.
  func emitJunction(of registers: UInt16, _ loans: Loans) {
    visitHost(registers, loans) { r, host in
      assembler.arithmetic(.xor, host, whole(r))
      assembler.mov(host, host, .bits32)
      assembler.arithmetic(.xor, host, whole(r))
    }
  }
  private func whole(_ r: Int) -> Memory { Memory(.rsp, StateOffset.wholes + Int32(8 * r)) }
  @inline(__always) private func visitHost(_ registers: UInt16, _ loans: Loans, _ visit: (Int, Register) -> Void) {
    registers.visitRegisters { r in if let host = loans.register(of: r) { visit(r, host) } }
  }
}

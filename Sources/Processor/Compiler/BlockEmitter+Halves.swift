import X86

/// The halves of general registers, apart. What sets bits 32-63 of a register only would have the host wait for bits 0-31 to be put
/// together with them, each time. Where no more of a register is looked at (`BlockBuilder.shape`) its host register has bits 32-63,
/// above them anything; bits 0-31 are those of `CompiledState.wholes`, which has the register as it was before. Whatever leads out
/// of there, or calls, puts them together first.
extension BlockEmitter {
  /// Whether the host register of a general register has bits 32-63 only.
  func isApart(_ r: Int) -> Bool { deferred.apart >> UInt16(r) & 1 != 0 }

  /// Registers are apart from the first instruction that sets their bits 32-63, and whole behind the last that may do so.
  func separate(for instruction: BlockInstruction) {
    if ordinal > shape.end {
      if deferred.apart != 0 { forgetFlags() }
      emitJunction(of: deferred.apart, deferred.loans)
      deferred.apart = 0
      if deferred.loans.isEmpty { return }
      materializeCondition()
      emitReturn(deferred.loans)
      deferred.loans = Loans()
    } else if shape.separable & ~deferred.apart != 0 {
      var set: UInt16 = 0
      for k in Int(instruction.firstNode)..<Int(instruction.endNode) where nodes[k].operation == .setRegister32 {
        set |= 1 << UInt16(nodes[k].imm & 15)
      }
      set &= shape.separable & ~deferred.apart
      emitSeparation(of: set, deferred.loans)
      deferred.apart |= set
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
  private func visitHost(_ registers: UInt16, _ loans: Loans, _ visit: (Int, Register) -> Void) {
    for r in 0..<16 where registers >> UInt16(r) & 1 != 0 {
      if let host = loans.register(of: r) { visit(r, host) }
    }
  }
}

import X86

/// The halves of general registers, apart. What sets bits 32-63 of a register only would have the host wait for bits 0-31 to be put
/// together with them, each time. In a loop that looks at no more of a register (`BlockBuilder.loopShape`) its host
/// register has bits 32-63, above them anything; `CompiledState.upperHalves` has bits 0-31. Whatever leads out of the loop, or
/// calls, puts them together first.
extension BlockEmitter {
  /// Whether the host register of a general register has bits 32-63 only.
  func isApart(_ r: Int) -> Bool { deferred.apart >> UInt16(r) & 1 != 0 }

  /// Behind the loop registers are whole.
  func endSeparation() {
    guard deferred.apart != 0, ordinal > shape.end else { return }
    forgetFlags()
    emitJunction(of: deferred.apart)
    deferred.apart = 0
  }
  /// Puts bits 0-31 of registers, a bit each, where they stay during the loop. RAX is free, and so are the flags.
  func emitSeparation(of registers: UInt16) {
    visitPinned(registers) { r, pinned in
      assembler.mov(.rax, pinned)
      clearLow(.rax)
      assembler.mov(upperHalf(r), .rax)
    }
  }
  /// Makes registers whole, whether or not they are. The flags are free.
  func emitJunction(of registers: UInt16) {
    visitPinned(registers) { r, pinned in
      assembler.mov(pinned, pinned, .bits32)
      assembler.arithmetic(.or, pinned, upperHalf(r))
    }
  }
  private func upperHalf(_ r: Int) -> Memory { Memory(.rsp, StateOffset.upperHalves + Int32(8 * r)) }
  private func visitPinned(_ registers: UInt16, _ visit: (Int, Register) -> Void) {
    for r in 0..<16 where registers >> UInt16(r) & 1 != 0 {
      if let pinned = HostRegisters.pinned(r) { visit(r, pinned) }
    }
  }
}

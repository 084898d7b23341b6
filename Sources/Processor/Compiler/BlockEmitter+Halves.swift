import X86

/// The halves of general registers, apart. What sets bits 32-63 of a register only would have the host wait for bits 0-31 to be put
/// together with them, each time. In a loop that looks at no more of a register (`BlockBuilder.separableRegisters`) its host
/// register has bits 32-63, above them anything; `CompiledState.upperHalves` has bits 0-31. Whatever leads out of the loop, or
/// calls, puts them together first.
extension BlockEmitter {
  /// Whether the host register of a general register has bits 32-63 only.
  func isApart(_ r: Int) -> Bool { apart >> UInt16(r) & 1 != 0 }

  /// Behind the loop registers are whole.
  func endSeparation() {
    guard apart != 0, ordinal > separable.end else { return }
    forgetFlags()
    emitJunction(of: apart)
    apart = 0
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

/// The registers, a bit each, that may be apart in a loop, and the number of its last instruction, which branches back.
struct SeparableRegisters {
  var registers: UInt16 = 0
  var end = 0
}

extension BlockBuilder {
  /// The registers of which a loop sets and looks at bits 32-63 only: from the beginning of a block to its last branch back there.
  func separableRegisters(_ instructions: [BlockInstruction]) -> SeparableRegisters {
    guard let start = instructions.first?.offset, let end = instructions.lastIndex(where: { branches($0, to: start) }) else {
      return SeparableRegisters()
    }
    var set: UInt16 = 0, whole: UInt16 = 0
    for instruction in instructions[...end] {
      if instruction.isRoutine { return SeparableRegisters() }
      for k in Int(instruction.firstNode)..<Int(instruction.endNode) {
        let n = state.pointee.nodes[k], bit: UInt16 = 1 << UInt16(n.imm & 15)
        switch n.operation {
        case .setRegister32: set |= bit
        case .register: if n.useCount > 0 && !n.isNarrow { whole |= bit }
        case .registerHigh, .setRegister, .setRegisterHigh: whole |= bit
        case .floatingPoint:
          let o = FloatingPointOperands(bits: n.imm)
          if o.operation == .toFixed32 || o.operation == .toFixed64 { whole |= 1 << UInt16(o.r1) }
        case .loadMultiple, .storeMultiple, .divide, .moveCounted, .compareCounted, .clearCounted, .combineCounted, .translate,
          .translateAndTest, .searchString, .compareStrings, .moveString:
          return SeparableRegisters()
        default: break
        }
      }
    }
    return SeparableRegisters(registers: set & ~whole & HostRegisters.allPinned, end: end)
  }
  private func branches(_ instruction: BlockInstruction, to offset: UInt16) -> Bool {
    (Int(instruction.firstNode)..<Int(instruction.endNode)).contains {
      let n = state.pointee.nodes[$0]
      guard n.operation == .branch || n.operation == .branchIf else { return false }
      let target = state.pointee.nodes[Int(n.operation == .branch ? n.a : n.b)]
      return target.operation == .programAddress && target.imm == UInt64(offset)
    }
  }
}

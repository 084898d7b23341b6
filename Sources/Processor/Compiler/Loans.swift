import X86

/// Host registers of general registers that a loop leaves alone, lent to those that lie in the state (`HostRegisters`) and that it uses.
/// Meanwhile the lenders lie in the state. Whatever leads out of the loop, or calls, gives them back first.
struct Loans: Equatable {
  /// The number of each borrower's lender, four bits from bit 4 times its own number (0 the lowest).
  private var lenders: UInt64 = 0
  /// The general registers that borrow and those that lend, a bit each.
  private var borrowers: UInt16 = 0
  private var lent: UInt16 = 0

  var isEmpty: Bool { borrowers == 0 }
  /// The general registers that borrow, a bit each.
  var all: UInt16 { borrowers }

  /// The host's register of a general register now, nil when it is in the state.
  @inline(__always) func register(of r: Int) -> Register? {
    if isEmpty { return HostRegisters.pinned(r) }
    if borrowers >> UInt16(r) & 1 != 0 { return HostRegisters.pinned(lender(of: r)) }
    return lent >> UInt16(r) & 1 != 0 ? nil : HostRegisters.pinned(r)
  }
  private func lender(of r: Int) -> Int { Int(lenders >> UInt64(4 * r) & 15) }

  mutating func lend(_ lender: Int, to r: Int) {
    borrowers |= 1 << UInt16(r)
    lent |= 1 << UInt16(lender)
    lenders |= UInt64(lender) << UInt64(4 * r)
  }

  @inline(__always) fileprivate func visit(_ body: (_ r: Int, _ lender: Int, Register) -> Void) {
    borrowers.visitRegisters { r in
      if let register = HostRegisters.pinned(lender(of: r)) { body(r, lender(of: r), register) }
    }
  }
}

extension BlockBuilder {
  /// What a loop borrows for the registers that it names at least twice. Only what moves, computes and branches is carried out without
  /// thought of where registers are.
  func loans(_ instructions: Slice<UnsafeMutableBufferPointer<BlockInstruction>>) -> Loans {
    var uses = InlineArray<16, Int>(repeating: 0)
    for instruction in instructions {
      for k in Int(instruction.firstNode)..<Int(instruction.endNode) {
        let n = state.pointee.nodes[k]
        switch n.operation {
        case .register, .registerHigh, .setRegister, .setRegister32, .setRegisterHigh: uses[Int(n.imm & 15)] += 1
        case .floatingPoint:
          let o = FloatingPointOperands(bits: n.imm)
          if o.setsGeneralRegister { uses[o.r1] += 1 }
        case .load, .store, .exchange, .replace, .branch, .branchIf, .proceed, .setFPR, .setFPRShort: break
        case .compareBytes: return Loans()
        default: if !n.operation.isValue && !n.operation.setsConditionCode { return Loans() }
        }
      }
    }
    var loans = Loans()
    var lenders = (0..<16).filter { uses[$0] == 0 && HostRegisters.pinned($0) != nil }
    for r in 0..<16 where HostRegisters.pinned(r) == nil && uses[r] >= 2 {
      guard let lender = lenders.popLast() else { break }
      loans.lend(lender, to: r)
    }
    return loans
  }
}

extension BlockEmitter {
  /// The host's register of a general register here, nil when it is in the state.
  func pinned(_ r: Int) -> Register? { deferred.loans.register(of: r) }

  /// Takes registers on loan, whose lenders are in the host's.
  func emitBorrowing(_ loans: Loans) {
    loans.visit { r, lender, register in
      assembler.mov(guest(lender), register)
      assembler.mov(register, guest(r))
    }
  }
  /// Gives them back. The flags stay.
  func emitReturn(_ loans: Loans) {
    loans.visit { r, lender, register in
      assembler.mov(guest(r), register)
      assembler.mov(register, guest(lender))
    }
  }
}

import X86

/// What the code of a block leaves undone, because mostly nobody asks: it is done where the block is left, and where it calls.
struct Deferred: Equatable {
  /// The condition code, when it is not in the state.
  var condition: PendingCondition?
  /// The general registers whose halves are apart, a bit each: see BlockEmitter+Halves.
  var apart: UInt16 = 0
  /// The last branch that was taken is the one at this offset of the page, and the state does not say so.
  var branch: UInt16?
  /// Registers on loan, to be given back.
  var loans = Loans()
}

extension BlockEmitter {
  /// Does what was left undone. All registers stay, but for halves that are put together and
  /// what is given back; the flags are lost.
  /// - Parameter returns: registers on loan are given back; otherwise the caller does that.
  func emit(_ deferred: Deferred, returns: Bool = true) {
    if let condition = deferred.condition { emitCondition(condition) }
    if deferred.apart != 0 { emitJunction(of: deferred.apart, deferred.loans) }
    if let branch = deferred.branch { emitBreakingEvent(branch) }
    if returns && !deferred.loans.isEmpty { emitReturn(deferred.loans) }
  }
  func emitBreakingEvent(_ branch: UInt16) {
    assembler.mov(Memory(.rsp, StateOffset.breakingEvent), immediate: Int32(bitPattern: 0x8000_0000 | UInt32(branch)), .bits32)
  }
  /// Does here what was left undone.
  func settle() {
    emit(deferred)
    deferred = Deferred()
    forgetFlags()
  }
}

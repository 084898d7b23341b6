import X86

/// What code may know where a block branches back to its beginning.
struct LoopEdge {
  let floats: FloatRegisters
  var deferred: Deferred
  /// It is in the second copy already.
  var isInLoop = false
}

/// A block that branches back to its beginning: the branch goes to a second copy of it, which begins with what is known there.
struct BlockLoop {
  /// What is known where the copy begins.
  let edge: LoopEdge
  /// The copy, once it is being emitted.
  var start: UnsafeMutablePointer<UInt8>?
}

extension BlockEmitter {
  /// What is known here.
  var edge: LoopEdge { LoopEdge(floats: floats, deferred: deferred, isInLoop: isInLoop) }
  /// The second copy is being emitted.
  var isInLoop: Bool { loop?.start != nil }

  /// Looks whether a branch makes the block a loop.
  func noteLoop(_ target: UInt16) {
    guard loop == nil, linksBlocks, target == startOffset,
      floats.holdsAny || deferred.condition != nil || shape.apart != 0 || !shape.loans.isEmpty
        || shape.hasRising
    else { return }
    let known = Deferred(
      condition: deferred.condition, apart: shape.apart, branch: shape.onlyBranch, loans: shape.loans)
    loop = BlockLoop(edge: LoopEdge(floats: floats, deferred: known))
  }

  /// Begins the second copy.
  /// - Returns: whether there is to be one.
  func beginLoop() -> Bool {
    guard let copy = loop, copy.start == nil, failed == nil else { return false }
    for k in loopJumps.indices { assembler.resolveHere(loopJumps[k]) }
    loop?.start = assembler.cursor
    forgetValues()
    forgetFlags()
    floats = copy.edge.floats
    deferred = copy.edge.deferred
    clear = 0
    ordinal = 0
    return true
  }

  /// What a branch finds known at the second copy; nil when it may not go there.
  func loopEdge(to target: UInt16, _ edge: LoopEdge) -> LoopEdge? {
    guard let known = loop?.edge, target == startOffset, edge.floats.isControlKnown || !known.floats.isControlKnown,
      known.deferred.condition == nil || known.deferred.condition == edge.deferred.condition,
      known.deferred.loans == edge.deferred.loans
    else { return nil }
    return known
  }
  /// Goes on at the second copy, where `known` holds but for floating-point registers and halves that are not yet as there.
  func emitLoopEdge(_ edge: LoopEdge, _ known: LoopEdge) {
    for r in 0..<16 {
      guard let x = known.floats[r], edge.floats[r] != x else { continue }
      assembler.loadFloat(x, fpr(r, isDouble: true), isDouble: true)
    }
    emitJunction(of: edge.deferred.apart & ~known.deferred.apart, known.deferred.loans)
    emitSeparation(of: known.deferred.apart & ~edge.deferred.apart, known.deferred.loans)
    if !edge.isInLoop { emitNoLimits() }
    if let start = loop?.start {
      emitJump(start)
    } else {
      loopJumps.append(assembler.jump())
    }
  }
}

import X86

/// What code may know where a block branches back to its beginning.
struct LoopEdge {
  let floats: FloatRegisters
  let pending: PendingCondition?
  /// The registers that are apart.
  let apart: UInt16
  init(_ floats: FloatRegisters, _ pending: PendingCondition?, _ apart: UInt16) {
    self.floats = floats
    self.pending = pending
    self.apart = apart
  }
}

/// A block that branches back to its beginning: the branch goes to a second copy of it, which begins with what is known there.
struct BlockLoop {
  /// What is known where the copy begins.
  let edge: LoopEdge
  /// The copy, once it is being emitted; and the jumps of the first copy that lead to it.
  var start: UnsafeMutablePointer<UInt8>?
  var jumps: [Fixup] = []
}

extension BlockEmitter {
  /// What is known here.
  var edge: LoopEdge { LoopEdge(floats, pendingCondition, apart) }

  /// Looks whether a branch makes the block a loop.
  func noteLoop(_ target: UInt16) {
    guard loop == nil, linksBlocks, target == startOffset, floats.holdsAny || pendingCondition != nil || separable.registers != 0
    else { return }
    loop = BlockLoop(edge: LoopEdge(floats, pendingCondition, separable.registers))
  }

  /// Begins the second copy.
  /// - Returns: whether there is to be one.
  func beginLoop() -> Bool {
    guard let copy = loop, copy.start == nil, failed == nil else { return false }
    for jump in copy.jumps { assembler.resolveHere(jump) }
    loop?.start = assembler.cursor
    owners = InlineArray(repeating: BlockEmitter.free)
    spills = InlineArray(repeating: BlockEmitter.free)
    locked = 0
    forgetFlags()
    floats = copy.edge.floats
    pendingCondition = copy.edge.pending
    apart = copy.edge.apart
    ordinal = 0
    return true
  }

  /// Whether a branch may go to the second copy.
  func isLoopEdge(to target: UInt16, _ edge: LoopEdge) -> Bool {
    guard let known = loop?.edge, target == startOffset else { return false }
    return (edge.floats.isControlKnown || !known.floats.isControlKnown)
      && (known.pending == nil || known.pending == edge.pending)
  }
  /// Goes on at the second copy. The condition code is pending as there, or stored.
  func emitLoopEdge(_ edge: LoopEdge) {
    guard let copy = loop else { return }
    for r in 0..<16 {
      guard let x = copy.edge.floats[r], edge.floats[r] != x else { continue }
      assembler.loadFloat(x, fpr(r, isDouble: true), isDouble: true)
    }
    if edge.apart != copy.edge.apart { emitSeparation(of: copy.edge.apart) }
    if let start = copy.start {
      emitJump(start)
    } else {
      loop?.jumps.append(assembler.jump())
    }
  }
}

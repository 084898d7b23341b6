import X86

/// What code may know where a block branches back to its beginning.
struct LoopEdge {
  let floats: FloatRegisters
  var deferred: Deferred
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
  var edge: LoopEdge { LoopEdge(floats: floats, deferred: deferred) }

  /// Looks whether a branch makes the block a loop.
  func noteLoop(_ target: UInt16) {
    guard loop == nil, linksBlocks, target == startOffset, floats.holdsAny || deferred.condition != nil || shape.separable != 0
    else { return }
    let known = Deferred(condition: deferred.condition, apart: shape.separable, branch: shape.onlyBranch)
    loop = BlockLoop(edge: LoopEdge(floats: floats, deferred: known))
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
    deferred = copy.edge.deferred
    ordinal = 0
    return true
  }

  /// What a branch finds known at the second copy; nil when it may not go there.
  func loopEdge(to target: UInt16, _ edge: LoopEdge) -> LoopEdge? {
    guard let known = loop?.edge, target == startOffset, edge.floats.isControlKnown || !known.floats.isControlKnown,
      known.deferred.condition == nil || known.deferred.condition == edge.deferred.condition
    else { return nil }
    return known
  }
  /// Goes on at the second copy, where `known` holds but for floating-point registers and halves that are not yet as there.
  func emitLoopEdge(_ edge: LoopEdge, _ known: LoopEdge) {
    for r in 0..<16 {
      guard let x = known.floats[r], edge.floats[r] != x else { continue }
      assembler.loadFloat(x, fpr(r, isDouble: true), isDouble: true)
    }
    if edge.deferred.apart != known.deferred.apart { emitSeparation(of: known.deferred.apart) }
    if let start = loop?.start {
      emitJump(start)
    } else {
      loop?.jumps.append(assembler.jump())
    }
  }
}

/// How a block is a loop, if it branches back to its beginning.
struct LoopShape {
  /// The number of the last instruction that branches back.
  var end = 0
  /// The offset in the page of the instruction that branches back, if it is the only one.
  var onlyBranch: UInt16?
  /// The registers, a bit each, of which the loop sets and looks at bits 32-63 only.
  var separable: UInt16 = 0
}

extension BlockBuilder {
  /// How a block is a loop: from its beginning to its last branch back there.
  func loopShape(_ instructions: [BlockInstruction]) -> LoopShape {
    guard let start = instructions.first?.offset, let end = instructions.lastIndex(where: { branches($0, to: start) }) else {
      return LoopShape()
    }
    let isOnly = instructions.firstIndex(where: { branches($0, to: start) }) == end
    return LoopShape(
      end: end, onlyBranch: isOnly ? instructions[end].offset : nil, separable: separableRegisters(instructions[...end]))
  }
  private func separableRegisters(_ instructions: ArraySlice<BlockInstruction>) -> UInt16 {
    var set: UInt16 = 0, whole: UInt16 = 0
    for instruction in instructions {
      if instruction.isRoutine { return 0 }
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
          return 0
        default: break
        }
      }
    }
    return set & ~whole & HostRegisters.allPinned
  }
  func branches(_ instruction: BlockInstruction, to offset: UInt16) -> Bool {
    (Int(instruction.firstNode)..<Int(instruction.endNode)).contains {
      let n = state.pointee.nodes[$0]
      guard n.operation == .branch || n.operation == .branchIf else { return false }
      let target = state.pointee.nodes[Int(n.operation == .branch ? n.a : n.b)]
      return target.operation == .programAddress && target.imm == UInt64(offset)
    }
  }
}

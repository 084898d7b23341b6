import X86

/// Floating-point numbers on their way between storage and XMM registers, past the general ones: their bytes change order there.
extension BlockEmitter {
  /// LOAD between registers, which are two nodes.
  /// - Returns: false when the node is something else.
  func emitFloatMove(_ k: Int) -> Bool {
    let n = nodes[k], s = k + 1
    guard n.operation == .fpr, n.use.isUsedOnce, s < Int(instruction.endNode), nodes[s].operation == .setFPR,
      nodes[s].a == UInt16(k)
    else { return false }
    let from = floatRegister(Int(n.imm)), r = Int(nodes[s].imm), to = floats.place(for: r, beside: (from, 0))
    if to != from { assembler.moveFloat(to, from) }
    assembler.storeFloat(fpr(r, isDouble: true), to, isDouble: true)
    current = s
    return true
  }

  /// A fetch of what only LOAD, or arithmetic right behind it, wants: to where that has it.
  /// - Returns: false when the node is something else.
  func emitFloatLoad(_ k: Int, _ m: Memory) -> Bool {
    let n = nodes[k], s = k + 1, isDouble = n.kind == 8
    guard n.kind >= 4, n.use.isUsedOnce, s < Int(instruction.endNode), nodes[s].a == UInt16(k) else { return false }
    let x: UInt8
    switch nodes[s].operation {
    case .setFPR where isDouble: x = floats.place(for: Int(nodes[s].imm))
    case .floatingPoint:
      let o = BlockBuilder.FloatingPointOperands(bits: nodes[s].imm)
      guard o.hasValue, o.isDouble == isDouble else { return false }
      x = 1
      fetchedFloat = UInt16(k)
    default: return false
    }
    assembler.loadFloat(x, m, isDouble: isDouble)
    assembler.shuffleBytes(x, x, (isDouble ? FloatConstant.reversal : .reversalShort).memory)
    if nodes[s].operation == .setFPR {
      assembler.storeFloat(fpr(Int(nodes[s].imm), isDouble: true), x, isDouble: true)
      current = s
    }
    return true
  }

  /// The XMM register with the operand from storage of the node that is emitted.
  func fetched(_ k: Int) -> UInt8 {
    if fetchedFloat != nodes[k].a { failed = ordinal }
    return 1
  }

  /// The XMM register with the number, when a 64-bit store is all that wants it.
  func storedFloat(_ k: UInt16) -> UInt8? {
    let n = nodes[Int(k)], s = Int(n.lastUse)
    guard n.operation == .fpr, n.use.isUsedOnce, nodes[s].operation == .store, nodes[s].kind == 8, nodes[s].b == k else {
      return nil
    }
    return floats[Int(n.imm)]
  }
  func emitFloatStore(_ m: Memory, _ x: UInt8) {
    assembler.shuffleBytes(0, x, FloatConstant.reversal.memory)
    assembler.storeFloat(m, 0, isDouble: true)
  }
}

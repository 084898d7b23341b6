import X86

/// Interlocked updates of storage: LOCK CMPXCHG, which has the old value in RAX.
extension BlockEmitter {
  /// A register, not RAX, that points to the operand of `size` bytes, which may be stored into and is on its boundary: else the
  /// instruction is interpreted. (ADD IMMEDIATE need not be interlocked then, and a locked update over two lines of the host's
  /// cache takes up to a millisecond where hosts detect split locks.)
  private func pointer(_ node: UInt16, size: Int) -> Register {
    let (operand, addend) = emitProbe(node, size: size, forStore: true, mustBeOnBoundary: true)
    stubs.last.isAligned = true
    let pointer = addend == .rax ? allocate() : addend
    assembler.lea(pointer, operand)
    free(addend, unless: pointer)
    free(operand.base, unless: pointer)
    return pointer
  }

  /// The exchange: RAX has what was there, byte-reversed, and ZF says whether it was what was expected.
  private func emitExchange(_ size: UInt8, _ address: UInt16, expecting expected: UInt16, with new: UInt16) {
    let width: Width = size == 8 ? .bits64 : .bits32
    let pointer = pointer(address, size: Int(size))
    reserve(.rax)
    move(expected, to: .rax, width)
    assembler.bswap(.rax, width)
    let value = allocate()
    move(new, to: value, width)
    assembler.bswap(value, width)
    assembler.lockedCompareExchange(Memory(pointer), value, width)
    free(pointer, unless: .rax)
    free(value, unless: .rax)
  }

  func emitExchange(_ k: Int) {
    let n = nodes[k], width: Width = n.kind == 8 ? .bits64 : .bits32
    forgetFlags()
    emitExchange(n.kind, n.a, expecting: n.b, with: n.c)
    // LAHF wants RAX; moving and byte-reversing leave the flags alone.
    let destination = allocate(for: Int32(k))
    assembler.mov(destination, .rax, width)
    assembler.bswap(destination, width)
    free(.rax, unless: destination)
    saveCondition(.notZero)
  }

  func emitReplace(_ k: Int) {
    let n = nodes[k]
    forgetFlags()
    emitExchange(n.kind, n.a, expecting: n.c, with: n.b)
    let changed = assembler.jump(.notZero)
    append(.interpretation, from: changed)
  }
}

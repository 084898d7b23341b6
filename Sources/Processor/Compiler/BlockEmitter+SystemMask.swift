import X86

/// Serialization, and enabling without a look at what may be pending, as long as nothing can be: see `CPU.isTimerDue`.
extension BlockEmitter {
  /// Bits 0-7 of the PSW.
  var systemMask: Memory { Memory(.rsp, StateOffset.pswMask + 7) }

  /// Serialization: behind it no instruction is executed as it was before somebody stored into it.
  func emitSerialization() {
    assembler.mfence()
    forgetFlags()
    let flag = allocate()
    assembler.mov(flag, Memory(.rsp, StateOffset.changedCode))
    assembler.test8(Memory(flag), immediate: 1)
    append(.departure, from: assembler.jump(.notZero))
  }

  func emitEnable(_ bits: UInt8) {
    forgetFlags()
    reserve(.rax)
    reserve(.rdx)
    assembler.readTimeStamp()
    assembler.shift(.shl, .rdx, 32, .bits64)
    assembler.arithmetic(.or, .rax, .rdx)
    assembler.arithmetic(.cmp, .rax, Memory(.rsp, StateOffset.quietUntil))
    append(.interpretation, from: assembler.jump(.noCarry))
    assembler.or8(systemMask, immediate: bits)
  }
}

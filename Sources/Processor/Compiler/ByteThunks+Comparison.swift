import X86

/// COMPARE LOGICAL, and AND, OR and EXCLUSIVE OR from storage to storage.
extension ByteThunks {
  static func emitCompare(_ a: inout Assembler) -> UnsafeMutablePointer<UInt8> {
    let start = emitEntry(&a)
    a.lea(.r9, Memory(.rdx, 1))
    a.arithmetic(.cmp, .r9, immediate: 16, .bits32)
    let isShort = a.jump(.carry)
    a.lea(.r10, Memory(.rcx, -16, index: .r9))
    let loop = a.cursor
    a.loadVector(0, Memory(.rcx))
    a.loadVector(1, Memory(.rax))
    a.compareBytes(0, 1)
    a.byteMask(.r8, 0)
    a.arithmetic(.xor, .r8, immediate: 0xFFFF, .bits32)
    let differs = a.jump(.notZero)
    a.arithmetic(.cmp, .rcx, .r10)
    let isEqual = a.jump(.noCarry)
    a.arithmetic(.add, .rcx, immediate: 16)
    a.arithmetic(.add, .rax, immediate: 16)
    a.arithmetic(.cmp, .rcx, .r10)
    back(a.jump(.notAbove), to: loop)
    // The last sixteen begin before this.
    a.arithmetic(.sub, .rcx, .r10)
    a.arithmetic(.sub, .rax, .rcx)
    a.mov(.rcx, .r10)
    back(a.jump(), to: loop)
    a.resolveHere(differs)
    a.lowestBit(.r8, .r8)
    a.zeroExtend8(.rcx, Memory(.rcx, index: .r8))
    a.zeroExtend8(.rax, Memory(.rax, index: .r8))
    a.arithmetic(.cmp, .rcx, .rax, .bits32)
    emitReturn(&a)
    a.resolveHere(isEqual)
    a.arithmetic(.cmp, .rcx, .rcx)
    emitReturn(&a)
    a.resolveHere(isShort)
    emitShortCompare(&a)
    return start
  }
  private static func emitShortCompare(_ a: inout Assembler) {
    var ends: [Fixup] = []
    for size in [8, 4] as [Int32] {
      let width: Width = size == 8 ? .bits64 : .bits32
      a.arithmetic(.cmp, .r9, immediate: size, .bits32)
      let isShorter = a.jump(.carry)
      a.movbe(.r8, Memory(.rcx), width)
      a.movbe(.r10, Memory(.rax), width)
      a.arithmetic(.cmp, .r8, .r10, width)
      ends.append(a.jump(.notZero))
      a.movbe(.r8, Memory(.rcx, -size, index: .r9), width)
      a.movbe(.r10, Memory(.rax, -size, index: .r9), width)
      a.arithmetic(.cmp, .r8, .r10, width)
      ends.append(a.jump())
      a.resolveHere(isShorter)
    }
    let loop = a.cursor
    a.zeroExtend8(.r8, Memory(.rcx))
    a.zeroExtend8(.r10, Memory(.rax))
    a.arithmetic(.cmp, .r8, .r10, .bits32)
    ends.append(a.jump(.notZero))
    a.arithmetic(.add, .rcx, immediate: 1)
    a.arithmetic(.add, .rax, immediate: 1)
    a.arithmetic(.sub, .r9, immediate: 1)
    back(a.jump(.notZero), to: loop)
    for end in ends { a.resolveHere(end) }
    emitReturn(&a)
  }

  /// Eight bytes at a time, unless the target's bytes come up again as the source's within them.
  static func emitCombination(_ a: inout Assembler, _ operation: ArithmeticOperation) -> UnsafeMutablePointer<UInt8> {
    let start = emitEntry(&a)
    a.lea(.r9, Memory(.rdx, 1))
    a.mov(.r8, .rax)
    a.arithmetic(.sub, .r8, .rcx)
    let isSame = a.jump(.zero)
    a.arithmetic(.cmp, .r8, immediate: 8)
    let isNarrow = a.jump(.carry)
    a.resolveHere(isSame)
    a.arithmetic(.xor, .r10, .r10, .bits32)
    let loop = a.cursor
    a.arithmetic(.cmp, .r9, immediate: 8, .bits32)
    let isShort = a.jump(.carry)
    a.mov(.r8, Memory(.rcx))
    a.arithmetic(operation, .r8, Memory(.rax))
    a.mov(Memory(.rax), .r8)
    a.arithmetic(.or, .r10, .r8)
    a.arithmetic(.add, .rcx, immediate: 8)
    a.arithmetic(.add, .rax, immediate: 8)
    a.arithmetic(.sub, .r9, immediate: 8)
    back(a.jump(), to: loop)
    a.resolveHere(isShort)
    let bytes = a.cursor
    a.test(.r9, .r9)
    let end = a.jump(.zero)
    a.zeroExtend8(.r8, Memory(.rcx))
    a.zeroExtend8(.r11, Memory(.rax))
    a.arithmetic(operation, .r8, .r11, .bits32)
    a.mov8(Memory(.rax), .r8)
    a.arithmetic(.or, .r10, .r8)
    a.arithmetic(.add, .rcx, immediate: 1)
    a.arithmetic(.add, .rax, immediate: 1)
    a.arithmetic(.sub, .r9, immediate: 1)
    back(a.jump(), to: bytes)
    a.resolveHere(end)
    a.test(.r10, .r10)
    emitReturn(&a)
    a.resolveHere(isNarrow)
    emitUndecided(&a)
    return start
  }
}

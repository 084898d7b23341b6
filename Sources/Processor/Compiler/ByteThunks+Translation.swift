import X86

/// TRANSLATE, and TRANSLATE AND TEST. R9 is the index.
extension ByteThunks {
  static func emitTranslate(_ a: inout Assembler) -> UnsafeMutablePointer<UInt8> {
    let start = emitEntry(&a)
    a.mov(.r9, 0)
    let loop = a.cursor
    a.zeroExtend8(.r8, Memory(.rcx, index: .r9))
    a.zeroExtend8(.r8, Memory(.rax, index: .r8))
    a.mov8(Memory(.rcx, index: .r9), .r8)
    a.arithmetic(.add, .r9, immediate: 1)
    a.arithmetic(.cmp, .r9, .rdx)
    back(a.jump(.notAbove), to: loop)
    emitReturn(&a)
    return start
  }

  static func emitTranslateAndTest(_ a: inout Assembler) -> UnsafeMutablePointer<UInt8> {
    let start = emitEntry(&a)
    a.mov(.r9, 0)
    let loop = a.cursor
    a.zeroExtend8(.r8, Memory(.rcx, index: .r9))
    a.zeroExtend8(.r8, Memory(.rax, index: .r8))
    a.test(.r8, .r8, .bits32)
    let isFound = a.jump(.notZero)
    a.arithmetic(.add, .r9, immediate: 1)
    a.arithmetic(.cmp, .r9, .rdx)
    back(a.jump(.notAbove), to: loop)
    a.arithmetic(.cmp, .r9, .r9)
    emitReturn(&a)
    a.resolveHere(isFound)
    a.mov(.rcx, .r8)
    a.mov(.rax, .r9)
    a.arithmetic(.cmp, .r9, .rdx)
    let isEarlier = a.jump(.carry)
    a.mov(.r8, 1)
    a.arithmetic(.cmp, .r8, immediate: 0)
    a.resolveHere(isEarlier)
    emitReturn(&a)
    return start
  }
}

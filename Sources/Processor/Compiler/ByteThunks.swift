import X86

/// Loops over operands of bytes that all blocks share. RCX points to the operand that is accessed first, RAX to the other one, RDX
/// has the bytes less one, where nothing else is said. RAX, RCX, RDX and XMM0-XMM2 are lost. With the overflow flag nothing was
/// changed, and the instruction is to be interpreted.
struct ByteThunks {
  /// Moves from RCX to RAX as byte by byte from the left does. RDX stays.
  let move: UnsafeMutablePointer<UInt8>
  /// Zeros at RAX.
  let clear: UnsafeMutablePointer<UInt8>
  /// The flags are those of a CMP of unsigned numbers; the overflow flag says nothing.
  let compare: UnsafeMutablePointer<UInt8>
  /// RAX becomes RAX op RCX; the zero flag says whether all of it is zero.
  private let combinations: InlineArray<3, UnsafeMutablePointer<UInt8>>
  /// Replaces the bytes at RCX by the table at RAX.
  let translate: UnsafeMutablePointer<UInt8>
  /// Looks for a byte at RCX whose entry in the table at RAX is not zero: RAX becomes its index, RCX the entry. Carry: it is not the
  /// last; zero: there is none.
  let translateAndTest: UnsafeMutablePointer<UInt8>
  /// Looks for the byte in RAX in the RDX bytes, one at least, from RCX to the end of the page. Found: carry, and RAX has its index.
  /// Not among them: neither carry nor zero. The overflow flag: not in this page.
  let search: UnsafeMutablePointer<UInt8>
  /// Compares to the first difference or the byte in RDX, whose index goes to RAX; flags as of a CMP: a string that ends is low.
  /// The overflow flag: not before one of them leaves its page.
  let compareStrings: UnsafeMutablePointer<UInt8>

  /// NC, OC, XC.
  enum Combination: UInt64, CaseIterable {
    case and, or, xor
  }
  subscript(combination: Combination) -> UnsafeMutablePointer<UInt8> { combinations[Int(combination.rawValue)] }

  init(_ a: inout Assembler) {
    (move, clear) = ByteThunks.emitMove(&a)
    compare = ByteThunks.emitCompare(&a)
    var combinations = InlineArray<3, UnsafeMutablePointer<UInt8>>(repeating: a.cursor)
    for (k, operation) in [ArithmeticOperation.and, .or, .xor].enumerated() {
      combinations[k] = ByteThunks.emitCombination(&a, operation)
    }
    self.combinations = combinations
    translate = ByteThunks.emitTranslate(&a)
    translateAndTest = ByteThunks.emitTranslateAndTest(&a)
    search = ByteThunks.emitSearch(&a)
    compareStrings = ByteThunks.emitCompareStrings(&a)
  }

  // MARK: Parts

  private static let saved: [Register] = [.r8, .r9, .r10, .r11]

  /// - Returns: where the code begins.
  static func emitEntry(_ a: inout Assembler) -> UnsafeMutablePointer<UInt8> {
    let start = a.cursor
    for r in saved { a.push(r) }
    return start
  }
  /// Neither POP nor RET changes flags.
  static func emitReturn(_ a: inout Assembler) {
    for r in saved.reversed() { a.pop(r) }
    a.ret()
  }
  static func emitUndecided(_ a: inout Assembler) {
    a.mov(.r8, 0x8000_0000)
    a.arithmetic(.cmp, .r8, immediate: 1, .bits32)
    emitReturn(&a)
  }
  /// All bytes of XMM `x` become the one in `r`, which is multiplied with R8.
  static func emitRepeat(_ a: inout Assembler, _ r: Register, _ x: UInt8) {
    a.mov(.r8, 0x0101_0101_0101_0101)
    a.imul(r, .r8)
    a.mov(toFloat: x, r, .bits64)
    a.duplicateLow(x)
  }
  static func back(_ fixup: Fixup, to label: UnsafeMutablePointer<UInt8>) { Assembler.resolve(fixup, to: label) }

  // MARK: Moving

  /// R9 the bytes, R8 where the last sixteen go. The last piece overlaps the one before it.
  private static func emitMove(_ a: inout Assembler) -> (move: UnsafeMutablePointer<UInt8>, clear: UnsafeMutablePointer<UInt8>) {
    let start = emitEntry(&a)
    a.lea(.r9, Memory(.rdx, 1))
    a.mov(.r8, .rax)
    a.arithmetic(.sub, .r8, .rcx)
    a.arithmetic(.cmp, .r8, .r9)
    let overlaps = a.jump(.carry)
    let done = emitPlainMove(&a)
    a.resolveHere(overlaps)
    let fill = emitOverlappingMove(&a, done)

    let clear = emitEntry(&a)
    a.lea(.r9, Memory(.rdx, 1))
    a.mov(.rcx, 0)
    back(a.jump(), to: fill)
    return (start, clear)
  }
  /// - Returns: where a move ends.
  private static func emitPlainMove(_ a: inout Assembler) -> UnsafeMutablePointer<UInt8> {
    a.arithmetic(.cmp, .r9, immediate: 16, .bits32)
    let isShort = a.jump(.carry)
    // It is fetched first: a target that begins a little before the source reaches into it.
    a.loadVector(1, Memory(.rcx, -16, index: .r9))
    emitSixteens(&a, from: .rcx)
    a.storeVector(Memory(.r8), 1)
    let done = a.cursor
    a.arithmetic(.xor, .r8, .r8, .bits32)
    emitReturn(&a)
    a.resolveHere(isShort)
    emitShortMove(&a, done)
    return done
  }
  /// - Returns: where all of an operand becomes the byte in RCX.
  private static func emitOverlappingMove(
    _ a: inout Assembler, _ done: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    a.test(.r8, .r8)
    back(a.jump(.zero), to: done)
    a.arithmetic(.cmp, .r8, immediate: 1)
    let isWide = a.jump(.notZero)
    a.zeroExtend8(.rcx, Memory(.rcx))
    let fill = a.cursor
    emitFill(&a, done)
    a.resolveHere(isWide)
    // What is moved from sixteen bytes on has been moved before it is fetched again.
    a.arithmetic(.cmp, .r8, immediate: 16)
    let isNarrow = a.jump(.carry)
    emitSixteens(&a, from: .rcx)
    a.arithmetic(.sub, .rax, .r8)
    a.arithmetic(.sub, .rcx, .rax)
    a.loadVector(0, Memory(.rcx))
    a.storeVector(Memory(.r8), 0)
    back(a.jump(), to: done)
    a.resolveHere(isNarrow)
    emitUndecided(&a)
    return fill
  }
  /// Stores sixteen bytes at a time at RAX up to the last sixteen, from storage or XMM0.
  private static func emitSixteens(_ a: inout Assembler, from source: Register?) {
    a.lea(.r8, Memory(.rax, -16, index: .r9))
    let loop = a.cursor
    a.arithmetic(.cmp, .rax, .r8)
    let end = a.jump(.noCarry)
    if let source { a.loadVector(0, Memory(source)) }
    a.storeVector(Memory(.rax), 0)
    if let source { a.arithmetic(.add, source, immediate: 16) }
    a.arithmetic(.add, .rax, immediate: 16)
    back(a.jump(), to: loop)
    a.resolveHere(end)
  }
  private static func emitShortMove(_ a: inout Assembler, _ done: UnsafeMutablePointer<UInt8>) {
    for size in [8, 4] as [Int32] {
      a.arithmetic(.cmp, .r9, immediate: size, .bits32)
      let isShorter = a.jump(.carry)
      a.loadFloat(0, Memory(.rcx), isDouble: size == 8)
      a.loadFloat(1, Memory(.rcx, -size, index: .r9), isDouble: size == 8)
      a.storeFloat(Memory(.rax), 0, isDouble: size == 8)
      a.storeFloat(Memory(.rax, -size, index: .r9), 1, isDouble: size == 8)
      back(a.jump(), to: done)
      a.resolveHere(isShorter)
    }
    // One to three: the first, the middle one, the last.
    a.mov(.r8, .r9)
    a.shift(.shr, .r8, 1)
    a.zeroExtend8(.r10, Memory(.rcx))
    a.zeroExtend8(.r11, Memory(.rcx, index: .r8))
    a.zeroExtend8(.rcx, Memory(.rcx, -1, index: .r9))
    a.mov8(Memory(.rax), .r10)
    a.mov8(Memory(.rax, index: .r8), .r11)
    a.mov8(Memory(.rax, -1, index: .r9), .rcx)
    back(a.jump(), to: done)
  }
  /// R9 bytes at RAX become the one in RCX.
  private static func emitFill(_ a: inout Assembler, _ done: UnsafeMutablePointer<UInt8>) {
    emitRepeat(&a, .rcx, 0)
    a.arithmetic(.cmp, .r9, immediate: 16, .bits32)
    let isShort = a.jump(.carry)
    emitSixteens(&a, from: nil)
    a.storeVector(Memory(.r8), 0)
    back(a.jump(), to: done)
    a.resolveHere(isShort)
    for size in [8, 4] as [Int32] {
      a.arithmetic(.cmp, .r9, immediate: size, .bits32)
      let isShorter = a.jump(.carry)
      a.storeFloat(Memory(.rax), 0, isDouble: size == 8)
      a.storeFloat(Memory(.rax, -size, index: .r9), 0, isDouble: size == 8)
      back(a.jump(), to: done)
      a.resolveHere(isShorter)
    }
    a.mov(.r8, .r9)
    a.shift(.shr, .r8, 1)
    a.mov8(Memory(.rax), .rcx)
    a.mov8(Memory(.rax, index: .r8), .rcx)
    a.mov8(Memory(.rax, -1, index: .r9), .rcx)
    back(a.jump(), to: done)
  }
}

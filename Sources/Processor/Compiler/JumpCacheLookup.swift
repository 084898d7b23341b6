import X86

/// Code that goes on at the block whose address is in RAX, or leaves when the jump cache does not have it or something wants attention.
/// Each way out of a page ends with it, so that the host can guess each by itself: it is put together once, and copied.
struct JumpCacheLookup {
  private let start: UnsafePointer<UInt8>
  private let size: Int
  private let exit: UnsafeMutablePointer<UInt8>
  /// Where in it the jumps that leave end.
  private var jumps = InlineArray<3, Int>(repeating: 0)

  /// Puts the code there.
  /// - Parameter exit: leaves to the dispatcher.
  init(_ a: inout Assembler, exit: UnsafeMutablePointer<UInt8>) {
    self.exit = exit
    let start = a.cursor, cache = StateOffset.jumpCache
    self.start = UnsafePointer(start)
    func leave() -> Int {
      let jump = a.jump(.notZero)
      Assembler.resolve(jump, to: exit)
      return jump.end - start
    }
    a.mov(.rcx, .rax, .bits32)
    // Entries are 32 bytes.
    a.shift(.shl, .rcx, UInt8(5 - JumpCache.shift), .bits32)
    a.arithmetic(.and, .rcx, immediate: Int32((JumpCache.count - 1) * 32), .bits32)
    a.arithmetic(.cmp, .rax, Memory(.rsp, cache, index: .rcx))
    jumps[0] = leave()
    a.mov(.rdx, Memory(.rsp, StateOffset.jumpTag))
    a.arithmetic(.cmp, .rdx, Memory(.rsp, cache + 8, index: .rcx))
    jumps[1] = leave()
    a.mov(.rdx, Memory(.rsp, StateOffset.attention))
    a.arithmetic(.cmp, Memory(.rdx), immediate: 0, .bits32)
    jumps[2] = leave()
    a.arithmetic(.and, .rax, immediate: -4096)
    a.mov(Memory(.rsp, StateOffset.fetchPage), .rax)
    a.mov(.rdx, Memory(.rsp, cache + 24, index: .rcx))
    a.mov(Memory(.rsp, StateOffset.fetchHost), .rdx)
    a.jump(Memory(.rsp, cache + 16, index: .rcx))
    size = a.cursor - start
  }

  /// Puts a copy of it here.
  func emit(_ a: inout Assembler) {
    let copy = a.cursor
    a.copy(start, size)
    for k in jumps.indices { Assembler.resolve(Fixup(end: copy + jumps[k]), to: exit) }
  }
}

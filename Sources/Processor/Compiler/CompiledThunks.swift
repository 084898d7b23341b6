import X86

/// The code that all blocks share: into and out of compiled code, calls of what interprets, misses.
struct CompiledThunks {
  /// `enter(state, code)`, for the host's calling convention: RDI, RSI.
  let enter: UnsafeMutablePointer<UInt8>
  /// Leaves to the dispatcher; RAX is the next address.
  let exit: UnsafeMutablePointer<UInt8>
  /// Goes on at the block whose address is in RAX.
  let jumpCacheLookup: JumpCacheLookup
  /// Compares an address with the site of its access.
  let siteComparison: SiteComparison
  /// Calls what interprets the instruction whose text is in RAX. Comes back when the block may go on.
  let routine: UnsafeMutablePointer<UInt8>
  /// Interprets an instruction that lies in two pages. Does not come back.
  let crossing: UnsafeMutablePointer<UInt8>
  /// An access that missed its site, or that has none and was not found in the TLB, by the register that has its address and is to have
  /// the addend: see `MissRecord`. The other registers stay.
  let fetchMiss: MissThunks
  let storeMiss: MissThunks
  /// Leaves for another block of the page, to which the dispatcher may lead a jump: see `LinkRecord`.
  let unlinked: UnsafeMutablePointer<UInt8>
  /// Looks whether something wants attention: the flag zero says that nothing does. All registers stay but RAX.
  let look: UnsafeMutablePointer<UInt8>
  /// The same of a branch that leads from the block whose key is in RAX to another: it does not go on, either, when the block looked so
  /// often in a row that it is worth following its branches (`CompiledState.passingLooks`).
  let passingLook: UnsafeMutablePointer<UInt8>
  /// Computes the flags of a condition code that is late. All registers stay.
  let lateCondition: UnsafeMutablePointer<UInt8>
  /// Loops over bytes.
  let bytes: ByteThunks

  /// - Parameter unsaved: a general register that calls forget to save, for a fault made on purpose.
  init(_ memory: CodeMemory, unsaved: Int? = nil) {
    var a = Assembler(at: memory.cursor)
    enter = a.cursor
    CompiledThunks.emitEnter(&a)
    exit = a.cursor
    a.mov(Memory(.rsp, StateOffset.nextAddress), .rax)
    CompiledThunks.emitPinned(&a, base: .rsp, 0, isStore: true)
    let leave = a.cursor
    CompiledThunks.emitReturn(&a)
    // A called function ended the block: 1 goes on at the next address, 2 leaves. The stack has two words.
    let ended = a.cursor
    a.arithmetic(.add, .rsp, immediate: 16)
    a.arithmetic(.cmp, .rax, immediate: 1, .bits32)
    Assembler.resolve(a.jump(.notZero), to: leave)
    CompiledThunks.emitPinned(&a, base: .rsp, 0, isStore: false)
    a.mov(.rax, Memory(.rsp, StateOffset.nextAddress))
    jumpCacheLookup = JumpCacheLookup(&a, exit: exit)

    routine = a.cursor
    CompiledThunks.emitRoutine(&a, StateOffset.routine, ended: ended, but: unsaved)
    crossing = a.cursor
    CompiledThunks.emitRoutine(&a, StateOffset.crossing, ended: ended)

    fetchMiss = MissThunks(&a, forStore: false, ended: ended)
    storeMiss = MissThunks(&a, forStore: true, ended: ended)
    unlinked = a.cursor
    CompiledThunks.emitUnlinked(&a, exit: exit)
    look = a.cursor
    CompiledThunks.emitLook(&a)
    passingLook = a.cursor
    CompiledThunks.emitPassingLook(&a)
    siteComparison = SiteComparison(&a)
    lateCondition = a.cursor
    CompiledThunks.emitLateCondition(&a)
    bytes = ByteThunks(&a)
    memory.cursor = a.cursor
    memory.blocksStart = a.cursor
  }

  private static let calleeSaved: [Register] = [.rbx, .rbp, .r12, .r13, .r14, .r15]

  private static func emitEnter(_ a: inout Assembler) {
    for r in calleeSaved { a.push(r) }
    a.mov(Memory(.rdi, StateOffset.hostStack), .rsp)
    a.mov(.rsp, .rdi)
    emitFloatControl(&a, 0)
    a.mov(.rax, .rsi)
    emitPinned(&a, base: .rsp, 0, isStore: false)
    a.jump(.rax)
  }
  private static func emitReturn(_ a: inout Assembler) {
    a.mov(.rsp, Memory(.rsp, StateOffset.hostStack))
    for r in calleeSaved.reversed() { a.pop(r) }
    a.ret()
  }
  /// Loads the host's floating-point control if it is another: loading it takes nanoseconds, and what is called mostly leaves it alone.
  private static func emitFloatControl(_ a: inout Assembler, _ displacement: Int32) {
    let isLost = Memory(.rsp, displacement + StateOffset.isFloatControlLost)
    a.arithmetic(.cmp, isLost, immediate: 0, .bits32)
    let isThere = a.jump(.zero)
    a.loadFloatControl(Memory(.rsp, displacement + StateOffset.floatControl))
    a.mov(isLost, immediate: 0, .bits32)
    a.resolveHere(isThere)
  }
  static func emitPinned(
    _ a: inout Assembler, base: Register, _ displacement: Int32, isStore: Bool, but left: Int? = nil
  ) {
    for r in 0..<16 where r != left {
      guard let pinned = HostRegisters.pinned(r) else { continue }
      let m = Memory(base, displacement + StateOffset.gr + Int32(8 * r))
      if isStore { a.mov(m, pinned) } else { a.mov(pinned, m) }
    }
  }
  private static func emitRoutine(
    _ a: inout Assembler, _ function: Int32, ended: UnsafeMutablePointer<UInt8>, but left: Int? = nil
  ) {
    a.arithmetic(.sub, .rsp, immediate: 8)
    emitPinned(&a, base: .rsp, 16, isStore: true, but: left)
    a.mov(.rsi, .rax)
    emitCall(&a, function, ended: ended)
    a.ret()
  }
  private static func emitUnlinked(_ a: inout Assembler, exit: UnsafeMutablePointer<UInt8>) {
    a.pop(.rcx)
    a.mov(.rax, Memory(.rcx, LinkRecord.distanceOffset), .bits32)
    a.signExtend32(.rax, .rax)
    a.arithmetic(.add, .rax, .rcx)
    a.mov(Memory(.rsp, StateOffset.link), .rax)
    a.mov(.rax, Memory(.rcx, LinkRecord.targetOffset), .bits32)
    a.arithmetic(.add, .rax, Memory(.rsp, StateOffset.fetchPage))
    Assembler.resolve(a.jump(), to: exit)
  }
  /// Calls the function whose address is in the state, two words above RSP. Its second argument is in RSI.
  static func emitCall(_ a: inout Assembler, _ function: Int32, ended: UnsafeMutablePointer<UInt8>) {
    a.lea(.rdi, Memory(.rsp, 16))
    a.call(Memory(.rsp, 16 + function))
    emitFloatControl(&a, 16)
    a.test(.rax, .rax, .bits32)
    Assembler.resolve(a.jump(.notZero), to: ended)
    emitPinned(&a, base: .rsp, 16, isStore: false)
    a.arithmetic(.add, .rsp, immediate: 8)
  }

  /// Instructions between two looks of branches back whether something wants attention.
  static let patience: Int32 = 1024

  private static func emitLook(_ a: inout Assembler) {
    let untilLook = Memory(.rsp, 8 + StateOffset.untilLook)
    a.mov(.rax, UInt64(patience))
    a.arithmetic(.sub, .rax, untilLook)
    a.arithmetic(.add, Memory(.rsp, 8 + StateOffset.instructionCount), .rax)
    a.mov(untilLook, immediate: patience, .bits64)
    a.mov(.rax, Memory(.rsp, 8 + StateOffset.attention))
    a.arithmetic(.cmp, Memory(.rax), immediate: 0, .bits32)
    a.ret()
  }

  /// Looks in a row after which a block is compiled again, following branches.
  static let passingLimit: Int32 = 32

  private static func emitPassingLook(_ a: inout Assembler) {
    let count = Memory(.rsp, 8 + StateOffset.passingLooks)
    a.arithmetic(.cmp, .rax, Memory(.rsp, 8 + StateOffset.passingBlock))
    let isSame = a.jump(.zero)
    a.mov(Memory(.rsp, 8 + StateOffset.passingBlock), .rax)
    a.mov(count, immediate: 0, .bits32)
    a.resolveHere(isSame)
    a.arithmetic(.add, count, immediate: 1, .bits32)
    a.arithmetic(.cmp, count, immediate: passingLimit, .bits32)
    let isEnough = a.jump(.above)
    emitLook(&a)
    a.resolveHere(isEnough)
    a.ret()
  }

  /// As `LateCondition.index` does.
  private static func emitLateCondition(_ a: inout Assembler) {
    let saved: [Register] = [.rax, .rcx, .rdx], state = Int32(8 * saved.count + 8)
    for r in saved { a.push(r) }
    a.mov(.rcx, Memory(.rsp, state + StateOffset.condition), .bits32)
    a.mov(.rax, Memory(.rsp, state + StateOffset.conditionValue))
    a.mov(.rdx, Memory(.rsp, state + StateOffset.addend))
    a.test8(Memory(.rsp, state + StateOffset.condition + 2), immediate: UInt8(LateCondition.narrow >> 16))
    let isWide = a.jump(.zero)
    a.shift(.shl, .rax, 32, .bits64)
    a.shift(.shl, .rdx, 32, .bits64)
    a.resolveHere(isWide)
    a.shift(.shr, .rcx, UInt8(LateCondition.operationShift), .bits32)
    a.arithmetic(.and, .rcx, immediate: 3, .bits32)
    let operations: [(operation: LateCondition.Operation, undone: ArithmeticOperation?, done: ArithmeticOperation?)] = [
      (.sum, .sub, .add), (.difference, .add, .sub), (.comparison, nil, .cmp), (.test, nil, nil),
    ]
    var ends: [Fixup] = []
    for row in operations {
      a.arithmetic(.cmp, .rcx, immediate: Int32(row.operation.rawValue), .bits32)
      let isAnother = a.jump(.notZero)
      if let undone = row.undone { a.arithmetic(undone, .rax, .rdx) }
      if let done = row.done { a.arithmetic(done, .rax, .rdx) } else { a.test(.rax, .rax) }
      ends.append(a.jump())
      a.resolveHere(isAnother)
    }
    for end in ends { a.resolveHere(end) }
    a.mov(.rcx, Memory(.rsp, state + StateOffset.condition), .bits32)
    a.mov(.rax, 0)
    a.lahf()
    a.set(.overflow, .rax)
    a.arithmetic(.and, .rcx, immediate: 0xF_0000, .bits32)
    a.arithmetic(.or, .rcx, .rax, .bits32)
    a.mov(Memory(.rsp, state + StateOffset.condition), .rcx, .bits32)
    for r in saved.reversed() { a.pop(r) }
    a.ret()
  }
}

/// What lies behind the call of an exit that is not linked yet.
enum LinkRecord {
  /// From where the call would return to: the distance to where the jump's displacement ends, 32 bits; and the offset in the page of
  /// the block that it is to lead to, 32 bits.
  static let distanceOffset: Int32 = 0
  static let targetOffset: Int32 = 4
}

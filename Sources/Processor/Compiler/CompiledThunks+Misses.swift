import Storage
import X86

/// What lies behind the call of a miss and the jump that follows it, where the access goes on: eight bytes in the place of instructions
/// that would pass them. Behind it lies what a store goes on with that is to be interpreted.
enum MissRecord {
  /// From where the call returns to: the distance to the site, with what is said of it (`SiteAccess`), 32 bits; 0: it has none.
  static let siteOffset: Int32 = 5
  /// `CompiledState.descriptor`; 0 when it is there already.
  static let descriptorOffset: Int32 = 9
  /// Where it ends.
  static let end: Int32 = 13
}

/// The code of a miss, for each of the scratch registers.
struct MissThunks {
  private var sited = InlineArray<3, Int>(repeating: 0)
  private var unsited = InlineArray<3, Int>(repeating: 0)
  private let start: UnsafeMutablePointer<UInt8>

  init(_ a: inout Assembler, forStore: Bool, ended: UnsafeMutablePointer<UInt8>) {
    start = a.cursor
    for k in 0..<HostRegisters.scratchCount {
      sited[k] = a.cursor - start
      unsited[k] = CompiledThunks.emitMiss(&a, forStore: forStore, HostRegisters.scratch(k), ended: ended) - start
    }
  }
  /// The code for a scratch register.
  func of(_ r: Register, hasSite: Bool) -> UnsafeMutablePointer<UInt8> {
    start + (hasSite ? sited[Int(r.number)] : unsited[Int(r.number)])
  }
}

/// What an access goes through that missed its site: the TLB, its large frames, then the function that translates.
extension CompiledThunks {
  /// A field of the state, above the return address.
  private static func at(_ field: Int32, index: Register? = nil) -> Memory { Memory(.rsp, 8 + field, index: index) }
  /// A field of an entry of the TLB, whose number is in a register.
  private static func at(_ fields: Int32, entry: Register) -> Memory { Memory(.rsp, 8 + fields, index: entry, scale: 3) }

  /// Looks into the TLB; what is there goes into the site.
  /// - Parameter r: has the address, and is to have the addend.
  /// - Returns: where accesses begin that have no site and were not found in the TLB.
  fileprivate static func emitMiss(
    _ a: inout Assembler, forStore: Bool, _ r: Register, ended: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    emitArguments(&a, r, hasSite: true)
    emitLastByte(&a)
    a.arithmetic(.and, .rdx, immediate: -4096)
    a.arithmetic(.or, .rdx, at(StateOffset.dataTag))
    a.mov(.rcx, .rax, .bits32)
    emitEntryNumber(&a, .rcx)
    a.arithmetic(.cmp, .rdx, at(forStore ? StateOffset.writeTags : StateOffset.readTags, entry: .rcx))
    let isUnknown = a.jump(.notZero)
    let known = a.cursor
    let isEnough = emitSite(&a)
    let done = a.cursor
    emitReturn(&a, r)

    let translation = a.cursor
    emitArguments(&a, r, hasSite: false)
    a.resolveHere(isUnknown)
    if !forStore { for fixup in emitLargeFrame(&a, known: known, done: done) { a.resolveHere(fixup) } }
    for fixup in isEnough { a.resolveHere(fixup) }
    a.arithmetic(.sub, .rsp, immediate: 8)
    emitPinned(&a, base: .rsp, 16, isStore: true)
    emitCall(&a, forStore ? StateOffset.storeMiss : StateOffset.fetchMiss, ended: ended)
    if forStore {
      // A store that cannot be made in one piece is interpreted: addend 0 says so.
      a.arithmetic(.cmp, at(StateOffset.accessAddend), immediate: 0, .bits64)
      Assembler.resolve(a.jump(.notZero), to: done)
      a.arithmetic(.add, Memory(.rsp), immediate: MissRecord.end)
    }
    emitReturn(&a, r)
    return translation
  }
  /// Saves the scratch registers and notes what the record says. RAX is the address.
  private static func emitArguments(_ a: inout Assembler, _ r: Register, hasSite: Bool) {
    emitScratch(&a)
    a.mov(at(StateOffset.accessAddress), r)
    a.mov(.rax, r)
    a.mov(.rcx, Memory(.rsp))
    a.mov(.rdx, Memory(.rcx, MissRecord.descriptorOffset), .bits32)
    a.test(.rdx, .rdx, .bits32)
    let isThere = a.jump(.zero)
    a.mov(at(StateOffset.descriptor), .rdx, .bits32)
    a.resolveHere(isThere)
    guard hasSite else { return a.mov(at(StateOffset.accessSite), immediate: 0, .bits64) }
    a.mov(.rdx, Memory(.rcx, MissRecord.siteOffset), .bits32)
    a.signExtend32(.rdx, .rdx)
    a.arithmetic(.add, .rdx, .rcx)
    a.mov(at(StateOffset.accessSite), .rdx)
  }
  /// Returns with the addend in its register.
  private static func emitReturn(_ a: inout Assembler, _ r: Register) {
    for k in 0..<HostRegisters.scratchCount {
      let scratch = HostRegisters.scratch(k)
      a.mov(scratch, at(scratch == r ? StateOffset.accessAddend : StateOffset.saved + Int32(8 * k)))
    }
    a.ret()
  }
  private static func emitScratch(_ a: inout Assembler) {
    for k in 0..<HostRegisters.scratchCount { a.mov(at(StateOffset.saved + Int32(8 * k)), HostRegisters.scratch(k)) }
  }
  /// The address of the operand's last byte into RDX. The whole descriptor is fetched: a part of what was just stored comes late.
  private static func emitLastByte(_ a: inout Assembler) {
    a.mov(.rdx, at(StateOffset.descriptor), .bits32)
    a.shift(.shr, .rdx, 24, .bits32)
    a.arithmetic(.add, .rdx, .rax)
  }
  /// From bits 32-63 of an address the number of its entry in the TLB.
  private static func emitEntryNumber(_ a: inout Assembler, _ r: Register) {
    a.shift(.shr, r, 12, .bits32)
    a.arithmetic(.and, r, immediate: Int32(TLB.count - 1), .bits32)
  }

  /// Fills the site from the entry in RCX for the address in RAX, as `fillSite` does.
  /// - Returns: jumps that are taken when the function is to look at what the access does.
  private static func emitSite(_ a: inout Assembler) -> [Fixup] {
    // As `TLB.noteData` does.
    a.mov(.rdx, at(StateOffset.frames, entry: .rcx), .bits32)
    a.shift(.shr, .rdx, 1, .bits32)
    a.arithmetic(.and, .rdx, immediate: Int32(TLB.originCount - 1), .bits32)
    a.mov8(at(StateOffset.origins, index: .rdx), immediate: 1)
    a.mov(.rcx, at(StateOffset.addends, entry: .rcx))
    a.mov(at(StateOffset.accessAddend), .rcx)
    a.mov(.rdx, at(StateOffset.accessSite))
    a.arithmetic(.and, .rdx, immediate: ~Int32(SiteAccess.mask))
    a.arithmetic(.and, .rax, immediate: -4096)
    a.arithmetic(.or, .rax, at(StateOffset.siteTag))
    a.test8(history(AccessHistory.factsOffset), immediate: AccessHistory.isSampled)
    let isSampled = a.jump(.notZero)
    a.test8(at(StateOffset.accessSite), immediate: UInt8(SiteAccess.isLater.rawValue))
    let isLater = a.jump(.notZero)
    a.arithmetic(.sub, history(AccessHistory.countOffset), immediate: AccessHistory.miss, .bits32)
    let isEnough = a.jump(.carry)
    a.resolveHere(isLater)
    a.mov(Memory(.rdx), .rax)
    let isFilled = a.jump()
    a.resolveHere(isSampled)
    let isClear = emitSample(&a)
    a.resolveHere(isFilled)
    a.mov(Memory(.rdx, 8), .rcx)
    a.test8(at(StateOffset.accessSite), immediate: UInt8(SiteAccess.hasLimit.rawValue))
    let isDone = a.jump(.zero)
    emitLimit(&a)
    a.resolveHere(isDone)
    return [isEnough, isClear]
  }
  /// A field of the history of the site at RDX.
  private static func history(_ field: Int32) -> Memory { Memory(.rdx, Int32(CodeMemory.historyOffset) + field) }
  /// Notes the tag in RAX of an execution that is sampled, as `AccessHistory.sample` and, of a later one of a loop, `noteTag` do.
  /// - Returns: a jump that is taken when sampling ended.
  private static func emitSample(_ a: inout Assembler) -> Fixup {
    a.test8(at(StateOffset.accessSite), immediate: UInt8(SiteAccess.isLater.rawValue))
    let isLater = a.jump(.notZero)
    a.arithmetic(.cmp, history(AccessHistory.tagOffset), .rax, .bits32)
    let isOther = a.jump(.notZero)
    a.arithmetic(.add, history(AccessHistory.countOffset), immediate: AccessHistory.gain, .bits32)
    let isNoted = a.jump(.noCarry)
    let hasEnded = a.cursor
    a.or8(history(AccessHistory.factsOffset), immediate: AccessHistory.hasEnded)
    let isClear = a.jump()
    a.resolveHere(isOther)
    a.arithmetic(.sub, history(AccessHistory.countOffset), immediate: AccessHistory.loss, .bits32)
    Assembler.resolve(a.jump(.carry), to: hasEnded)
    a.resolveHere(isLater)
    a.mov(history(AccessHistory.tagOffset), .rax, .bits32)
    a.resolveHere(isNoted)
    return isClear
  }

  /// Sets the limit beside the site at RDX, as `RisingAccess.limit` says.
  private static func emitLimit(_ a: inout Assembler) {
    a.mov(.rax, at(StateOffset.accessAddress))
    a.mov(.rcx, at(StateOffset.descriptor), .bits32)
    a.shift(.shr, .rcx, 24, .bits32)
    a.arithmetic(.or, .rax, immediate: 0xFFF)
    a.arithmetic(.add, .rax, immediate: 1)
    let isLast = a.jump(.zero)
    a.arithmetic(.sub, .rax, .rcx)
    a.resolveHere(isLast)
    a.mov(Memory(.rdx, Int32(SiteAccess.limitOffset)), .rax)
  }

  /// Looks for the large frame of the address in RAX; what is found goes into the TLB. Under a key other than zero no tag is equal.
  /// - Returns: jumps that are taken when the function is to translate.
  private static func emitLargeFrame(
    _ a: inout Assembler, known: UnsafeMutablePointer<UInt8>, done: UnsafeMutablePointer<UInt8>
  ) -> [Fixup] {
    let large = StateOffset.largeTLB, stride = MemoryLayout<LargeTLBEntry>.stride
    emitLastByte(&a)
    a.mov(.rcx, .rdx)
    a.arithmetic(.xor, .rcx, .rax)
    a.arithmetic(.and, .rcx, immediate: -4096)
    let crosses = a.jump(.notZero)
    a.arithmetic(.and, .rdx, immediate: -(1 << 20))
    a.arithmetic(.or, .rdx, at(StateOffset.dataTag))
    a.mov(.rcx, .rax, .bits32)
    a.shift(.shr, .rcx, UInt8(20 - stride.trailingZeroBitCount), .bits32)
    a.arithmetic(.and, .rcx, immediate: Int32((TLB.largeCount - 1) * stride), .bits32)
    a.arithmetic(.cmp, .rdx, at(large + LargeTLBEntry.tagOffset, index: .rcx))
    let isNone = a.jump(.notZero)
    // The block's number in the frame, for its key and its address.
    a.shift(.shr, .rax, 12, .bits32)
    a.zeroExtend8(.rax, .rax)
    a.mov(.rdx, at(large + LargeTLBEntry.keysOffset, index: .rcx))
    a.test8(Memory(.rdx, 0, index: .rax), immediate: StorageKey.referenceBit)
    let isFirst = a.jump(.zero)
    a.mov(.rdx, at(large + LargeTLBEntry.addendOffset, index: .rcx))
    a.mov(at(StateOffset.accessAddend), .rdx)
    a.mov(.rcx, at(large + LargeTLBEntry.frameOffset, index: .rcx))
    a.shift(.shl, .rax, 12, .bits32)
    a.arithmetic(.or, .rcx, .rax)
    // As `CPU.resolve` does for a fetch; stores are translated anew.
    a.mov(.rax, at(StateOffset.accessAddress), .bits32)
    emitEntryNumber(&a, .rax)
    a.mov(at(StateOffset.writeTags, entry: .rax), immediate: -1, .bits64)
    a.mov(at(StateOffset.addends, entry: .rax), .rdx)
    a.mov(at(StateOffset.frames, entry: .rax), .rcx)
    a.mov(.rdx, at(StateOffset.accessAddress))
    a.arithmetic(.and, .rdx, immediate: -4096)
    a.arithmetic(.or, .rdx, at(StateOffset.dataTag))
    a.mov(at(StateOffset.readTags, entry: .rax), .rdx)
    a.mov(.rcx, .rax)
    a.mov(.rax, at(StateOffset.accessAddress))
    a.arithmetic(.cmp, at(StateOffset.accessSite), immediate: 0, .bits64)
    Assembler.resolve(a.jump(.notZero), to: known)
    Assembler.resolve(a.jump(), to: done)
    return [crosses, isNone, isFirst]
  }
}

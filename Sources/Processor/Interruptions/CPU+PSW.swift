import CHost
import ChannelIO
import ServiceProcessor
import Synchronization

/// The PSW as a whole, and what depends on it.
extension CPU {
  /// The current PSW, its address that of the next instruction.
  package var psw: PSW {
    PSW(
      mask: s.pointee.pswMask | s.pointee.conditionCode &<< PSW.conditionCodeShift, instructionAddress: s.pointee.nextAddress)
  }

  /// Makes `psw` current. An invalid one is current too; the exception follows before the next instruction.
  package mutating func load(_ psw: PSW) {
    s.pointee.nextAddress = psw.instructionAddress
    s.pointee.conditionCode = (psw.mask & PSW.conditionCode) &>> PSW.conditionCodeShift
    setPSWMask(psw.mask & ~PSW.conditionCode)
    hasInvalidPSW = psw.isInvalid(isZArchitecture: s.pointee.isZArchitecture)
    if hasInvalidPSW {
      invalidPSWLength = 0
      requestAnotherLook()
    }
  }

  /// Changes PSW bits 0-63 (the condition code excepted) and what follows from them: addressing, space, key, state.
  mutating func setPSWMask(_ mask: UInt64) {
    let old = s.pointee.pswMask
    s.pointee.pswMask = mask
    s.pointee.addressMask = AddressingMode(mask).addressMask
    let changed = old ^ mask
    if changed & (PSW.dat | PSW.addressSpace | PSW.key) != 0 { addressingChanged() }
    if changed & (PSW.problemState | PSW.addressSpace) != 0 { selectHandlers() }
    // Stores that were not watched are from now on.
    if changed & mask & PSW.per != 0 { tlb.flushWriteTags() }
    let enabled = mask & ~old
    if changed & PSW.per | enabled & PSW.wait != 0 || isInterruptionPossible(enabled) { requestAnotherLook() }
  }

  /// Whether an interruption may be pending that `enabled`, bits of the PSW that became one, allows: only then must the CPU look
  /// before the next instruction. Who makes one pending later asks for attention itself.
  private func isInterruptionPossible(_ enabled: UInt64) -> Bool {
    if enabled & (PSW.io | PSW.external | PSW.machineCheck) == 0 { return false }
    if !signals.pending.isEmpty || complex.hasFloatingCondition { return true }
    if enabled & PSW.io != 0 && complex.channelSubsystem.pendingInterruptions != 0 { return true }
    return enabled & PSW.external != 0 && (complex.serviceProcessor.isServiceSignalPending || isTimerDue(enabled))
  }
  /// Whether a timer condition has come up since `armTimer` looked. If not, and nothing else that `enabled` allows is pending, the
  /// next one who enables need not look again for as long: whoever makes something pending asks for attention, and a timer that is
  /// set ends it. No host with compiled code counts less than one in a nanosecond.
  private func isTimerDue(_ enabled: UInt64) -> Bool {
    let ticks = chost_ticks()
    // What was noted counts only where code is compiled: other hosts may have no such ticks.
    if ticks < s.pointee.compiled.quietUntil && s.pointee.compiled.compiler != nil { return false }
    let now = TODClock.monotonic(), moment = s.pointee.timerMoment
    if moment <= now { return true }
    if enabled & PSW.io != 0 {
      s.pointee.compiled.quietUntil = ticks &+ UInt64(TODClock.nanoseconds(units: min(moment &- now, 1 << 22)))
    }
    return false
  }

  /// Chooses the dispatch table of the current mode.
  mutating func selectHandlers() {
    handlers = dispatch.table(
      isProblemState: s.pointee.pswMask & PSW.problemState != 0, isZArchitecture: s.pointee.isZArchitecture,
      isSecondarySpace: addressSpace == .secondary)
  }

  /// Carries out, in the secondary-space mode, an instruction whose operand is in the primary space, as its text is.
  mutating func withOperandInInstructionSpace(
    _ operation: (inout CPU) throws(ProgramInterruption) -> Void
  ) throws(ProgramInterruption) {
    let mask = s.pointee.pswMask, tag = s.pointee.dataTag
    s.pointee.pswMask &= ~PSW.addressSpace
    s.pointee.dataTag = s.pointee.instructionTag
    defer {
      s.pointee.pswMask = mask
      s.pointee.dataTag = tag
    }
    try operation(&self)
  }

  /// The space, the key or an ASCE changed: computes the tag of data accesses anew and forgets the fetch page.
  mutating func addressingChanged() {
    forgetFetchPage()
    let key = UInt64(accessKey)
    guard isTranslating else {
      s.pointee.dataTag = key
      s.pointee.instructionTag = key
      return
    }
    let space = addressSpace
    // Both contexts may be new: should the second void the first, `contextTag` comes here again with room for both.
    let data = space == .secondary ? contextTag(ASCE(s.pointee.cr[7])) : 0
    let instructions = contextTag(ASCE(s.pointee.cr[space == .home ? 13 : 1]))
    s.pointee.instructionTag = instructions | key
    switch space {
    case .primary, .home: s.pointee.dataTag = instructions | key
    case .secondary: s.pointee.dataTag = (tlb.context(ofASCE: s.pointee.cr[7]) ?? data) | key
    case .accessRegister: s.pointee.dataTag = TLB.noContext
    }
  }

  /// Sets control register `r` and what follows from it. Nothing is flushed when an ASCE changes: tags tell spaces apart.
  package mutating func setControlRegister(_ r: Int, _ v: UInt64) {
    let old = s.pointee.cr[unchecked: r]
    s.pointee.cr[unchecked: r] = v
    if old == v { return }
    switch r {
    case 0:
      if (old ^ v) & CR0.translation != 0 { flushTLB() }
      requestAnotherLook()
    case 1, 7, 13: addressingChanged()
    case 6, 12, 14: requestAnotherLook()
    case 9, 10, 11:
      if s.pointee.pswMask & PSW.per != 0 {
        tlb.flushWriteTags()
        requestAnotherLook()
      }
    default: break
    }
  }
}

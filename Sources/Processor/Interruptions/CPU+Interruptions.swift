import Storage

/// Taking interruptions: old PSW, identification, new PSW (chapter 6).
extension CPU {
  /// Stores into the prefix area, which the architecture exempts from protection. Prefixing keeps it inside storage.
  @inline(__always) func storeLow<T: FixedWidthInteger & BitwiseCopyable>(_ v: T, _ real: UInt64) {
    storeLow(v, real, in: storage)
  }
  @inline(__always) private func storeLow<T: FixedWidthInteger & BitwiseCopyable>(
    _ v: T, _ real: UInt64, in storage: borrowing AbsoluteStorage
  ) {
    let absolute = AbsoluteAddress(prefixed(real))
    guard storage.contains(absolute, count: 16) else { return }
    storage.recordChange(absolute)
    if s.pointee.isRunUndoable { storeLog?.record(storage.host(absolute), UInt64(MemoryLayout<T>.size)) }
    storage.store(v, at: absolute)
  }
  @inline(__always) private func loadLow(_ real: UInt64, in storage: borrowing AbsoluteStorage) -> UInt64 {
    let absolute = AbsoluteAddress(prefixed(real))
    guard storage.contains(absolute, count: 8) else { return 0 }
    storage.recordReference(absolute)
    return storage.load(UInt64.self, at: absolute)
  }

  /// Exchanges PSWs for an interruption of class `c`.
  mutating func swapPSW(_ c: InterruptionClass) {
    // Held once for all of it.
    let old = psw, storage = storage
    if s.pointee.isZArchitecture {
      storeLow(old.mask, c.pair.old, in: storage)
      storeLow(old.instructionAddress, c.pair.old + 8, in: storage)
      load(PSW(mask: loadLow(c.pair.new, in: storage), instructionAddress: loadLow(c.pair.new + 8, in: storage)))
    } else {
      storeLow(old.short, c.shortPair.old, in: storage)
      load(PSW(short: loadLow(c.shortPair.new, in: storage)))
    }
    interruptionCounts[c.rawValue] &+= 1
    // PER was reported or is discarded with the PSW that enabled it.
    s.pointee.perCode = 0
  }

  /// Exchanges PSWs for a program interruption. When nothing else happens any more, as each interrupts the first instruction that
  /// the one before it led to, the machine is told, once; the architecture knows no end of it.
  mutating func swapProgramPSW() {
    let begun = s.pointee.instructionAddress, mask = s.pointee.pswMask
    swapPSW(.program)
    let isRepeated = s.pointee.nextAddress == begun && s.pointee.pswMask == mask
    repeatedInterruptions = isRepeated ? repeatedInterruptions &+ 1 : 0
    if repeatedInterruptions == CPU.endlessInterruptions { complex.services.stateChanged(address, .interruptionLoop(psw)) }
  }
  /// So many in a row take a fraction of a second, in which a channel program may still have changed the new PSW.
  static let endlessInterruptions = 1 << 20

  /// A program interruption: `cause` was thrown by the current instruction or by fetching it.
  mutating func interruptProgram(_ cause: ProgramInterruption, fetching: Bool) {
    let state = s
    programInterruptionObserver?(self, cause)
    isExecuteTarget = false
    // The instruction did not use what it was watched for.
    if isWatched && !cause.isCompleting { watch.hit = nil }
    // What a nullified or suppressed instruction did not do is no event; that it was fetched is one.
    if !cause.isCompleting { state.pointee.perCode &= fetching ? 0 : PEREvent.code(PEREvent.instructionFetching) }
    if cause.isNullifying {
      state.pointee.nextAddress = state.pointee.instructionAddress
    } else if fetching {
      state.pointee.nextAddress =
        (state.pointee.instructionAddress &+ state.pointee.instructionLength) & state.pointee.addressMask
    }
    storeProgramIdentification(cause)
    swapProgramPSW()
  }

  /// The interruption code and what goes with it. A PER event of the same instruction is reported in the same interruption.
  mutating func storeProgramIdentification(_ cause: ProgramInterruption) {
    let state = s
    var code = cause.rawValue
    if state.pointee.perCode != 0 {
      code |= ProgramInterruption.per.rawValue
      storePERIdentification()
    }
    storeLow(UInt32(truncatingIfNeeded: state.pointee.instructionLength) &<< 16 | UInt32(code), Lowcore.programLength)
    if cause == .data { storeLow(UInt32(state.pointee.dataExceptionCode), Lowcore.dataExceptionCode) }
    if cause == .pageTranslation { storeLow(state.pointee.operandAccessIdentification, Lowcore.operandAccessIdentification) }
    if cause == .monitorEvent {
      storeLow(state.pointee.monitorClass, Lowcore.monitorClass)
      if state.pointee.isZArchitecture {
        storeLow(state.pointee.monitorCode, Lowcore.monitorCode)
      } else {
        storeLow(UInt32(truncatingIfNeeded: state.pointee.monitorCode), Lowcore.shortMonitorCode)
      }
    }
    if cause.storesTranslationExceptionIdentification {
      let identification = state.pointee.translationExceptionIdentification
      if state.pointee.isZArchitecture {
        storeLow(identification, Lowcore.translationExceptionIdentification)
      } else {
        storeLow(UInt32(truncatingIfNeeded: identification), Lowcore.shortTranslationExceptionIdentification)
      }
    }
    if cause.storesExceptionAccessIdentification {
      storeLow(state.pointee.exceptionAccessIdentification, Lowcore.exceptionAccessIdentification)
    }
    if state.pointee.isZArchitecture { storeLow(state.pointee.breakingEventAddress, Lowcore.breakingEventAddress) }
  }

  /// SUPERVISOR CALL. The instruction has completed: its length and code identify it.
  mutating func interruptSupervisorCall(code: UInt8) {
    storeLow(UInt32(truncatingIfNeeded: s.pointee.instructionLength) &<< 16 | UInt32(code), Lowcore.supervisorCallLength)
    let per = s.pointee.perCode, address = s.pointee.perAddress
    swapPSW(.supervisorCall)
    s.pointee.perCode = per
    s.pointee.perAddress = address
  }

  /// An external interruption.
  mutating func interruptExternal(_ code: ExternalInterruption, parameter: UInt32? = nil, cpuAddress: UInt16 = 0) {
    if let parameter { storeLow(parameter, Lowcore.externalParameter) }
    storeLow(cpuAddress, Lowcore.externalCPUAddress)
    storeLow(code.rawValue, Lowcore.externalCode)
    swapPSW(.external)
  }
}

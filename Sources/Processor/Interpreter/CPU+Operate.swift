import CHost
import ChannelIO
import ServiceProcessor
import Storage
import Synchronization

/// The CPU's life on its thread: stopped, operating, waiting, and what it looks at between instructions.
extension CPU {
  /// Runs until `quit` is posted. To be called on the thread that owns the CPU.
  package mutating func operate() {
    // A page of storage that the host cannot give makes us look before the next instruction.
    chost_set_fault_attention(UnsafeMutableRawPointer(attention).assumingMemoryBound(to: UInt32.self))
    while takeTurn() {}
    chost_set_fault_attention(nil)
  }

  /// Obeys requests, then takes one interruption, or waits, or executes until something wants attention.
  /// - Returns: false when `quit` is posted.
  package mutating func takeTurn() -> Bool {
    finishDurableStores()
    attention.pointee.store(0, ordering: .sequentiallyConsistent)
    if !storage.regions.isEmpty { checkRegions() }
    let pending = signals.pending
    if pending.contains(.quit) { return false }
    handleRequests(pending)
    guard signals.state == .operating else {
      signals.sleep(nanoseconds: -1)
      return true
    }
    if hasInvalidPSW {
      hasInvalidPSW = false
      s.pointee.instructionLength = invalidPSWLength
      s.pointee.instructionAddress = s.pointee.nextAddress
      interruptEarlySpecification()
      requestAnotherLook()
      // There may be no end of them.
      if isWatched { _ = stopsAfterInstruction() }
      return true
    }
    let holdsInterruptions = isWatched && (watch.holdsInterruptions || passesBreakpoint)
    if !holdsInterruptions && takeInterruption() {
      requestAnotherLook()
      return true
    }
    if s.pointee.pswMask & PSW.wait != 0 {
      // Nothing but an interruption ends a wait, be it the first of many steps.
      if holdsInterruptions {
        watch.holdsInterruptions = false
        return true
      }
      waitForInterruption()
      return true
    }
    run()
    return true
  }

  /// One stretch of execution.
  private mutating func run() {
    signals.isExecuting.store(true, ordering: .sequentiallyConsistent)
    defer { signals.isExecuting.store(false, ordering: .sequentiallyConsistent) }
    // Who asked before saw a CPU that does not execute, and does not wait for it: look first.
    if attention.pointee.load(ordering: .sequentiallyConsistent) != 0 { return }
    if isWatched {
      armTimer()
      executeWatched()
    } else if isPERActive || watchesEachInstruction || tracesImplicitly {
      executeOne()
      requestAnotherLook()
    } else {
      // What came up since interruptions were looked at must not wait for the alarm.
      if armTimer() && s.pointee.pswMask & PSW.external != 0 { return requestAnotherLook() }
      executeInstructions()
    }
  }

  /// Executes instructions until `attention` is requested, compiled or one by one.
  package mutating func executeInstructions() {
    if let compiler { executeCompiled(compiler) } else { execute() }
  }

  /// Makes the loop come back here before the next instruction.
  @inline(__always) func requestAnotherLook() { attention.pointee.store(1, ordering: .relaxed) }

  /// A PSW that was invalid when loaded: specification exception, ILC 0, the old PSW is the invalid one.
  private mutating func interruptEarlySpecification() {
    programInterruptionObserver?(self, .specification)
    storeProgramIdentification(.specification)
    swapProgramPSW()
  }

  /// Requests that are obeyed in any state.
  private mutating func handleRequests(_ pending: PendingConditions) {
    if pending.isEmpty { return }
    signals.withdraw(.floating)
    if !signals.withdraw(.flushTLB).isEmpty { flushTLB() }
    if !signals.withdraw(.work).isEmpty { complex.services.performQueuedWork(&self) }
    if !signals.withdraw(.initialReset).isEmpty { initialReset(isZArchitecture: s.pointee.isZArchitecture) }
    if !signals.withdraw(.reset).isEmpty { reset() }
    if pending.contains(.order) { obeyOrder() }
    if !signals.pending.isDisjoint(with: [.stop, .stopAndStoreStatus]) {
      if pending.contains(.stopAndStoreStatus) { storeStatus(at: 0) }
      if signals.state == .operating { enter(.stopped) }
      // Only now: who senses meanwhile finds the CPU busy, never still operating.
      signals.withdraw([.stop, .stopAndStoreStatus])
    }
    if pending.contains(.start) {
      if signals.state == .stopped { enter(.operating) }
      signals.withdraw(.start)
    }
    if pending.contains(.restart) {
      restart()
      signals.withdraw(.restart)
    }
  }

  /// The restart interruption, which starts the CPU.
  package mutating func restart() {
    guard signals.state != .checkStop else { return }
    swapPSW(.restart)
    // From a disabled wait, too, which is the operating state: the machine is to know.
    if signals.state == .operating { complex.services.stateChanged(address, .operating) }
    enter(.operating)
  }

  /// The CPU timer stands still in the stopped state: its value is carried over.
  func setState(_ state: CPUOperatingState) {
    let timer = cpuTimer
    signals.state = state
    s.pointee.cpuTimerBase = timer
    s.pointee.cpuTimerStart = TODClock.monotonic()
  }

  /// Changes state and tells the machine.
  package mutating func enter(_ state: CPUOperatingState) {
    guard signals.state != state else { return }
    if state == .stopped || state == .checkStop { endSteps() }
    setState(state)
    requestAnotherLook()
    switch state {
    case .stopped: complex.services.stateChanged(address, .stopped(.program))
    case .operating, .load: complex.services.stateChanged(address, .operating)
    case .checkStop: complex.services.stateChanged(address, .checkStop)
    }
  }

  /// Enabled: sleeps until something is pending. Disabled: tells the machine once, then sleeps.
  private mutating func waitForInterruption() {
    let mask = s.pointee.pswMask
    if mask & (PSW.io | PSW.external | PSW.machineCheck) == 0 {
      signals.isInDisabledWait.store(true, ordering: .sequentiallyConsistent)
      complex.services.stateChanged(address, .disabledWait(psw))
    }
    signals.sleep(nanoseconds: mask & PSW.external != 0 ? nanosecondsToTimerEvent() ?? -1 : -1)
    signals.isInDisabledWait.store(false, ordering: .sequentiallyConsistent)
  }

  // MARK: Interruptions that do not come from instructions

  /// Takes the pending interruption of highest priority that the PSW and control registers allow (chapter 6, "Priority").
  private mutating func takeInterruption() -> Bool {
    let mask = s.pointee.pswMask
    if mask & PSW.machineCheck != 0 && takeMachineCheck() { return true }
    if mask & PSW.external != 0 && takeExternal() { return true }
    if mask & PSW.io != 0 && takeIO() { return true }
    return false
  }

  /// External interruptions in their order of priority: interrupt key, emergency signal, external call, clock comparator,
  /// CPU timer, service signal.
  private mutating func takeExternal() -> Bool {
    let subclasses = s.pointee.cr[0]
    if subclasses & CR0.interruptKey != 0 && complex.takeInterruptKey() {
      interruptExternal(.interruptKey)
      return true
    }
    let pending = signals.pending
    if subclasses & CR0.emergencySignal != 0 && pending.contains(.emergencySignal), let source = takeEmergencySource() {
      interruptExternal(.emergencySignal, cpuAddress: source)
      return true
    }
    if subclasses & CR0.externalCall != 0 && pending.contains(.externalCall), let source = signals.takeExternalCall() {
      interruptExternal(.externalCall, cpuAddress: source)
      return true
    }
    noteTimers()
    if subclasses & CR0.clockComparator != 0 && signals.pending.contains(.clockComparator) {
      interruptExternal(.clockComparator)
      return true
    }
    if subclasses & CR0.cpuTimer != 0 && signals.pending.contains(.cpuTimer) {
      interruptExternal(.cpuTimer)
      return true
    }
    if subclasses & CR0.serviceSignal != 0, complex.serviceProcessor.isServiceSignalPending,
      let parameter = complex.serviceProcessor.takeServiceSignal()
    {
      interruptExternal(.serviceSignal, parameter: parameter)
      return true
    }
    return false
  }

  /// The I/O interruption of the lowest subclass that CR6 bits 32-39 enable.
  private mutating func takeIO() -> Bool {
    let subclasses = UInt8(truncatingIfNeeded: s.pointee.cr[6] &>> 24)
    guard complex.channelSubsystem.pendingInterruptions & subclasses != 0,
      let interruption = complex.channelSubsystem.takeInterruption(subclasses)
    else { return false }
    storeInterruptionCode(interruption)
    swapPSW(.io)
    return true
  }

  /// An I/O interruption code in the prefix area, in the ESA/390 mode without the identification word.
  func storeInterruptionCode(_ interruption: IOInterruption) {
    storeLow(interruption.identification.word, Lowcore.subsystemIdentification)
    storeLow(interruption.parameter, Lowcore.ioParameter)
    if s.pointee.isZArchitecture { storeLow(interruption.identificationWord, Lowcore.ioIdentification) }
  }

  /// One CPU that signalled an emergency; the condition stays while others are left.
  private func takeEmergencySource() -> UInt16? {
    let sources = signals.emergencySources.load(ordering: .acquiring)
    guard sources != 0 else {
      signals.withdraw(.emergencySignal)
      return nil
    }
    let source = sources.trailingZeroBitCount
    signals.emergencySources.bitwiseAnd(~(1 << UInt64(source)), ordering: .acquiringAndReleasing)
    if sources.nonzeroBitCount == 1 { signals.withdraw(.emergencySignal) }
    return UInt16(source)
  }

  /// The machine check for a channel report that is pending (CR14 bit 35).
  private mutating func takeMachineCheck() -> Bool {
    guard s.pointee.cr[14] & (1 << 28) != 0, complex.takeChannelReport() else { return false }
    storeMachineCheckStatus()
    // Channel report pending (bit 9), and validity of everything that is stored with it.
    storeLow(UInt64(0x0040_0F1D_403B_0000), Lowcore.machineCheckCode)
    swapPSW(.machineCheck)
    return true
  }
}

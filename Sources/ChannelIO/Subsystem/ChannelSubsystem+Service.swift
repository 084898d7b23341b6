internal import Tracing
internal import Synchronization

/// What channel threads do: one subchannel's functions, one after the other (chapter 15, "Start Function and Resume Function",
/// "Halt Function", "Clear Function").
extension ChannelSubsystem: ChannelProgramListener {
  private enum Work {
    case clear, halt, start, resume(ChannelProgram)
    case deviceEnd(ChannelProgram, UnitStatus)
    case nothing
  }

  /// Sees to it that a channel thread serves `s`.
  func serve(_ s: Subchannel) {
    let isFree = s.state.withLock { state in
      defer { state.isBeingServed = true }
      return !state.isBeingServed
    }
    guard isFree else { return }
    workers.submit { [self] in
      while serveOnce(s) {}
      served.announce()
    }
  }

  /// - Returns: false when there is nothing left to do; then the subchannel is no longer being served.
  private func serveOnce(_ s: Subchannel) -> Bool {
    let work: Work = s.state.withLock { state in
      let work = Self.choose(&state)
      if case .nothing = work { state.isBeingServed = false } else { s.stopRequested.store(false, ordering: .relaxed) }
      return work
    }
    switch work {
    case .clear: performClear(s)
    case .halt: performHalt(s)
    case .start: performStart(s)
    case .resume(let program): finish(s, program, program.run())
    case .deviceEnd(let program, let status): finish(s, program, program.run(deviceEnd: status))
    case .nothing: return false
    }
    return true
  }

  private static func choose(_ state: inout Subchannel.State) -> Work {
    let activity = state.status.activity
    if activity.contains(.clearPending) { return .clear }
    if activity.contains(.haltPending), !state.status.status.contains(.pending) || activity.contains(.suspended) { return .halt }
    guard state.status.function == .start else { return .nothing }
    if state.awaitsDeviceEnd, let program = state.program, !state.heldStatus.isEmpty {
      let status = state.heldStatus
      state.heldStatus = []
      state.awaitsDeviceEnd = false
      state.program = nil
      return .deviceEnd(program, status)
    }
    if activity.contains(.startPending), !state.awaitsNotBusy, !state.awaitsDeviceEnd,
      !state.status.status.contains(.pending)
    {
      return .start
    }
    if activity.isSuperset(of: [.resumePending, .suspended]), let program = state.program {
      state.status.activity = .active
      state.program = nil
      return .resume(program)
    }
    return .nothing
  }

  // MARK: Start

  private func performStart(_ s: Subchannel) {
    enum Beginning { case program(ORB, PMCW), noPath, gone }
    let beginning: Beginning = s.state.withLock { state in
      guard state.status.function == .start, state.status.activity.contains(.startPending) else { return .gone }
      guard state.orb.pathMask & state.pathManagement.pathAvailableMask != 0 else { return .noPath }
      state.pathManagement.lastPathUsedMask = 0x80
      return .program(state.orb, state.pathManagement)
    }
    switch beginning {
    case .gone: return
    case .noPath:
      end(s) { state in
        state.status.deferredConditionCode = 3
        state.status.pathNotOperational = true
        state.status.status = [.alert, .pending]
      }
    case .program(let orb, let pmcw):
      let storage = ChannelStorage(storage, key: orb.key, limit: limit(orb, pmcw))
      let program = ChannelProgram(s, orb, storage: storage, source: StorageSource(storage: storage), listener: self)
      s.device.beginChannelProgram()
      let isWanted = s.state.withLock { state in
        guard state.status.function == .start, state.status.activity.contains(.startPending) else { return false }
        state.status.activity.remove(.startPending)
        state.status.activity.formUnion(.active)
        return true
      }
      if isWanted { finish(s, program, program.run()) }
    }
  }

  private func limit(_ orb: ORB, _ pmcw: PMCW) -> Range<UInt64> {
    let all: Range<UInt64> = 0..<UInt64.max
    guard orb.addressLimitChecking else { return all }
    let limit = settings.withLock { $0.addressLimit }
    return pmcw.limitMode == 1 ? limit..<UInt64.max : pmcw.limitMode == 2 ? 0..<limit : all
  }

  /// What becomes of the subchannel when its program has paused or ended.
  private func finish(_ s: Subchannel, _ program: ChannelProgram, _ step: ChannelProgram.Step) {
    switch step {
    case .ended(let ending): present(s, ending)
    case .stopped(let ending): s.state.withLock { Self.note(ending, in: &$0) }
    case .suspended(let address, let programControlled): suspend(s, program, address, programControlled)
    case .awaitsDeviceEnd:
      s.state.withLock { state in
        guard state.status.function == .start else { return }
        state.program = program
        state.awaitsDeviceEnd = true
      }
    case .deviceBusy:
      s.state.withLock { state in
        guard state.status.function == .start else { return }
        state.status.activity = .startPending
        state.awaitsNotBusy = true
      }
    }
  }

  private static func note(_ ending: ChannelProgram.Ending, in state: inout Subchannel.State) {
    state.status.ccwAddress = ending.ccwAddress
    state.status.count = ending.count
    state.status.deviceStatus = ending.deviceStatus
    state.status.subchannelStatus.formUnion(ending.subchannelStatus)
  }

  private func suspend(_ s: Subchannel, _ program: ChannelProgram, _ address: UInt32, _ programControlled: Bool) {
    end(s) { state in
      guard state.status.function.contains(.start) else { return }
      state.status.activity.subtract([.subchannelActive, .deviceActive, .startPending])
      state.status.activity.insert(.suspended)
      state.program = program
      state.status.ccwAddress = address
      if programControlled { state.status.subchannelStatus.insert(.programControlledInterruption) }
      if programControlled || !state.orb.suppressesSuspendedInterruption {
        state.status.status.formUnion([.intermediate, .pending])
      }
    }
  }

  /// Final status of the start function.
  private func present(_ s: Subchannel, _ ending: ChannelProgram.Ending) {
    let sense = concurrentSense(s, ending.deviceStatus)
    end(s) { state in
      // A clear that came meanwhile has the subchannel; what the program ended with is gone.
      guard !state.status.function.contains(.clear) else { return }
      Self.note(ending, in: &state)
      state.status.deferredConditionCode = ending.deferredConditionCode
      if let sense {
        state.sense = sense
        state.status.hasExtendedControl = true
      }
      state.status.activity.subtract([.haltPending, .resumePending])
      var status: StatusControl = state.status.status.union([.primary, .pending])
      let pure = ending.subchannelStatus.subtracting(.programControlledInterruption)
      if !pure.isEmpty || !ending.deviceStatus.isDisjoint(with: [.attention, .busy, .unitCheck, .unitException]) {
        status.insert(.alert)
      }
      if ending.deferredConditionCode != 0 {
        // The start function was never accepted: start pending stays, as the Principles have it.
        status = [.alert, .pending]
        state.status.activity = .startPending
      } else if ending.deviceStatus.contains(.deviceEnd) || status.contains(.alert) {
        status.insert(.secondary)
        state.status.activity.subtract(.active)
      } else {
        // Channel end alone: the device works on, and presents device end as secondary status.
        state.status.activity.remove(.subchannelActive)
        state.awaitsDeviceEnd = true
      }
      state.status.status = status
    }
  }

  private func concurrentSense(_ s: Subchannel, _ status: UnitStatus) -> [UInt8]? {
    guard status.contains(.unitCheck), s.state.withLock({ $0.pathManagement.hasConcurrentSense }) else { return nil }
    return s.device.takeSense()
  }

  // MARK: Halt and clear

  private func performHalt(_ s: Subchannel) {
    s.device.reset()
    end(s) { state in
      guard state.status.function.contains(.halt), state.status.activity.contains(.haltPending) else { return }
      state.status.activity.remove(.haltPending)
      state.pathManagement.lastPathUsedMask = 0x80
      state.awaitsNotBusy = false
      let wasActive = !state.status.activity.isDisjoint(with: .active)
      state.awaitsDeviceEnd = false
      state.program = nil
      if wasActive {
        // The device ends the operation that the signal met: primary and secondary status.
        state.status.activity.subtract(.active)
        state.status.deviceStatus = .normalEnd
        state.status.status.formUnion([.primary, .secondary, .pending])
      } else {
        state.status.status.insert(.pending)
      }
    }
  }

  private func performClear(_ s: Subchannel) {
    s.device.reset()
    end(s) { state in
      guard state.status.activity.contains(.clearPending) else { return }
      Self.clearSubchannelState(&state)
      state.status.status = .pending
    }
  }

  private static func clearSubchannelState(_ state: inout Subchannel.State) {
    let flags = state.status.flags & 0xF8F8
    state.status = SCSW()
    state.status.flags = flags
    state.status.function = .clear
    state.pathManagement.lastPathUsedMask = 0x80
    state.pathManagement.pathNotOperationalMask = 0
    state.pathManagement.pathOperationalMask = 0xFF
    state.program = nil
    state.awaitsDeviceEnd = false
    state.awaitsNotBusy = false
    state.heldStatus = []
    state.sense = []
  }

  // MARK: Status

  /// Changes the subchannel, and makes an interruption when it is status pending afterwards.
  func end(_ s: Subchannel, _ change: (inout Subchannel.State) -> Void) {
    let isNew = s.state.withLock { state in
      let before = state.status.status
      change(&state)
      return state.status.status.contains(.pending) && state.status.status != before ? queueInterruption(s, &state) : false
    }
    if isNew { tellInterruptionPending() }
  }

  func intermediateStatus(_ s: Subchannel, programControlled: Bool, ccwAddress: UInt32, count: UInt16) {
    end(s) { state in
      guard state.status.function == .start else { return }
      state.status.ccwAddress = ccwAddress
      state.status.count = count
      if programControlled {
        state.status.subchannelStatus.insert(.programControlledInterruption)
      } else {
        state.status.zeroConditionCode = true
      }
      state.status.status.formUnion([.intermediate, .pending])
    }
  }

  func ended(_ s: Subchannel, _ record: @autoclosure () -> CCWRecord) {
    tracer?.trace(.ccw, record().description)
    guard isObserved.load(ordering: .relaxed) else { return }
    hooks.withLock { $0.commandEnded }?(record())
  }

  /// Status that a device presents of its own accord: attention, or the device end that it still owes. A subchannel that is
  /// not enabled forgets it; one that is busy or status pending takes it when it can.
  package func presentStatus(_ status: UnitStatus, subchannel number: UInt16) {
    guard let s = subchannel(number) else { return }
    let mustServe: Bool = s.state.withLock { state in
      guard state.pathManagement.isEnabled else { return false }
      state.heldStatus.formUnion(status)
      if state.awaitsNotBusy {
        state.awaitsNotBusy = false
        state.heldStatus.remove(.deviceEnd)
      }
      return true
    }
    guard mustServe else { return }
    presentHeldStatus(s)
    serve(s)
  }

  /// Makes the subchannel status pending with held status when it is idle or only waits for secondary status.
  func presentHeldStatus(_ s: Subchannel) {
    end(s) { state in
      guard !state.heldStatus.isEmpty, !state.status.status.contains(.pending) else { return }
      let isSecondary = state.awaitsDeviceEnd && state.program == nil
      guard state.status.function.isEmpty || isSecondary else { return }
      var status: StatusControl = [.pending]
      if isSecondary {
        state.awaitsDeviceEnd = false
        status.insert(.secondary)
        if state.status.activity.contains(.startPending) { state.status.deferredConditionCode = 1 }
        state.status.activity.subtract(.active)
      }
      if !isSecondary || state.heldStatus != .deviceEnd { status.insert(.alert) }
      state.status.deviceStatus = state.heldStatus
      state.status.subchannelStatus = []
      state.status.status = status
      state.heldStatus = []
    }
  }
}

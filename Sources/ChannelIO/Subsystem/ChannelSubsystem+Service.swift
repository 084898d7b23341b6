internal import Synchronization
internal import Tracing

/// What channel threads do: one subchannel's functions, one after the other (chapter 15, "Start Function and Resume Function").
/// Halt, clear and path reset are in `ChannelSubsystem+Signals.swift`, status in `ChannelSubsystem+Presentation.swift`.
extension ChannelSubsystem {
  private enum Work {
    case clear, halt, resetPath, start, resume(ChannelProgram)
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
    let work: @Sendable () -> Void = { [self] in
      while serveOnce(s) {}
      served.announce()
    }
    // Without a thread, the caller's own must do.
    if !workers.submit(work) { work() }
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
    case .resetPath: performPathReset(s)
    case .start: performStart(s)
    case .resume(let program):
      // The suspension ended the chain for the device; what comes now is the first command of a new one.
      program.device.beginChannelProgram()
      measured(s) { finish(s, program, program.run()) }
    case .deviceEnd(let program, let status): measured(s) { finish(s, program, program.run(deviceEnd: status)) }
    case .nothing: return false
    }
    return true
  }

  private static func choose(_ state: inout Subchannel.State) -> Work {
    let activity = state.status.activity
    if !state.pathResets.isEmpty { return .resetPath }
    if activity.contains(.clearPending) { return .clear }
    if activity.contains(.haltPending) { return .halt }
    guard state.status.function == .start else { return .nothing }
    if state.awaitsDeviceEnd, let program = state.program, !state.heldStatus.isEmpty {
      let status = state.heldStatus
      state.heldStatus = []
      state.awaitsDeviceEnd = false
      state.program = nil
      return .deviceEnd(program, status)
    }
    let mayStart = !state.awaitsNotBusy && !state.awaitsDeviceEnd && !state.status.status.contains(.pending)
    if activity.contains(.startPending), mayStart { return .start }
    if activity.isSuperset(of: [.resumePending, .suspended]), let program = state.program {
      state.status.activity = .active
      state.program = nil
      return .resume(program)
    }
    return .nothing
  }

  // MARK: Start

  private func performStart(_ s: Subchannel) {
    guard case .io(let device) = s.type else { return performMove(s) }
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
      // Start pending stays: the start function was never accepted.
      end(s) { state in
        guard state.status.function == .start else { return }
        state.status.deferredConditionCode = 3
        state.status.status = [.alert, .pending]
      }
    case .program(let orb, let pmcw):
      let storage = ChannelStorage(storage, key: orb.key, limit: limit(orb, pmcw))
      guard let source = source(of: orb, for: s, storage) else { return }
      traceStart(s, orb)
      let program = ChannelProgram(s, device, orb, storage: storage, source: source, listener: self)
      device.beginChannelProgram()
      let isWanted = s.state.withLock { state in
        guard state.status.function == .start, state.status.activity.contains(.startPending) else { return false }
        state.status.activity.remove(.startPending)
        state.status.activity.formUnion(.active)
        state.measurement.accept()
        return true
      }
      if isWanted { measured(s) { finish(s, program, program.run()) } }
    }
  }

  func traceStart(_ s: Subchannel, _ orb: ORB, _ refusal: ChannelRefusal? = nil) {
    tracer.trace(
      [.ccw, .io], ProgramStartEvent(deviceNumber: s.deviceNumber, orb: orb, channel: s.kind, refusal: refusal))
  }

  private func limit(_ orb: ORB, _ pmcw: PMCW) -> Range<UInt64> {
    let all: Range<UInt64> = 0..<UInt64.max
    guard orb.addressLimitChecking else { return all }
    let limit = settings.withLock { $0.addressLimit }
    return pmcw.limitMode == 1 ? limit..<UInt64.max : pmcw.limitMode == 2 ? 0..<limit : all
  }

  // MARK: Pause and end

  /// What becomes of the subchannel when its program has paused or ended.
  private func finish(_ s: Subchannel, _ program: ChannelProgram, _ step: ChannelProgram.Step) {
    tracer.trace([.ccw, .io], ProgramEndEvent(s.deviceNumber, step))
    switch step {
    case .ended(let ending): present(s, ending)
    case .stopped(let ending): stop(s, ending)
    case .suspended(let ending): suspend(s, program, ending)
    case .awaitsDeviceEnd:
      s.state.withLock { state in
        guard state.status.function.contains(.start) else { return }
        state.program = program
        state.awaitsDeviceEnd = true
      }
    case .deviceBusy:
      s.state.withLock { state in
        guard state.status.function.contains(.start) else { return }
        state.status.activity.subtract(.active)
        state.status.activity.insert(.startPending)
        state.awaitsNotBusy = true
      }
    }
  }

  /// A program that was stopped before its first command is start pending, as if it had not begun.
  private func stop(_ s: Subchannel, _ ending: ChannelProgram.Ending?) {
    s.state.withLock { state in
      guard state.status.function.contains(.start) else { return }
      if let ending { return Self.note(ending, in: &state) }
      state.status.activity.subtract(.active)
      state.status.activity.insert(.startPending)
    }
  }

  /// With a resumption already asked for, the CCW is fetched again at once. A CCW with the S flag is never executed.
  private func suspend(_ s: Subchannel, _ program: ChannelProgram, _ ending: ChannelProgram.Ending) {
    endMeasurement(s)
    end(s) { state in
      guard state.status.function.contains(.start) else { return }
      state.program = program
      state.status.activity.subtract(.active)
      state.status.activity.insert(.suspended)
      guard !state.status.activity.contains(.resumePending) else { return }
      Self.note(ending, in: &state)
      if !ending.subchannelStatus.isEmpty || !state.orb.suppressesSuspendedInterruption {
        state.status.status.formUnion([.intermediate, .pending])
      }
    }
  }

  static func note(_ ending: ChannelProgram.Ending, in state: inout Subchannel.State) {
    state.lastCCW = ending.ccw
    state.status.ccwAddress = ending.ccwAddress
    state.status.count = ending.count
    state.status.deviceStatus = ending.deviceStatus
    state.status.subchannelStatus.formUnion(ending.subchannelStatus)
  }
}

extension ProgramEndEvent {
  /// What `step` means for the trace.
  fileprivate init(_ deviceNumber: UInt16, _ step: ChannelProgram.Step) {
    let (reason, ending): (Reason, ChannelProgram.Ending?) =
      switch step {
      case .ended(let ending): (.ended, ending)
      case .suspended(let ending): (.suspended, ending)
      case .stopped(let ending): (.stopped, ending)
      case .awaitsDeviceEnd: (.awaitsDeviceEnd, nil)
      case .deviceBusy: (.deviceBusy, nil)
      }
    self.init(
      deviceNumber: deviceNumber, reason: reason, deviceStatus: ending?.deviceStatus ?? [],
      subchannelStatus: ending?.subchannelStatus ?? [], ccwAddress: ending?.ccwAddress ?? 0, count: ending?.count ?? 0)
  }
}

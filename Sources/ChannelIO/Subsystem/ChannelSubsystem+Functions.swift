internal import Synchronization

/// The instructions that start, stop and resume (chapter 14). Each only marks the subchannel; a channel thread does the work.
extension ChannelSubsystem {
  /// START SUBCHANNEL.
  /// - Parameter id: general register 1, bits 32-63.
  package func startSubchannel(_ id: UInt32, _ orb: ORB) -> StartSubchannel.Outcome {
    guard orb.isValid else { return traced("SSCH", id, .operandException) }
    switch designate(id) {
    case .operandException: return traced("SSCH", id, .operandException)
    case .notProvided: return traced("SSCH", id, .notOperational)
    case .subchannel(let s): return traced("SSCH", id, start(s, orb))
    }
  }

  func start(_ s: Subchannel, _ orb: ORB, synchronous: Bool = false) -> StartSubchannel.Outcome {
    let outcome: StartSubchannel.Outcome = s.state.withLock { state in
      guard state.pathManagement.isEnabled else { return .notOperational }
      if state.status.status.contains(.pending) { return .statusPending }
      if !state.status.function.isEmpty { return .busy }
      state.orb = orb
      if s.forcesPrefetch { state.orb.allowsPrefetch = true }
      state.refusal = nil
      state.lastCCW = nil
      state.isSynchronous = synchronous
      state.pathManagement.interruptionParameter = orb.interruptionParameter
      state.pathManagement.logicalPathMask = orb.pathMask
      let secondary = state.awaitsDeviceEnd ? state.status.activity.intersection(.deviceActive) : []
      state.status = SCSW()
      state.status.flags = SCSW.flags(of: state.orb) & (s.device == nil ? 0xF000 : 0xFFFF)
      state.status.function = .start
      state.status.activity = secondary.union(.startPending)
      state.measurement.start()
      countStart(s, &state)
      return .started
    }
    if outcome == .started { serve(s) }
    return outcome
  }

  /// HALT SUBCHANNEL.
  package func haltSubchannel(_ id: UInt32) -> HaltSubchannel.Outcome {
    switch designate(id) {
    case .operandException: return traced("HSCH", id, .operandException)
    case .notProvided: return traced("HSCH", id, .notOperational)
    case .subchannel(let s): return traced("HSCH", id, halt(s))
    }
  }

  private func halt(_ s: Subchannel) -> HaltSubchannel.Outcome {
    let outcome: HaltSubchannel.Outcome = s.state.withLock { state in
      guard state.pathManagement.isEnabled else { return .notOperational }
      let status = state.status.status
      if status == .pending || !status.isDisjoint(with: [.alert, .primary, .secondary]) { return .statusPending }
      if !state.status.function.isDisjoint(with: [.halt, .clear]) { return .busy }
      // Intermediate status of an active program is no longer pending; that of a suspended one stays.
      if status.contains(.intermediate), !state.status.activity.isDisjoint(with: .active) {
        withdrawInterruption(s, state)
        state.status.status = []
        state.status.subchannelStatus.remove(.programControlledInterruption)
        state.status.zeroConditionCode = false
      }
      state.status.function.insert(.halt)
      state.status.activity.insert(.haltPending)
      s.stopRequested.store(true, ordering: .releasing)
      return .initiated
    }
    if outcome == .initiated { serve(s) }
    return outcome
  }

  /// CLEAR SUBCHANNEL.
  package func clearSubchannel(_ id: UInt32) -> ClearSubchannel.Outcome {
    switch designate(id) {
    case .operandException: return traced("CSCH", id, .operandException)
    case .notProvided: return traced("CSCH", id, .notOperational)
    case .subchannel(let s): return traced("CSCH", id, clear(s))
    }
  }

  private func clear(_ s: Subchannel) -> ClearSubchannel.Outcome {
    let outcome: ClearSubchannel.Outcome = s.state.withLock { state in
      guard state.pathManagement.isEnabled else { return .notOperational }
      withdrawInterruption(s, state)
      state.status.status = []
      state.status.function = .clear
      state.status.activity = .clearPending
      s.stopRequested.store(true, ordering: .releasing)
      return .initiated
    }
    if outcome == .initiated { serve(s) }
    return outcome
  }

  /// RESUME SUBCHANNEL.
  package func resumeSubchannel(_ id: UInt32) -> ResumeSubchannel.Outcome {
    switch designate(id) {
    case .operandException: return traced("RSCH", id, .operandException)
    case .notProvided: return traced("RSCH", id, .notOperational)
    case .subchannel(let s): return traced("RSCH", id, resume(s))
    }
  }

  private func resume(_ s: Subchannel) -> ResumeSubchannel.Outcome {
    let outcome: ResumeSubchannel.Outcome = s.state.withLock { state in
      guard state.pathManagement.isEnabled else { return .notOperational }
      if state.status.status.contains(.pending) { return .statusPending }
      guard state.status.function == .start, !state.status.activity.contains(.resumePending), state.orb.suspendControl
      else { return .notApplicable }
      state.status.activity.insert(.resumePending)
      countStart(s, &state)
      return .initiated
    }
    if outcome == .initiated { serve(s) }
    return outcome
  }

  /// CANCEL SUBCHANNEL.
  package func cancelSubchannel(_ id: UInt32) -> CancelSubchannel.Outcome {
    switch designate(id) {
    case .operandException: return traced("XSCH", id, .operandException)
    case .notProvided: return traced("XSCH", id, .notOperational)
    case .subchannel(let s): return traced("XSCH", id, cancel(s))
    }
  }

  private func cancel(_ s: Subchannel) -> CancelSubchannel.Outcome {
    s.state.withLock { state in
      guard state.pathManagement.isEnabled else { return .notOperational }
      if state.status.status.contains(.pending) { return .statusPending }
      let activity = state.status.activity
      guard state.status.function == .start, !activity.contains(.subchannelActive),
        !activity.isDisjoint(with: [.startPending, .resumePending, .suspended])
      else { return .notApplicable }
      // A device that still works on the start before owes its device end all the same.
      let isOwed = activity.contains(.deviceActive)
      state.status.function = []
      state.status.activity.formIntersection(.deviceActive)
      state.status.pathNotOperational = false
      state.forgetProgram()
      state.awaitsDeviceEnd = isOwed
      return .canceled
    }
  }

  /// SET CHANNEL MONITOR.
  /// - Parameters:
  ///   - control: general register 1, bits 32-63.
  ///   - origin: general register 2, the measurement-block origin.
  package func setChannelMonitor(_ control: UInt32, origin: UInt64) -> SetControl.Outcome {
    let updates = control & 2 != 0
    guard control & 0x0FFF_FFFC == 0, !updates || origin & 0x1F == 0 else { return .operandException }
    settings.withLock {
      $0.updatesMeasurementBlocks = updates
      $0.measuresConnectTime = control & 1 != 0
      guard updates else { return }
      $0.measurementKey = UInt8(control >> 28)
      $0.measurementOrigin = origin
    }
    return .done
  }

  /// SET ADDRESS LIMIT.
  /// - Parameter operand: general register 1, bits 32-63: the limit, a multiple of 64 KiB below 2 GiB.
  package func setAddressLimit(_ operand: UInt32) -> SetControl.Outcome {
    guard operand & 0x8000_FFFF == 0 else { return .operandException }
    settings.withLock { $0.addressLimit = UInt64(operand) }
    return .done
  }
}

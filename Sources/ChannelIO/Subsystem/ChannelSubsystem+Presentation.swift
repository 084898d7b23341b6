internal import Synchronization
internal import Tracing

/// Status, on its way to the program (chapter 16, "Interruption Conditions").
extension ChannelSubsystem: ChannelProgramListener {
  /// Changes the subchannel, and makes an interruption when that gave it new status that is pending.
  /// - Parameter always: also when it was status pending with the same status before.
  func end(_ s: Subchannel, always: Bool = false, _ change: (inout Subchannel.State) -> Void) {
    let isNew = s.state.withLock { state in
      let before = state.status.status
      change(&state)
      let after = state.status.status
      return after.contains(.pending) && (always || after != before) ? queueInterruption(s, state) : false
    }
    if isNew { tellInterruptionPending() }
  }

  /// Final status of the start function.
  func present(_ s: Subchannel, _ ending: ChannelProgram.Ending) {
    let sense = concurrentSense(s, ending.deviceStatus)
    endMeasurement(s)
    end(s) { state in
      // A clear that came meanwhile has the subchannel; what the program ended with is gone.
      guard state.status.function.contains(.start) else { return }
      Self.note(ending, in: &state)
      if let sense {
        state.sense = sense
        state.status.hasExtendedControl = true
      }
      state.status.activity.subtract([.haltPending, .resumePending])
      let unusual: UnitStatus = [.attention, .busy, .unitCheck, .unitException]
      let isAlert =
        ending.subchannelStatus != [] || !ending.deviceStatus.isDisjoint(with: unusual) || ending.deferredConditionCode != 0
      if isAlert { state.status.status.insert(.alert) }
      if !ending.subchannelStatus.isDisjoint(with: [.channelDataCheck, .channelControlCheck, .interfaceControlCheck]) {
        state.status.hasLogout = true
      }
      state.status.status.insert(.pending)
      if ending.deferredConditionCode != 0 {
        // The start function was never accepted: start pending stays.
        state.status.deferredConditionCode = ending.deferredConditionCode
        state.status.activity = .startPending
      } else if ending.deviceStatus.contains(.deviceEnd) || isAlert {
        state.status.status.formUnion([.primary, .secondary])
        state.status.activity.subtract(.active)
      } else {
        // Channel end alone: the device works on, and presents device end as secondary status.
        state.status.status.insert(.primary)
        state.status.activity.remove(.subchannelActive)
        state.awaitsDeviceEnd = true
      }
    }
  }

  private func concurrentSense(_ s: Subchannel, _ status: UnitStatus) -> [UInt8]? {
    guard status.contains(.unitCheck), s.state.withLock({ $0.pathManagement.hasConcurrentSense }) else { return nil }
    return takeSense(s)
  }

  /// The sense bytes of the unit check that the device has just presented.
  func takeSense(_ s: Subchannel) -> [UInt8] {
    let bytes = s.device?.takeSense() ?? []
    tracer.trace([.ccw, .io], SenseEvent(deviceNumber: s.deviceNumber, bytes: bytes))
    return bytes
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

  // MARK: Status of the device's own accord

  /// Status that a device presents of its own accord: attention, or the device end that it still owes. A subchannel that is
  /// not enabled forgets it; one that is busy or status pending takes it when it can.
  package func presentStatus(_ status: UnitStatus, subchannel number: UInt16) {
    guard let s = subchannel(number) else { return }
    let isTaken: Bool = s.state.withLock { state in
      guard state.pathManagement.isEnabled else {
        if status.contains(.deviceEnd) { state.forgetProgram() }
        return false
      }
      state.heldStatus.formUnion(status)
      if state.awaitsNotBusy, status.contains(.deviceEnd) {
        state.awaitsNotBusy = false
        state.heldStatus.remove(.deviceEnd)
      }
      return true
    }
    guard isTaken else { return }
    presentHeldStatus(s)
    serve(s)
  }

  /// Makes the subchannel status pending with held status when it is idle or only waits for secondary status.
  func presentHeldStatus(_ s: Subchannel) {
    end(s) { state in
      guard !state.heldStatus.isEmpty, !state.status.status.contains(.pending) else { return }
      let isSecondary = state.awaitsDeviceEnd && state.program == nil && state.heldStatus.contains(.deviceEnd)
      if isSecondary {
        state.awaitsDeviceEnd = false
        state.status.activity.subtract(.active)
        state.status.status = state.heldStatus == .deviceEnd ? [.secondary, .pending] : [.alert, .secondary, .pending]
        // A start that waited for the device is over: its turn never came.
        if state.status.activity.contains(.startPending) { state.status.deferredConditionCode = 1 }
      } else {
        guard state.status.function.isEmpty, !state.awaitsDeviceEnd else { return }
        state.status = SCSW()
        state.status.status = [.alert, .pending]
      }
      state.status.deviceStatus = state.heldStatus
      state.status.subchannelStatus = []
      state.heldStatus = []
    }
  }
}

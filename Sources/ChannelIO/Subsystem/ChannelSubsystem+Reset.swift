internal import Synchronization

/// Resets (chapter 17, "I/O-System Reset") and the start that the load procedure makes.
extension ChannelSubsystem {
  /// I/O-system reset: programs are stopped, interruptions and reports are gone, subchannels are not enabled, devices are reset,
  /// facilities that the program enabled are off. CPUs do not execute I/O instructions meanwhile; devices do not call it.
  package func resetIO() {
    let all = subchannels.withLock { $0 }
    for s in all { quiesce(s) }
    for s in all {
      s.device.reset(.system)
      s.state.withLock { state in
        withdrawInterruption(s, state)
        state = Subchannel.State()
        state.pathManagement = Subchannel.resetPathManagement(deviceNumber: s.deviceNumber, channelPath: s.channelPath)
      }
    }
    interruptions.removeAll()
    pathsInReset.withLock { $0 = [] }
    settings.withLock { $0 = Settings() }
    reports.withLock { $0 = ChannelReports() }
    served.announce()
  }

  /// Stops what runs on `s` and waits until nothing does; the subchannel is left as after a clear function.
  private func quiesce(_ s: Subchannel) {
    let mustServe = s.state.withLock { state in
      state.isSynchronous = true
      guard state.isBeingServed || !state.status.function.isEmpty else { return false }
      state.status.function = .clear
      state.status.activity = .clearPending
      s.stopRequested.store(true, ordering: .releasing)
      return true
    }
    if mustServe { serve(s) }
    served.wait { s.state.withLock { !$0.isBeingServed } }
  }

  /// What `runToStatus` saw.
  package struct CompletedStart: Sendable {
    package var response: IRB
    /// The sense bytes when the status has unit check.
    package var sense: [UInt8]
    /// The address of the CCW that ended the program.
    package var ccwAddress: UInt32 { response.status.ccwAddress &- CCW.size }
  }

  /// Starts a program and waits for its final status, without any interruption: the implicit START SUBCHANNEL of the load
  /// procedure. The subchannel is enabled, and stays so.
  /// - Parameter number: the subchannel number.
  /// - Returns: nil when there is no such subchannel, it is busy or status pending, or a reset came meanwhile.
  package func runToStatus(subchannel number: UInt16, orb: ORB) -> CompletedStart? {
    guard orb.isValid, let s = subchannel(number) else { return nil }
    s.state.withLock { $0.pathManagement.isEnabled = true }
    guard start(s, orb, synchronous: true) == .started else { return nil }
    served.wait {
      s.state.withLock { state in
        let isFinal = !state.status.status.isDisjoint(with: [.alert, .primary, .secondary]) || state.status.status == .pending
        return isFinal && state.status.status.contains(.pending) && !state.awaitsDeviceEnd && !state.isBeingServed
          || !state.isSynchronous
      }
    }
    let (outcome, block) = test(s)
    s.state.withLock { $0.isSynchronous = false }
    guard outcome == .statusWasPending, var block, !block.status.function.contains(.clear) else { return nil }
    var sense: [UInt8] = []
    if block.status.deviceStatus.contains(.unitCheck) {
      sense = block.extendedControl.isEmpty ? takeSense(s) : block.extendedControl
    }
    // Intermediate status that nobody tested is part of the final one.
    block.status.status.remove(.intermediate)
    return CompletedStart(response: block, sense: sense)
  }
}

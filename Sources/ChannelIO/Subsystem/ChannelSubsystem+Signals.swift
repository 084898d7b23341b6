internal import Synchronization

/// Halt, clear and reset signals, on the channel's threads (chapter 15, "Halt Function", "Clear Function"; chapter 17,
/// "Channel-Path Reset").
extension ChannelSubsystem {
  func performHalt(_ s: Subchannel) {
    s.device?.reset(.selective)
    end(s, always: true) { state in
      guard state.status.function.contains(.halt), state.status.activity.contains(.haltPending) else { return }
      let wasActive = !state.status.activity.isDisjoint(with: .active)
      state.status.activity.remove(.haltPending)
      state.pathManagement.lastPathUsedMask = 0x80
      state.awaitsNotBusy = false
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

  func performClear(_ s: Subchannel) {
    s.device?.reset(.selective)
    end(s, always: true) { state in
      guard state.status.activity.contains(.clearPending) else { return }
      state.status = SCSW()
      state.status.function = .clear
      state.status.status = .pending
      state.pathManagement.lastPathUsedMask = 0
      state.pathManagement.pathNotOperationalMask = 0
      state.pathManagement.pathOperationalMask = 0xFF
      state.forgetProgram()
      state.heldStatus = []
    }
  }

  /// The operation that was in progress on the path ends with interface-control check. The last subchannel of the path makes
  /// the channel report.
  func performPathReset(_ s: Subchannel) {
    s.device?.reset(.system)
    let resets = s.state.withLock { state in
      defer { state.pathResets = [] }
      return state.pathResets
    }
    end(s) { state in
      guard !state.status.activity.isDisjoint(with: .active), !state.status.function.contains(.clear) else { return }
      state.status.activity.subtract(.active)
      state.status.activity.remove(.haltPending)
      state.forgetProgram()
      // What the device presented for a command before has led on to the next one; for that one it has presented nothing.
      state.status.deviceStatus = []
      state.status.subchannelStatus.insert(.interfaceControlCheck)
      state.status.hasLogout = true
      state.status.status.formUnion([.alert, .primary, .secondary, .pending])
    }
    for reset in resets where reset.isLastToEnd() {
      pathsInReset.withLock { _ = $0.remove(reset.path) }
      report(CRW(.channelPath, .initialized, identification: UInt16(reset.path), solicited: true))
    }
  }

  /// RESET CHANNEL PATH.
  /// - Parameter operand: general register 1, bits 32-63.
  package func resetChannelPath(_ operand: UInt32) -> ResetChannelPath.Outcome {
    guard operand & 0xFFFF_FF00 == 0 else { return traced("RCHP", operand, .operandException) }
    let path = UInt8(truncatingIfNeeded: operand)
    let onPath = subchannels.withLock { $0.filter { $0.device != nil && $0.channelPath == path } }
    guard !onPath.isEmpty else { return traced("RCHP", operand, .notOperational) }
    guard pathsInReset.withLock({ $0.insert(path).inserted }) else { return traced("RCHP", operand, .busy) }
    let reset = PathReset(path: path, subchannels: onPath.count)
    for s in onPath {
      s.state.withLock { state in
        state.pathResets.append(reset)
        s.stopRequested.store(true, ordering: .releasing)
      }
      serve(s)
    }
    return traced("RCHP", operand, .initiated)
  }
}

/// A channel-path reset that some subchannels have yet to carry out.
final class PathReset: Sendable {
  let path: UInt8
  private let left: Atomic<Int>
  init(path: UInt8, subchannels: Int) {
    self.path = path
    left = Atomic(subchannels)
  }
  /// Notes that one subchannel is done.
  func isLastToEnd() -> Bool { left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}

internal import Tracing
internal import Synchronization

/// The three channels: where a program's CCWs and IDAWs come from.
extension ChannelSubsystem {
  /// How long a channel waits before it says the same again, in nanoseconds.
  static let warningInterval: UInt64 = 5_000_000_000

  /// - Returns: nil when the channel refuses the program; the subchannel is status pending then.
  func source(of orb: ORB, for s: Subchannel, _ storage: ChannelStorage) -> (any ProgramSource)? {
    switch s.kind {
    case .architected: return StorageSource(storage: storage)
    case .prefetchRequired: guard orb.allowsPrefetch else { return refuse(s, orb, .prefetchNotAllowed) }
    case .prefetchAlways:
      if !orb.allowsPrefetch { warn(s, .prefetches, "the ORB does not allow prefetch; this channel prefetches all the same") }
    }
    switch ProgramCopy.make(orb, from: self.storage) {
    case .success(let copy): return copy
    case .failure(let refusal): return refuse(s, orb, refusal)
    }
  }

  /// What QEMU shows its guest when the pass-through driver refuses a start (hw/vfio/ccw.c, sch_gen_unit_exception): unit
  /// exception as the only status, which no command caused.
  private func refuse(_ s: Subchannel, _ orb: ORB, _ refusal: ChannelRefusal) -> (any ProgramSource)? {
    warn(s, .refusal(refusal.rule), "start refused: \(refusal)")
    traceStart(s, orb, refusal)
    end(s) { state in
      guard state.status.function.contains(.start) else { return }
      state.refusal = refusal
      state.status.activity.remove(.startPending)
      state.status.deviceStatus = .unitException
      state.status.ccwAddress = orb.programAddress &+ CCW.size
      state.status.status = [.alert, .primary, .secondary, .pending]
    }
    return nil
  }

  /// Tells the operator, unless the same was said of this subchannel a moment ago: a guest that goes on trying, with other
  /// addresses or with several mistakes in turn, fills no terminal.
  private func warn(_ s: Subchannel, _ what: ChannelWarning, _ text: String) {
    let now = monotonicNanoseconds()
    let isDue = s.state.withLock { state in
      if let last = state.warnings[what], now &- last < Self.warningInterval { return false }
      state.warnings[what] = now
      return true
    }
    guard isDue else { return }
    let line = "\(hex(s.deviceNumber, 4)): \(text)"
    tracer.trace(.io, line)
    hooks.withLock { $0.warning }?(line)
  }

  /// Why the channel refused the last start at this subchannel; nil when it did not.
  package func refusal(subchannel number: UInt16) -> ChannelRefusal? {
    subchannel(number).flatMap { $0.state.withLock { $0.refusal } }
  }
}

/// What a channel tells the operator about a subchannel, without the addresses in it.
enum ChannelWarning: Hashable, Sendable {
  /// It prefetches against the ORB's word.
  case prefetches
  case refusal(ChannelRefusal.Rule)
}

internal import Tracing
internal import Synchronization

/// Interruptions and channel reports (chapter 16; chapter 17, "Channel Report").
extension ChannelSubsystem {
  /// The subclasses that have an interruption pending, bit 0x80 for ISC 0: the layout of control register 6, bits 32-39.
  /// CPUs poll it; it may be out of date by the time that they act.
  package var pendingInterruptions: UInt8 { UInt8(truncatingIfNeeded: pendingMask.value.load(ordering: .acquiring)) }

  /// TEST PENDING INTERRUPTION, and an I/O interruption: takes the interruption of highest priority that `subclasses` allows, the
  /// lowest ISC first, of one the oldest. The subchannel stays status pending.
  /// - Parameter subclasses: control register 6, bits 32-39.
  package func takeInterruption(_ subclasses: UInt8) -> IOInterruption? {
    guard let taken = interruptions.take(subclasses) else { return nil }
    tracer.trace(.io, IOInterruptionEvent(code: taken))
    return taken
  }

  /// STORE CHANNEL REPORT WORD: cc 0 with a report; nil means cc 1 and a word of zeros.
  package func storeChannelReportWord() -> CRW? {
    reports.withLock { reports in
      if reports.queue.isEmpty {
        reports.isConditionMade = false
        return nil
      }
      return reports.queue.removeFirst()
    }
  }

  /// Makes a channel report pending.
  func report(_ crw: CRW) {
    let isNew = reports.withLock { reports in
      var crw = crw
      guard reports.queue.count < ChannelReports.limit else {
        reports.hasOverflown = true
        return false
      }
      if reports.hasOverflown { crw.overflow = true }
      reports.hasOverflown = false
      reports.queue.append(crw)
      defer { reports.isConditionMade = true }
      return !reports.isConditionMade
    }
    tracer.trace(.io, "channel report \(hex(crw.word, 8))")
    if isNew { hooks.withLock { $0.channelReportPending }?() }
  }

  /// Queues the interruption of a subchannel that has become status pending.
  /// - Returns: whether it is new; then the caller tells the machine, after it has given up the lock.
  func queueInterruption(_ s: Subchannel, _ state: borrowing Subchannel.State) -> Bool {
    if state.isSynchronous { return false }
    return interruptions.add(
      s,
      IOInterruption(
        identification: SubsystemIdentification(subchannel: s.number), parameter: state.pathManagement.interruptionParameter,
        subclass: state.pathManagement.interruptionSubclass))
  }

  /// Takes back the interruption that is no longer wanted, if no CPU has taken it.
  func withdrawInterruption(_ s: Subchannel, _ state: borrowing Subchannel.State) {
    guard state.status.status.contains(.pending) else { return }
    interruptions.remove(s, subclass: state.pathManagement.interruptionSubclass)
  }

  /// Tells the machine, off every lock.
  func tellInterruptionPending() { hooks.withLock { $0.interruptionPending }?() }
}

/// The channel-report words that STORE CHANNEL REPORT WORD has yet to take.
struct ChannelReports {
  /// A model may hold few; what does not fit is told by the overflow bit of the next.
  static let limit = 1024
  var queue: [CRW] = []
  var hasOverflown = false
  /// The machine-check condition was made, and no store has found the queue empty since.
  var isConditionMade = false
}

/// Clock comparator and CPU timer (chapter 4, "Timing").
extension CPU {
  /// The CPU timer's present value. It counts down in TOD units in the operating and the load state, waiting or not.
  package var cpuTimer: UInt64 {
    switch signals.state {
    case .operating, .load: s.pointee.cpuTimerBase &- (TODClock.monotonic() &- s.pointee.cpuTimerStart)
    case .stopped, .checkStop: s.pointee.cpuTimerBase
    }
  }

  package mutating func setCPUTimer(_ v: UInt64) {
    s.pointee.cpuTimerBase = v
    s.pointee.cpuTimerStart = TODClock.monotonic()
    signals.withdraw(.cpuTimer)
    timersChanged()
  }

  package mutating func setClockComparator(_ v: UInt64) {
    s.pointee.clockComparator = v
    signals.withdraw(.clockComparator)
    timersChanged()
  }

  /// A timer or its subclass mask has a new value: look now, and be woken in time.
  mutating func timersChanged() {
    noteTimers()
    armTimer()
    if !signals.pending.isEmpty { requestAnotherLook() }
  }

  /// Makes the conditions pending that the clocks have reached, and withdraws those they no longer meet.
  func noteTimers() {
    let pending = signals.pending
    setCondition(.clockComparator, s.pointee.clockComparator < complex.clock.now(), pending)
    setCondition(.cpuTimer, Int64(bitPattern: cpuTimer) < 0, pending)
  }
  private func setCondition(_ condition: PendingConditions, _ holds: Bool, _ pending: PendingConditions) {
    if holds && !pending.contains(condition) { signals.note(condition) }
    if !holds && pending.contains(condition) { signals.withdraw(condition) }
  }

  /// Nanoseconds until the next timer condition whose subclass is enabled; nil when there is none.
  func nanosecondsToTimerEvent() -> Int64? {
    var units = UInt64.max
    if s.pointee.cr[0] & CR0.clockComparator != 0 {
      let now = complex.clock.now(), comparator = s.pointee.clockComparator
      units = comparator < now ? 0 : comparator &- now &+ 1
    }
    if s.pointee.cr[0] & CR0.cpuTimer != 0 {
      let timer = cpuTimer
      units = min(units, Int64(bitPattern: timer) < 0 ? 0 : timer &+ 1)
    }
    if units == UInt64.max { return nil }
    return Int64(truncatingIfNeeded: min(TODClock.nanoseconds(units: units) &+ 1, 1 << 60))
  }

  /// Computes when a timer condition whose subclass is enabled comes up next, and tells the complex's alarm, whether the PSW is
  /// enabled or not: it may become so without anybody looking. A condition that is pending already needs no alarm.
  /// - Returns: whether a condition is pending that was not before.
  @discardableResult func armTimer() -> Bool {
    let pending = signals.pending, now = TODClock.monotonic()
    var due: PendingConditions = []
    var moment = UInt64.max
    if s.pointee.cr[0] & CR0.clockComparator != 0 && !pending.contains(.clockComparator) {
      let tod = complex.clock.value(at: now), comparator = s.pointee.clockComparator
      if comparator < tod {
        due.insert(.clockComparator)
      } else {
        moment = now.addingSaturating(comparator &- tod).addingSaturating(1)
      }
    }
    if s.pointee.cr[0] & CR0.cpuTimer != 0 && !pending.contains(.cpuTimer) {
      let timer = s.pointee.cpuTimerBase &- (now &- s.pointee.cpuTimerStart)
      if Int64(bitPattern: timer) < 0 { due.insert(.cpuTimer) } else { moment = min(moment, now.addingSaturating(timer &+ 1)) }
    }
    if !due.isEmpty { signals.note(due) }
    s.pointee.timerMoment = moment
    s.pointee.compiled.quietUntil = 0
    // An alarm that goes off too early is set anew then: only one that would be late must be changed now.
    if moment != UInt64.max && (s.pointee.alarmMoment <= now || s.pointee.alarmMoment > moment) {
      s.pointee.alarmMoment = moment
      complex.alarm.set(
        cpu: Int(address), nanosecondsFromNow: Int64(TODClock.nanoseconds(units: min(moment &- now, 1 << 60)) &+ 1))
    }
    return !due.isEmpty
  }
}

extension UInt64 {
  fileprivate func addingSaturating(_ other: UInt64) -> UInt64 {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }
}

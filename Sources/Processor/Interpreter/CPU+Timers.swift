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
  package mutating func timersChanged() {
    noteTimers()
    armTimer()
    requestAnotherLook()
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

  /// Tells the complex's alarm when this CPU next wants to look at its clocks.
  func armTimer() {
    let isInterruptible = signals.state == .operating && s.pointee.pswMask & PSW.external != 0
    complex.alarm.set(cpu: Int(address), nanosecondsFromNow: isInterruptible ? nanosecondsToTimerEvent() : nil)
  }
}

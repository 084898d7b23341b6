import Dispatch
import Processor
import Synchronization

/// The operator's keys for single CPUs. Each returns when the CPU has obeyed.
extension Machine {
  /// The stop key: stops these CPUs between two instructions; all, unless said. One that does not operate stays as it is.
  public func stop(_ cpus: [Int]? = nil) throws(OperationError) {
    for cpu in cpus ?? Array(complex.signals.indices) {
      try inspect(cpu) { [self] in
        state.withLock { $0.isHeld = true }
        $0.stop(because: .operator)
      }
    }
  }

  /// The start key: lets stopped CPUs go on. Unless said, those that the operator, a breakpoint or the like stopped; when there
  /// is none, CPU 0. One that a load is in progress for, which the guest asked for, goes on when that is done.
  /// - Throws: `state` for a CPU that cannot be started.
  public func start(_ cpus: [Int]? = nil) throws(OperationError) {
    for cpu in cpus ?? cpusToStart {
      let (reached, isReloading) = try inspect(cpu) { [self] processor in
        processor.start()
        let reached = processor.signals.state
        return state.withLock { state in
          state.isHeld = false
          return (reached, state.isReloading)
        }
      }
      if reached != .operating && !(reached == .load && isReloading) {
        throw OperationError(
          .state, "CPU \(cpu) is in the \(reached == .load ? "load" : "check-stop") state; reset or load it first")
      }
    }
  }

  /// CPUs that would operate, had they not been stopped from outside.
  private var cpusToStart: [Int] {
    let all = state.withLock { state in
      state.rests.indices.filter { k in
        if case .stopped(let cause)? = state.rests[k] { cause != .program } else { false }
      }
    }
    return all.isEmpty ? [0] : all
  }

  /// Seconds in which a CPU that steps may wait for an interruption.
  private static let longestIdleStep = 10

  /// Has a stopped CPU execute `count` instructions and stop again.
  /// - Parameters:
  ///   - holdingInterruptions: pending interruptions wait until it is done, as debuggers like it; else they are taken, as the
  ///     architecture's instruction-step rate has it.
  ///   - limit: how long to wait; the CPU is stopped then, wherever it is. One that waits for an interruption is stopped after
  ///     ten seconds of that.
  ///   - isAbandoned: asked now and then: nobody waits any more, and the CPU is stopped.
  /// - Returns: where the CPU is when it has stopped, or where it came to rest before: then it is stopped, too, if it can be.
  @discardableResult
  public func step(
    _ cpu: Int = 0, count: UInt64 = 1, holdingInterruptions: Bool = false, limit: Duration? = nil,
    isAbandoned: () -> Bool = { false }
  ) throws(OperationError) -> CPUStatus {
    let before = try status(of: cpu)
    guard before.state == .stopped else {
      throw OperationError(.state, "CPU \(cpu) is in the \(before.state.rawValue) state; only a stopped CPU can be stepped")
    }
    let rested = DispatchSemaphore(value: 0)
    let observation = observe { news in
      switch news {
      case .resting(cpu, _), .atRest, .reset, .ended: rested.signal()
      default: break
      }
    }
    defer { observation.end() }
    try inspect(cpu) { [self] in
      state.withLock { $0.isHeld = true }
      $0.step(count, holdingInterruptions: holdingInterruptions)
    }
    let end = limit.map { ContinuousClock.now + $0 }
    var idleSeconds = 0
    while true {
      // In slices, since nobody may wait any more.
      let left = end.map { $0 - .now } ?? .seconds(2)
      let isLate = rested.wait(timeout: .now() + min(left, .seconds(1)).seconds) == .timedOut
      let isReloading = state.withLock { $0.isReloading }, status = try status(of: cpu)
      idleSeconds = isLate && status.state == .waiting ? idleSeconds + 1 : 0
      let isOver = isLate && (left <= .seconds(1) || idleSeconds == Self.longestIdleStep || isAbandoned())
      if !isOver {
        if isReloading || status.state == .operating || status.state == .waiting { continue }
        // A disabled wait is as far as the CPU gets.
        if status.state != .disabledWait { return status }
      }
      try stop([cpu])
      return isOver ? try self.status(of: cpu) : status
    }
  }

  /// PSW restart: the restart interruption, which starts a stopped CPU.
  /// - Throws: `state` in the check-stop state.
  public func pswRestart(_ cpu: Int = 0) throws(OperationError) {
    let reached = try inspect(cpu) { [self] processor in
      state.withLock { $0.isHeld = false }
      processor.restart()
      return processor.signals.state
    }
    if reached == .checkStop { throw OperationError(.state, "CPU \(cpu) is in the check-stop state; reset it first") }
  }

  /// Store status: the registers of a stopped CPU go to absolute 4608 and behind (ESA/390: 212 and behind).
  /// - Throws: `state` when it is not stopped.
  public func storeStatus(_ cpu: Int = 0) throws(OperationError) {
    let isStopped = try inspect(cpu) { processor in
      guard processor.signals.state == .stopped else { return false }
      processor.storeStatus(at: 0)
      return true
    }
    if !isStopped { throw OperationError(.state, "CPU \(cpu) is not stopped; stop it first") }
  }

  /// The interrupt key: makes the external interruption 0040 pending. The first CPU that is enabled for it takes it.
  public func externalInterruption() { complex.postInterruptKey() }

  /// System reset: stops and resets CPUs and I/O; `clear` zeros storage, keys and registers as well.
  public func systemReset(clear: Bool) { control.sync { resetSystem(clear: clear, loads: false) } }
}

extension CPU {
  /// Begins a program whose PSW was loaded: operating, or stopped before its first instruction for the operator to start.
  mutating func begin(starts: Bool) {
    enter(.operating)
    if !starts { stop(because: .operator) }
  }
}

extension Duration {
  /// In seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

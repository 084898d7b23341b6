import Dispatch
import Processor
import Synchronization

/// The operator's verbs, and what the machine does by itself when CPUs change state.
extension Machine {
  // MARK: The end

  /// Calls `action` once, when the machine has come to rest; at once if it has already.
  public func whenEnded(_ action: @escaping @Sendable (EndReason) -> Void) {
    let end = state.withLock { state in
      if state.end == nil { state.waiters.append(action) }
      return state.end
    }
    if let end { action(end) }
  }

  /// Blocks until the machine has come to rest.
  public func waitUntilEnded() -> EndReason {
    let done = DispatchSemaphore(value: 0)
    let result = ResultBox()
    whenEnded { reason in
      result.reason = reason
      done.signal()
    }
    done.wait()
    return result.reason
  }

  /// Written before its semaphore is signalled, read after.
  private final class ResultBox: @unchecked Sendable { var reason = EndReason.quit }

  /// Ends the run on the operator's behalf.
  public func quit() { end(.quit) }

  func end(_ reason: EndReason) {
    let waiters = state.withLock { state in
      guard state.end == nil else { return [@Sendable (EndReason) -> Void]() }
      state.end = reason
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter(reason) }
  }

  /// A CPU's thread tells of a change. Nothing here may wait for that CPU.
  func cpuChanged(_ address: UInt16, _ change: CPUStateChange) {
    switch change {
    case .operating: break
    case .stopped:
      let isOperators = state.withLock { $0.isOperatorStopping }
      if !isOperators, isAtRest { end(.poweredOff) }
    // Linux after the operator's request to shut down (arch/s390/kernel/ipl.c, sclp_quiesce.c).
    case .disabledWait(let psw) where psw.instructionAddress == 0xFFF: end(.poweredOff)
    // While another CPU goes on, it may start this one again.
    case .disabledWait(let psw): if isAtRest { end(.disabledWait(mask: psw.mask, address: psw.instructionAddress)) }
    case .checkStop: if isAtRest { end(.checkStop) }
    }
  }

  /// No CPU will execute another instruction by itself.
  private var isAtRest: Bool { complex.signals.allSatisfy(\.isAtRest) }

  /// Whether some CPU executes instructions just now, and does not wait.
  public var isComputing: Bool { complex.signals.contains { $0.isExecuting.load(ordering: .relaxed) } }

  // MARK: Work on CPUs

  /// Runs `action` on the thread of CPU `address` and waits for it. Not to be called on a CPU's thread.
  func perform(on address: Int, _ action: @escaping @Sendable (inout CPU) -> Void) {
    let done = DispatchSemaphore(value: 0)
    services.enqueue(
      { cpu in
        action(&cpu)
        done.signal()
      }, on: address)
    complex.signals[address].post(.work)
    done.wait()
  }
}

import ChannelIO
import Dispatch
import Processor
import ServiceProcessor
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

  /// Ends the run on the operator's behalf. A load in progress is given up.
  public func quit() {
    observers.tell(.quitting)
    end(.quit)
    if complex.signals.contains(where: { $0.state == .load }) { channelSubsystem.resetIO() }
  }

  /// The consoles were full (`ConsoleSinks.areFull`) and have room again: what a guest wrote is completed.
  public func consolesHaveRoom() { serviceProcessor.consolesHaveRoom() }

  func end(_ reason: EndReason) {
    let waiters: [@Sendable (EndReason) -> Void]? = state.withLock { state in
      guard state.end == nil else { return nil }
      state.end = reason
      defer { state.waiters = [] }
      return state.waiters
    }
    guard let waiters else { return }
    for waiter in waiters { waiter(reason) }
    observers.tell(.ended(reason))
  }

  /// The machine rests by itself: its end, or held for the operator.
  func comeToRest(_ reason: EndReason) {
    observers.tell(.atRest(reason))
    if configuration.onStop == .exit { end(reason) }
  }

  /// A CPU's thread tells of a change. Nothing here may wait for that CPU.
  func cpuChanged(_ address: UInt16, _ change: CPUStateChange) {
    switch change {
    case .executionDiffers(let description): return comeToRest(.executionDiffers(description))
    case .interruptionLoop(let psw): return comeToRest(.interruptionLoop(mask: psw.mask, address: psw.instructionAddress))
    case .operating, .stopped, .disabledWait, .checkStop: break
    }
    let cpu = Int(address), rest = CPURest(change)
    let (isNew, isOperators) = state.withLock { state in
      defer { state.rests[cpu] = rest }
      return (state.rests[cpu] != rest, state.isOperatorStopping)
    }
    // A CPU that is woken in a disabled wait tells of it again.
    guard isNew else { return }
    observers.tell(rest.map { .resting(cpu: cpu, $0) } ?? .operating(cpu: cpu))
    switch rest {
    case .stopped(.program)? where !isOperators && complex.signals.allSatisfy({ $0.state == .stopped }): comeToRest(.poweredOff)
    // Linux after the operator's request to shut down (arch/s390/kernel/ipl.c, sclp_quiesce.c).
    case .disabledWait(let psw)? where psw.instructionAddress == 0xFFF: comeToRest(.poweredOff)
    case .disabledWait(let psw)?: comeToRest(.disabledWait(mask: psw.mask, address: psw.instructionAddress))
    case .checkStop?: comeToRest(.checkStop)
    case .stopped?, nil: break
    }
  }

  /// Whether some CPU executes instructions just now, and does not wait.
  public var isComputing: Bool { complex.signals.contains { $0.isExecuting.load(ordering: .relaxed) } }

  // MARK: Work on CPUs

  /// Runs `action` on the thread of CPU `address` and waits for it. Not to be called on a CPU's thread.
  /// - Returns: false when the machine ended before.
  @discardableResult
  func perform(on address: Int, _ action: @escaping @Sendable (inout CPU) -> Void) -> Bool {
    let done = DispatchSemaphore(value: 0)
    let isAbandoned = Atomic(false)
    let work = SystemServices.Work(
      action: { cpu in
        action(&cpu)
        done.signal()
      },
      abandon: {
        isAbandoned.store(true, ordering: .releasing)
        done.signal()
      })
    guard services.enqueue(work, on: address) else { return false }
    complex.signals[address].post(.work)
    done.wait()
    return !isAbandoned.load(ordering: .acquiring)
  }
}

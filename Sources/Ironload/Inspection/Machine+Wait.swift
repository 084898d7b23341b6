import Dispatch
import Synchronization

/// How a wait for a machine ended.
public enum WaitOutcome: Hashable, Sendable {
  /// Every CPU is stopped, in a disabled wait or in the check-stop state.
  case atRest
  /// The text was on a console; the position behind it.
  case text(end: Int)
  /// The time is over.
  case timeLimit
  /// The machine's run has ended.
  case ended(EndReason)
}

extension Machine {
  /// Whether every CPU is stopped, in a disabled wait or in the check-stop state.
  public var isAtRest: Bool {
    state.withLock { !$0.isLoading && !$0.isReloading && !$0.isOperatorStopping && $0.rests.allSatisfy { $0 != nil } }
  }

  /// Blocks until one of these has come. Rest counts when no text is awaited, or with `orRest`.
  /// - Parameters:
  ///   - text: bytes on a console, at `position` of the console log or behind.
  ///   - orRest: a machine at rest writes no more.
  ///   - limit: nil waits as long as it takes.
  public func wait(
    forText text: [UInt8]? = nil, from position: Int = 0, orRest: Bool = true, limit: Duration? = nil
  ) -> WaitOutcome {
    let news = DispatchSemaphore(value: 0)
    let observation = observe { _ in news.signal() }
    defer { observation.end() }
    let deadline = limit.map { DispatchTime.now() + $0.seconds } ?? .distantFuture
    var from = position
    while true {
      // Rest first: what was written before it is there then.
      let end = state.withLock { $0.end }, isResting = isAtRest
      if let text {
        let written = consoleLog.end
        if let found = consoleLog.find(text, from: from) { return .text(end: found) }
        from = max(from, written - text.count + 1)
      }
      if let end { return .ended(end) }
      if isResting && (text == nil || orRest) { return .atRest }
      if news.wait(timeout: deadline) == .timedOut { return .timeLimit }
    }
  }
}

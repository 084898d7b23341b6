public import Synchronization

/// Where events go. Off, it costs the test of one mask.
///
/// Concurrency: `enabled` is an atomic that any thread reads; the sink is called under a lock, one line at a time.
public final class Tracer: Sendable {
  private let mask: Atomic<UInt32>
  private let sink: Mutex<@Sendable (String) -> Void>

  /// - Parameter sink: takes each line, without its newline.
  public init(enabled: TraceClass = [], sink: @escaping @Sendable (String) -> Void) {
    mask = Atomic(enabled.rawValue)
    self.sink = Mutex(sink)
  }

  /// The classes whose events are written. Changes take effect with the next event.
  public var enabled: TraceClass {
    get { TraceClass(rawValue: mask.load(ordering: .relaxed)) }
    set { mask.store(newValue.rawValue, ordering: .relaxed) }
  }

  /// Traces `line` when one of `classes` is on; `line` is not evaluated otherwise.
  @inline(__always)
  public func trace(_ classes: TraceClass, _ line: @autoclosure () -> String) {
    if mask.load(ordering: .relaxed) & classes.rawValue != 0 { write(line()) }
  }

  @inline(never) private func write(_ line: String) { sink.withLock { $0(line) } }
}

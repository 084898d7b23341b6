public import Synchronization

/// Where events go. Off, it costs the test of one mask.
///
/// Concurrency: `enabled` is an atomic that any thread reads; the sink is called under a lock, one record at a time.
public final class Tracer: Sendable {
  @usableFromInline let mask: Atomic<UInt32>
  private let sink: Mutex<@Sendable (TraceRecord) -> Void>
  private let beginning = ContinuousClock.now

  /// - Parameter sink: takes each record.
  public init(enabled: TraceClass = [], sink: @escaping @Sendable (TraceRecord) -> Void) {
    mask = Atomic(enabled.rawValue)
    self.sink = Mutex(sink)
  }

  /// A tracer that is off, and has nobody to tell.
  public static var off: Tracer { Tracer { _ in } }

  /// The classes whose events are written. Changes take effect with the next event.
  public var enabled: TraceClass {
    get { TraceClass(rawValue: mask.load(ordering: .relaxed)) }
    set { mask.store(newValue.rawValue, ordering: .relaxed) }
  }

  /// Whether an event of one of `classes` would be written now: for events whose parts have to be gathered first.
  @inlinable @inline(__always)
  public func isTracing(_ classes: TraceClass) -> Bool { mask.load(ordering: .relaxed) & classes.rawValue != 0 }

  /// Traces `event` when one of `classes` is on; `event` is not evaluated otherwise.
  @inlinable @inline(__always)
  public func trace(_ classes: TraceClass, _ event: @autoclosure () -> some TraceEvent) {
    if isTracing(classes) { write(classes, event()) }
  }

  /// Traces a line when one of `classes` is on; `line` is not evaluated otherwise.
  @inlinable @inline(__always)
  public func trace(_ classes: TraceClass, _ line: @autoclosure () -> String) {
    if isTracing(classes) { write(classes, TraceLine(line())) }
  }

  @inline(never) @usableFromInline func write(_ classes: TraceClass, _ event: any TraceEvent) {
    let record = TraceRecord(classes: classes, time: ContinuousClock.now - beginning, event: event)
    sink.withLock { $0(record) }
  }
}

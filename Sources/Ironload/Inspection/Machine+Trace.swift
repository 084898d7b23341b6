import Processor
public import Tracing

extension Machine {
  /// The classes of events that are traced. Instructions are traced at `tracedAddresses`.
  public var tracedClasses: TraceClass {
    get { tracer.enabled }
    set {
      tracer.enabled = newValue
      if !newValue.contains(.instruction) { watch { $0.tracedAddresses = nil } }
    }
  }

  /// Traces the instructions at these addresses.
  public func traceInstructions(at addresses: ClosedRange<UInt64> = 0...UInt64.max) {
    watch { $0.tracedAddresses = addresses }
    tracer.enabled.insert(.instruction)
  }
}

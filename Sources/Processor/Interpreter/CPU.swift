import CHost
package import Storage
import Synchronization

/// One CPU: its registers, its TLB, and its way to storage and the rest of the machine. The interpreter is this type's
/// conformance to `Datapath`; routines are its methods.
///
/// Concurrency: owned by the thread that operates it. Others reach it through `signals`.
package struct CPU: ~Copyable {
  /// Work on a CPU that is too long or too rare to be written on the datapath.
  package typealias Routine = (inout CPU, InstructionText) throws(ProgramInterruption) -> Void

  package let s: UnsafeMutablePointer<CPUState>
  package let storage: AbsoluteStorage
  package let complex: ProcessorComplex
  package let signals: CPUSignals
  let attention: UnsafeMutablePointer<Atomic<UInt32>>
  package var tlb = TLB()
  /// This CPU's address, 0-65535.
  package let address: UInt16
  let dispatch: DispatchTables
  /// The table of the current mode.
  var handlers: UnsafeMutablePointer<Handler>
  /// An EXECUTE is executing its target.
  var isExecuteTarget = false
  /// Where that EXECUTE is.
  var executeAddress: UInt64 = 0
  /// A PSW was loaded that is invalid: the next thing that happens is an early specification exception.
  var hasInvalidPSW = false
  /// Bit 63 of PSW address or attention work makes each instruction go one by one: PER, tracing, single step.
  var watchesEachInstruction = false
  /// Called before each instruction while set; for instruction traces.
  package var instructionObserver: (@Sendable (borrowing CPU, InstructionText) -> Void)?
  /// Called for each program interruption while set.
  package var programInterruptionObserver: (@Sendable (borrowing CPU, ProgramInterruption) -> Void)?
  /// How many interruptions were taken, by class: restart, external, supervisor call, program, machine check, I/O.
  package var interruptionCounts: InlineArray<6, UInt64> = .init(repeating: 0)

  package init(address: UInt16, complex: ProcessorComplex) {
    self.address = address
    self.complex = complex
    storage = complex.storage
    signals = complex.signals[Int(address)]
    attention = signals.attention
    s = .allocate(capacity: 1)
    s.initialize(to: CPUState())
    dispatch = complex.dispatch
    handlers = dispatch.table(isProblemState: false, isZArchitecture: false)
  }

  deinit {
    tlb.deallocate()
    s.deallocate()
  }
}

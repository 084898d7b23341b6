import Processor
import Threads
import Tracing

/// One thread that owns one CPU from its first instruction to the end of the machine.
///
/// Concurrency: `start` and `join` are the Machine's, called once each.
final class CPUThread: @unchecked Sendable {
  private let address: UInt16
  private let complex: ProcessorComplex
  private var thread: HostThread?
  /// Whether the CPU compiles code; false before `start`.
  private(set) var isCompiling = false

  init(address: UInt16, complex: ProcessorComplex) {
    self.address = address
    self.complex = complex
  }

  /// - Throws: when the host has no thread or memory to give.
  func start() throws(ConfigurationError) {
    guard let provisions = complex.provisions() else {
      throw ConfigurationError(.host, "CPU \(address): the host gives no memory")
    }
    thread = HostThread { [self] in run(provisions) }
    guard thread != nil else {
      provisions.discard()
      throw ConfigurationError(.host, "CPU \(address): the host gives no thread; end other processes and try again")
    }
    isCompiling = provisions.isCompiling
  }

  func join() {
    thread?.join()
    thread = nil
  }

  private func run(_ provisions: CPUProvisions) {
    var cpu = CPU(address: address, complex: complex, provisions)
    cpu.initialReset()
    let tracer = complex.tracer
    cpu.watch.tracer = { cpu, instruction in tracer.trace(.instruction, InstructionTrace.line(cpu, instruction)) }
    if tracer.enabled.contains(.instruction) { cpu.watch.tracedAddresses = 0...UInt64.max }
    cpu.programInterruptionObserver = { cpu, cause in tracer.trace(.interruption, InstructionTrace.line(cpu, cause)) }
    cpu.operate()
  }
}

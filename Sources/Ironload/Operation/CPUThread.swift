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

  init(address: UInt16, complex: ProcessorComplex) {
    self.address = address
    self.complex = complex
  }

  /// - Throws: when the host has no thread to give.
  func start() throws(ConfigurationError) {
    thread = HostThread { [self] in run() }
    guard thread != nil else {
      throw ConfigurationError(.host, "CPU \(address): the host gives no thread; end other processes and try again")
    }
  }

  func join() {
    thread?.join()
    thread = nil
  }

  private func run() {
    var cpu = CPU(address: address, complex: complex)
    cpu.initialReset()
    let tracer = complex.tracer
    cpu.watch.tracer = { cpu, instruction in tracer.trace(.instruction, InstructionTrace.line(cpu, instruction)) }
    if tracer.enabled.contains(.instruction) { cpu.watch.tracedAddresses = 0...UInt64.max }
    cpu.programInterruptionObserver = { cpu, cause in tracer.trace(.interruption, InstructionTrace.line(cpu, cause)) }
    cpu.operate()
  }
}

import Processor
import ServiceProcessor
import Synchronization

/// What CPUs ask of this machine: identity, DIAGNOSE, and news of their states.
///
/// Concurrency: called on CPU threads. `delegate` is set once, before the CPUs run, and cut when the machine closes.
final class SystemServices: MachineServices {
  let facilities = FacilityList.doublewords
  private let information: SystemInformation
  private let handlers = Mutex(Handlers())
  private let work: [WorkQueue]

  /// What the Machine does when a CPU asks.
  struct Handlers {
    var stateChanged: (@Sendable (UInt16, CPUStateChange) -> Void)?
    var diagnose308: (@Sendable (inout CPU, InstructionText) throws(ProgramInterruption) -> Void)?
  }

  /// Work for one CPU's thread. A class, since mutexes cannot stand in arrays.
  final class WorkQueue: Sendable { let queue = Mutex<[@Sendable (inout CPU) -> Void]>([]) }

  init(cpuCount: Int) {
    information = SystemInformation(cpuCount: cpuCount)
    work = (0..<cpuCount).map { _ in WorkQueue() }
  }

  func setHandlers(_ new: Handlers) { handlers.withLock { $0 = new } }

  /// Queues work for the thread of CPU `address`; the caller posts `.work` then.
  func enqueue(_ action: @escaping @Sendable (inout CPU) -> Void, on address: Int) {
    work[address].queue.withLock { $0.append(action) }
  }

  func performQueuedWork(_ cpu: inout CPU) {
    let actions = work[Int(cpu.address)].queue.withLock { queue in
      defer { queue = [] }
      return queue
    }
    for action in actions { action(&cpu) }
  }

  var configurationLevel: Int { 2 }
  func systemInformation(functionCode: Int, selector1: Int, selector2: Int, cpuAddress: UInt16) -> [UInt8]? {
    information.block(functionCode: functionCode, selector1: selector1, selector2: selector2, cpuAddress: cpuAddress)
  }
  /// Bits 8-31 the CPU identification, 32-47 the machine type; version and format bits zero.
  func cpuIdentification(_ address: UInt16) -> UInt64 {
    UInt64(0x00_0001) << 32 | UInt64(SystemInformation.machineType) << 16
  }

  func stateChanged(_ address: UInt16, _ change: CPUStateChange) {
    handlers.withLock { $0.stateChanged }?(address, change)
  }

  func diagnose(_ cpu: inout CPU, code: UInt16, _ text: InstructionText) throws(ProgramInterruption) {
    guard let row = Diagnose.rows.first(where: { $0.code == code }) else { throw .specification }
    switch row.action {
    case .routine(let routine): try routine(&cpu, text)
    case .load:
      guard let handler = handlers.withLock({ $0.diagnose308 }) else { throw .specification }
      try handler(&cpu, text)
    }
  }
}

import Processor
import ServiceProcessor
import Storage
import Synchronization

/// What CPUs ask of this machine: identity, DIAGNOSE, and news of their states.
///
/// Concurrency: called on CPU threads. `handlers` is set once, before the CPUs run, and cut when the machine closes.
final class SystemServices: MachineServices {
  let facilities: [UInt64]
  private let information: SystemInformation
  private let handlers = Mutex(Handlers())
  private let work: [WorkQueue]
  private let identity: MachineIdentity
  /// What z/VM's virtual machines have; nil: this is none.
  private let virtualMachine: VirtualMachine?

  /// What the Machine does when a CPU asks.
  struct Handlers {
    var stateChanged: (@Sendable (UInt16, CPUStateChange) -> Void)?
    var storageFailed: (@Sendable (AbsoluteAddress) -> Void)?
    /// Shows a text to the operator: nil when DIAGNOSE 008 is not there.
    var showText: (@Sendable (String) -> Void)?
    var diagnose308: (@Sendable (inout CPU, InstructionText) throws(ProgramInterruption) -> Void)?
  }

  /// Work for one CPU's thread. A class, since mutexes cannot stand in arrays.
  final class WorkQueue: Sendable {
    let queue = Mutex<[Work]>([])
    /// The CPU's thread has ended, or is about to: nothing more is done.
    let isClosed = Mutex(false)
  }
  /// Something to do on a CPU's thread.
  struct Work: Sendable {
    let action: @Sendable (inout CPU) -> Void
    /// Called instead when the machine ends first.
    let abandon: @Sendable () -> Void
  }

  init(cpuCount: Int, hasESA390Mode: Bool, identity: MachineIdentity, virtualMachine: VirtualMachine?) {
    facilities = FacilityList.doublewords(hasESA390Mode: hasESA390Mode)
    information = SystemInformation(cpuCount: cpuCount, identity: identity)
    self.identity = identity
    self.virtualMachine = virtualMachine
    work = (0..<cpuCount).map { _ in WorkQueue() }
  }

  func setHandlers(_ new: Handlers) { handlers.withLock { $0 = new } }

  /// Queues work for the thread of CPU `address`; the caller posts `.work` then.
  /// - Returns: false when that thread does no more work.
  func enqueue(_ item: Work, on address: Int) -> Bool {
    work[address].isClosed.withLock { isClosed in
      if isClosed { return false }
      work[address].queue.withLock { $0.append(item) }
      return true
    }
  }

  /// The CPUs' threads have ended: abandons what they did not do.
  func closeQueues() {
    for one in work {
      one.isClosed.withLock { $0 = true }
      for item in takeWork(one) { item.abandon() }
    }
  }

  private func takeWork(_ one: WorkQueue) -> [Work] {
    one.queue.withLock { queue in
      defer { queue = [] }
      return queue
    }
  }

  func performQueuedWork(_ cpu: inout CPU) {
    for item in takeWork(work[Int(cpu.address)]) { item.action(&cpu) }
  }

  var configurationLevel: Int { identity.isVirtual ? 3 : 2 }
  func systemInformation(functionCode: Int, selector1: Int, selector2: Int, cpuAddress: UInt16) -> [UInt8]? {
    information.block(functionCode: functionCode, selector1: selector1, selector2: selector2, cpuAddress: cpuAddress)
  }
  /// Bits 0-7 the version: FF in a virtual machine; 8-31 the CPU identification, 32-47 the machine type; format bits zero.
  func cpuIdentification(_ address: UInt16) -> UInt64 {
    UInt64(identity.isVirtual ? 0xFF00_0001 : 0x0000_0001) << 32 | UInt64(SystemInformation.machineType) << 16
  }

  func communicateBetweenUsers(_ cpu: inout CPU) throws(ProgramInterruption) {
    guard let virtualMachine else { throw .operation }
    try virtualMachine.communicateBetweenUsers(&cpu)
  }

  func storageFailed(at address: AbsoluteAddress) { handlers.withLock { $0.storageFailed }?(address) }

  func stateChanged(_ address: UInt16, _ change: CPUStateChange) {
    handlers.withLock { $0.stateChanged }?(address, change)
  }

  func diagnose(_ cpu: inout CPU, code: UInt16, _ text: InstructionText) throws(ProgramInterruption) {
    guard let row = Diagnose.rows.first(where: { $0.code == code }) else { throw .specification }
    switch row.action {
    case .routine(let routine): try routine(&cpu, text)
    case .virtualMachine(let routine):
      guard let virtualMachine else { throw .specification }
      try routine(virtualMachine, &cpu, text)
    case .consoleFunction:
      if let virtualMachine { return try virtualMachine.command(&cpu, text) }
      guard let showText = handlers.withLock({ $0.showText }) else { throw .specification }
      try Diagnose8.routine(&cpu, text, showText)
    case .load:
      guard let handler = handlers.withLock({ $0.diagnose308 }) else { throw .specification }
      try handler(&cpu, text)
    }
  }
}

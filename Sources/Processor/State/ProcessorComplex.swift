package import ChannelIO
package import ServiceProcessor
package import Storage
import Synchronization
package import Tracing

/// What the CPUs of a configuration share: storage, clock, channel subsystem, service processor, and the conditions that
/// any CPU may take.
///
/// Concurrency: `floating` is guarded by its mutex, everything else is immutable or has its own rules.
package final class ProcessorComplex: Sendable {
  package let storage: AbsoluteStorage
  package let clock = TODClock()
  package let signals: [CPUSignals]
  let dispatch: DispatchTables
  package let tracer: Tracer
  package let channelSubsystem: ChannelSubsystem
  package let serviceProcessor: ServiceProcessor
  /// What the machine does beyond the architecture: DIAGNOSE, STSI, facility list, state changes.
  package let services: any MachineServices
  /// Wakes running CPUs when a clock is due.
  package let alarm: TimerAlarm
  /// True while a CPU performs a locked operation (PLO).
  let programLock = Atomic<Bool>(false)
  /// What compilers read of the instruction table; nil when everything is interpreted.
  private let rows: CompilerRows?
  private let compiling: CompilerSettings?
  private let floating = Mutex(FloatingConditions())
  /// Whether one of them is there: for CPUs that poll.
  private let floats = Atomic<Bool>(false)

  /// Conditions that any CPU with the mask open may take.
  private struct FloatingConditions {
    var interruptKey = false
    var channelReport = false
    var isEmpty: Bool { !interruptKey && !channelReport }
  }

  package init(
    cpuCount: Int, storage: AbsoluteStorage, channelSubsystem: ChannelSubsystem, serviceProcessor: ServiceProcessor,
    services: any MachineServices, tracer: Tracer, compiling: CompilerSettings? = nil
  ) {
    self.storage = storage
    self.channelSubsystem = channelSubsystem
    self.serviceProcessor = serviceProcessor
    self.services = services
    self.tracer = tracer
    let signals = (0..<cpuCount).map { _ in CPUSignals() }
    self.signals = signals
    alarm = TimerAlarm(cpuCount: cpuCount) { signals[$0].requestAttention() }
    dispatch = DispatchTables(instructions: InstructionSet<CPU>())
    self.compiling = compiling
    rows = compiling != nil ? CompilerRows() : nil
  }

  /// What one CPU needs of the host; nil when the host has no memory to give.
  package func provisions() -> CPUProvisions? {
    guard let memory = CPUMemory() else { return nil }
    guard let rows, let compiling else { return CPUProvisions(memory: memory, compiler: nil) }
    return CPUProvisions(memory: memory, compiler: Compiler(rows: rows, storage: storage, settings: compiling))
  }

  /// Whether the configuration-z/Architecture-architectural-mode facility (138) is there: no reset leaves z/Architecture mode.
  package var isZArchitectureOnly: Bool {
    let bit = Facility.zArchitectureArchitecturalModeBit, words = services.facilities
    return words.indices.contains(bit / 64) && words[bit / 64] >> UInt64(63 - bit % 64) & 1 != 0
  }

  // MARK: Conditions

  /// Has every CPU look at the floating conditions and I/O.
  package func requestFloatingAttention() { for signal in signals { signal.post(.floating) } }

  package func postInterruptKey() {
    changeFloating { $0.interruptKey = true }
    requestFloatingAttention()
  }
  package func postChannelReport() {
    changeFloating { $0.channelReport = true }
    requestFloatingAttention()
  }
  func takeInterruptKey() -> Bool {
    changeFloating { conditions in
      defer { conditions.interruptKey = false }
      return conditions.interruptKey
    }
  }
  func takeChannelReport() -> Bool {
    changeFloating { conditions in
      defer { conditions.channelReport = false }
      return conditions.channelReport
    }
  }
  /// Subsystem reset: nothing floating is pending any more.
  package func clearFloatingConditions() { changeFloating { $0 = FloatingConditions() } }

  private func changeFloating<T: Sendable>(_ change: (inout FloatingConditions) -> T) -> T {
    floating.withLock { conditions in
      let result = change(&conditions)
      floats.store(!conditions.isEmpty, ordering: .sequentiallyConsistent)
      return result
    }
  }
  /// Whether a floating condition is pending.
  var hasFloatingCondition: Bool { floats.load(ordering: .sequentiallyConsistent) }
}

/// What a CPU asks of the machine around it.
package protocol MachineServices: AnyObject, Sendable {
  /// DIAGNOSE in the supervisor state. `code` is the second-operand address's low 16 bits.
  /// - Throws: what the guest is to see; unknown codes are a specification exception.
  func diagnose(_ cpu: inout CPU, code: UInt16, _ text: InstructionText) throws(ProgramInterruption)
  /// The facility list, STFLE order: bit 0 is the leftmost bit of the first doubleword.
  var facilities: [UInt64] { get }
  /// The block of STORE SYSTEM INFORMATION, 4096 bytes, or nil when there is none (CC 3).
  func systemInformation(functionCode: Int, selector1: Int, selector2: Int, cpuAddress: UInt16) -> [UInt8]?
  /// The highest function code of STSI: 1 basic machine, 2 logical partition, 3 virtual machine.
  var configurationLevel: Int { get }
  /// The doubleword of STORE CPU ID.
  func cpuIdentification(_ address: UInt16) -> UInt64
  /// A CPU entered or left a state, or loaded a disabled wait PSW (`change` says which).
  func stateChanged(_ address: UInt16, _ change: CPUStateChange)
  /// IUCV (B2F0), an instruction that only z/VM's virtual machines have.
  func communicateBetweenUsers(_ cpu: inout CPU) throws(ProgramInterruption)
  /// The host could not give or write back storage at `address`: the CPU enters the check-stop state next.
  func storageFailed(at address: AbsoluteAddress)
  /// Runs whatever the machine queued for this CPU's thread (see `PendingConditions.work`).
  func performQueuedWork(_ cpu: inout CPU)
}

/// A change that the machine's operator would see.
package enum CPUStateChange: Sendable {
  case operating
  case stopped(StopCause)
  case disabledWait(PSW)
  case checkStop
  /// Program interruptions follow each other for good: each new PSW, this one, leads to the next. The CPU goes on with them.
  case interruptionLoop(PSW)
  /// A block that was verified ran differently compiled: what and how.
  case executionDiffers(String)
}

extension MachineServices {
  package func communicateBetweenUsers(_: inout CPU) throws(ProgramInterruption) { throw .operation }
  package func storageFailed(at _: AbsoluteAddress) {}
}

import ChannelIO
import Processor
import ServiceProcessor
import Storage
import Synchronization
import Testing
import Tracing

/// A configuration without an operator: storage, CPUs that a test steps by hand, and services that answer fixed values.
///
/// It starts in z/Architecture with a 64-bit supervisor-state PSW at 0x1000, DAT off, key 0, all interruptions disabled;
/// every class's new PSW is a disabled wait at 0xF00 plus its old PSW's address.
final class BareMachine {
  let storage: AbsoluteStorage
  let services: BareMachineServices
  let complex: ProcessorComplex
  var cpu: CPU

  static let codeAddress: UInt64 = 0x1000
  static let supervisor = PSW.extendedAddressing | PSW.basicAddressing
  static let problem = supervisor | PSW.problemState

  /// - Parameters:
  ///   - megabytes: main storage.
  ///   - end: where address space for regions ends, in MiB.
  ///   - compiling: how code is compiled; nil: it is interpreted.
  init(cpuCount: Int = 1, megabytes: UInt64 = 4, end: UInt64? = nil, compiling: CompilerSettings? = nil) {
    guard let storage = AbsoluteStorage(size: megabytes << 20, end: end.map { $0 << 20 }), let loadParameter = LoadParameter("")
    else {
      preconditionFailure("no storage")
    }
    self.storage = storage
    services = BareMachineServices()
    let tracer = Tracer { _ in }
    let description = SystemDescription(
      storageSize: megabytes << 20, cpus: (0..<cpuCount).map { SystemDescription.CPU(address: UInt8($0)) },
      loadParameter: loadParameter)
    complex = ProcessorComplex(
      cpuCount: cpuCount, storage: storage, channelSubsystem: ChannelSubsystem(storage: storage, threads: 1),
      serviceProcessor: ServiceProcessor(storage: storage, description: description, consoles: Consoles(), tracer: tracer),
      services: services, tracer: tracer, compiling: compiling)
    guard let provisions = complex.provisions() else { preconditionFailure("no memory for a CPU") }
    cpu = CPU(address: 0, complex: complex, provisions)
    cpu.initialReset(isZArchitecture: true)
    cpu.watchesEachInstruction = true
    for c in InterruptionClass.allCases {
      self[UInt64.self, c.pair.new] = BareMachine.supervisor | PSW.wait
      self[UInt64.self, c.pair.new + 8] = 0xF00 + c.pair.old
    }
    cpu.signals.state = .operating
    load(mask: BareMachine.supervisor, address: BareMachine.codeAddress)
  }

  deinit {
    complex.channelSubsystem.shutDown()
    complex.alarm.quit()
  }

  /// Absolute storage, big-endian.
  subscript<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type, _ address: UInt64) -> T {
    get { storage.load(T.self, at: AbsoluteAddress(address)) }
    set { storage.store(newValue, at: AbsoluteAddress(address)) }
  }
  /// Puts instruction text, written as hexadecimal digits with any blanks, at `address`.
  func code(_ text: String, at address: UInt64 = BareMachine.codeAddress) {
    let digits = text.compactMap(\.hexDigitValue)
    for k in 0..<digits.count / 2 { self[UInt8.self, address + UInt64(k)] = UInt8(digits[2 * k] << 4 | digits[2 * k + 1]) }
  }
  func load(mask: UInt64, address: UInt64) { cpu.load(PSW(mask: mask, instructionAddress: address)) }
  func key(_ address: UInt64, _ bits: UInt8) { storage.setKey(StorageKey(bits: bits), at: AbsoluteAddress(address)) }
  func key(_ address: UInt64) -> UInt8 { storage.key(at: AbsoluteAddress(address)).bits }

  /// Executes `count` instructions; interruptions that they cause are taken.
  func step(_ count: Int = 1) { for _ in 0..<count { cpu.executeOne() } }
  /// Puts one instruction at 0x1000 and executes it under `mask`.
  func run(_ text: String, mask: UInt64 = BareMachine.supervisor) {
    code(text)
    load(mask: mask, address: BareMachine.codeAddress)
    step()
  }
  /// Lets the CPU do the next thing: an interruption, or one instruction.
  func turn() { _ = cpu.takeTurn() }

  var gr: Registers { Registers(machine: self) }
  struct Registers {
    let machine: BareMachine
    subscript(_ r: Int) -> UInt64 {
      get { machine.cpu.gr(r) }
      nonmutating set { machine.cpu.setGR(r, newValue) }
    }
  }
  var cc: UInt64 { cpu.s.pointee.conditionCode }
  var psw: PSW { cpu.psw }
  func old(_ c: InterruptionClass) -> PSW {
    PSW(mask: self[UInt64.self, c.pair.old], instructionAddress: self[UInt64.self, c.pair.old + 8])
  }
  /// The program interruption that was taken, nil when none was.
  var programInterruption: ProgramInterruption? {
    guard psw.instructionAddress == 0xF00 + Lowcore.program.old else { return nil }
    return ProgramInterruption(rawValue: self[UInt16.self, Lowcore.programCode] & ~0x80)
  }
  var programLength: UInt16 { self[UInt16.self, Lowcore.programLength] }
  var identification: UInt64 { self[UInt64.self, Lowcore.translationExceptionIdentification] }
}

/// Services of a machine that has none, but for a DIAGNOSE that ends a program.
final class BareMachineServices: MachineServices {
  private let cause = Mutex<ProgramInterruption?>(nil)
  func record(_ interruption: ProgramInterruption) { cause.withLock { $0 = interruption } }
  func takeCause() -> ProgramInterruption? {
    cause.withLock { cause in
      defer { cause = nil }
      return cause
    }
  }

  func diagnose(_ cpu: inout CPU, code: UInt16, _ text: InstructionText) throws(ProgramInterruption) {
    guard code == BareMachine.stopCode else { throw .specification }
    cpu.signals.requestAttention()
  }
  let facilities: [UInt64] = [0xE000_0000_0000_0000 | 1 << 56, 0, 0x8000_0000_0000_0000]
  func systemInformation(functionCode: Int, selector1: Int, selector2: Int, cpuAddress: UInt16) -> [UInt8]? {
    functionCode == 1 && selector1 == 1 && selector2 == 1 ? [UInt8](repeating: 0xC9, count: 4096) : nil
  }
  let configurationLevel = 2
  func cpuIdentification(_ address: UInt16) -> UInt64 { 0x0012_3456_2097_0000 }
  /// What verification found.
  private let differences = Mutex<[String]>([])
  var firstDifference: String? { differences.withLock { $0.first } }
  func stateChanged(_ address: UInt16, _ change: CPUStateChange) {
    if case .executionDiffers(let description) = change { differences.withLock { $0.append(description) } }
  }
  func performQueuedWork(_ cpu: inout CPU) {}
}

import ChannelIO
import Processor
import ServiceProcessor
import Storage
import Synchronization
import Tracing

/// One CPU with storage and nothing around it: z/Architecture mode, 64-bit addressing, supervisor state, DAT off, everything
/// disabled. Programs end with `stopText`; a program interruption ends them too.
///
/// Absolute storage: 0-1FFF the prefix area, from 2000 the test's. Not for use by several threads.
final class BareCPU {
  /// DIAGNOSE, which this machine takes as the end of a program.
  static let stopText: [UInt8] = [0x83, 0x00, 0x05, 0x00]
  /// Where the program-new PSW points: a DIAGNOSE.
  static let interruptionHandler: UInt64 = 0x1800

  let storage: AbsoluteStorage
  let services: BareServices
  var cpu: CPU

  /// - Parameters:
  ///   - megabytes: storage size.
  ///   - end: where address space for regions ends, in MiB.
  ///   - compiling: how code is compiled; nil: it is interpreted.
  init(megabytes: UInt64 = 1, end: UInt64? = nil, compiling: CompilerSettings? = nil) {
    guard let storage = AbsoluteStorage(size: megabytes << 20, end: end.map { $0 << 20 }) else {
      preconditionFailure("no storage")
    }
    self.storage = storage
    let tracer = Tracer { _ in }
    services = BareServices()
    let complex = ProcessorComplex(
      cpuCount: 1, storage: storage, channelSubsystem: ChannelSubsystem(storage: storage, threads: 1),
      serviceProcessor: ServiceProcessor(
        storage: storage, description: SystemDescription(storageSize: megabytes << 20), consoles: Consoles(), tracer: tracer),
      services: services, tracer: tracer, compiling: compiling)
    cpu = CPU(address: 0, complex: complex)
    cpu.initialReset(isZArchitecture: true)
    cpu.s.pointee.cr[0] |= CR0.afpRegister
    let mode = PSW.extendedAddressing | PSW.basicAddressing
    cpu.load(PSW(mask: mode, instructionAddress: 0x2000))
    store(mode, at: 0x1D0)
    store(BareCPU.interruptionHandler, at: 0x1D8)
    put(BareCPU.stopText, at: BareCPU.interruptionHandler)
    let services = services
    cpu.programInterruptionObserver = { _, cause in services.record(cause) }
  }

  // MARK: Storage and registers

  func put(_ bytes: [UInt8], at address: UInt64) {
    for (k, byte) in bytes.enumerated() {
      storage.host(AbsoluteAddress(address + UInt64(k))).storeBytes(of: byte, as: UInt8.self)
    }
    storage.noteStore(at: AbsoluteAddress(address), count: bytes.count)
  }
  func bytes(_ count: Int, at address: UInt64) -> [UInt8] {
    (0..<count).map { storage.host(AbsoluteAddress(address + UInt64($0))).load(as: UInt8.self) }
  }
  func store<T: FixedWidthInteger & BitwiseCopyable>(_ v: T, at address: UInt64) {
    storage.store(v, at: AbsoluteAddress(address))
  }
  func load<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type, at address: UInt64) -> T {
    storage.load(T.self, at: AbsoluteAddress(address))
  }
  subscript(r: Int) -> UInt64 {
    get { cpu.s.pointee.gr[r] }
    set { cpu.s.pointee.gr[r] = newValue }
  }
  var conditionCode: UInt64 {
    get { cpu.s.pointee.conditionCode }
    set { cpu.s.pointee.conditionCode = newValue }
  }
  /// Replaces PSW bits 0-63; the instruction address stays.
  func setMask(_ mask: UInt64) { cpu.load(PSW(mask: mask, instructionAddress: cpu.s.pointee.nextAddress)) }

  // MARK: Running

  /// Puts `text` at `address`, followed by the end of the program, and executes it.
  /// - Returns: the program interruption it ended with; nil if it came to its end.
  @discardableResult
  func run(_ text: [UInt8], at address: UInt64 = 0x2000) -> ProgramInterruption? {
    put(text + BareCPU.stopText, at: address)
    return start(at: address)
  }

  /// Executes what is at `address`.
  func start(at address: UInt64) -> ProgramInterruption? {
    cpu.s.pointee.nextAddress = address
    _ = services.takeCause()
    cpu.s.pointee.fetchPage = CPUState.noPage
    cpu.signals.attention.pointee.store(0, ordering: .relaxed)
    cpu.executeInstructions()
    return services.takeCause()
  }

  /// The program-old PSW, after an interruption.
  var oldPSW: PSW { PSW(mask: load(UInt64.self, at: 0x150), instructionAddress: load(UInt64.self, at: 0x158)) }
}

/// A machine that only ends programs.
final class BareServices: MachineServices {
  private let cause = Mutex<ProgramInterruption?>(nil)
  /// What verification found.
  private let differences = Mutex<[String]>([])
  var firstDifference: String? { differences.withLock { $0.first } }
  func record(_ interruption: ProgramInterruption) { cause.withLock { $0 = interruption } }
  func takeCause() -> ProgramInterruption? {
    cause.withLock { cause in
      defer { cause = nil }
      return cause
    }
  }

  func diagnose(_ cpu: inout CPU, code: UInt16, _ text: InstructionText) throws(ProgramInterruption) {
    cpu.signals.requestAttention()
  }
  let facilities: [UInt64] = [~0]
  func systemInformation(functionCode: Int, selector1: Int, selector2: Int, cpuAddress: UInt16) -> [UInt8]? { nil }
  let configurationLevel = 1
  func cpuIdentification(_ address: UInt16) -> UInt64 { 0 }
  func stateChanged(_ address: UInt16, _ change: CPUStateChange) {
    if case .executionDiffers(let description) = change { differences.withLock { $0.append(description) } }
  }
  func performQueuedWork(_ cpu: inout CPU) {}
}

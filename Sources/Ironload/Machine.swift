package import ChannelIO
import DASD
import Devices
import Dispatch
import Processor
import ServiceProcessor
package import Storage
import Synchronization
import SystemPackage
public import Tracing

/// A z/Architecture machine: configured once, then loaded, stopped, started and closed.
///
/// Concurrency: every method may be called on any thread but those of its own CPUs and channels; operations that change the
/// machine's state follow one another on `control`. Sinks and observers are called on CPU threads.
public final class Machine: @unchecked Sendable {
  /// What this machine was made from.
  public let configuration: MachineConfiguration
  package let storage: AbsoluteStorage
  package let channelSubsystem: ChannelSubsystem
  let serviceProcessor: ServiceProcessor
  let services: SystemServices
  let complex: ProcessorComplex
  let tracer: Tracer
  private let threads: [CPUThread]
  private let segments: [SavedSegment]
  let virtualMachine: VirtualMachine?
  /// What the machine says of its persistent memory when it starts, one line a device.
  public let startLines: [String]
  /// Carries out operations one after the other.
  let control = DispatchQueue(label: "ironload.control")
  let state: Mutex<OperationState>

  /// What the operator and the guest have asked for.
  struct OperationState {
    /// How the machine was started; a device until it is.
    var wayIn = WayIn.device
    /// The block that DIAGNOSE 308 shows and a re-IPL uses.
    var loadParameterBlock: LoadParameterBlock?
    var end: EndReason?
    /// What each CPU rests in; nil while it operates.
    var rests: [CPURest?]
    /// The operator stops CPUs now: that is no power-off.
    var isOperatorStopping = false
    /// A load is in progress: stopped CPUs are no rest.
    var isLoading = false
    /// The guest asked for a load, which is in progress.
    var isReloading = false
    /// Somebody outside has stopped the machine, or steps it: a load that the guest asks for stops before the first instruction.
    var isHeld = false
    var isClosed = false
    /// What could not be written back at the end.
    var closingLines: [String] = []
    var waiters: [@Sendable (EndReason) -> Void] = []

    init(cpuCount: Int) { rests = Array(repeating: .stopped(.program), count: cpuCount) }
  }
  let observers = MachineObservers()
  /// What the guest wrote to its consoles, for those who wait for a text there.
  public let consoleLog = ConsoleLog()

  /// Builds the machine: opens and locks its images, starts its threads. All CPUs are stopped.
  /// - Parameter sinks: where the consoles write.
  /// - Throws: what is wrong with the configuration or missing on the host; nothing has been written then.
  public init(
    _ configuration: MachineConfiguration, consoles sinks: ConsoleSinks = ConsoleSinks(), tracer: Tracer = .off
  ) throws(ConfigurationError) {
    try configuration.validate()
    guard let loadParameter = LoadParameter(configuration.loadParameter) else {
      throw ConfigurationError(
        .usage, "--loadparm \(configuration.loadParameter): at most eight letters, digits, blanks and periods")
    }
    self.configuration = configuration
    self.tracer = tracer
    state = Mutex(OperationState(cpuCount: configuration.cpuCount))
    guard let storage = AbsoluteStorage(size: configuration.memory, end: MemoryDevices.addressEnd(configuration.nvdimms)) else {
      throw ConfigurationError(.host, "--memory: the host has no \(configuration.memory >> 20) MiB to give; ask for less")
    }
    self.storage = storage
    let memory = try MemoryDevices(configuration, storage: storage)
    segments = memory.segments
    startLines = memory.lines
    channelSubsystem = ChannelSubsystem(storage: storage, tracer: tracer)
    let notice = sinks.notice ?? { _ in }
    channelSubsystem.onWarning(notice)
    try Machine.attach(configuration, to: channelSubsystem, notice)
    if !memory.increments.isEmpty, !channelSubsystem.attach(storageClassMemory: memory.increments) {
      throw ConfigurationError(.usage, "--nvdimm: too many storage-class memories, or no subchannel is left for them")
    }
    let identity = configuration.effectiveIdentity, failures = FailureBox()
    var consoles = Machine.consoles(configuration, sinks, log: consoleLog, observers)
    if identity == .zvm { consoles.codePage = .ibm037 }
    virtualMachine =
      identity == .zvm
      ? VirtualMachine(
        segments: segments,
        devices: Dictionary(
          configuration.dasds.map { ($0.deviceNumber, $0.isReadOnly) }, uniquingKeysWith: { first, _ in first }),
        storage: storage, tracer: tracer, onFailure: { failures.report($0) }) : nil
    // Byte 85: enhanced suppression on protection. Bit 61 of the TEID is one for DAT and access-list-controlled protection only.
    let description = SystemDescription(
      storageSize: configuration.memory, cpus: (0..<configuration.cpuCount).map { SystemDescription.CPU(address: UInt8($0)) },
      loadParameter: loadParameter, characteristics: [85: 0x02])
    serviceProcessor = ServiceProcessor(storage: storage, description: description, consoles: consoles, tracer: tracer)
    services = SystemServices(
      cpuCount: configuration.cpuCount, hasESA390Mode: configuration.hasESA390Mode, identity: identity,
      virtualMachine: virtualMachine)
    complex = ProcessorComplex(
      cpuCount: configuration.cpuCount, storage: storage, channelSubsystem: channelSubsystem, serviceProcessor: serviceProcessor,
      services: services, tracer: tracer, compiling: configuration.execution.compilerSettings)
    let complex = complex
    threads = (0..<configuration.cpuCount).map { CPUThread(address: UInt16($0), complex: complex) }
    connect(notice)
    failures.connect { [weak self] line in self?.storageFailed(line) }
    try startThreads(notice)
  }

  /// - Throws: what the host cannot give.
  private func startThreads(_ notice: (String) -> Void) throws(ConfigurationError) {
    guard complex.alarm.isRunning else {
      throw ConfigurationError(.host, "the host gives no thread for the timers; end other processes and try again")
    }
    for thread in threads { try thread.start() }
    guard configuration.execution != .interpret, !threads.allSatisfy(\.isCompiling) else { return }
    guard configuration.execution != .verify else {
      throw ConfigurationError(.host, "--execution verify: the host gives no memory for code; say --execution interpret")
    }
    notice("the host gives no memory for code: everything is interpreted")
  }

  /// Joins the rooms: conditions that one of them raises wake the CPUs.
  private func connect(_ notice: @escaping @Sendable (String) -> Void) {
    let complex = complex, log = consoleLog, observers = observers
    let showText: @Sendable (String) -> Void = {
      notice($0)
      log.append(Array($0.utf8) + [0x0A])
      observers.tell(.console)
    }
    channelSubsystem.onInterruptionPending { complex.requestFloatingAttention() }
    channelSubsystem.onChannelReportPending { complex.postChannelReport() }
    serviceProcessor.onServiceSignal = { complex.requestFloatingAttention() }
    services.setHandlers(
      SystemServices.Handlers(
        stateChanged: { [weak self] address, change in self?.cpuChanged(address, change) },
        storageFailed: { [weak self] address in self?.storageFailed(at: address) },
        showText: configuration.hasConsoleFunction ? showText : nil,
        diagnose308: { [weak self] (cpu, text) throws(ProgramInterruption) in try self?.diagnoseLoad(&cpu, text) }))
  }

  /// The consoles that the configuration has and that have a sink; what is written there is logged.
  private static func consoles(
    _ configuration: MachineConfiguration, _ sinks: ConsoleSinks, log: ConsoleLog, _ observers: MachineObservers
  ) -> Consoles {
    var consoles = Consoles(areFull: sinks.areFull)
    if configuration.hasLineConsole, let line = sinks.line {
      consoles.lineMode = {
        line($0.text)
        log.append(Array($0.text.utf8) + [0x0A])
        observers.tell(.console)
      }
    }
    if configuration.hasTerminalConsole, let terminal = sinks.terminal {
      consoles.terminal = {
        terminal($0)
        log.append($0)
        observers.tell(.console)
      }
    }
    return consoles
  }

  private static func attach(
    _ configuration: MachineConfiguration, to subsystem: ChannelSubsystem, _ notice: @escaping @Sendable (String) -> Void
  ) throws(ConfigurationError) {
    for dasd in configuration.dasds {
      let image: CKDImage
      do { image = try CKDImage(path: FilePath(dasd.path), readOnly: dasd.isReadOnly, sync: dasd.sync) } catch {
        if case .locked = error, let conflict = configuration.conflict("--dasd \(dasd.deviceNumber.deviceNumberText)") {
          throw conflict
        }
        throw ConfigurationError(image: error, deviceNumber: dasd.deviceNumber)
      }
      var options = ECKDDevice.Options(deviceNumber: dasd.deviceNumber)
      options.prefixFeature = dasd.hasPrefix
      options.reportHostError = { notice("--dasd \(dasd.deviceNumber.deviceNumberText): \($0)") }
      let device = ECKDDevice(image: image, options: options)
      let subchannel = subsystem.attach(
        device: device, number: dasd.deviceNumber, channel: dasd.channel.kind, forcesPrefetch: dasd.forcesPrefetch)
      guard subchannel != nil else {
        throw ConfigurationError(.usage, "--dasd \(dasd.deviceNumber.deviceNumberText): no subchannel is left for this device")
      }
    }
  }

  /// Ends everything: CPUs, channel programs, threads. Images are unlocked when the machine is released.
  public func close() {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    guard isFirst else { return }
    for signal in complex.signals { signal.post(.quit) }
    for thread in threads { thread.join() }
    services.closeQueues()
    end(.quit)
    channelSubsystem.shutDown()
    complex.alarm.quit()
    services.setHandlers(SystemServices.Handlers())
    virtualMachine?.purgeAll()
  }

  /// What went wrong while the machine closed, one line each.
  public var closingLines: [String] { state.withLock { $0.closingLines } }

  deinit { close() }

  // MARK: Consoles

  /// Enters a line on the line-mode console. It is held until the guest takes it.
  public func enter(line: String) { serviceProcessor.enter(line: line) }
  /// Types bytes on the VT220 console. They are held until the guest takes them.
  public func type(_ bytes: [UInt8]) { serviceProcessor.send(bytes: bytes) }
  /// Asks the guest to shut down, as the operator's console does.
  public func requestShutdown() { serviceProcessor.requestShutdown() }
}

extension ConfigurationError {
  /// What an image could not give.
  init(image error: CKDImageError, deviceNumber: UInt16) {
    let kind: Kind =
      switch error {
      case .missing: .noInput
      case .locked: .inUse
      case .readOnly, .system(_, _, .permissionDenied): .noPermission
      case .system: .host
      default: .badData
      }
    self.init(kind, "--dasd \(deviceNumber.deviceNumberText): \(error)")
  }
}

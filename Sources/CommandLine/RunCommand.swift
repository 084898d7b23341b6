import ArgumentParser
import DASD
import Glibc
import Ironload
import SystemPackage
import Tracing

/// `ironload run`: a machine from its configuration to its end.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a machine: attach volumes, load, and be its console.",
    discussion: """
      The console is this terminal (Ctrl-a ? helps, Ctrl-a x ends), or plain pipes when it is none: then each line waits for \
      a prompt of the guest, or for silence. Storage is cleared by the load.

      Exit status: 0 the guest powered itself off; 1 it stopped in a disabled wait; 2 check-stop, also after persistent memory \
      failed, or program interruptions without end; 3 a load that the guest asked for failed; 4 ended by the operator; 64-78 as for every command.

        ironload run --memory 1G --dasd 0120=v.ckd --load 0120
        ironload run --kernel vmlinuz --initrd initrd --append 'console=ttyS0'
        ironload run --dasd 0120=v.ckd --load 0120 --gdb 127.0.0.1:1234 --wait
        ironload run --dasd 0120=v.ckd --load 0120 --nvdimm id=pm0,path=pm.img,share=on
        ironload run --memory 16M --operator op.sock     (see `ironload help operate`)
      """)

  @Option(help: ArgumentHelp("Main storage, such as 512M or 1G.", valueName: "SIZE"))
  var memory = StorageSize(bytes: 1 << 30)

  @Option(
    help: ArgumentHelp(
      "An ECKD DASD: its device number and image. `channel` is architected (default), prefetch-required or prefetch-always: whether and when it copies programs ahead, as a pass-through driver does; `force-prefetch=on` has every ORB allow that. `ro` inhibits writes; `sync=on` has each write on the medium before its device end (off by default: a write survives the emulator's death, not the host's); `prefix=off` takes the PREFIX command away.",
      valueName: "NUMBER=PATH[,channel=KIND][,force-prefetch=on|off][,ro][,sync=on|off][,prefix=on|off]"))
  var dasd: [String] = []

  @Option(
    help: ArgumentHelp(
      "Persistent memory, with QEMU's meanings and defaults (share, pmem, unarmed off): a file or DAX device as a saved segment (the default) or as storage-class memory. share=on,pmem=on is refused where writes are not guaranteed to persist; see `ironload nvdimm check`.",
      valueName:
        "id=ID,path=PATH[,size=N][,offset=N][,share=on][,pmem=on][,unarmed=on][,readonly=on][,relaxed=on][,attach=dcss:NAME|scm]")
  )
  var nvdimm: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the guest finds itself in; by default zvm with a saved segment, else lpar. A kvm has no ESA/390 mode.",
      valueName: "IDENTITY"))
  var identity: Choice<MachineIdentity>?

  @Option(help: ArgumentHelp("Load from this device.", valueName: "NUMBER"))
  var load: DeviceNumber?

  @Option(
    help: ArgumentHelp(
      "How to load: `hardware`, one channel program that reads itself, or `prefetch`, a start for each piece that was read. By default hardware, or prefetch when the device's channel prefetches.",
      valueName: "NAME"))
  var procedure: Choice<LoadProcedure>?

  @Option(help: ArgumentHelp("Load clear, or load normal, which leaves storage as it is.", valueName: "KIND"))
  var loadKind = Choice(Machine.LoadKind.clear)

  @Option(
    help: ArgumentHelp(
      "Have this firmware do the load, such as QEMU's /usr/share/qemu/s390-ccw.img; the machine is then without ESA/390 mode.",
      valueName: "FILE"), completion: .file())
  var firmware: String?

  @Option(
    help: ArgumentHelp(
      "Start what this list of the Hardware Management Console names instead of loading.", valueName: "FILE.ins"),
    completion: .file())
  var ins: String?

  @Option(help: ArgumentHelp("Start this kernel instead of loading from a device.", valueName: "FILE"), completion: .file())
  var kernel: String?

  @Option(help: ArgumentHelp("An initial file system for --kernel.", valueName: "FILE"), completion: .file())
  var initrd: String?

  @Option(help: ArgumentHelp("The command line for --kernel.", valueName: "TEXT"))
  var append: String?

  @Option(help: ArgumentHelp("Eight characters for the loaded program.", valueName: "TEXT"))
  var loadparm = ""

  @Option(
    help:
      "Which console this terminal is: line (ttyS0) or vt220 (ttysclp0). It is shown alone once it is written to; Ctrl-a c changes over."
  )
  var console = ConsoleKind.line

  @Option(
    help: ArgumentHelp(
      "Write a trace of these classes to standard error: ccw,io,load,interruption,service,instruction. `instruction=FROM..TO` has the instructions at these hexadecimal addresses only.",
      valueName: "CLASSES"))
  var trace = TraceSelection(classes: [])

  @Option(
    help: ArgumentHelp(
      "Write the trace to this file instead, a JSON object a line (Documentation/Tracing.md).", valueName: "FILE"),
    completion: .file())
  var traceFile: String?

  @Option(
    help: ArgumentHelp(
      "How CPUs carry out instructions: interpret them one by one, compile what runs often to x86-64, or verify: run compiled blocks again interpreted and stop at the first difference. By default compile where this host can.",
      valueName: "HOW"))
  var execution: Choice<MachineConfiguration.Execution>?

  @OptionGroup(title: "Looking inside")
  var inspection: InspectionOptions

  func run() throws {
    try checkWayIn()
    try checkIPLRecord()
    // Who reads what is shown may go away; the guest has work of its own, and volumes to leave in order.
    signal(SIGPIPE, SIG_IGN)
    let session = TerminalSession(keyboard: console == .vt220 ? .vt220 : .lineMode)
    session.output.onFailure { StandardError.write("ironload: standard output: \($0); what the guest writes is lost\n") }
    let configuration = try makeConfiguration(), traceFile = try openTraceFile(configuration)
    let traceLines = StreamOutput(.standardError)
    let machine = try makeMachine(configuration, session) { record in
      if let traceFile { traceFile.write(record) } else { traceLines.writeInTurn(Array("\(record.event)\n".utf8)) }
    }
    // An operator who ends the run does not wait for a screen or a trace that nobody reads.
    var patience: Duration?
    defer {
      machine.close()
      // What came after the run.
      traceFile?.finish(patience: patience)
      traceLines.finish(patience: patience)
      for line in machine.closingLines { StandardError.write("ironload: \(line)\n", patience: patience) }
    }
    session.output.onRoom { [weak machine] in machine?.consolesHaveRoom() }
    for line in machine.startLines { StandardError.write("ironload: \(line)\n") }
    defer { session.stop() }
    let isReading = session.start(
      TerminalSession.Handlers(
        enterLine: { machine.enter(line: $0) }, typeBytes: { machine.type($0) },
        requestShutdown: { machine.requestShutdown() }, quit: { machine.quit() },
        isGuestBusy: { machine.isComputing }))
    if !isReading { StandardError.write("ironload: the host gives no thread or pipe: nothing that is typed reaches the guest\n") }
    let servers = try InspectionServers(machine, inspection)
    // The machine's run has ended by then, which ends every wait of a client.
    defer {
      machine.quit()
      servers.stop()
    }
    let observation = machine.observe {
      InspectionServers.announce($0, inspection.policy)
      guard $0 == .quitting else { return }
      for output in [session.output, traceLines] { output.giveUp(in: .seconds(1)) }
      traceFile?.giveUp(in: .seconds(1))
    }
    defer { observation.end() }
    if let addresses = trace.addresses { machine.traceInstructions(at: addresses) }
    try startGuest(machine)
    traceFile?.begin()
    try servers.start()
    let end = machine.waitUntilEnded()
    patience = end == .quit ? .seconds(1) : nil
    session.stop(patience: patience)
    traceFile?.finish(patience: patience)
    traceLines.finish(patience: patience)
    if end != .poweredOff { StandardError.write("ironload: \(end)\n", patience: patience) }
    if inspection.stats || execution?.value == .verify, let figures = try? machine.statistics() {
      StandardError.write("\(figures)\n", patience: patience)
    }
    throw ExitCode(end.exitStatus)
  }

  private func checkWayIn() throws(OperatorError) {
    let ways = [load != nil, kernel != nil, ins != nil].count(where: \.self)
    guard ways <= 1 else { throw OperatorError(.usage, "--load, --kernel or --ins: say one of them, as in --load 0120") }
    guard ways == 1 || inspection.hasOperator else {
      throw OperatorError(
        .usage,
        "--load, --kernel or --ins: say one of them, as in --load 0120; a machine starts empty only with --operator or --gdb")
    }
    guard !inspection.waits || inspection.hasOperator else {
      throw OperatorError(
        .usage, "--wait: nobody could let the program go on; say --operator PATH or --gdb HOST:PORT, too, or leave it out")
    }
    guard kernel != nil || initrd == nil && append == nil else {
      throw OperatorError(.usage, "--initrd and --append go with --kernel; leave them out")
    }
    guard load != nil || firmware == nil && procedure == nil && loadKind.value == .clear else {
      throw OperatorError(.usage, "--firmware, --procedure and --load-kind go with --load; leave them out")
    }
    guard firmware == nil || procedure == nil && loadKind.value == .clear else {
      throw OperatorError(
        .usage, "--procedure and --load-kind say how the machine loads, which --firmware does itself; leave them out")
    }
  }

  private func startGuest(_ machine: Machine) throws {
    let starts = !inspection.waits
    do {
      if let kernel {
        try machine.load(kernel: kernel, initrd: initrd, commandLine: append, starts: starts)
      } else if let ins {
        try machine.load(list: ins, starts: starts)
      } else if let load, let firmware {
        try machine.load(firmware: firmware, from: load.value, starts: starts)
      } else if let load {
        try machine.load(from: load.value, kind: loadKind.value, starts: starts)
      }
    } catch let error as ConfigurationError { throw OperatorError(error) } catch let failure as LoadFailure {
      if failure.problem == .abandoned { throw ExitCode(EndReason.quit.exitStatus) }
      guard inspection.policy == .hold else { throw OperatorError(.unavailable, failure.description) }
      StandardError.write("ironload: \(failure); the machine stays for its operator\n")
    }
  }

  private func makeConfiguration() throws(OperatorError) -> MachineConfiguration {
    var configuration = MachineConfiguration(
      memory: memory.bytes, dasds: try dasdConfigurations(),
      nvdimms: try nvdimm.map { text throws(OperatorError) in try NVDIMMOption(text).configuration },
      identity: identity?.value, loadParameter: loadparm, hasConsoleFunction: inspection.hasConsoleFunction,
      onStop: inspection.policy)
    configuration.execution = execution?.value ?? .preferred(cpuCount: configuration.cpuCount)
    configuration.loadProcedure = procedure?.value
    configuration.hasESA390Mode = firmware == nil && configuration.effectiveIdentity != .kvm
    return configuration
  }

  private func makeMachine(
    _ configuration: MachineConfiguration, _ session: TerminalSession, trace sink: @escaping @Sendable (TraceRecord) -> Void
  ) throws(OperatorError) -> Machine {
    let consoles = ConsoleSinks(
      line: { session.show(line: $0) }, terminal: { session.show(bytes: $0) }, notice: { session.show(notice: $0) },
      areFull: { session.output.isFull })
    do { return try Machine(configuration, consoles: consoles, tracer: Tracer(enabled: trace.classes, sink: sink)) } catch {
      throw OperatorError(error)
    }
  }
}

extension RunCommand {
  /// A volume with nothing to load is named before anything runs: the machine would find no record, or wait disabled as the
  /// record that dasdfmt leaves says. What cannot be looked at is the machine's to refuse.
  private func checkIPLRecord() throws(OperatorError) {
    guard let load, let option = try dasdConfigurations().first(where: { $0.deviceNumber == load.value }),
      let image = try? CKDImage(path: FilePath(option.path), readOnly: true),
      let track = try? image.readTrack(VolumeLabel.home.track)
    else { return }
    guard track.record(1) != nil, LoadRecords(track).loader != .empty else {
      throw OperatorError(
        .badData, "\(option.path): has no IPL program; `ironload dasd boot` or zipl in a guest writes one")
    }
  }

  private func dasdConfigurations() throws(OperatorError) -> [MachineConfiguration.DASD] {
    try dasd.map { text throws(OperatorError) in try DASDOption(text).configuration }
  }

  private func openTraceFile(_ configuration: MachineConfiguration) throws(OperatorError) -> TraceFile? {
    guard let traceFile else { return nil }
    guard !trace.classes.isEmpty else {
      throw OperatorError(.usage, "--trace-file \(traceFile): say with --trace what to write, as in --trace ccw,io,load")
    }
    let files = [("--kernel", kernel), ("--initrd", initrd), ("--ins", ins), ("--firmware", firmware)]
    let named = files.compactMap { option, path in path.map { NamedFile(option, $0) } }
    let listed = ins.map { NamedFile.files(ofListAt: $0) } ?? []
    return try TraceFile(FilePath(traceFile), unlike: configuration.namedFiles + named + listed)
  }
}

/// Which of the guest's consoles the terminal's keyboard goes to.
enum ConsoleKind: String, ExpressibleByArgument, CaseIterable { case line, vt220 }

extension EndReason {
  /// The exit status after a load that failed.
  static let loadFailedStatus: Int32 = 3

  /// The exit status of `ironload run`.
  var exitStatus: Int32 {
    switch self {
    case .poweredOff: 0
    case .disabledWait: 1
    case .checkStop, .interruptionLoop: 2
    case .storageFailed: 2
    case .loadFailed, .restartFailed: Self.loadFailedStatus
    case .quit: 4
    case .executionDiffers: 70
    }
  }
}

extension OperatorError {
  /// What the machine says of its configuration, as this command's error.
  init(_ error: ConfigurationError) {
    let status: Status =
      switch error.kind {
      case .usage: .usage
      case .noInput: .noInput
      case .badData: .badData
      case .inUse: .tryAgain
      case .noPermission: .noPermission
      case .host: .system
      case .unmet: .configuration
      }
    self.init(status, error.description)
  }
}

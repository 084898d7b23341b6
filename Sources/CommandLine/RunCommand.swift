import ArgumentParser
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

      Exit status: 0 the guest powered itself off; 1 it stopped in a disabled wait; 2 check-stop; 3 a load failed; 4 ended by \
      the operator; 64-78 as for every command.

      Example:
        ironload run --memory 1G --dasd 0120=v.ckd --load 0120
      """)

  @Option(help: ArgumentHelp("Main storage, such as 512M or 1G.", valueName: "SIZE"))
  var memory = StorageSize(bytes: 1 << 30)

  @Option(
    help: ArgumentHelp(
      "An ECKD DASD: its device number and image. `ro` inhibits writes; `sync=on` has each write on the medium before its device end (off by default: a write survives the emulator's death, not the host's); `prefix=off` takes the PREFIX command away.",
      valueName: "NUMBER=PATH[,ro][,sync=on|off][,prefix=on|off]"))
  var dasd: [DASDOption] = []

  @Option(help: ArgumentHelp("Load from this device.", valueName: "NUMBER"))
  var load: DeviceNumber?

  @Option(help: ArgumentHelp("Start this kernel instead of loading from a device.", valueName: "FILE"))
  var kernel: String?

  @Option(help: ArgumentHelp("An initial file system for --kernel.", valueName: "FILE"))
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
      "Write the trace to this file instead, a JSON object a line (Documentation/Tracing.md).", valueName: "FILE"))
  var traceFile: String?

  @OptionGroup(title: "Looking inside")
  var inspection: InspectionOptions

  func run() throws {
    guard load == nil || kernel == nil else { throw OperatorError(.usage, "--load and --kernel: say one of them") }
    guard load != nil || kernel != nil || inspection.hasOperator else {
      throw OperatorError(
        .usage, "--load or --kernel: say one of them, as in --load 0120; a machine starts empty only with --operator or --gdb")
    }
    let session = TerminalSession(keyboard: console == .vt220 ? .vt220 : .lineMode)
    let machine = try makeMachine(session)
    defer { machine.close() }
    defer { session.stop() }
    session.start(
      TerminalSession.Handlers(
        enterLine: { machine.enter(line: $0) }, typeBytes: { machine.type($0) },
        requestShutdown: { machine.requestShutdown() }, quit: { machine.quit() },
        isGuestBusy: { machine.isComputing }))
    let servers = try InspectionServers(machine, inspection)
    // The machine's run has ended by then, which ends every wait of a client.
    defer {
      machine.quit()
      servers.stop()
    }
    let observation = machine.observe { InspectionServers.announce($0, inspection.policy) }
    defer { observation.end() }
    if let addresses = trace.addresses { machine.traceInstructions(at: addresses) }
    try startGuest(machine)
    try servers.start()
    let end = machine.waitUntilEnded()
    session.stop()
    if end != .poweredOff { StandardError.write("ironload: \(end)\n") }
    if inspection.stats, let figures = try? machine.statistics() { StandardError.write("\(figures)\n") }
    throw ExitCode(end.exitStatus)
  }

  private func startGuest(_ machine: Machine) throws(OperatorError) {
    let starts = !inspection.waits
    if let kernel {
      do { try machine.load(kernel: kernel, initrd: initrd, commandLine: append, starts: starts) } catch {
        throw OperatorError(error)
      }
    } else if let load {
      do { try machine.load(from: load.value, starts: starts) } catch {
        guard inspection.policy == .hold else { throw OperatorError(.unavailable, error.description) }
        StandardError.write("ironload: \(error); the machine stays for its operator\n")
      }
    }
  }

  private func makeMachine(_ session: TerminalSession) throws(OperatorError) -> Machine {
    let configuration = MachineConfiguration(
      memory: memory.bytes, dasds: dasd.map(\.configuration), loadParameter: loadparm,
      hasConsoleFunction: inspection.hasConsoleFunction, onStop: inspection.policy)
    let consoles = ConsoleSinks(
      line: { session.show(line: $0) }, terminal: { session.show(bytes: $0) }, notice: { session.show(notice: $0) })
    let tracer = try makeTracer()
    do { return try Machine(configuration, consoles: consoles, tracer: tracer) } catch { throw OperatorError(error) }
  }
}

extension RunCommand {
  private func makeTracer() throws(OperatorError) -> Tracer {
    guard let traceFile else { return Tracer(enabled: trace.classes) { StandardError.write("\($0.event)\n") } }
    guard !trace.classes.isEmpty else {
      throw OperatorError(.usage, "--trace-file \(traceFile): say with --trace what to write, as in --trace ccw,io,load")
    }
    let file = try TraceFile(FilePath(traceFile))
    return Tracer(enabled: trace.classes) { file.write($0) }
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
    case .checkStop: 2
    case .loadFailed: Self.loadFailedStatus
    case .quit: 4
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
      }
    self.init(status, error.description)
  }
}

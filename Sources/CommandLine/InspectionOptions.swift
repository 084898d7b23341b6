import ArgumentParser
import Ironload
import Sockets

/// How a machine is looked at and operated from outside.
struct InspectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Serve debuggers here by gdb's remote protocol. Whoever can connect has the whole guest: keep it to 127.0.0.1.",
      valueName: "HOST:PORT"))
  var gdb: DebuggerAddress?

  @Flag(
    name: .customLong("wait"),
    help: "Stop before the loaded program's first instruction, for the debugger of --gdb or --operator.")
  var waits = false

  @Option(
    name: .customLong("operator"),
    help: ArgumentHelp("Serve `ironload operate` at this Unix socket, for this user only.", valueName: "PATH"),
    completion: .file())
  var operatorPath: String?

  @Option(
    help: ArgumentHelp(
      "What a power-off, a disabled wait, a check-stop or program interruptions without end lead to: exit, or hold, which leaves the machine to be looked at and restarted. With --operator or --gdb it is hold unless said.",
      valueName: "exit|hold"))
  var onStop: Choice<MachineConfiguration.StopPolicy>?

  @Flag(
    name: .customLong("diag8"), help: "The guest has DIAGNOSE 008: the text of its commands is shown to the operator, no more.")
  var hasConsoleFunction = false

  @Flag(help: "Say at the end what the machine did: instructions, interruptions, commands and bytes of each device.")
  var stats = false

  var hasOperator: Bool { gdb != nil || operatorPath != nil }
  var policy: MachineConfiguration.StopPolicy { onStop?.value ?? (hasOperator ? .hold : .exit) }
}

/// `HOST:PORT`.
struct DebuggerAddress: ExpressibleByArgument {
  let host: String
  let port: UInt16
  init?(argument: String) {
    guard let address = InternetAddress.parse(argument) else { return nil }
    (host, port) = address
  }
}

import ArgumentParser
import DASD
import Glibc
import Ironload

/// The command `ironload`. Each verb is a subcommand in a file of its own.
@main
struct IronloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ironload",
    abstract: "A z/Architecture machine that loads real operating systems from emulated ECKD DASD.",
    discussion: """
      Exit status: 0 when all went well, otherwise one of the statuses of sysexits.h (64 usage, 65 bad data, 66 no input, \
      69 unavailable, 70 our own mistake, 71 refused by the host, 73 cannot create, 74 input/output error, 75 try again later, \
      77 no permission, 78 configuration), with one line on the standard error \
      stream that says what is wrong, where, and what to do.
      """,
    version: "0.1.0",
    subcommands: [
      RunCommand.self, LoadCommand.self, OperateCommand.self, DisassembleCommand.self, DemoCommand.self, DASDCommand.self,
      NVDIMMCommand.self,
    ])

  /// Runs the command. An error becomes one line on the standard error stream and its exit status.
  static func main() {
    StandardDescriptors.occupy()
    do {
      try checkHelp()
      var command = try parseAsRoot()
      try command.run()
    } catch let code as ExitCode {
      Glibc.exit(code.rawValue)
    } catch {
      let status = exitCode(for: error)
      // Help and version come as errors, too.
      if status.isSuccess { exit(withError: error) }
      let failure = operatorError(error)
      StandardError.write("ironload: \(failure.message)\n")
      Glibc.exit(failure.status.rawValue)
    }
  }

  /// ArgumentParser's `help` shows the overview when it is asked for a command that is not there.
  private static func checkHelp() throws(OperatorError) {
    var words = Swift.CommandLine.arguments.dropFirst(), commands = configuration.subcommands, known = "ironload"
    guard words.popFirst() == "help" else { return }
    for word in words.prefix(while: { !$0.hasPrefix("-") }) {
      guard let command = commands.first(where: { $0.configuration.commandName == word }) else {
        throw OperatorError(.usage, "help: there is no command \(word); see `\(known) --help`")
      }
      commands = command.configuration.subcommands
      known += " \(word)"
    }
  }

  private static func operatorError(_ error: any Error) -> OperatorError {
    switch error {
    case let error as OperatorError: error
    case let error as ConfigurationError: OperatorError(error)
    case let error as CKDImageError: OperatorError(error)
    case let error as VolumeError: OperatorError(error)
    default: OperatorError(.usage, "\(message(for: error).split(separator: "\n").joined(separator: " ")); \(hint(error))")
    }
  }

  /// ArgumentParser ends its message with the subcommand's own way to help.
  private static func hint(_ error: any Error) -> String {
    let lines = fullMessage(for: error).split(separator: "\n").map { $0.drop { $0 == " " } }
    guard let line = lines.last(where: { $0.hasPrefix("See '") }), let end = line.dropFirst(5).firstIndex(of: "'") else {
      return "see `ironload --help`"
    }
    return "see `\(line.dropFirst(5)[..<end])`"
  }
}

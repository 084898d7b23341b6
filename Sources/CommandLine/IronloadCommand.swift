import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

/// The command `ironload`. Each verb is a subcommand in a file of its own.
@main
struct IronloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ironload",
    abstract: "A z/Architecture machine that loads real operating systems from emulated ECKD DASD.",
    discussion: """
      Exit status: 0 when all went well, otherwise one of the statuses of sysexits.h (64 usage, 65 bad data, 66 no input, \
      73 cannot create, 74 input/output error, 75 try again later, 77 no permission), with one line on the standard error \
      stream that says what is wrong, where, and what to do.
      """,
    version: "0.1.0",
    subcommands: [DASDCommand.self])

  /// Runs the command. An `OperatorError` becomes one line on the standard error stream and its exit status;
  /// everything else is ArgumentParser's (help, usage).
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as OperatorError {
      StandardError.write("ironload: \(error.message)\n")
      Glibc.exit(error.status.rawValue)
    } catch {
      exit(withError: error)
    }
  }
}

import ArgumentParser

/// `ironload dasd`: make, look into and fill emulated ECKD volumes on the host.
struct DASDCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dasd",
    abstract: "Make, look into and fill ECKD DASD volumes.",
    subcommands: [])
}

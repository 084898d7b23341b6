import ArgumentParser

/// `ironload nvdimm`: persistent memory on the host.
struct NVDIMMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nvdimm",
    abstract: "Test whether writes to a persistent memory backend are guaranteed to persist.",
    subcommands: [NVDIMMCheck.self])
}

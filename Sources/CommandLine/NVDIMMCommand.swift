import ArgumentParser

/// `ironload nvdimm`: persistent memory on the host.
struct NVDIMMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nvdimm",
    abstract: "Test whether writes to a persistent memory backend are guaranteed to persist.",
    discussion: """
      QEMU takes any file for a virtual NVDIMM and does not say whether what the guest writes outlives a crash of the host. This \
      does, by the mapping that `ironload run --nvdimm` would use.

        ironload nvdimm check /mnt/pmem/guest.img
      """,
    subcommands: [NVDIMMCheck.self])
}

package import SystemPackage

/// Whether the guest's writes are guaranteed to persist (the rule of QEMU's docs/nvdimm.txt, "Guest Data Persistence").
package enum BackendVerdict: Hashable, Sendable {
  /// Rule A: a DAX device, mapped with MAP_SYNC, share=on and pmem=on.
  case guaranteedByDevice
  /// Rule B: a file on a file system mounted with DAX, mapped with MAP_SYNC, share=on and pmem=on.
  case guaranteedByFile
  case notGuaranteed(Shortfall)

  package var isGuaranteed: Bool {
    if case .notGuaranteed = self { false } else { true }
  }

  /// The condition that does not hold.
  package enum Shortfall: Hashable, Sendable {
    case notShared
    case notPersistent
    /// MAP_SHARED_VALIDATE with MAP_SYNC was refused.
    case syncRefused(Errno)
    /// A character device of another subsystem than dax; nil: of none.
    case notDAXDevice(subsystem: String?)
    /// Only DAX devices and files can be.
    case wrongKind(FileStatus.Kind)
    /// It can be opened for reading only.
    case cannotBeWritten(Errno)
    /// The host's CPU has no instruction that writes a cache line back, and the caches are outside the persistence domain.
    case noWriteBack
  }

  /// One line: the verdict and its reason.
  package var text: String {
    switch self {
    case .guaranteedByDevice: "guaranteed, by rule A: a DAX device mapped with MAP_SYNC"
    case .guaranteedByFile: "guaranteed, by rule B: a file on a DAX file system mapped with MAP_SYNC"
    case .notGuaranteed(let shortfall): "not guaranteed: \(shortfall.reason)"
    }
  }
}

extension BackendVerdict.Shortfall {
  /// Which condition failed.
  package var reason: String {
    switch self {
    case .notShared: "share=off: the guest writes into a private copy"
    case .notPersistent: "pmem=off"
    case .syncRefused(.notSupportedOnSocket): "the file is not on a DAX file system: the kernel refused MAP_SYNC (EOPNOTSUPP)"
    case .syncRefused(.invalidArgument): "this kernel does not know MAP_SHARED_VALIDATE, or the mapping is not aligned (EINVAL)"
    case .syncRefused(let errno): "the kernel refused MAP_SYNC (\(errno))"
    case .notDAXDevice(let subsystem):
      "a character device of \(subsystem.map { "subsystem \($0)" } ?? "no subsystem"), not of dax"
    case .wrongKind(.directory): "a directory"
    case .wrongKind(.blockDevice): "a block device"
    case .wrongKind: "neither a file nor a device"
    case .cannotBeWritten(let errno): "it cannot be opened for writing (\(errno))"
    case .noWriteBack: "this CPU has no CLWB, CLFLUSHOPT or CLFLUSH and its caches are outside the persistence domain"
    }
  }

  /// What would mend it.
  package var remedy: String {
    switch self {
    case .notShared: "say share=on"
    case .notPersistent: "say pmem=on"
    case .syncRefused(.invalidArgument): "use Linux 4.15 or later, and an offset and size aligned as `ironload nvdimm check` says"
    case .syncRefused, .wrongKind(.blockDevice):
      "put the file on ext4 or xfs mounted with -o dax on persistent memory, or name a /dev/dax device; or say pmem=off for memory that survives the emulator only"
    case .notDAXDevice: "name a /dev/dax device (`ndctl list -X` shows them)"
    case .wrongKind: "name a file or a /dev/dax device"
    case .cannotBeWritten: "give write permission or remount it read-write; or say unarmed=on for reading only"
    case .noWriteBack: "use a host whose CPU has CLWB; or say pmem=off"
    }
  }
}

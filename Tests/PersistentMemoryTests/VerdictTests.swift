import PersistentMemory
import Storage
import Synchronization
import SystemPackage
import Testing

/// The decision table: what each kind of host says, and the verdict.
@Suite struct VerdictTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: @Sendable () -> InjectedFiles
    let verdict: BackendVerdict
    let action: StoreAction
    init(
      _ name: String, _ verdict: BackendVerdict, _ action: StoreAction, _ files: @escaping @Sendable () -> InjectedFiles
    ) {
      testDescription = name
      self.files = files
      self.verdict = verdict
      self.action = action
    }
  }
  private static let refused = BackendVerdict.notGuaranteed(.syncRefused(.notSupportedOnSocket))

  static let rows: [Row] = [
    Row("ext4 -o dax, ADR", .guaranteedByFile, .writtenBack(.clwb)) { .daxFile() },
    Row("xfs -o dax=always, eADR", .guaranteedByFile, .plain) { .daxFile("cpu_cache") },
    Row("DAX file, no region says a domain", .guaranteedByFile, .writtenBack(.clwb)) { .daxFile(nil) },
    Row("DAX file, the domain is a word we do not know", .guaranteedByFile, .writtenBack(.clwb)) { .daxFile("moon") },
    Row("device DAX", .guaranteedByDevice, .plain) { .characterDevice(subsystem: "dax") },
    // The false positives of pmem-facts.md.
    Row("tmpfs", refused, .pageCache) { .plainFile() },
    Row("ext4 without DAX", refused, .pageCache) { .plainFile() },
    Row("overlayfs over ext4-DAX: statx says DAX", refused, .pageCache) { .plainFile(dax: true) },
    Row("ext4-DAX on virtio-pmem: statx says DAX", refused, .pageCache) { .plainFile(dax: true) },
    Row("loop file on ext4-DAX", refused, .pageCache) { .plainFile() },
    Row("a kernel before 4.15", .notGuaranteed(.syncRefused(.invalidArgument)), .pageCache) {
      let files = InjectedFiles.daxFile()
      files.refusals = [.sharedSync: .invalidArgument]
      return files
    },
  ]

  @Test(arguments: rows) func `the verdict follows from MAP_SYNC and the domain`(row: Row) throws {
    let files = row.files()
    let backend = try MappedBackend(
      BackendRequest(path: "/x", share: true, pmem: true), files: files, writeBack: .clwb)
    #expect(backend.verdict == row.verdict)
    #expect(backend.action == row.action)
    #expect((backend.durability != nil) == (row.action == .writtenBack(.clwb)))
    // The mapping that was judged is the one that is used, unless it was refused.
    let maps = files.calls.withLock { $0.filter { $0.hasPrefix("map") } }
    #expect(maps.first == "map sharedSync rw 0+\(4 << 20)")
    #expect(maps.count == (row.verdict.isGuaranteed ? 1 : 2))
  }

  @Test(arguments: ["mem", "tty", nil] as [String?])
  func `a character device of another subsystem is never mapped`(subsystem: String?) {
    let files = InjectedFiles.characterDevice(subsystem: subsystem)
    #expect(throws: BackendError.unusable(path: "/dev/null", shortfall: .notDAXDevice(subsystem: subsystem))) {
      try MappedBackend(BackendRequest(path: "/dev/null", share: true, pmem: true), files: files)
    }
    #expect(files.calls.withLock { $0 } == ["open rw", "close"])
  }

  @Test(arguments: [Errno.readOnlyFileSystem, .permissionDenied, .notPermitted])
  func `what cannot be opened for writing is not guaranteed`(errno: Errno) throws {
    let files = InjectedFiles.daxFile()
    files.openForWriting = errno
    #expect(throws: BackendError.unusable(path: "/x", shortfall: .cannotBeWritten(errno))) {
      try MappedBackend(BackendRequest(path: "/x", share: true, pmem: true), files: files)
    }
    let backend = try MappedBackend(BackendRequest(path: "/x", share: true, pmem: true, unarmed: true), files: files)
    #expect(backend.action == .refused)
    #expect(files.calls.withLock { $0.contains("lock shared") })
  }

  @Test(arguments: [FileStatus.Kind.blockDevice, .directory, .other])
  func `only files and DAX devices are backends`(kind: FileStatus.Kind) {
    let files = InjectedFiles.daxFile()
    files.status.kind = kind
    #expect(throws: BackendError.unusable(path: "/x", shortfall: .wrongKind(kind))) {
      try MappedBackend(BackendRequest(path: "/x", share: true, pmem: true), files: files)
    }
  }

  @Test func `share and pmem are both needed, and neither is tried without the other`() throws {
    for (share, pmem, action) in [(true, false, StoreAction.pageCache), (false, true, .copied), (false, false, .copied)] {
      let files = InjectedFiles.daxFile()
      let backend = try MappedBackend(BackendRequest(path: "/x", share: share, pmem: pmem), files: files, writeBack: .clwb)
      #expect(backend.verdict == .notGuaranteed(share ? .notPersistent : .notShared))
      #expect(backend.action == action)
      #expect(!files.calls.withLock { $0.contains { $0.contains("sharedSync") } })
    }
  }

  @Test func `the guest only reads when the device is unarmed or the file read-only, whatever else is set`() throws {
    for request in [
      BackendRequest(path: "/x", share: true, pmem: true, unarmed: true), BackendRequest(path: "/x", share: true, readOnly: true),
      BackendRequest(path: "/x", unarmed: true, relaxed: true),
    ] {
      let files = InjectedFiles.daxFile()
      #expect(try MappedBackend(request, files: files, writeBack: .clwb).action == .refused)
      #expect(files.calls.withLock { $0.contains("open ro") && !$0.contains("open rw") })
    }
  }

  @Test func `relaxed is a different contract and says so`() throws {
    let backend = try MappedBackend(
      BackendRequest(path: "/x", share: true, pmem: true, relaxed: true), files: InjectedFiles.daxFile(), writeBack: .clflush)
    #expect(backend.action == .batched(.clflush))
    #expect(backend.action.text.contains("not persistent"))
    #expect(backend.durability == nil)
  }

  @Test func `a CPU that writes no cache line back guarantees nothing unless its caches persist`() throws {
    let request = BackendRequest(path: "/x", share: true, pmem: true)
    #expect(try MappedBackend(request, files: InjectedFiles.daxFile(), writeBack: nil).verdict == .notGuaranteed(.noWriteBack))
    #expect(try MappedBackend(request, files: InjectedFiles.daxFile("cpu_cache"), writeBack: nil).action == .plain)
  }

  // MARK: Sizes

  @Test func `a DAX device has its size and alignment in sysfs`() throws {
    let files = InjectedFiles.characterDevice(subsystem: "dax")
    let backend = try MappedBackend(BackendRequest(path: "/dev/dax0.0", share: true, pmem: true), files: files)
    #expect(backend.size == 4 << 20)
    #expect(backend.report.alignment == 2 << 20)
    for request in [
      BackendRequest(path: "/dev/dax0.0", size: 1 << 20, share: true, pmem: true),
      BackendRequest(path: "/dev/dax0.0", offset: 4096, share: true, pmem: true),
    ] {
      let wrong = InjectedFiles.characterDevice(subsystem: "dax")
      #expect(throws: BackendError.self) { try MappedBackend(request, files: wrong) }
      #expect(!wrong.calls.withLock { $0.contains { $0.hasPrefix("map") } }, "no misaligned mapping is tried")
    }
  }

  @Test func `a file that is too small is refused`() {
    #expect(throws: BackendError.tooSmall(path: "/x", has: 4 << 20, wants: 8 << 20)) {
      try MappedBackend(BackendRequest(path: "/x", size: 8 << 20), files: InjectedFiles.daxFile())
    }
    #expect(throws: BackendError.tooSmall(path: "/x", has: 4 << 20, wants: 5 << 20)) {
      try MappedBackend(BackendRequest(path: "/x", size: 4 << 20, offset: 1 << 20), files: InjectedFiles.daxFile())
    }
    #expect(throws: BackendError.tooSmall(path: "/x", has: 4 << 20, wants: .max)) {
      try MappedBackend(BackendRequest(path: "/x", size: 1 << 20, offset: .max - 4095), files: InjectedFiles.daxFile())
    }
    #expect(throws: BackendError.empty(path: "/x")) {
      try MappedBackend(BackendRequest(path: "/x", offset: 4 << 20), files: InjectedFiles.daxFile())
    }
  }

  @Test func `a file in use is refused, one that is missing named`() {
    let locked = InjectedFiles.daxFile(), missing = InjectedFiles()
    locked.isLocked = true
    missing.isMissing = true
    #expect(throws: BackendError.inUse(path: "/x")) { try MappedBackend(BackendRequest(path: "/x", share: true), files: locked) }
    #expect(throws: BackendError.missing(path: "/x")) { try MappedBackend(BackendRequest(path: "/x"), files: missing) }
  }

  // MARK: Saving

  @Test func `saving never synchronizes a DAX mapping, and does an ordinary file`() throws {
    let request = BackendRequest(path: "/x", share: true, pmem: true)
    for files in [InjectedFiles.daxFile(), .daxFile("cpu_cache"), .characterDevice(subsystem: "dax")] {
      try MappedBackend(request, files: files, writeBack: .clflush).save()
      #expect(!files.calls.withLock { $0.contains { $0.contains("sync") && !$0.hasPrefix("map") } })
    }
    // A DAX device without pmem=on is mapped without MAP_SYNC; msync would still fail there.
    let device = InjectedFiles.characterDevice(subsystem: "dax")
    try MappedBackend(BackendRequest(path: "/dev/dax0.0", share: true), files: device).save()
    #expect(!device.calls.withLock { $0.contains("msync") || $0.contains("fdatasync") })
    let plain = InjectedFiles.plainFile()
    try MappedBackend(request, files: plain).save()
    #expect(plain.calls.withLock { $0.contains("msync") && $0.contains("fdatasync") })
  }
}

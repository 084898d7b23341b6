internal import SystemPackage

/// The steps from a path to a judged mapping.
struct BackendProbe {
  let request: BackendRequest
  let files: any HostFiles
  let descriptor: Int32
  let status: FileStatus
  var report: BackendReport
  var isDevice: Bool { status.kind == .characterDevice }

  /// Opens, looks and locks. On an error nothing stays open.
  init(_ request: BackendRequest, _ files: any HostFiles, _ sizeMultiple: UInt64) throws(BackendError) {
    self.request = request
    self.files = files
    var report = BackendReport(path: request.path)
    descriptor = try Self.open(request, files, &report)
    do throws(BackendError) {
      status = try Self.examine(descriptor, request, files, &report)
      report.size = try Self.size(request, status, sizeMultiple, files, &report)
    } catch {
      files.close(descriptor)
      throw error
    }
    self.report = report
  }

  private static func open(_ request: BackendRequest, _ files: any HostFiles, _ report: inout BackendReport) throws(BackendError)
    -> Int32
  {
    let writable = request.isWritable && request.share
    let mode = writable ? "O_RDWR" : "O_RDONLY"
    do {
      let descriptor = try files.open(request.path, writable: writable)
      report.note("open(\(mode))", "succeeds")
      return descriptor
    } catch {
      switch error {
      case .noSuchFileOrDirectory: throw .missing(path: request.path)
      case .readOnlyFileSystem, .permissionDenied, .notPermitted:
        throw .unusable(path: request.path, shortfall: .cannotBeWritten(error))
      case .isDirectory: throw .unusable(path: request.path, shortfall: .wrongKind(.directory))
      default: throw .system(path: request.path, operation: "open(\(mode))", errno: error)
      }
    }
  }

  private static func examine(
    _ descriptor: Int32, _ request: BackendRequest, _ files: any HostFiles, _ report: inout BackendReport
  ) throws(BackendError) -> FileStatus {
    let status: FileStatus
    do { status = try files.status(descriptor) } catch {
      throw .system(path: request.path, operation: "fstat", errno: error)
    }
    switch status.kind {
    case .regular: report.kind = "file"
    case .characterDevice:
      let subsystem = files.realPath("/sys/dev/char/\(status.device)/subsystem").flatMap { $0.split(separator: "/").last }
        .map(String.init)
      report.note("/sys/dev/char/\(status.device)/subsystem", subsystem ?? "is not there")
      guard subsystem == "dax" else { throw .unusable(path: request.path, shortfall: .notDAXDevice(subsystem: subsystem)) }
      report.kind = "DAX device"
    default: throw .unusable(path: request.path, shortfall: .wrongKind(status.kind))
    }
    do { try files.lock(descriptor, exclusive: request.isWritable && request.share) } catch .resourceTemporarilyUnavailable {
      throw .inUse(path: request.path)
    } catch { throw .system(path: request.path, operation: "the lock", errno: error) }
    let attribute = files.daxAttribute(descriptor)
    report.note("statx STATX_ATTR_DAX (shown, not believed)", attribute.map { $0 ? "1" : "0" } ?? "the kernel does not say")
    return status
  }

  private static func size(
    _ request: BackendRequest, _ status: FileStatus, _ multiple: UInt64, _ files: any HostFiles, _ report: inout BackendReport
  ) throws(BackendError) -> UInt64 {
    var total = status.size
    if status.kind == .characterDevice {
      let folder = "/sys/dev/char/\(status.device)"
      guard let size = files.line(of: folder + "/size").flatMap({ UInt64($0) }) else {
        throw .system(path: request.path, operation: "reading \(folder)/size", errno: .noSuchFileOrDirectory)
      }
      total = size
      report.alignment = files.line(of: folder + "/align").flatMap { UInt64($0) } ?? 2 << 20
    }
    let alignment = max(report.alignment, multiple)
    guard request.offset % report.alignment == 0 else {
      throw .misaligned(path: request.path, what: "offset", value: request.offset, alignment: report.alignment)
    }
    let behind = total > request.offset ? total - request.offset : 0
    guard let wanted = request.size else {
      let all = behind - behind % alignment
      if behind == 0 { throw .empty(path: request.path) }
      guard all > 0 else { throw .misaligned(path: request.path, what: "size", value: behind, alignment: alignment) }
      return all
    }
    guard wanted > 0, wanted % alignment == 0 else {
      throw .misaligned(path: request.path, what: "size", value: wanted, alignment: alignment)
    }
    guard wanted <= behind, wanted <= UInt64(Int.max) else {
      let (end, overflow) = request.offset.addingReportingOverflow(wanted)
      throw .tooSmall(path: request.path, has: total, wants: overflow ? .max : end)
    }
    return wanted
  }

  // MARK: The mapping

  /// Maps, with MAP_SYNC when the rule is asked for; falls back to what the request means without the rule.
  mutating func map(at place: UnsafeMutableRawPointer?) throws(BackendError) -> UnsafeMutableRawPointer {
    guard request.share else {
      report.verdict = .notGuaranteed(.notShared)
      return try attempt(.copied, "mmap(MAP_PRIVATE)", place)
    }
    guard request.pmem else {
      report.verdict = .notGuaranteed(.notPersistent)
      return try attempt(.shared, "mmap(MAP_SHARED)", place)
    }
    let name = "mmap(MAP_SHARED_VALIDATE | MAP_SYNC)"
    do {
      let base = try files.map(descriptor, mapping(.sharedSync, place))
      report.note(name, "succeeds")
      report.verdict = isDevice ? .guaranteedByDevice : .guaranteedByFile
      return base
    } catch {
      report.note(name, "\(error)")
      report.verdict = .notGuaranteed(.syncRefused(error))
    }
    return try attempt(.shared, "mmap(MAP_SHARED)", place)
  }

  private func mapping(_ sharing: MappingRequest.Sharing, _ place: UnsafeMutableRawPointer?) -> MappingRequest {
    MappingRequest(
      sharing: sharing, offset: request.offset, size: Int(report.size), isWritable: request.isWritable || !request.share,
      place: place)
  }

  private mutating func attempt(_ sharing: MappingRequest.Sharing, _ name: String, _ place: UnsafeMutableRawPointer?)
    throws(BackendError) -> UnsafeMutableRawPointer
  {
    do {
      let base = try files.map(descriptor, mapping(sharing, place))
      report.note(name, "succeeds")
      return base
    } catch { throw .system(path: request.path, operation: name, errno: error) }
  }

  /// The domain, and from all of it what a store does.
  mutating func decide(_ writeBack: CacheLineWriteBack?) {
    report.domain = .find(isDevice ? status.device : status.container, isCharacterDevice: isDevice, in: files)
    report.note("persistence_domain of the region", report.domain.rawValue)
    if report.verdict.isGuaranteed, report.domain != .cpuCache, writeBack == nil {
      report.verdict = .notGuaranteed(.noWriteBack)
    }
    guard request.isWritable else { return report.action = .refused }
    switch report.verdict {
    case .notGuaranteed(.notShared): report.action = .copied
    case .notGuaranteed: report.action = .pageCache
    case .guaranteedByDevice, .guaranteedByFile:
      if report.domain == .cpuCache {
        report.action = .plain
      } else if let writeBack {
        report.action = request.relaxed ? .batched(writeBack) : .writtenBack(writeBack)
      }
    }
  }
}

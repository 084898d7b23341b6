import PersistentMemory
import Synchronization
import SystemPackage

/// A host as a table says it is: one backend, and what the kernel answers for it.
final class InjectedFiles: HostFiles, @unchecked Sendable {
  var status = FileStatus(kind: .regular, size: 4 << 20, container: "259:0")
  /// What open(O_RDWR) says; O_RDONLY succeeds unless `isMissing`.
  var openForWriting: Errno?
  var isMissing = false
  var isLocked = false
  var dax: Bool? = false
  /// What each kind of mapping says; none: it succeeds.
  var refusals: [MappingRequest.Sharing: Errno] = [:]
  /// sysfs: files and links.
  var lines: [String: String] = [:]
  var links: [String: String] = [:]
  /// The calls that were made.
  let calls = Mutex<[String]>([])
  private let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 << 20, alignment: 4096)
  deinit { memory.deallocate() }

  private func note(_ call: String) { calls.withLock { $0.append(call) } }

  func open(_ path: String, writable: Bool) throws(Errno) -> Int32 {
    note("open \(writable ? "rw" : "ro")")
    if isMissing { throw .noSuchFileOrDirectory }
    if writable, let openForWriting { throw openForWriting }
    return 99
  }
  func close(_: Int32) { note("close") }
  func status(_: Int32) throws(Errno) -> FileStatus { status }
  func lock(_: Int32, exclusive: Bool) throws(Errno) {
    note("lock \(exclusive ? "exclusive" : "shared")")
    if isLocked { throw .resourceTemporarilyUnavailable }
  }
  func daxAttribute(_: Int32) -> Bool? { dax }
  func map(_: Int32, _ request: MappingRequest) throws(Errno) -> UnsafeMutableRawPointer {
    note("map \(request.sharing.rawValue) \(request.isWritable ? "rw" : "ro") \(request.offset)+\(request.size)")
    if let errno = refusals[request.sharing] { throw errno }
    return request.place ?? memory
  }
  func unmap(_: UnsafeMutableRawPointer, size: Int) { note("unmap") }
  func synchronize(_: UnsafeMutableRawPointer, size: Int) throws(Errno) { note("msync") }
  func synchronize(_: Int32) throws(Errno) { note("fdatasync") }
  func line(of path: String) -> String? { lines[path] }
  func realPath(_ path: String) -> String? { links[path] }
}

extension InjectedFiles {
  /// The region that the file's block device lies in.
  func region(_ domain: String?) -> Self {
    links["/sys/dev/block/259:0"] = "/sys/devices/LNXSYSTM:00/ndbus0/region3/namespace3.0/block/pmem3"
    if let domain { lines["/sys/devices/LNXSYSTM:00/ndbus0/region3/persistence_domain"] = domain }
    return self
  }
  /// ext4 or xfs mounted with DAX on persistent memory.
  static func daxFile(_ domain: String? = "memory_controller") -> InjectedFiles {
    let files = InjectedFiles().region(domain)
    files.dax = true
    return files
  }
  /// A file whose file system refuses MAP_SYNC.
  static func plainFile(dax: Bool = false) -> InjectedFiles {
    let files = InjectedFiles()
    files.dax = dax
    files.refusals = [.sharedSync: .notSupportedOnSocket]
    return files
  }
  static func characterDevice(subsystem: String?) -> InjectedFiles {
    let files = InjectedFiles()
    files.status = FileStatus(kind: .characterDevice, size: 0, device: "252:1")
    files.dax = subsystem == "dax"
    if let subsystem { files.links["/sys/dev/char/252:1/subsystem"] = "/sys/bus/\(subsystem)" }
    files.lines["/sys/dev/char/252:1/size"] = "\(4 << 20)"
    files.lines["/sys/dev/char/252:1/align"] = "\(2 << 20)"
    files.links["/sys/dev/char/252:1"] = "/sys/devices/ndbus0/region0/dax0.0/dax0.0"
    files.lines["/sys/devices/ndbus0/region0/persistence_domain"] = "cpu_cache"
    files.refusals = [.copied: .invalidArgument]
    return files
  }
}

internal import CHost
internal import Glibc
package import SystemPackage

/// The kernel we run on.
package struct LinuxFiles: HostFiles {
  package init() {}

  private static var lastError: Errno { Errno(rawValue: errno) }

  package func open(_ path: String, writable: Bool) throws(Errno) -> Int32 {
    // A FIFO would wait for its other end.
    let descriptor = Glibc.open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.lastError }
    return descriptor
  }

  package func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

  package func status(_ descriptor: Int32) throws(Errno) -> FileStatus {
    var s = stat()
    guard fstat(descriptor, &s) == 0 else { throw Self.lastError }
    let kind: FileStatus.Kind =
      switch s.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFCHR: .characterDevice
      case S_IFBLK: .blockDevice
      case S_IFDIR: .directory
      default: .other
      }
    return FileStatus(
      kind: kind, size: UInt64(clamping: s.st_size), container: Self.number(s.st_dev), device: Self.number(s.st_rdev))
  }

  /// A dev_t as sysfs writes it: glibc has bits 8-19 and 32-63 for the major number, 0-7 and 20-31 for the minor one.
  private static func number(_ device: dev_t) -> String {
    let device = UInt64(device)
    let major = (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF), minor = (device & 0xFF) | (device >> 12 & 0xFFFF_FF00)
    return "\(major):\(minor)"
  }

  package func lock(_ descriptor: Int32, exclusive: Bool) throws(Errno) {
    let setOpenFileDescriptionLock: Int32 = 37  // F_OFD_SETLK
    var request = Glibc.flock()
    request.l_type = Int16(exclusive ? F_WRLCK : F_RDLCK)
    request.l_whence = Int16(SEEK_SET)
    while fcntl(descriptor, setOpenFileDescriptionLock, &request) != 0 {
      if errno == EINTR { continue }
      throw errno == EACCES ? .resourceTemporarilyUnavailable : Self.lastError
    }
  }

  package func daxAttribute(_ descriptor: Int32) -> Bool? {
    switch chost_dax_attribute(descriptor) {
    case 0: false
    case 1: true
    default: nil
    }
  }

  package func map(_ descriptor: Int32, _ request: MappingRequest) throws(Errno) -> UnsafeMutableRawPointer {
    let sharing =
      switch request.sharing {
      case .copied: CHOST_PRIVATE
      case .shared: CHOST_SHARED
      case .sharedSync: CHOST_SHARED_SYNC
      }
    let protection = Int32(CHOST_READ) | (request.isWritable ? Int32(CHOST_WRITE) : 0)
    guard let offset = Int64(exactly: request.offset),
      let base = chost_map(request.place, request.size, protection, sharing, descriptor, offset)
    else { throw Self.lastError }
    return base
  }

  package func unmap(_ base: UnsafeMutableRawPointer, size: Int) { chost_unmap(base, size) }

  package func synchronize(_ base: UnsafeMutableRawPointer, size: Int) throws(Errno) {
    guard msync(base, size, Int32(MS_SYNC)) == 0 else { throw Self.lastError }
  }

  package func synchronize(_ descriptor: Int32) throws(Errno) {
    guard fdatasync(descriptor) == 0 else { throw Self.lastError }
  }

  package func line(of path: String) -> String? {
    guard let descriptor = try? open(path, writable: false) else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { return nil }
    return String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  package func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

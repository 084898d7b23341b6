internal import Glibc
internal import SystemPackage

/// An open image file: positioned reads and writes (never a mapping: a file that somebody shortens must not end the
/// process), and the lock that keeps other processes out.
final class ImageFile: Sendable {
  let path: FilePath
  let isReadOnly: Bool
  private let descriptor: FileDescriptor

  /// Opens the file and locks it: shared when read-only, else exclusive. The lock is of the open file description
  /// (`F_OFD_SETLK`), so it holds against this process, too, and ends with the descriptor.
  init(_ path: FilePath, readOnly: Bool, create: Bool = false) throws(CKDImageError) {
    self.path = path
    isReadOnly = readOnly
    do {
      // A FIFO would wait for its other end.
      descriptor = try FileDescriptor.open(
        path, readOnly ? .readOnly : .readWrite,
        options: create ? [.create, .exclusiveCreate, .closeOnExec] : [.closeOnExec, .nonBlocking],
        permissions: create ? [.ownerReadWrite, .groupRead, .otherRead] : nil)
    } catch let errno as Errno {
      switch errno {
      case .noSuchFileOrDirectory where !create: throw .missing(path)
      case .isDirectory: throw .notAnImage(path, "it is a directory")
      case .fileExists: throw .exists(path)
      case .permissionDenied where !readOnly, .readOnlyFileSystem: throw .readOnly(path)
      default: throw .system(path, create ? "cannot create it" : "cannot open it", errno)
      }
    } catch { preconditionFailure("open throws Errno only: \(error)") }
    do throws(CKDImageError) {
      try checkKind()
      try lock()
    } catch {
      try? descriptor.close()
      throw error
    }
  }

  deinit { try? descriptor.close() }

  /// Tracks lie at offsets, which FIFOs and terminals do not have.
  private func checkKind() throws(CKDImageError) {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else { throw .system(path, "cannot look at it", Errno(rawValue: errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFBLK: break
    case S_IFDIR: throw .notAnImage(path, "it is a directory")
    default: throw .notAnImage(path, "it is neither a plain file nor a block device; name the volume's file")
    }
  }

  private func lock() throws(CKDImageError) {
    let setOpenFileDescriptionLock: Int32 = 37  // F_OFD_SETLK
    var request = Glibc.flock()
    request.l_type = Int16(isReadOnly ? F_RDLCK : F_WRLCK)
    request.l_whence = Int16(SEEK_SET)
    // A process that some other thread is just starting holds our former descriptions until it executes: it is worth a wait.
    var patience = 50
    while fcntl(descriptor.rawValue, setOpenFileDescriptionLock, &request) != 0 {
      let failure = Errno(rawValue: errno)
      switch failure {
      case .interrupted: continue
      case .resourceTemporarilyUnavailable where patience > 0, .permissionDenied where patience > 0:
        patience -= 1
        usleep(10_000)
      case .resourceTemporarilyUnavailable, .permissionDenied: throw .locked(path)
      default: throw .system(path, "cannot lock it", failure)
      }
    }
  }

  /// The file's length in bytes.
  func size() throws(CKDImageError) -> Int {
    try attempt("cannot find its length") { Int(try descriptor.seek(offset: 0, from: .end)) }
  }

  func setSize(_ size: Int) throws(CKDImageError) {
    guard ftruncate(descriptor.rawValue, size) == 0 else {
      throw .system(path, "cannot make it \(size) bytes long", Errno(rawValue: errno))
    }
  }

  /// Reads until `buffer` is full or the file ends.
  func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(CKDImageError) -> Int {
    var done = 0
    while done < buffer.count {
      let n = pread(descriptor.rawValue, buffer.baseAddress.map { $0 + done }, buffer.count - done, offset + done)
      if n == 0 { break }
      if n < 0, errno == EINTR { continue }
      guard n > 0 else { throw .system(path, "cannot read", Errno(rawValue: errno)) }
      done += n
    }
    return done
  }

  /// At most `count` bytes, fewer when the file ends.
  func read(count: Int, at offset: Int) throws(CKDImageError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    defer { buffer.deallocate() }
    do throws(CKDImageError) {
      let n = try read(buffer, at: offset)
      return Array(buffer.prefix(n))
    } catch {
      if case .system(_, _, .isDirectory) = error { throw .notAnImage(path, "it is a directory") }
      throw error
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(CKDImageError) {
    guard !isReadOnly else { throw .readOnly(path) }
    var done = 0
    while done < bytes.count {
      let n = pwrite(descriptor.rawValue, bytes.baseAddress.map { $0 + done }, bytes.count - done, offset + done)
      if n < 0, errno == EINTR { continue }
      guard n > 0 else { throw .system(path, "cannot write", Errno(rawValue: errno)) }
      done += n
    }
  }

  func write(_ bytes: [UInt8], at offset: Int) throws(CKDImageError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    defer { buffer.deallocate() }
    buffer.copyBytes(from: bytes)
    try write(UnsafeRawBufferPointer(buffer), at: offset)
  }

  /// Removes the name of a file whose creation failed.
  func remove() { _ = path.withPlatformString { unlink($0) } }

  /// Waits until everything written is on the medium (`fdatasync`).
  func synchronize() throws(CKDImageError) {
    while fdatasync(descriptor.rawValue) != 0 {
      let failure = Errno(rawValue: errno)
      if failure == .interrupted { continue }
      throw .system(path, "cannot write to the medium", failure)
    }
  }

  private func attempt<R>(_ what: String, _ body: () throws -> R) throws(CKDImageError) -> R {
    do { return try body() } catch let errno as Errno { throw .system(path, what, errno) } catch {
      preconditionFailure("\(what): not an Errno: \(error)")
    }
  }
}

import Glibc
import SystemPackage

/// An ordinary file of the host that is read or made by a command; its failures are one line for the operator.
final class HostFile {
  let path: FilePath
  private let descriptor: FileDescriptor

  /// Opens a file for reading.
  init(reading path: FilePath) throws {
    self.path = path
    // A FIFO would wait for who writes to it; `size` refuses it.
    do { descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking]) } catch {
      throw Self.failure(path, "cannot open it", error, .noInput)
    }
  }

  /// Makes a new file.
  init(creating path: FilePath) throws {
    self.path = path
    do {
      descriptor = try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch Errno.fileExists {
      throw OperatorError(.cannotCreate, "\(path): exists already; name another file or remove it first")
    } catch { throw Self.failure(path, "cannot create it", error, .cannotCreate) }
  }

  deinit { try? descriptor.close() }

  /// The length of a plain file or block device.
  func size() throws -> Int {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, [S_IFREG, S_IFBLK].contains(status.st_mode & S_IFMT) else {
      throw OperatorError(.noInput, "\(path): not a plain file; name a file system image or kernel")
    }
    do { return Int(try descriptor.seek(offset: 0, from: .end)) } catch {
      throw Self.failure(path, "cannot find its length", error, .inputOutput)
    }
  }

  /// Reads `count` bytes at `offset`; fewer only at the end of the file.
  func read(_ count: Int, at offset: Int) throws -> [UInt8] {
    do {
      return try [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
        while done < count {
          let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[done..<count])
          let n = try descriptor.read(fromAbsoluteOffset: Int64(offset + done), into: rest)
          if n == 0 { break }
          done += n
        }
      }
    } catch { throw Self.failure(path, "cannot read", error, .inputOutput) }
  }

  /// Reads a file that must fit in a guest's storage.
  static func contents(_ path: FilePath) throws -> [UInt8] {
    let file = try HostFile(reading: path)
    let size = try file.size()
    guard size > 0 else { throw OperatorError(.badData, "\(path): is empty") }
    guard size < 1 << 31 else {
      throw OperatorError(.badData, "\(path): has \(size) bytes, more than a load can place below 2 GiB")
    }
    let bytes = try file.read(size, at: 0)
    guard bytes.count == size else { throw OperatorError(.inputOutput, "\(path): became shorter while it was read") }
    return bytes
  }

  func write(_ bytes: [UInt8], at offset: Int) throws {
    do { _ = try descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes) } catch {
      throw Self.failure(path, "cannot write", error, .inputOutput)
    }
  }

  /// Sets the length; what was never written reads as zeros.
  func setSize(_ size: Int) throws {
    guard ftruncate(descriptor.rawValue, size) == 0 else {
      throw Self.failure(path, "cannot make it \(size) bytes long", Errno(rawValue: errno), .inputOutput)
    }
  }

  /// Takes a half-made file away.
  func remove() { _ = path.withPlatformString { unlink($0) } }

  private static func failure(
    _ path: FilePath, _ what: String, _ error: any Error, _ status: OperatorError.Status
  ) -> OperatorError {
    let denied = (error as? Errno) == .permissionDenied
    return OperatorError(denied ? .noPermission : status, "\(path): \(what): \(error)")
  }
}

import Glibc
import Ironload
import PersistentMemory
import SystemPackage

/// A file of the host that a command makes or writes anew; its failures are one line for the operator.
final class HostFile {
  let path: FilePath
  /// How messages call it.
  private let name: String
  private let descriptor: FileDescriptor

  /// Makes a new file.
  init(creating path: FilePath) throws {
    self.path = path
    name = path.string
    do {
      descriptor = try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch Errno.fileExists {
      throw OperatorError(.cannotCreate, "\(path): exists already; name another file or remove it first")
    } catch { throw Self.failure(name, "cannot create it", error, .cannotCreate) }
  }

  /// Opens a file that is to be written anew, or makes one. What is in it stays until `empty`: the work that it is for may fail
  /// before, or the file be one that a running guest lives on.
  /// - Parameters:
  ///   - option: where the operator named it, for messages.
  ///   - named: the other files that the command line names. It must be none of them.
  init(replacing path: FilePath, _ option: String, unlike named: [NamedFile]) throws(OperatorError) {
    self.path = path
    name = "\(option) \(path)"
    do {
      // A FIFO would wait for its reader.
      descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .closeOnExec, .nonBlocking], permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch Errno.noSuchAddressOrDevice {
      throw OperatorError(.cannotCreate, "\(name): nobody reads there; start the reader first, or name a plain file")
    } catch { throw OperatorError(.cannotCreate, "\(name): cannot open it for writing: \(error); name another file") }
    try claim(unlike: named)
  }

  private func claim(unlike named: [NamedFile]) throws(OperatorError) {
    let identity = FileIdentity(descriptor: descriptor.rawValue)
    if let other = named.first(where: { FileIdentity(path: $0.path) == identity }) {
      throw OperatorError(.usage, "\(name): \(other.option) names the same file; write to another")
    }
    // Whoever reads a FIFO slowly is waited for, as on a pipe.
    _ = fcntl(descriptor.rawValue, F_SETFL, fcntl(descriptor.rawValue, F_GETFL) & ~O_NONBLOCK)
    guard kind == S_IFREG || kind == S_IFBLK else { return }
    // A file system without locks has none of a running machine's.
    do { try LinuxFiles().lock(descriptor.rawValue, exclusive: true) } catch .resourceTemporarilyUnavailable {
      throw OperatorError(.tryAgain, "\(name): in use by another process; stop that first, or name another file")
    } catch {}
  }

  deinit { try? descriptor.close() }

  /// `S_IFREG` and the like; nil when the host does not say.
  private var kind: mode_t? {
    var status = stat()
    return fstat(descriptor.rawValue, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// A pipe or a device, which somebody reads while it is written.
  var isStream: Bool { kind != S_IFREG && kind != S_IFBLK }
  /// What comes behind `append` for it; as long as this file is there.
  func stream() -> StreamOutput { StreamOutput(descriptor) }

  /// Writes at an offset.
  func write(_ bytes: [UInt8], at offset: Int) throws {
    do { _ = try descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes) } catch {
      throw Self.failure(name, "cannot write", error, .inputOutput)
    }
  }

  /// Drops what is in the file. Pipes and devices have nothing to drop.
  func empty() throws { if kind == S_IFREG { try setSize(0) } }

  /// Writes behind what was written before.
  func append(_ bytes: [UInt8]) throws {
    do { _ = try descriptor.writeAll(bytes) } catch { throw Self.failure(name, "cannot write", error, .inputOutput) }
  }

  /// Sets the length; what was never written reads as zeros.
  func setSize(_ size: Int) throws {
    guard ftruncate(descriptor.rawValue, size) == 0 else {
      throw Self.failure(name, "cannot make it \(size) bytes long", Errno(rawValue: errno), .inputOutput)
    }
  }

  /// Takes a half-made file away.
  func remove() { _ = path.withPlatformString { unlink($0) } }

  private static func failure(
    _ name: String, _ what: String, _ error: any Error, _ status: OperatorError.Status
  ) -> OperatorError {
    let denied = (error as? Errno) == .permissionDenied
    return OperatorError(denied ? .noPermission : status, "\(name): \(what): \(error)")
  }
}

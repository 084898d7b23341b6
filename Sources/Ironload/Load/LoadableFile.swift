import Glibc
import SystemPackage

/// A plain file or block device of the host that is read: whole into a guest's storage, or piece by piece.
package final class LoadableFile {
  /// Storage below 2 GiB is what a whole file can fill.
  private static let limit = 1 << 31

  /// How messages call it.
  private let name: String
  private let descriptor: FileDescriptor
  /// Its length in bytes.
  package let size: Int

  /// Opens a file for reading.
  /// - Parameter option: where the operator named it, for messages; nil when the name stood alone.
  package init(_ path: String, _ option: String? = nil) throws(ConfigurationError) {
    name = option.map { "\($0) \(path)" } ?? path
    // A FIFO would wait for who writes to it.
    do { descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking]) } catch {
      throw Self.failure(name, "cannot open it", error)
    }
    do throws(ConfigurationError) { size = try Self.size(descriptor, name) } catch {
      try? descriptor.close()
      throw error
    }
  }

  deinit { try? descriptor.close() }

  private static func size(_ descriptor: FileDescriptor, _ name: String) throws(ConfigurationError) -> Int {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, [S_IFREG, S_IFBLK].contains(status.st_mode & S_IFMT) else {
      throw ConfigurationError(.noInput, "\(name): not a plain file; name one")
    }
    do { return Int(try descriptor.seek(offset: 0, from: .end)) } catch { throw failure(name, "cannot find its length", error) }
  }

  private static func failure(_ name: String, _ what: String, _ error: any Error) -> ConfigurationError {
    let isDenied = (error as? Errno) == .permissionDenied
    return ConfigurationError(isDenied ? .noPermission : .noInput, "\(name): \(what): \(error); name a file that can be read")
  }

  /// Reads `count` bytes at `offset`, which the file had when it was opened.
  package func read(_ count: Int, at offset: Int) throws(ConfigurationError) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
        while done < count {
          let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[done..<count])
          let n = try descriptor.read(fromAbsoluteOffset: Int64(offset + done), into: rest)
          if n == 0 { break }
          done += n
        }
      }
    } catch { throw Self.failure(name, "cannot read", error) }
    guard bytes.count == count else {
      throw ConfigurationError(.noInput, "\(name): became shorter while it was read; try again when nobody writes to it")
    }
    return bytes
  }

  /// Reads a file whole.
  /// - Parameter option: where the operator named it, for messages.
  package static func contents(_ path: String, _ option: String) throws(ConfigurationError) -> [UInt8] {
    let file = try LoadableFile(path, option)
    guard file.size < limit else {
      throw ConfigurationError(.badData, "\(file.name): has \(file.size) bytes, more than fit below 2 GiB; name a smaller one")
    }
    return try file.read(file.size, at: 0)
  }
}

import Glibc
import SystemPackage

/// A file of the host whose bytes go into a guest's storage.
enum LoadableFile {
  /// Storage below 2 GiB is what such a file can fill.
  private static let limit: Int64 = 1 << 31

  /// Reads a file whole.
  /// - Parameter option: where the operator named it, for messages.
  static func contents(_ path: String, _ option: String) throws(ConfigurationError) -> [UInt8] {
    do {
      // A FIFO would wait for who writes to it.
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
      defer { try? file.close() }
      var status = stat()
      guard fstat(file.rawValue, &status) == 0, [S_IFREG, S_IFBLK].contains(status.st_mode & S_IFMT) else {
        throw ConfigurationError(.noInput, "\(option) \(path): not a plain file; name one")
      }
      let size = try file.seek(offset: 0, from: .end)
      guard size < limit else { throw ConfigurationError(.badData, "\(option) \(path): \(size) bytes are too many") }
      try file.seek(offset: 0, from: .start)
      return try [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
        while count < Int(size) {
          let n = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]))
          if n == 0 { break }
          count += n
        }
      }
    } catch let error as ConfigurationError { throw error } catch {
      throw ConfigurationError(.noInput, "\(option) \(path): \(error); name a file that can be read")
    }
  }
}

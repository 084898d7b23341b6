import Glibc
import SystemPackage

/// The standard error stream of this process, unbuffered.
enum StandardError {
  /// Writes the text whole; a stream that nobody reads any more is no reason to fail.
  /// - Parameter patience: how long to wait at most, if there is a limit, for whoever reads what came before; then nothing is
  ///   written.
  static func write(_ text: String, patience: Duration? = nil) {
    if let patience {
      var wait = pollfd(fd: FileDescriptor.standardError.rawValue, events: Int16(POLLOUT), revents: 0)
      guard poll(&wait, 1, Int32(patience / .milliseconds(1))) > 0 else { return }
    }
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}

import SystemPackage

/// The standard error stream of this process, unbuffered.
enum StandardError {
  /// Writes the text whole; a stream that nobody reads any more is no reason to fail.
  static func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}

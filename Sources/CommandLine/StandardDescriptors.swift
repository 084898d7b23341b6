import Glibc

/// The descriptors 0, 1 and 2.
enum StandardDescriptors {
  /// Has those that were closed by whoever started us lead nowhere. Else the next file that is opened gets the number, a volume
  /// for one, and what is meant for the screen is written into it. To be called before anything is opened.
  static func occupy() {
    for descriptor: Int32 in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      // The lowest free number: that one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
    }
  }
}

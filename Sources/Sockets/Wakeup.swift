import Glibc

/// Wakes a thread that waits for a socket or a file.
///
/// Concurrency: any thread may signal; the waiter drains.
package final class Wakeup: Sendable {
  /// A pipe that never blocks: its reading end is readable while a signal was given and not drained.
  package let descriptor: Int32
  private let writingEnd: Int32

  /// - Throws: when the host has no pipe to give.
  package init() throws(SocketError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw SocketError(errno: errno, "a pipe", "end other processes or raise the limit of open files")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (descriptor, writingEnd) = (ends[0], ends[1])
  }
  deinit {
    Glibc.close(descriptor)
    Glibc.close(writingEnd)
  }

  package func signal() {
    var one: UInt8 = 1
    // A full pipe is as good as one more byte.
    _ = write(writingEnd, &one, 1)
  }
  /// Waits for a signal, and leaves it to be drained.
  func wait() {
    var end = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&end, 1, -1) < 0 && errno == EINTR {}
  }
  package func drain() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while read(descriptor, &bytes, bytes.count) > 0 {}
  }
}

import Glibc
import Sockets
import SystemPackage
import Threads

/// A thread that waits for input and can be woken.
///
/// Concurrency: `wake` may be called on any thread; `join` on any but this one, once.
struct InputThread: Sendable {
  private let thread: HostThread
  private let wakeup: Wakeup

  /// - Parameter body: gets what wakes it.
  /// - Returns: nil when the host has no thread or pipe to give.
  init?(_ body: @escaping @Sendable (Wakeup) -> Void) {
    guard let wakeup = try? Wakeup(), let thread = HostThread({ body(wakeup) }) else { return nil }
    (self.thread, self.wakeup) = (thread, wakeup)
  }

  /// Makes a `wait` of the thread return.
  func wake() { wakeup.signal() }

  func join() { thread.join() }

  /// Waits until there is something to read from `input`, or `wake` was called, or the time is over.
  /// - Returns: whether `input` has something, its end included.
  static func wait(for input: FileDescriptor?, or wakeup: Wakeup, atMost time: Duration?) -> Bool {
    var waits = [
      pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: input?.rawValue ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    let milliseconds = time.map { Int32(clamping: Int64($0 / .milliseconds(1)) + 1) } ?? -1
    guard poll(&waits, 2, milliseconds) > 0 else { return false }
    if waits[0].revents != 0 { wakeup.drain() }
    return waits[1].revents != 0
  }
}

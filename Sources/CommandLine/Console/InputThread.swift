import Glibc
import SystemPackage

/// A thread that waits for input and can be woken.
///
/// Concurrency: `wake` may be called on any thread until the last reference is gone; `join` on any but this one, once.
final class InputThread: @unchecked Sendable {
  private var thread = pthread_t()
  private var isRunning = false
  private let wakeRead: FileDescriptor, wakeWrite: FileDescriptor

  /// - Parameter body: gets the descriptor that becomes readable with `wake`.
  /// - Returns: nil when the host has no thread or pipe to give.
  init?(_ body: @escaping @Sendable (FileDescriptor) -> Void) {
    guard let (read, write) = try? FileDescriptor.pipe() else { return nil }
    (wakeRead, wakeWrite) = (read, write)
    for end in [read, write] {
      _ = fcntl(end.rawValue, F_SETFL, O_NONBLOCK)
      _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC)
    }
    let start = Unmanaged.passRetained(Start { body(read) })
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      start.release()
      return nil
    }
    isRunning = true
  }

  deinit {
    try? wakeRead.close()
    try? wakeWrite.close()
  }

  private final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Makes a `wait` of the thread return.
  func wake() { _ = try? wakeWrite.writeAll([0]) }

  func join() {
    guard isRunning else { return }
    isRunning = false
    pthread_join(thread, nil)
  }

  /// Waits until there is something to read from `input`, or `wake` was called, or the time is over.
  /// - Returns: whether `input` has something, its end included.
  static func wait(for input: FileDescriptor?, or wake: FileDescriptor, atMost time: Duration?) -> Bool {
    var waits = [
      pollfd(fd: wake.rawValue, events: Int16(POLLIN), revents: 0),
      pollfd(fd: input?.rawValue ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    let milliseconds = time.map { Int32(clamping: Int64($0 / .milliseconds(1)) + 1) } ?? -1
    guard poll(&waits, 2, milliseconds) > 0 else { return false }
    if waits[0].revents != 0 {
      var bytes = [UInt8](repeating: 0, count: 64)
      while let n = try? bytes.withUnsafeMutableBytes({ try wake.read(into: $0) }), n > 0 {}
    }
    return waits[1].revents != 0
  }
}

internal import Glibc

/// A thread of the host that runs one body to its end.
///
/// Concurrency: what the body uses is its owner's to order. Either `join` or `detach` is called, once.
package struct HostThread: Sendable {
  private let thread: pthread_t

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Begins to run `body`, which is kept until it ends.
  /// - Returns: nil when the host has no thread to give.
  package init?(_ body: @escaping @Sendable () -> Void) {
    let argument = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      return nil
    }
    self.thread = thread
  }

  /// Waits until the body has ended; the thread itself, which would wait for ever, is only detached.
  package func join() {
    if pthread_equal(thread, pthread_self()) != 0 { pthread_detach(thread) } else { pthread_join(thread, nil) }
  }

  /// Lets the thread end by itself.
  package func detach() { pthread_detach(thread) }
}

import Dispatch
import Glibc
import Synchronization
package import SystemPackage

/// Where the consoles are shown: a terminal, a pipe or a file, which may be read slowly, or never. Who writes never waits; a
/// thread of the output's own does, so that the operator's commands are obeyed meanwhile.
///
/// What is on its way is bounded by those who write: the guest's writes are not completed while it is full
/// (`ServiceProcessor`). What comes nevertheless, the operator's own, is dropped beyond sixteen times that, and counted.
///
/// A reader that has gone away is no reason to fail: what is written is lost, and the guest runs on.
///
/// Concurrency: every method may be called on any thread. `state` is guarded by its lock, which is not held while bytes are
/// written or a handler runs; `isWriting` admits one writing thread at a time.
package final class ConsoleOutput: Sendable {
  private struct State {
    var waiting: [UInt8] = []
    /// How many bytes the thread is writing.
    var taken = 0
    var isWriting = false
    var isFinishing = false
    var isGivenUp = false
    /// How many bytes were dropped since the last that were not.
    var dropped = 0
    var onRoom: @Sendable () -> Void = {}
    var count: Int { waiting.count + taken }
  }

  /// How many bytes may wait, in the first place.
  package static let capacity = 1 << 16

  private let descriptor: FileDescriptor
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "console output")
  /// Signalled when whoever finishes has nothing to wait for any more.
  private let done = DispatchSemaphore(value: 0)

  package init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  package var isTerminal: Bool { isatty(descriptor.rawValue) == 1 }

  /// Columns of the terminal; 0 when it does not say.
  package var width: Int {
    var size = winsize()
    return ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
  }

  /// Whether more bytes wait than should: whoever can hold back others should do so until the handler of `onRoom` is called.
  package var isFull: Bool { state.withLock { $0.count >= Self.capacity } }

  /// - Parameter handler: called on the output's thread each time after it was full and has room again.
  package func onRoom(_ handler: @escaping @Sendable () -> Void) { state.withLock { $0.onRoom = handler } }

  package func write(_ bytes: [UInt8]) {
    let begins = state.withLock { state in
      if state.isGivenUp || bytes.isEmpty { return false }
      guard state.count < Self.capacity * 16 else {
        state.dropped += bytes.count
        return false
      }
      state.waiting += bytes
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if begins { queue.async { self.drain() } }
  }

  /// Waits until everything is written, or `giveUp` is called.
  /// - Parameter patience: how long at most, if there is a limit; then it is given up.
  package func finish(patience: Duration? = nil) {
    let waits = state.withLock { state in
      state.isFinishing = state.isWriting && !state.isGivenUp
      return state.isFinishing
    }
    let last = patience.map { DispatchTime.now() + $0 / .seconds(1) } ?? .distantFuture
    if waits, done.wait(timeout: last) == .timedOut { giveUp() }
  }

  /// Drops what is not written yet, and whatever is still to come.
  package func giveUp() {
    let isAwaited = state.withLock { state in
      state.isGivenUp = true
      state.waiting = []
      return state.isFinishing
    }
    if isAwaited { done.signal() }
  }

  // MARK: On the output's thread

  private func drain() {
    var onRoom: (@Sendable () -> Void)?
    while let bytes = next(&onRoom) {
      onRoom?()
      put(bytes)
    }
    onRoom?()
    if state.withLock({ $0.isFinishing }) { done.signal() }
  }

  /// Ends the write that was in progress and begins one.
  /// - Parameter onRoom: the handler, if the end of the write made room.
  private func next(_ onRoom: inout (@Sendable () -> Void)?) -> ArraySlice<UInt8>? {
    state.withLock { state in
      let wasFull = state.count >= Self.capacity
      state.taken = 0
      onRoom = wasFull && state.count < Self.capacity ? state.onRoom : nil
      if state.dropped > 0 {
        state.waiting += "\nironload: \(state.dropped) bytes were not shown, as nobody read what came before\n".utf8
        state.dropped = 0
      }
      guard !state.waiting.isEmpty else {
        state.isWriting = false
        return nil
      }
      state.taken = state.waiting.count
      defer { state.waiting = [] }
      return state.waiting[...]
    }
  }

  private func put(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty, !state.withLock({ $0.isGivenUp }) {
      do { rest = rest.dropFirst(try rest.withUnsafeBytes { try descriptor.write($0) }) } catch Errno.wouldBlock {
        var wait = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, 1000)
      } catch { return }
    }
  }
}

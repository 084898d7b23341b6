import Dispatch
import Glibc
import Synchronization
package import SystemPackage

/// Bytes on their way to a terminal, a pipe or a file, which may be read slowly, or never. A thread of its own writes them, so that
/// the operator's commands are obeyed meanwhile.
///
/// What is on its way is bounded by those who write: the guest's writes to its consoles are not completed while it is full
/// (`ServiceProcessor`), who traces waits for his turn. What comes nevertheless is dropped beyond sixteen times that, and counted.
///
/// A reader that has gone away is no reason to fail: what is written is lost, and the guest runs on.
///
/// Concurrency: every method may be called on any thread. `state` is guarded by its lock, which is not held while bytes are
/// written or a handler runs; `isWriting` admits one writing thread at a time.
package final class StreamOutput: Sendable {
  private struct State {
    var waiting: [UInt8] = []
    /// How many bytes the thread has still to write of those that it took.
    var taken = 0
    var isWriting = false
    var isFinishing = false
    var isGivenUp = false
    /// Nobody read anything for as long as `writeInTurn` waits.
    var isUnread = false
    /// How many wait in `writeInTurn`.
    var turns = 0
    /// How many bytes were dropped since the last that were not.
    var dropped = 0
    var onRoom: @Sendable () -> Void = {}
    var onFailure: (@Sendable (any Error) -> Void)?
    var count: Int { waiting.count + taken }
    var isFull: Bool { count >= StreamOutput.capacity }
  }

  /// How many bytes may wait, in the first place.
  package static let capacity = 1 << 16
  /// How many are written at a time: what a reader takes is noticed in such pieces.
  private static let piece = 1 << 12

  private let descriptor: FileDescriptor
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "output")
  /// Signalled when whoever finishes has nothing to wait for any more.
  private let done = DispatchSemaphore(value: 0)
  /// Signalled for each turn when there is room.
  private let room = DispatchSemaphore(value: 0)

  /// - Parameter descriptor: stays the caller's to close, when it is to be closed.
  package init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  package var isTerminal: Bool { isatty(descriptor.rawValue) == 1 }

  /// Columns of the terminal; 0 when it does not say.
  package var width: Int {
    var size = winsize()
    return ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
  }

  /// Whether more bytes wait than should: whoever can hold back others should do so until the handler of `onRoom` is called.
  package var isFull: Bool { state.withLock { $0.isFull } }

  /// - Parameter handler: called on the output's thread each time after it was full and has room again.
  package func onRoom(_ handler: @escaping @Sendable () -> Void) { state.withLock { $0.onRoom = handler } }

  /// - Parameter handler: called once, on the output's thread, when the host cannot write, but not for a reader that has gone.
  package func onFailure(_ handler: @escaping @Sendable (any Error) -> Void) { state.withLock { $0.onFailure = handler } }

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

  /// Writes when there is room: nothing is lost that somebody reads, however slowly. Where nobody has read anything for a second,
  /// nobody waits any more until there is room again.
  package func writeInTurn(_ bytes: [UInt8]) {
    let waits = state.withLock { state in
      guard state.isFull, !state.isUnread, !state.isGivenUp else { return false }
      state.turns += 1
      return true
    }
    if waits, room.wait(timeout: .now() + 1) == .timedOut, !endTurn() { room.wait() }
    write(bytes)
  }

  /// A turn for which there was no room in time.
  /// - Returns: false when it was signalled just now.
  private func endTurn() -> Bool {
    state.withLock { state in
      guard state.turns > 0 else { return false }
      state.turns -= 1
      state.isUnread = true
      return true
    }
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
    let (isAwaited, turns) = state.withLock { state in
      state.isGivenUp = true
      state.waiting = []
      defer { state.turns = 0 }
      return (state.isFinishing, state.turns)
    }
    for _ in 0..<turns { room.signal() }
    if isAwaited { done.signal() }
  }

  /// Gives up in a while, whoever waits.
  package func giveUp(in time: Duration) {
    DispatchQueue.global().asyncAfter(deadline: .now() + time / .seconds(1)) { [self] in giveUp() }
  }

  // MARK: On the output's thread

  private func drain() {
    var isAwaited = false
    while let bytes = next(&isAwaited) { put(bytes) }
    if isAwaited { done.signal() }
  }

  /// Takes what waits.
  /// - Parameter isAwaited: whether somebody waits for there being no more.
  private func next(_ isAwaited: inout Bool) -> [UInt8]? {
    state.withLock { state in
      if state.dropped > 0 {
        state.waiting += "\nironload: \(state.dropped) bytes were not shown, as nobody read what came before\n".utf8
        state.dropped = 0
      }
      guard !state.waiting.isEmpty else {
        state.isWriting = false
        isAwaited = state.isFinishing
        return nil
      }
      state.taken = state.waiting.count
      defer { state.waiting = [] }
      return state.waiting
    }
  }

  private func put(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty, !state.withLock({ $0.isGivenUp }) {
      do {
        let count = try rest.prefix(Self.piece).withUnsafeBytes { try descriptor.write($0) }
        rest = rest.dropFirst(count)
        leave(count)
      } catch Errno.wouldBlock {
        var wait = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, 1000)
      } catch {
        if (error as? Errno) != .brokenPipe { fail(error) }
        break
      }
    }
    leave(rest.count)
  }

  /// So many bytes are no longer on their way.
  private func leave(_ count: Int) {
    let news: (handler: @Sendable () -> Void, turns: Int)? = state.withLock { state in
      let wasFull = state.isFull
      state.taken -= count
      guard wasFull && !state.isFull else { return nil }
      state.isUnread = false
      defer { state.turns = 0 }
      return (state.onRoom, state.turns)
    }
    guard let news else { return }
    for _ in 0..<news.turns { room.signal() }
    news.handler()
  }

  private func fail(_ error: any Error) {
    let handler = state.withLock { state in
      defer { state.onFailure = nil }
      return state.onFailure
    }
    handler?(error)
  }
}

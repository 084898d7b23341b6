import Synchronization

/// The last mebibyte of what a guest wrote to its consoles, both in one stream, by position since the machine was made.
///
/// Concurrency: guarded by its mutex; written on CPU threads.
public final class ConsoleLog: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    /// The position of the first byte kept.
    var start = 0
  }
  private let state = Mutex(State())
  private static let limit = 1 << 20

  func append(_ bytes: [UInt8]) {
    state.withLock { state in
      state.bytes += bytes
      // Half of it at a time, so that not every line moves a mebibyte.
      if state.bytes.count > Self.limit * 3 / 2 {
        let surplus = state.bytes.count - Self.limit
        state.bytes.removeFirst(surplus)
        state.start += surplus
      }
    }
  }

  /// How many bytes were written altogether: the position of the next.
  public var end: Int { state.withLock { $0.start + $0.bytes.count } }

  /// What was written from `position` on, as far as it is kept.
  public func bytes(from position: Int) -> [UInt8] {
    state.withLock { state in Array(state.bytes[max(0, min(position - state.start, state.bytes.count))...]) }
  }

  /// - Returns: the position behind the first place at or behind `position` where `text` stands.
  public func find(_ text: [UInt8], from position: Int) -> Int? {
    state.withLock { state in
      guard let first = text.first else { return position }
      var k = max(0, position - state.start)
      while k + text.count <= state.bytes.count {
        guard let next = state.bytes[k...(state.bytes.count - text.count)].firstIndex(of: first) else { return nil }
        if state.bytes[next..<next + text.count].elementsEqual(text) { return state.start + next + text.count }
        k = next + 1
      }
      return nil
    }
  }
}

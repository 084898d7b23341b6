import FoundationEssentials
import Ironload
import Synchronization
import SystemPackage
import Tracing

/// A trace in a file: a JSON object a line. What has happened is in the file at once, but for the records of instructions,
/// which are written in batches.
///
/// Concurrency: `write` is called by one tracer, one at a time, `begin` by any thread; what they share is guarded by its mutex.
final class TraceFile: @unchecked Sendable {
  private static let batch = 65_536

  private struct State {
    var pending: [UInt8] = []
    var hasBegun = false
    var hasFailed = false
  }

  private let file: HostFile
  /// For a file that somebody reads meanwhile.
  private let stream: StreamOutput?
  private let encoder = JSONEncoder()
  private let state = Mutex(State())

  /// Makes the file. One that is there is kept as it is until the first record or `begin`.
  /// - Parameter named: the files that the machine is made from, of which it must be none.
  init(_ path: FilePath, unlike named: [NamedFile]) throws(OperatorError) {
    file = try HostFile(replacing: path, "--trace-file", unlike: named)
    stream = file.isStream ? file.stream() : nil
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    stream?.onFailure { [path] in
      StandardError.write("ironload: --trace-file \(path): cannot write: \($0); the trace ends here\n")
    }
  }

  deinit { finish() }

  /// Writes what is left.
  /// - Parameter patience: how long to wait at most, if there is a limit, for whoever reads it.
  func finish(patience: Duration? = nil) {
    state.withLock { flush(&$0) }
    stream?.finish(patience: patience)
  }

  /// Nobody waits any longer than that for whoever reads it.
  func giveUp(in time: Duration) { stream?.giveUp(in: time) }

  /// The run has begun: an earlier trace in the file goes, also when there are no records.
  func begin() { state.withLock { begin(&$0) } }

  /// Adds a record.
  func write(_ record: TraceRecord) {
    state.withLock { state in
      guard !state.hasFailed else { return }
      do { state.pending += try encoder.encode(record) } catch {
        preconditionFailure("a trace record that JSON cannot hold: \(error)")
      }
      state.pending.append(UInt8(ascii: "\n"))
      if !record.classes.contains(.instruction) || state.pending.count >= Self.batch { flush(&state) }
    }
  }

  private func begin(_ state: inout State) {
    guard !state.hasBegun else { return }
    state.hasBegun = true
    attempt(&state) { try file.empty() }
  }

  private func flush(_ state: inout State) {
    guard !state.pending.isEmpty else { return }
    begin(&state)
    if let stream {
      stream.writeInTurn(state.pending)
    } else if !state.hasFailed {
      attempt(&state) { [pending = state.pending] in try file.append(pending) }
    }
    state.pending.removeAll(keepingCapacity: true)
  }

  /// A file that cannot be written ends the trace, not the guest.
  private func attempt(_ state: inout State, _ work: () throws -> Void) {
    do { try work() } catch {
      state.hasFailed = true
      let reason = (error as? OperatorError)?.message ?? "\(error)"
      StandardError.write("ironload: \(reason); the trace ends here\n")
    }
  }
}

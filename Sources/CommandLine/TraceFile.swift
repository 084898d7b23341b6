import FoundationEssentials
import SystemPackage
import Tracing

/// A trace in a file: a JSON object a line. What has happened is in the file at once, but for the records of instructions,
/// which are written in batches.
///
/// Concurrency: used by one tracer, which calls one at a time.
final class TraceFile: @unchecked Sendable {
  private static let batch = 65_536

  private let path: FilePath
  private let descriptor: FileDescriptor
  private let encoder = JSONEncoder()
  private var pending: [UInt8] = []
  private var hasFailed = false

  /// Makes the file, or empties the one that is there.
  init(_ path: FilePath) throws(OperatorError) {
    self.path = path
    do {
      descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch { throw OperatorError(.cannotCreate, "--trace-file \(path): cannot create it: \(error)") }
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  }

  deinit {
    flush()
    try? descriptor.close()
  }

  /// Adds a record.
  func write(_ record: TraceRecord) {
    guard !hasFailed else { return }
    do { pending += try encoder.encode(record) } catch { preconditionFailure("a trace record that JSON cannot hold: \(error)") }
    pending.append(UInt8(ascii: "\n"))
    if !record.classes.contains(.instruction) || pending.count >= Self.batch { flush() }
  }

  /// A file that cannot be written ends the trace, not the guest.
  private func flush() {
    defer { pending.removeAll(keepingCapacity: true) }
    do { try descriptor.writeAll(pending) } catch {
      hasFailed = true
      StandardError.write("ironload: --trace-file \(path): cannot write, the trace ends here: \(error)\n")
    }
  }
}

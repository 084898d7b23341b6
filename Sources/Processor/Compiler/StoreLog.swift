import Glibc

/// What storage held before it was stored into, while a block is verified: to undo its first run, and to compare the second one.
///
/// Concurrency: owned by the CPU's thread.
final class StoreLog {
  /// One store's place. What was there before, what the first run left there, are bytes in the order of the entries.
  private struct Entry: Equatable {
    let host: UnsafeMutableRawPointer
    let count: Int
  }
  private var entries: [Entry] = []
  private var before: [UInt8] = []
  private var firstEntries: [Entry] = []
  private var firstBytes: [UInt8] = []
  private(set) var isRecording = false

  /// Notes that `count` bytes are going to be stored into.
  func record(_ host: UnsafeMutableRawPointer, _ count: UInt64) {
    guard isRecording else { return }
    entries.append(Entry(host: host, count: Int(truncatingIfNeeded: count)))
    before.append(contentsOf: UnsafeRawBufferPointer(start: host, count: Int(truncatingIfNeeded: count)))
  }

  func begin() {
    entries.removeAll(keepingCapacity: true)
    before.removeAll(keepingCapacity: true)
    isRecording = true
  }
  /// Ends the first run: keeps what it stored and puts back what was there, last store first.
  func undo() {
    isRecording = false
    firstBytes.removeAll(keepingCapacity: true)
    for entry in entries { firstBytes.append(contentsOf: UnsafeRawBufferPointer(start: entry.host, count: entry.count)) }
    var end = before.count
    before.withUnsafeBytes { bytes in
      for entry in entries.reversed() {
        end -= entry.count
        if let start = bytes.baseAddress { entry.host.copyMemory(from: start + end, byteCount: entry.count) }
      }
    }
    swap(&entries, &firstEntries)
  }
  /// Ends the second run.
  /// - Returns: whether it stored the same bytes at the same places as the first.
  func finish() -> Bool {
    isRecording = false
    guard entries == firstEntries else { return bytes() == firstRunBytes() }
    var at = 0
    return firstBytes.withUnsafeBytes { first in
      entries.allSatisfy { entry in
        defer { at += entry.count }
        return first.baseAddress.map { memcmp(entry.host, $0 + at, entry.count) == 0 } ?? true
      }
    }
  }

  /// Every byte that the second run stored into, with its value now.
  func bytes() -> [UInt: UInt8] {
    var bytes: [UInt: UInt8] = [:]
    for entry in entries {
      for k in 0..<entry.count {
        bytes[UInt(bitPattern: entry.host) + UInt(k)] = entry.host.load(fromByteOffset: k, as: UInt8.self)
      }
    }
    return bytes
  }
  /// Every byte that the first run stored into, with the value that it left.
  func firstRunBytes() -> [UInt: UInt8] {
    var bytes: [UInt: UInt8] = [:], at = 0
    for entry in firstEntries {
      for k in 0..<entry.count { bytes[UInt(bitPattern: entry.host) + UInt(k)] = firstBytes[at + k] }
      at += entry.count
    }
    return bytes
  }
}

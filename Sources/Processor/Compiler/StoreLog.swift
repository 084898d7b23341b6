/// What storage held before it was stored into, while a block is verified.
///
/// Concurrency: owned by the CPU's thread.
final class StoreLog {
  struct Entry {
    let host: UnsafeMutableRawPointer
    let before: [UInt8]
    /// The bytes that are there now.
    var now: [UInt8] { Array(UnsafeRawBufferPointer(start: host, count: before.count)) }
  }
  private(set) var entries: [Entry] = []
  var isRecording = false

  func record(_ host: UnsafeMutableRawPointer, _ count: UInt64) {
    guard isRecording else { return }
    entries.append(Entry(host: host, before: Array(UnsafeRawBufferPointer(start: host, count: Int(count)))))
  }
  func begin() {
    entries.removeAll(keepingCapacity: true)
    isRecording = true
  }
  /// Puts back what was there, last store first.
  func undo() {
    isRecording = false
    for entry in entries.reversed() { entry.host.copyMemory(from: entry.before, byteCount: entry.before.count) }
  }
  /// Every byte stored into, with its value now.
  func bytes() -> [UInt: UInt8] {
    var bytes: [UInt: UInt8] = [:]
    for entry in entries { for (k, byte) in entry.now.enumerated() { bytes[UInt(bitPattern: entry.host) + UInt(k)] = byte } }
    return bytes
  }
}

import Glibc
import Synchronization
import SystemPackage
import Testing

/// A pair of terminal ends: what the operator's keyboard and screen are (`outer`), and what the session uses (`inner`).
final class PseudoTerminal: Sendable {
  let outer: FileDescriptor, inner: FileDescriptor

  init() throws {
    // TIOCSPTLCK, TIOCGPTN: macros that Swift does not see
    let setLock: UInt = 0x4004_5431, getNumber: UInt = 0x8004_5430
    outer = try FileDescriptor.open("/dev/ptmx", .readWrite, options: FileDescriptor.OpenOptions(rawValue: O_NOCTTY))
    var unlocked: Int32 = 0, number: Int32 = 0
    try #require(ioctl(outer.rawValue, setLock, &unlocked) == 0 && ioctl(outer.rawValue, getNumber, &number) == 0)
    inner = try FileDescriptor.open(
      FilePath("/dev/pts/\(number)"), .readWrite, options: FileDescriptor.OpenOptions(rawValue: O_NOCTTY))
  }
  deinit {
    try? inner.close()
    try? outer.close()
  }

  /// The flags of local modes, of which ICANON says whether the terminal is raw.
  var localModes: tcflag_t {
    var mode = termios()
    tcgetattr(inner.rawValue, &mode)
    return mode.c_lflag
  }
  var isRaw: Bool { localModes & tcflag_t(ICANON | ECHO | ISIG) == 0 }

  func type(_ text: String) throws { try outer.writeAll(text.utf8) }

  /// What is on the screen's line within `seconds`, until it contains `end`.
  func screen(until end: String, seconds: Double = 20) throws -> String {
    try readAll(outer, until: end, seconds: seconds)
  }
}

/// Reads until `end` came, or the time or the stream is over; returns what was read.
func readAll(_ descriptor: FileDescriptor, until end: String, seconds: Double = 20) throws -> String {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  let last = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < last, !String(decoding: bytes, as: UTF8.self).contains(end) {
    var wait = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, 100) > 0 else { continue }
    let count = (try? buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }) ?? 0
    if count == 0 { break }
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// What a session hands on, collected.
final class Received: Sendable {
  private let state = Mutex((lines: [String](), bytes: [UInt8](), shutdowns: 0, quits: 0))
  var lines: [String] { state.withLock { $0.lines } }
  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var shutdowns: Int { state.withLock { $0.shutdowns } }
  var quits: Int { state.withLock { $0.quits } }
  func add(line: String) { state.withLock { $0.lines.append(line) } }
  func add(bytes: [UInt8]) { state.withLock { $0.bytes += bytes } }
  func addShutdown() { state.withLock { $0.shutdowns += 1 } }
  func addQuit() { state.withLock { $0.quits += 1 } }

  /// Waits, 20 s at most, until `condition` holds.
  func wait(_ condition: (Received) -> Bool) -> Bool {
    let last = ContinuousClock.now + .seconds(20)
    while !condition(self) {
      if ContinuousClock.now > last { return false }
      usleep(1000)
    }
    return true
  }
}

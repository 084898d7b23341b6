import Glibc
import Synchronization
package import SystemPackage

/// A terminal in raw mode: every key comes at once and unechoed, Ctrl-C and Ctrl-Z too; output is still processed, so that a
/// new line returns the carriage. The mode it had comes back with `restore`, at `exit`, and when a signal ends the process.
///
/// Concurrency: `restore` may be called on any thread, more than once. Signal handlers see the terminals through `RawTerminals`.
package final class TerminalMode: Sendable {
  private let slot: Mutex<Int?>

  /// - Returns: nil when `terminal` is none, or refuses.
  package init?(raw terminal: FileDescriptor) {
    var original = termios()
    guard isatty(terminal.rawValue) == 1, tcgetattr(terminal.rawValue, &original) == 0 else { return nil }
    var raw = original
    raw.c_iflag &= ~tcflag_t(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON)
    raw.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | IEXTEN | ISIG)
    raw.c_oflag |= tcflag_t(OPOST | ONLCR)
    raw.c_cflag = raw.c_cflag & ~tcflag_t(CSIZE | PARENB) | tcflag_t(CS8)
    withUnsafeMutableBytes(of: &raw.c_cc) { keys in
      keys[Int(VMIN)] = 1
      keys[Int(VTIME)] = 0
    }
    guard let taken = RawTerminals.add(terminal.rawValue, original, raw) else { return nil }
    guard tcsetattr(terminal.rawValue, TCSANOW, &raw) == 0 else {
      RawTerminals.remove(taken)
      return nil
    }
    slot = Mutex(taken)
  }

  deinit { restore() }

  /// Gives the terminal the mode it had.
  package func restore() {
    slot.withLock { slot in
      if let taken = slot { RawTerminals.remove(taken) }
      slot = nil
    }
  }
}

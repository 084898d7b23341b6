/// Takes the operator's own commands out of what is typed: Ctrl-a and a letter, as in QEMU's `-nographic`.
package struct TerminalKeys {
  /// What the operator wants of the emulator.
  package enum Command: Hashable, Sendable {
    case quit, requestShutdown, switchConsole, help
  }

  package enum Key: Hashable, Sendable {
    /// For the guest.
    case byte(UInt8)
    case command(Command)
  }

  private static let escape: UInt8 = 0x01
  private var hasEscape = false

  package init() {}

  /// - Returns: nil when the byte only begins a command, or ends one that does not exist.
  package mutating func take(_ byte: UInt8) -> Key? {
    guard hasEscape else {
      if byte == Self.escape { hasEscape = true } else { return .byte(byte) }
      return nil
    }
    hasEscape = false
    switch byte {
    case Self.escape, UInt8(ascii: "a"): return .byte(Self.escape)
    case UInt8(ascii: "x"): return .command(.quit)
    case UInt8(ascii: "s"): return .command(.requestShutdown)
    case UInt8(ascii: "c"): return .command(.switchConsole)
    case UInt8(ascii: "?"), UInt8(ascii: "h"): return .command(.help)
    default: return nil
    }
  }

  package static let help = [
    "Ctrl-a x  end the machine at once; the guest is not asked",
    "Ctrl-a s  ask the guest to shut down (signal quiesce)",
    "Ctrl-a c  keyboard to the other console: line mode (ttyS0) or VT220 (ttysclp0)",
    "Ctrl-a a  send Ctrl-a itself",
    "Ctrl-a ?  this help",
  ]
}

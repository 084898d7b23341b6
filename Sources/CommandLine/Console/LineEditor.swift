/// The line that the operator types on the line-mode console, which takes whole lines only. Ctrl-C, and Ctrl-D and Ctrl-Z on an
/// empty line, become the lines ^c, ^d and ^z, by which Linux knows them there (drivers/s390/char/ctrlchar.c).
package struct LineEditor {
  /// What has been typed.
  package private(set) var text = ""
  /// Bytes of a character that is not complete.
  private var partial: [UInt8] = []
  private var sequence = Sequence.none
  private var history: [String] = []
  private var place = 0

  private enum Sequence { case none, escape, control }
  private static let historyLength = 200

  package init() {}

  /// - Returns: the line to enter, when `byte` ends one.
  package mutating func take(_ byte: UInt8) -> String? {
    switch sequence {
    case .escape:
      sequence = byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O") ? .control : .none
      return nil
    case .control:
      if (0x40...0x7E).contains(byte) {
        sequence = .none
        recall(byte)
      }
      return nil
    case .none: return takeKey(byte)
    }
  }

  private mutating func takeKey(_ byte: UInt8) -> String? {
    switch byte {
    case 0x0D, 0x0A: return enter()
    case 0x03: return control("^c")
    case 0x04: return text.isEmpty ? control("^d") : nil
    case 0x1A: return text.isEmpty ? control("^z") : nil
    case 0x08, 0x7F: if !text.isEmpty { text.removeLast() }
    case 0x15: text = ""
    case 0x17: eraseWord()
    case 0x1B: sequence = .escape
    case 0x01, 0x20...0xFF: append(byte)
    default: break
    }
    return nil
  }

  private mutating func enter() -> String {
    let line = text
    if !line.isEmpty, history.last != line { history.append(line) }
    if history.count > Self.historyLength { history.removeFirst() }
    place = history.count
    text = ""
    partial = []
    return line
  }

  private mutating func control(_ line: String) -> String {
    text = ""
    partial = []
    place = history.count
    return line
  }

  private mutating func append(_ byte: UInt8) {
    partial.append(byte)
    if let character = String(validating: partial, as: UTF8.self) {
      text += character
      partial = []
    } else if partial.count >= 4 {
      partial = []  // no character in any encoding we know
    }
  }

  private mutating func eraseWord() {
    while text.last == " " { text.removeLast() }
    while let last = text.last, last != " " { text.removeLast() }
  }

  /// The arrows up and down.
  private mutating func recall(_ final: UInt8) {
    switch final {
    case UInt8(ascii: "A") where place > 0: place -= 1
    case UInt8(ascii: "B") where place < history.count: place += 1
    default: return
    }
    text = place < history.count ? history[place] : ""
  }
}

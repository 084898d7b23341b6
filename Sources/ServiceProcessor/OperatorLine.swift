/// A line of operator input on its way into an operator-command event.
///
/// The text lies in nested vectors, each with its own length (drivers/s390/char/sclp_tty.c, zipl/boot/sclp.c):
///
///      0  length, 1310  multiple-domain support message unit
///      4  length, 1212  control-point management services unit
///      8  length, 1320  text command
///     12  length (one byte), 31  self-defining text message
///     14  length (one byte), 30  text message
///     16  text in EBCDIC
package enum OperatorLine {
  /// How text becomes what the control program reads.
  package enum Convention: Hashable, Sendable {
    /// What is typed is what a Linux tty reads: `%`, which toggles the case there, is doubled, and a line too long for
    /// one event goes in pieces that end in `^n`, after which Linux adds no end of line.
    case linux
    /// As it is; a line too long for one event becomes several lines.
    case plain
  }

  /// The one-byte length of the 31 vector includes both of their headers.
  static let maximumText = 251
  static let vectorsLength = 16

  /// The texts of the events that hand over `line`, at least one, in EBCDIC. Ends of lines must have been removed.
  static func pieces(of line: String, _ page: CodePage, _ convention: Convention) -> [[UInt8]] {
    let characters = page.encode(line)
    return convention == .linux ? linuxPieces(characters, page) : plainPieces(characters)
  }

  private static func plainPieces(_ characters: [UInt8]) -> [[UInt8]] {
    if characters.isEmpty { return [[]] }
    return stride(from: 0, to: characters.count, by: maximumText).map {
      [UInt8](characters[$0..<min($0 + maximumText, characters.count)])
    }
  }

  private static func linuxPieces(_ characters: [UInt8], _ page: CodePage) -> [[UInt8]] {
    let percent = page.ebcdic(UInt8(ascii: "%"))
    let continuation = [page.ebcdic(UInt8(ascii: "^")), page.ebcdic(UInt8(ascii: "n"))]
    func doubled(_ c: some Sequence<UInt8>) -> [UInt8] { c.flatMap { $0 == percent ? [$0, $0] : [$0] } }
    var pieces: [[UInt8]] = [], rest = characters[...]
    // Even doubled, 120 characters fit. More than 251 bytes are at least 126 characters, so the last piece never has the
    // two or three that Linux could take for a control character (^c, ^-s).
    let length = 120
    while rest.count > maximumText || doubled(rest).count > maximumText {
      pieces.append(doubled(rest.prefix(length)) + continuation)
      rest = rest.dropFirst(length)
    }
    return pieces + [doubled(rest)]
  }

  /// The event's data for one piece.
  static func vectors(_ text: [UInt8]) -> [UInt8] {
    precondition(text.count <= maximumText)
    let total = vectorsLength + text.count
    var bytes: [UInt8] = []
    for (nesting, identifier) in [UInt16(0x1310), 0x1212, 0x1320].enumerated() {
      bytes.append(field: UInt16(total - 4 * nesting))
      bytes.append(field: identifier)
    }
    bytes += [UInt8(total - 12), 0x31, UInt8(total - 14), 0x30]
    return bytes + text
  }
}

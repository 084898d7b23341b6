/// The load parameter (LOADPARM) that the operator gives with a load: eight characters, upper-case letters, digits,
/// blank and period, in EBCDIC padded with blanks. READ SCP INFO shows it to the loaded program; zipl takes it as the
/// number of the menu entry, or PROMPT.
package struct LoadParameter: Hashable, Sendable, CustomStringConvertible {
  /// Always eight EBCDIC bytes.
  package let bytes: [UInt8]

  /// No load parameter: eight blanks.
  package init() { bytes = [UInt8](repeating: 0x40, count: 8) }

  /// - Returns: nil when `text` is longer than eight characters or has one that is not allowed; letters become upper case.
  package init?(_ text: String) {
    guard text.utf8.count <= 8, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let upper = text.uppercased()
    guard upper.utf8.allSatisfy(Self.isAllowed) else { return nil }
    let encoded = CodePage.ibm037.encode(upper)
    bytes = encoded + [UInt8](repeating: 0x40, count: 8 - encoded.count)
  }

  /// Without its trailing blanks.
  package var description: String {
    var text = CodePage.ibm037.decode(bytes)
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func isAllowed(_ c: UInt8) -> Bool {
    switch c {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "."): true
    default: false
    }
  }
}

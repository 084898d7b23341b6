/// Text in EBCDIC, code page 1047 as the Linux tools for DASD use it: letters, digits and punctuation of ASCII.
package enum EBCDIC {
  /// Code points of the ASCII characters 0x20 to 0x7E.
  private static let printable: [UInt8] = [
    0x40, 0x5A, 0x7F, 0x7B, 0x5B, 0x6C, 0x50, 0x7D, 0x4D, 0x5D, 0x5C, 0x4E, 0x6B, 0x60, 0x4B, 0x61,
    0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0x7A, 0x5E, 0x4C, 0x7E, 0x6E, 0x6F,
    0x7C, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6,
    0xD7, 0xD8, 0xD9, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xAD, 0xE0, 0xBD, 0x5F, 0x6D,
    0x79, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96,
    0x97, 0x98, 0x99, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xC0, 0x4F, 0xD0, 0xA1,
  ]

  /// The ASCII code of each EBCDIC code point; zero where there is none.
  private static let ascii: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 256)
    for (index, code) in printable.enumerated() { table[Int(code)] = UInt8(truncatingIfNeeded: index + 0x20) }
    return table
  }()

  package static let blank: UInt8 = 0x40

  /// The text in EBCDIC, filled with blanks on the right to `length` bytes; nil when a character is not printable ASCII
  /// or the text is longer.
  package static func encode(_ text: String, length: Int) -> [UInt8]? {
    guard text.utf8.count <= length, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
    return text.utf8.map { printable[Int($0) - 0x20] } + [UInt8](repeating: blank, count: length - text.utf8.count)
  }

  /// The text without the blanks at its end. A byte that stands for no printable character becomes `?`: good for showing
  /// to people, not for comparing.
  package static func decode(_ bytes: some Collection<UInt8>) -> String {
    let codes = bytes.map { ascii[Int($0)] == 0 ? UInt8(ascii: "?") : ascii[Int($0)] }
    let end = codes.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? 0
    return String(decoding: codes[..<end], as: UTF8.self)
  }
}

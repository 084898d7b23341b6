/// The message data block (MDB) of a message event: a header and objects with a length and a type each, of which two
/// matter (drivers/s390/char/sclp_rw.h).
///
///     MDB              general object, type 1      message text object, type 4
///      0 length         0 length                    0 length
///      2 type 1         2 type                      2 type
///      4 "MDB " EBCDIC  4 domain, time, date        4 line type flags
///      8 revision      28 general message flags     6 alarm, reserved
///     12 objects       40 system and job name      10 text in EBCDIC
enum MessageDataBlock {
  private static let headerLength = 12, objectHeaderLength = 4, textOffset = 10
  private static let generalObject: UInt16 = 1, textObject: UInt16 = 4
  private static let soundAlarm: UInt16 = 0x4000, promptText: UInt16 = 0x0800

  /// The lines in `bytes`, which start at the MDB and may reach behind it.
  /// - Returns: nil when the lengths contradict each other.
  static func lines(_ bytes: [UInt8], _ page: CodePage, isPriority: Bool) -> [ConsoleLine]? {
    guard let length = bytes.field(UInt16.self, at: 0).map(Int.init), length >= headerLength, length <= bytes.count
    else { return nil }
    var lines: [ConsoleLine] = [], soundsAlarm = false
    var at = headerLength
    while at < length {
      guard let size = bytes.field(UInt16.self, at: at).map(Int.init), let type = bytes.field(UInt16.self, at: at + 2),
        size >= objectHeaderLength, size <= length - at
      else { return nil }
      let object = [UInt8](bytes[at..<at + size])
      switch type {
      case generalObject:
        if let flags = object.field(UInt16.self, at: 28), flags & soundAlarm != 0 { soundsAlarm = true }
      case textObject:
        guard size >= textOffset, let flags = object.field(UInt16.self, at: 4) else { return nil }
        for text in texts(object[textOffset...], page) {
          lines.append(ConsoleLine(text: text, isPrompt: flags & promptText != 0, isPriority: isPriority))
        }
      default: break
      }
      at += size
    }
    if soundsAlarm { for k in lines.indices { lines[k].soundsAlarm = true } }
    return lines
  }

  /// The text, divided at new-line characters (15, 25). A null is a blank, and what a terminal might obey becomes a period.
  private static func texts(_ bytes: ArraySlice<UInt8>, _ page: CodePage) -> [String] {
    bytes.split(omittingEmptySubsequences: false) { $0 == 0x15 || $0 == 0x25 }.map { line in
      var scalars = String.UnicodeScalarView()
      for byte in line {
        let c = page.latin1(byte)
        let isControl = c < 0x20 || (0x7F..<0xA0).contains(c)
        scalars.append(Unicode.Scalar(c == 0 ? 0x20 : isControl && c != 0x09 ? UInt8(ascii: ".") : c))
      }
      return String(scalars)
    }
  }
}

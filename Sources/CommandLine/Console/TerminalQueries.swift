/// Takes out of what a guest writes what asks the terminal for an answer: device status and cursor position (ESC [ ... n), device
/// attributes (ESC [ ... c, ESC Z). When the input is no terminal, nobody reads the answer: a terminal would type it into the
/// shell that comes after us, and a file has no use for the question.
struct TerminalQueries {
  /// A control sequence that has begun; what was written may end in the middle of one.
  private var begun: [UInt8] = []
  private static let escape: UInt8 = 0x1B
  /// Longer ones are none of those sought.
  private static let limit = 16

  mutating func removing(from bytes: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    for byte in bytes {
      if byte == Self.escape {
        kept += begun
        begun = [byte]
      } else if begun.isEmpty {
        kept.append(byte)
      } else {
        begun.append(byte)
        let isOpen = begun.count == 2 ? byte == UInt8(ascii: "[") : (0x20..<0x40).contains(byte)
        if isOpen, begun.count < Self.limit { continue }
        if !isQuery { kept += begun }
        begun = []
      }
    }
    return kept
  }

  private var isQuery: Bool {
    begun.count == 2 ? begun[1] == UInt8(ascii: "Z") : begun.last == UInt8(ascii: "n") || begun.last == UInt8(ascii: "c")
  }
}

/// Tells from what a guest writes whether it waits for input: its last line is unfinished, or is a line of a line-mode
/// console, and ends as prompts do.
package struct PromptWatch {
  /// The end of the last line of the VT220 console, without control sequences.
  private var tail: [UInt8] = []
  private var isInSequence = false

  package init() {}

  /// Whether a whole line of the line-mode console looks like a prompt: `# `, `$ `, `> `, `: ` or `? ` at its end, or the menu of
  /// zipl, which writes no blank there. Messages of a kernel never end in a blank.
  package static func isPrompt(_ line: some StringProtocol) -> Bool {
    if line.hasPrefix("Please choose"), line.hasSuffix(":") { return true }
    guard line.last == " ", let mark = line.dropLast().last else { return false }
    return "#$>:?".contains(mark)
  }

  /// Takes what was written to the VT220 console.
  /// - Returns: whether it leaves the cursor behind a prompt.
  package mutating func take(_ bytes: some Sequence<UInt8>) -> Bool {
    for byte in bytes {
      if isInSequence {
        // ESC [ parameters final, or ESC and one letter
        if (0x40...0x7E).contains(byte), byte != UInt8(ascii: "[") { isInSequence = false }
      } else if byte == 0x1B {
        isInSequence = true
      } else if byte == 0x0A || byte == 0x0D {
        tail = []
      } else if byte >= 0x20 {
        if tail.count >= 256 { tail.removeFirst(128) }
        tail.append(byte)
      }
    }
    return Self.isPrompt(String(decoding: tail, as: UTF8.self))
  }
}

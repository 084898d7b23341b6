/// Writes both consoles of a guest to one place. To a file or a pipe: each line with its end, and bytes as they are. On a
/// terminal: a prompt of the line-mode console keeps the cursor behind it, and the line being typed stays at the bottom.
///
/// Not safe for several threads: `TerminalSession` guards it with its lock.
package struct ConsoleDisplay {
  private let output: StreamOutput
  private let isTerminal: Bool
  /// Whether nobody would read what a terminal answers.
  package var dropsQueries = false
  private var queries = TerminalQueries()
  /// What stands to the left of the cursor that the guest wrote: a prompt, or an unfinished line of the VT220 console.
  private var open = ""
  /// What is typed, as it is shown behind `open`.
  private var typed = ""
  /// Lines that were entered here and that Linux will write once more, for its terminal echoes.
  private var echoes: [(line: String, until: ContinuousClock.Instant)] = []

  package init(_ output: StreamOutput) {
    self.output = output
    isTerminal = output.isTerminal
  }

  // MARK: What the guest writes

  /// A line of the line-mode console.
  package mutating func show(line: String, isPrompt: Bool) {
    guard isTerminal else { return write(line + "\n") }
    if isEcho(line) { return }
    let kept = typed
    var text = erase() + (open.isEmpty ? "" : "\n") + line
    if isPrompt { open = line } else { text += "\n"; open = "" }
    typed = kept
    write(text + shown(typed))
  }

  /// Bytes of the VT220 console.
  package mutating func show(bytes: [UInt8]) {
    let bytes = dropsQueries ? queries.removing(from: bytes) : bytes
    guard isTerminal, !bytes.isEmpty else { return write(bytes: bytes) }
    let before = erase(), lastLine = bytes.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }.last ?? []
    let continues = lastLine.count == bytes.count
    open = (continues ? open : "") + String(decoding: lastLine, as: UTF8.self)
    write(bytes: [UInt8](before.utf8) + bytes + [UInt8](shown(typed).utf8))
  }

  // MARK: What is typed

  /// Shows `text` as what has been typed so far.
  package mutating func show(typed text: String) {
    guard isTerminal, text != typed else { return }
    let added = text.hasPrefix(typed) ? shown(String(text.dropFirst(typed.count))) : erase() + shown(text)
    typed = text
    write(added)
  }

  /// The line shown is entered: `line` went to the guest.
  package mutating func entered(_ line: String, now: ContinuousClock.Instant) {
    guard isTerminal else { return }
    if typed != line { write(erase() + shown(line)) }
    write("\n")
    (open, typed) = ("", "")
    echoes.removeAll { $0.until < now }
    if !line.isEmpty { echoes.append((line, now + .seconds(3))) }
  }

  /// A word to the operator, on lines of its own.
  package mutating func note(_ lines: [String]) {
    let text = lines.map { "ironload: \($0)\n" }.joined()
    guard isTerminal else { return }
    let before = erase()
    write(before + (open.isEmpty ? "" : "\n") + text + open + shown(typed))
  }

  /// Leaves the cursor at the start of a line.
  package mutating func finish() {
    guard isTerminal, !open.isEmpty || !typed.isEmpty else { return }
    write("\n")
    (open, typed) = ("", "")
  }

  // MARK: The screen

  private mutating func isEcho(_ line: String) -> Bool {
    guard let first = echoes.first, first.line == line else { return false }
    echoes.removeFirst()
    return ContinuousClock.now < first.until
  }

  /// Takes away what is typed, so that the cursor stands behind `open`.
  private func erase() -> String {
    if typed.isEmpty { return "" }
    let width = output.width, all = open.count + shown(typed).count
    let rows = width == 0 ? 0 : max(0, all - 1) / width
    return (rows == 0 ? "" : "\u{1B}[\(rows)A") + "\r\u{1B}[J" + open
  }

  /// Control characters as ^ and a letter.
  private func shown(_ text: String) -> String {
    String(
      text.flatMap { character in
        if let value = character.asciiValue, value < 0x20 { return [Character("^"), Character(Unicode.Scalar(value + 0x40))] }
        return [character]
      })
  }

  private func write(_ text: String) { write(bytes: [UInt8](text.utf8)) }
  private func write(bytes: [UInt8]) { output.write(bytes) }
}

/// What a command takes, by name in JSON, and by place or as an option in words.
package struct OperatorParameter: Sendable {
  /// What a value is.
  package enum Kind: Sendable {
    /// Hexadecimal digits, with or without 0x; up to 64 bits.
    case hexadecimal
    /// Decimal digits, or hexadecimal ones behind 0x.
    case decimal
    /// Any text.
    case text
    /// A path on the machine's host.
    case file
    /// One of these words.
    case word([String])
    /// There or not.
    case flag
  }
  /// How it is written among words.
  package enum Place: Sendable {
    /// By its position, and wanted.
    case required
    /// By its position, and may be missing.
    case optional
    /// By its position: all words that are left, joined by blanks.
    case rest
    /// `--name VALUE`, or `--name` for a flag.
    case option
  }
  package let name: String
  package let kind: Kind
  package let place: Place
  package let help: String

  /// One that is written `--name`.
  init(_ name: String, _ kind: Kind, _ help: String) { self.init(name, kind, .option, help) }

  init(_ name: String, _ kind: Kind, _ place: Place, _ help: String) {
    self.name = name
    self.kind = kind
    self.place = place
    self.help = help
  }

  /// As a synopsis has it.
  package var synopsis: String {
    let value = name.uppercased().replacing("-", with: "_")
    switch place {
    case .required: return value
    case .optional: return "[\(value)]"
    case .rest: return "\(value)..."
    case .option:
      if case .flag = kind { return "[--\(name)]" }
      if case .word(let words) = kind { return "[--\(name) \(words.joined(separator: "|"))]" }
      return "[--\(name) \(value)]"
    }
  }
}

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

  private var value: String { name.uppercased().replacing("-", with: "_") }

  /// Its name where it is explained.
  var placeholder: String { if case .option = place { "--\(name)" } else { value } }

  /// As a synopsis has it.
  package var synopsis: String {
    switch place {
    case .required: return value
    case .optional: return "[\(value)]"
    case .rest: return "\(value)..."
    case .option:
      if case .flag = kind { return "[--\(name)]" }
      return "[--\(name) \(value)]"
    }
  }

  /// What a value must look like.
  var form: String {
    switch kind {
    case .hexadecimal: "hexadecimal digits, at most 16"
    case .decimal: "a whole number, in decimal"
    case .text: "a text"
    case .file: "a path"
    case .word(let words): "one of \(words.joined(separator: ", "))"
    case .flag: "true or false"
    }
  }
}

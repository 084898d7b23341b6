/// The arguments of one request, held against what its command takes.
package struct OperatorArguments: Sendable {
  private let values: [String: JSONValue]

  /// - Throws: for a name that the command does not take, a wanted one that is missing, and a value of the wrong kind.
  init(_ values: [String: JSONValue], for command: OperatorCommand) throws(OperatorFailure) {
    for name in values.keys.sorted() where !command.parameters.contains(where: { $0.name == name }) {
      throw OperatorFailure(request: "\(command.name): there is no argument \(name); it takes: \(command.synopsis)")
    }
    for parameter in command.parameters {
      guard let value = values[parameter.name] else {
        switch parameter.place {
        case .required, .rest:
          throw OperatorFailure(request: "\(command.name): \(parameter.name) is missing; say \(command.synopsis)")
        case .optional, .option: continue
        }
      }
      guard parameter.accepts(value) else {
        throw OperatorFailure(
          request:
            "\(command.name): \(parameter.name) \(value.text.map { "\($0.prefix(40)) is wrong" } ?? "is wrong"); it takes \(parameter.form)"
        )
      }
    }
    self.values = values
  }

  /// A number, hexadecimal or decimal as its parameter says.
  func number(_ name: String) -> UInt64? { values[name].flatMap { OperatorArguments.number($0, radix: 16) } }
  func count(_ name: String) -> UInt64? { values[name].flatMap { OperatorArguments.number($0, radix: 10) } }
  func text(_ name: String) -> String? { values[name]?.text }
  func flag(_ name: String) -> Bool { values[name] == .bool(true) }
  /// A CPU address; 0 unless said.
  var cpu: Int { count("cpu").map { Int(clamping: $0) } ?? 0 }

  fileprivate static func number(_ value: JSONValue, radix: Int) -> UInt64? {
    switch value {
    case .number(let n): return UInt64(exactly: n)
    case .string(let text):
      let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
      guard let first = digits.first, first != "+", first != "-" else { return nil }
      return UInt64(digits, radix: digits.count == text.count ? radix : 16)
    default: return nil
    }
  }
}

extension OperatorParameter {
  fileprivate func accepts(_ value: JSONValue) -> Bool {
    switch kind {
    case .hexadecimal: OperatorArguments.number(value, radix: 16) != nil
    case .decimal: OperatorArguments.number(value, radix: 10) != nil
    case .text, .file: value.text != nil
    case .word(let words): value.text.map { words.contains($0) } ?? false
    case .flag: if case .bool = value { true } else { false }
    }
  }
}

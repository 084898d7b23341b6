import Ironload

extension OperatorCommand {
  /// What a shell can offer for the last of `words`, as far as it is written: command names, options, their values, register
  /// names. Nil: names of files.
  package static func completions(of words: [String]) -> [String]? {
    guard let last = words.last else { return [] }
    return candidates(for: words).map { all in all.filter { $0.hasPrefix(last) } }
  }

  private static func candidates(for words: [String]) -> [String]? {
    guard words.count > 1, let command = named(words[0]) else { return words.count == 1 ? all.map(\.name) : [] }
    let last = words[words.count - 1], before = words[words.count - 2]
    if let option = command.parameters.first(where: { $0.isOption && "--\($0.name)" == before }), !option.isFlag {
      return option.values
    }
    if last.hasPrefix("-") { return command.parameters.filter(\.isOption).map { "--\($0.name)" } }
    var place = 0, rest = words.dropFirst().dropLast()
    while let word = rest.popFirst() {
      guard let option = command.parameters.first(where: { $0.isOption && "--\($0.name)" == word }) else {
        if !word.hasPrefix("--") { place += 1 }
        continue
      }
      if !option.isFlag { _ = rest.popFirst() }
    }
    let plain = command.parameters.filter { !$0.isOption }
    guard place < plain.count else { return [] }
    if case .file = plain[place].kind { return nil }
    return plain[place].values
  }
}

extension OperatorParameter {
  var isOption: Bool { if case .option = place { true } else { false } }
  fileprivate var isFlag: Bool { if case .flag = kind { true } else { false } }

  /// The values that it can have, where they are few.
  fileprivate var values: [String] {
    if case .word(let words) = kind { return words }
    return switch name {
    case "register": Register.Kind.allCases.flatMap { Register.all($0) }.map(\.name)
    case "names": Register.Kind.allCases.map(\.rawValue)
    default: []
    }
  }
}

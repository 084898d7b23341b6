extension OperatorRequest {
  /// A request from words, as in `storage 1000 16 --kind real`.
  /// - Parameter absolutePath: makes a path of the client's one that the machine understands.
  package init(words: [String], absolutePath: (String) -> String = { $0 }) throws(OperatorFailure) {
    guard let name = words.first, let command = OperatorCommand.named(name) else {
      let names = OperatorCommand.all.map(\.name).joined(separator: ", ")
      throw OperatorFailure(request: "\(words.first.map { "there is no command \($0)" } ?? "say a command"); there are \(names)")
    }
    var values: [String: JSONValue] = [:], plain: [String] = [], rest = words.dropFirst()
    while let word = rest.popFirst() {
      guard word.hasPrefix("--"), word.utf8.count > 2 else {
        plain.append(word)
        continue
      }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let parameter = command.parameters.first(where: { $0.isOption && $0.name == parts[0] }) else {
        throw OperatorFailure(request: "\(name): there is no option \(word); say \(command.synopsis)")
      }
      if case .flag = parameter.kind {
        values[parts[0]] = .bool(true)
      } else if let value = parts.count > 1 ? parts[1] : rest.popFirst() {
        values[parts[0]] = .string(value)
      } else {
        throw OperatorFailure(request: "\(name): \(word) wants a value: \(parameter.help)")
      }
    }
    for parameter in command.parameters where !parameter.isOption && !plain.isEmpty {
      if case .rest = parameter.place {
        values[parameter.name] = .string(plain.joined(separator: " "))
        plain = []
      } else {
        let word = plain.removeFirst()
        if case .file = parameter.kind {
          values[parameter.name] = .string(absolutePath(word))
        } else {
          values[parameter.name] = .string(word)
        }
      }
    }
    if let word = plain.first { throw OperatorFailure(request: "\(name): \(word) is one word too many; say \(command.synopsis)") }
    // The machine says the same of what is missing or wrong; here it costs no connection.
    _ = try OperatorArguments(values, for: command)
    self.init(command: name, arguments: values)
  }
}

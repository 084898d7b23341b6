package import Ironload

/// The operator's commands for whoever has words and wants text, as a debugger's monitor does.
package struct OperatorConsole: Sendable {
  private let context: OperatorContext

  /// Commands for `machine`.
  package init(_ machine: Machine) {
    context = OperatorContext(machine: machine, memory: OperatorMemory(), isAbandoned: { false })
  }

  /// Does what `line` says.
  /// - Returns: the result's text, or what is wrong, each line with its end.
  package func perform(line: String) -> String {
    let words = line.split(separator: " ").map(String.init)
    do throws(OperatorFailure) {
      let request = try OperatorRequest(words: words)
      guard let command = OperatorCommand.named(request.command) else { return "" }
      let answer = try command.action(context, OperatorArguments(request.arguments ?? [:], for: command))
      if answer.endsMachine { context.machine.quit() }
      let text = answer.text ?? ""
      return text.isEmpty ? "" : text + "\n"
    } catch { return error.message + "\n" }
  }
}

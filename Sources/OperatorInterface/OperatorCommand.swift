import Ironload
import Synchronization

/// A command of the operator's socket: one row of `OperatorCommand.all`. The client reads the same rows, and the
/// documentation is held against them.
package struct OperatorCommand: Sendable {
  typealias Action = @Sendable (OperatorContext, OperatorArguments) throws(OperatorFailure) -> OperatorAnswer

  package let name: String
  package let abstract: String
  package let parameters: [OperatorParameter]
  let action: Action

  init(_ name: String, _ abstract: String, _ parameters: [OperatorParameter] = [], _ action: @escaping Action) {
    self.name = name
    self.abstract = abstract
    self.parameters = parameters
    self.action = action
  }

  /// Name and parameters, as in `storage ADDRESS [COUNT] [--cpu CPU]`.
  package var synopsis: String { ([name] + parameters.map(\.synopsis)).joined(separator: " ") }

  /// Synopsis, what it does, and what each parameter is, over several lines. What many commands have is left out of a list of
  /// all.
  package func help(inList isList: Bool) -> String {
    let shared = [OperatorParameter.address, .addressKind, .cpu].map(\.help)
    let shown = parameters.filter { !isList || !shared.contains($0.help) }
    let lines = shown.map { one in
      var text = "\(one.placeholder): \(one.help)"
      if case .word(let words) = one.kind { text += " (\(words.joined(separator: ", ")))" }
      return text
    }
    return "  \(synopsis)\n" + ([abstract] + lines).map { "      \($0)" }.joined(separator: "\n")
  }

  /// All commands, in the order in which help lists them.
  package static let all: [OperatorCommand] =
    storageCommands + registerCommands + keyCommands + waitCommands + watchCommands + consoleCommands

  package static func named(_ name: String) -> OperatorCommand? { all.first { $0.name == name } }
}

/// What a command acts on.
struct OperatorContext: Sendable {
  let machine: Machine
  let memory: OperatorMemory
  /// Whether the one who asked is still there: a wait need not go on when not.
  let isAbandoned: @Sendable () -> Bool

  /// Does what the machine can refuse.
  func attempt<T>(_ body: (Machine) throws(OperationError) -> T) throws(OperatorFailure) -> T {
    do throws(OperationError) { return try body(machine) } catch { throw OperatorFailure(error) }
  }
}

/// What is kept from one request to the next, whoever sends them.
///
/// Concurrency: an atomic.
final class OperatorMemory: Sendable {
  /// Up to where on the consoles a wait has found its text: the next one looks behind.
  let consolePosition = Atomic<Int>(0)
}

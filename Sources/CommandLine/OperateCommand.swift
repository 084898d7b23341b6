import ArgumentParser
import Foundation
import OperatorInterface
import Sockets

/// `ironload operate`: the operator's keys of a running machine, for people and scripts.
struct OperateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operate",
    abstract: "Look inside a running machine and operate it.",
    discussion: """
      The machine was started with `ironload run --operator PATH`. Addresses and contents are hexadecimal, counts decimal. \
      Documentation/Operating.md has an example of each command.

      \(OperatorCommand.all.map { "  \($0.synopsis)\n      \($0.abstract)" }.joined(separator: "\n"))

      Exit status: 0 done; 1 a time limit came before what was waited for; 2 something else came; 64 and above as for every \
      command.
      """)

  @Flag(help: "Print the machine's answer as it comes: a JSON object on one line.")
  var json = false

  @Argument(help: ArgumentHelp("The machine's socket.", valueName: "path"), completion: .file())
  var path: String

  @Argument(
    parsing: .captureForPassthrough, help: ArgumentHelp("What to do, and with what.", valueName: "command"),
    completion: .list(OperatorCommand.all.map(\.name)))
  var words: [String] = []

  func run() throws {
    // What stands behind the command is all the command's; but people write --json where they think of it.
    let words = words.filter { $0 != "--json" }, wantsJSON = json || words.count < self.words.count
    let request: OperatorRequest
    do throws(OperatorFailure) {
      request = try OperatorRequest(words: words) { URL(fileURLWithPath: $0).path }
    } catch { throw OperatorError(.usage, error.message) }
    let client: OperatorClient
    do throws(SocketError) { client = try OperatorClient(path: path) } catch { throw OperatorError(error) }
    guard let (line, answer) = client.ask(request) else {
      throw OperatorError(.inputOutput, "\(path): the machine ended before it answered")
    }
    if wantsJSON {
      print(line)
    } else if let error = answer.error {
      StandardError.write("ironload: \(error.message)\n")
    } else if let text = answer.text, !text.isEmpty {
      print(text)
    }
    throw ExitCode(answer.status)
  }
}

import ArgumentParser
import FoundationEssentials
import OperatorInterface
import Sockets

/// `ironload operate`: the operator's keys of a running machine, for people and scripts.
struct OperateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operate",
    abstract: "Look inside a running machine and operate it.",
    discussion: """
      The machine was started with `ironload run --operator PATH`. Addresses and contents are hexadecimal, counts decimal. \
      --kind says how an address is meant: absolute unless said, or real, logical, primary, secondary, home; --cpu is the CPU's \
      address, 0 unless said. Documentation/Operating.md has an example of each command.

        ironload run --memory 16M --operator op.sock &
        ironload operate op.sock alter 200 a7180028 82000310
        ironload operate op.sock storage 200 8 --json
        ironload operate op.sock registers r1,r2,prefix
        ironload operate op.sock storage --help
        ironload operate op.sock quit

      Commands:

      \(OperatorCommand.all.map { $0.help(inList: true) }.joined(separator: "\n"))

      Exit status: 0 done; 1 a time limit came before what was waited for; 2 something else came; 64 and above as for every \
      command.
      """)

  @Flag(help: "Print the machine's answer as it comes: a JSON object on one line.")
  var json = false

  @Argument(help: ArgumentHelp("The machine's socket.", valueName: "path"), completion: .file())
  var path: String

  @Argument(
    parsing: .captureForPassthrough, help: ArgumentHelp("What to do, and with what.", valueName: "command"),
    completion: .custom { words, index, _ in Self.completions(words, index) })
  var words: [String] = []

  func run() throws {
    // What stands behind the command is all the command's; but people write --json where they think of it.
    let words = words.filter { $0 != "--json" }, wantsJSON = json || words.count < self.words.count
    if let last = words.last, last == "--help" || last == "-h", try help(words.dropLast()) { return }
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

  /// Help where it is asked for behind the path: of one command, or of all.
  /// - Returns: whether that was it; what is behind `enter` and `type` is the guest's.
  private func help(_ words: ArraySlice<String>) throws -> Bool {
    guard let name = words.first else { throw CleanExit.helpRequest(Self.self) }
    guard words.count == 1, let command = OperatorCommand.named(name), !["enter", "type"].contains(name) else { return false }
    print(command.help(inList: false))
    return true
  }

  /// What a shell can offer for a word of a command line.
  private static func completions(_ words: [String], _ index: Int) -> [String] {
    guard let verb = words.firstIndex(of: "operate"), index < words.count else { return [] }
    // The path is the first word behind the verb; flags may stand before it.
    let rest = words[(verb + 1)...index].filter { $0 != "--json" }.dropFirst()
    if let offered = OperatorCommand.completions(of: Array(rest)) { return offered }
    let typed = rest.last ?? "", folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.map { folder + $0 }.filter { $0.hasPrefix(typed) }
  }
}

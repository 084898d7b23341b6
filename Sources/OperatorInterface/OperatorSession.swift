import FoundationEssentials
import Ironload

/// Requests of one client, answered in their order. Knows no socket: bytes in, bytes out.
///
/// Concurrency: used by one thread. What the machine is asked is the machine's business.
struct OperatorSession {
  /// The longest request. The largest that makes sense is `alter` with megabytes of digits.
  static let requestLimit = 16 << 20

  private let context: OperatorContext
  private var lines = LineBuffer(limit: requestLimit)

  init(_ context: OperatorContext) { self.context = context }

  /// Takes what a client sent.
  /// - Parameter send: called with each answer, a line. What is left is dropped when it returns false: nobody would hear of it.
  mutating func take(_ bytes: [UInt8], send: ([UInt8]) -> Bool) {
    for line in lines.take(bytes) {
      switch line {
      case .tooLong:
        let failure = OperatorFailure(request: "a request has at most \(Self.requestLimit) bytes; place a file instead")
        guard send(Self.encoded(OperatorAnswer(failure))) else { return }
      case .line(let text):
        guard text.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
        let answer = answer(text)
        let isHeard = send(Self.encoded(answer))
        if answer.endsMachine { context.machine.quit() }
        guard isHeard else { return }
      }
    }
  }

  private func answer(_ line: [UInt8]) -> OperatorAnswer {
    let request: OperatorRequest
    do { request = try JSONDecoder().decode(OperatorRequest.self, from: Data(line)) } catch {
      return OperatorAnswer(
        OperatorFailure(
          request:
            "not a request; a line is an object such as {\"command\": \"status\"}, with \"arguments\" when the command has some"))
    }
    var answer = answer(request)
    answer.id = request.id
    return answer
  }

  private func answer(_ request: OperatorRequest) -> OperatorAnswer {
    guard let command = OperatorCommand.named(request.command) else {
      let names = OperatorCommand.all.map(\.name).joined(separator: ", ")
      return OperatorAnswer(OperatorFailure(request: "there is no command \(request.command.prefix(40)); there are \(names)"))
    }
    do throws(OperatorFailure) {
      return try command.action(context, OperatorArguments(request.arguments ?? [:], for: command))
    } catch { return OperatorAnswer(error) }
  }

  /// An answer as its line.
  static func encoded(_ answer: OperatorAnswer) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return try Array(encoder.encode(answer)) + [0x0A] } catch {
      preconditionFailure("an answer that JSON cannot hold: \(error)")
    }
  }
}

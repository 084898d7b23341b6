import Ironload
import Synchronization

extension OperatorCommand {
  static let waitCommands: [OperatorCommand] = [
    OperatorCommand(
      "wait", "Wait until every CPU rests (stopped, disabled wait, check-stop), or for a text on a console.",
      [
        OperatorParameter("text", .text, "wait for this text, behind the last one that a wait found; rest ends it, too"),
        OperatorParameter("limit", .decimal, "seconds; as long as it takes unless said"),
      ], wait)
  ]

  @Sendable private static func wait(
    _ context: OperatorContext, _ arguments: OperatorArguments
  ) throws(OperatorFailure) -> OperatorAnswer {
    let text = arguments.text("text").map { Array($0.utf8) }
    if text == [] { throw OperatorFailure(request: "wait: an empty text is everywhere; say what to wait for") }
    let limit = arguments.count("limit").map { Duration.seconds(Int64(clamping: min($0, 1 << 32))) }
    let start = ContinuousClock.now
    let position = context.memory.consolePosition.load(ordering: .acquiring)
    while true {
      let left = limit.map { $0 - (ContinuousClock.now - start) }
      let outcome = context.machine.wait(forText: text, from: position, limit: min(left ?? .seconds(1), .seconds(1)))
      switch outcome {
      case .timeLimit:
        // In slices, since nobody may be there any more to hear of it.
        if let left, left <= .seconds(1) { return try answer(context, "time-limit", "the time limit came first", status: 1) }
        if context.isAbandoned() { return OperatorAnswer(status: 1) }
      case .text(let end):
        context.memory.consolePosition.store(end, ordering: .releasing)
        return try answer(context, "text", "found", status: 0)
      case .atRest: return try answer(context, "at-rest", text == nil ? nil : "every CPU rests", status: text == nil ? 0 : 2)
      case .ended(let reason):
        return OperatorAnswer(
          .object(["outcome": .string("ended"), "reason": .string("\(reason)")]), "\(reason)", status: text == nil ? 0 : 2)
      }
    }
  }

  private static func answer(
    _ context: OperatorContext, _ outcome: String, _ text: String?, status: Int32
  ) throws(OperatorFailure) -> OperatorAnswer {
    var answer = try statusAnswer(context, status: status)
    answer.result = .object(["outcome": .string(outcome), "cpus": answer.result?["cpus"] ?? .null])
    answer.text = [text, outcome == "text" ? nil : answer.text].compactMap { $0 }.joined(separator: "\n")
    return answer
  }
}

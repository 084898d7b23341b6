import Ironload

/// An explanation as text: what happened in a table, one line a step.
struct ExplanationText {
  private let explanation: LoadExplanation
  private typealias Words = ExplanationWords

  init(_ explanation: LoadExplanation) { self.explanation = explanation }

  var text: String {
    var lines = [heading, ""]
    lines += stepLines + [""]
    lines += segmentLines + [""]
    lines += outcomeLines
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: String {
    "Load of \(explanation.volume) as \(explanation.deviceNumber.deviceNumberText), \(explanation.channel) channel, "
      + "\(explanation.memory >> 20) MiB"
  }

  // MARK: Steps

  private var stepLines: [String] {
    var lines = [
      line("step", "CCW", "from", "command", "flags", "count", "data", "cyl", "head", "rec", "what it did")
    ]
    for step in explanation.steps {
      switch step.action {
      case .procedure(let procedure):
        lines.append(note(step, procedure.text + (procedure.piece.map { " at \(Words.range($0))" } ?? "")))
      case .start(let start):
        let refusal = start.refusal.map { ": refused: \($0)" } ?? ""
        lines.append(note(step, "start of the channel program at \(Words.address(start.address))\(refusal)"))
      case .command(let command): lines.append(row(step, command))
      case .transfer(let transfer): lines.append(row(step, transfer))
      case .end(let end):
        lines.append(note(step, "channel program \(end.reason): \(Words.status(end.unitStatus, end.subchannelStatus))"))
      }
    }
    return lines
  }

  private func row(_ step: LoadStep, _ command: LoadStep.Command) -> String {
    let ccw = command.ccw, place = command.place
    var effect = Words.effect(command)
    if command.isCopy { effect += "; as copied before the program began: storage has another CCW here now" }
    return line(
      "\(step.number)", Words.address(command.address), origin(command.broughtBy),
      command.continuesData ? "   (data chaining)" : "\(ccw.map { Words.byte($0.code) } ?? "--") \(command.name)",
      ccw?.flagNames.joined(separator: " ") ?? "", ccw.map { "\($0.count)" } ?? "",
      ccw.map { Words.address($0.dataAddress) } ?? "",
      place.map { "\($0.cylinder)" } ?? "", place.map { "\($0.head)" } ?? "", place?.record.map { "\($0)" } ?? "", effect)
  }

  private func row(_ step: LoadStep, _ transfer: LoadStep.Transfer) -> String {
    let segment = explanation.segments.first { transfer.targetBroughtBy != nil && $0.broughtBy == transfer.targetBroughtBy }
    let isNew = segment != nil && transfer.targetBroughtBy != transfer.broughtBy
    return line(
      "\(step.number)", Words.address(transfer.address), origin(transfer.broughtBy), "08 TRANSFER IN CHANNEL", "", "",
      Words.address(transfer.target), "", "", "",
      isNew ? "into \(segment?.name ?? ""), which step \(transfer.targetBroughtBy ?? 0) has just read" : "")
  }

  /// The step that brought a CCW into storage.
  private func origin(_ step: Int?) -> String {
    guard let step else { return "stale" }
    if case .command = explanation.steps[step - 1].action { return "\(step)" }
    return "load"
  }

  private func note(_ step: LoadStep, _ text: String) -> String { pad("\(step.number)", -4) + "  -- " + text }

  private func line(_ columns: String...) -> String {
    let widths = [-4, 6, -5, 24, 11, -5, 8, -5, -4, -3, 0]
    return zip(columns, widths).map { pad($0, $1) }.joined(separator: "  ").trimmedRight
  }

  /// A negative width aligns on the right.
  private func pad(_ text: String, _ width: Int) -> String {
    let blanks = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? blanks + text : text + blanks
  }

  // MARK: Summary

  private var segmentLines: [String] {
    ["The channel program's segments"]
      + explanation.segments.map { segment in
        var text = "  \(pad(segment.name, 18)) at 0x\(Words.address(segment.address))-\(Words.address(segment.end &- 1)), "
        text += Words.count(segment.ccwCount, "CCW") + " executed"
        if let step = segment.broughtBy, let place = segment.place { text += ", read by step \(step) from \(place)" }
        return text
      }
  }

  private var outcomeLines: [String] {
    switch explanation.outcome {
    case .failed(let failure): return ["The load fails: \(failure.message)"]
    case .loaded(let final):
      var lines = ["PSW \(Words.psw(final.psw)), the first instruction at 0x\(Words.address(final.instructionAddress))"]
      if let remark = final.remark { lines.append("  but \(remark)") }
      for instruction in final.instructions {
        lines.append(
          "  \(Words.address(instruction.address))  \(pad(instruction.bytes, 12))  "
            + instruction.text.replacingTab(column: 8))
      }
      return lines
    }
  }
}

extension String {
  /// Without blanks at the end.
  fileprivate var trimmedRight: String { String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)]) }

  /// A mnemonic and its operands, the operands in a column.
  func replacingTab(column: Int) -> String {
    guard let tab = firstIndex(of: "\t") else { return self }
    let mnemonic = self[..<tab]
    return mnemonic + String(repeating: " ", count: max(1, column - mnemonic.count)) + self[index(after: tab)...]
  }
}

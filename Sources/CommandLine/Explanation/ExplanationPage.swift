import Ironload

/// An explanation as one HTML file: what came of the load, the picture, and every step in a table. Needs nothing else.
struct ExplanationPage {
  private typealias Words = ExplanationWords
  private let explanation: LoadExplanation

  init(_ explanation: LoadExplanation) { self.explanation = explanation }

  var html: String {
    var page = Markup()
    let title = "Load of \(explanation.volume)"
    page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>\(Markup.escape(title))</title>\n")
    page.raw("<meta name=\"viewport\" content=\"width=device-width\"><style>\(Self.style)</style></head><body>\n")
    page.element("h1", [:], Markup.escape(title))
    page.element(
      "p", ["class": "muted"],
      Markup.escape(
        "Device \(explanation.deviceNumber.deviceNumberText), \(explanation.channel) channel, \(explanation.memory >> 20) MiB of storage. "
          + "Up to the first instruction; no instruction was executed."))
    page.raw(banner)
    page.element("h2", [:], "Picture")
    page.element(
      "p", ["class": "muted"],
      "Time goes from left to right. A solid arrow carries bytes from a record on the disk into storage; a dashed one shows CCWs "
        + "that take control where a read has just put them. Shaded bands are segments of the channel program. Hover for details; a "
        + "click goes to the step.")
    page.element("div", ["class": "picture"], ExplanationPicture(explanation).svg)
    page.raw(segments)
    page.raw(steps)
    page.raw(instructions)
    page.raw("</body></html>\n")
    return page.text
  }

  private var banner: String {
    var banner = Markup()
    switch explanation.outcome {
    case .failed(let failure):
      let step = failure.step.map { " <a href=\"#step\($0)\">Step \($0)</a>." } ?? ""
      banner.element("p", ["class": "banner bad"], "<b>The load fails.</b> \(Markup.escape(failure.message)).\(step)")
    case .loaded(let final):
      var text = "<b>The load succeeds.</b> PSW <code>\(Words.psw(final.psw))</code>, the first instruction is at "
      text += "<code>\(Words.address(final.instructionAddress))</code>."
      if let remark = final.remark { text += " But \(Markup.escape(remark))." }
      banner.element("p", ["class": final.remark == nil ? "banner good" : "banner odd"], text)
    }
    return banner.text
  }

  private var segments: String {
    var rows = "<tr><th>Segment</th><th>CCWs executed</th><th>Where in storage</th><th>Brought by</th><th>From</th></tr>"
    for (n, segment) in explanation.segments.enumerated() {
      let style = segment.broughtBy == nil ? "stale" : "s\(n % 6)"
      rows += "<tr><td><span class=\"chip \(style)\"></span>\(segment.name)</td><td class=\"n\">\(segment.ccwCount)</td>"
      rows += "<td class=\"mono\">\(Words.address(segment.address))-\(Words.address(segment.end &- 1))</td>"
      rows += "<td>\(segment.broughtBy.map { "<a href=\"#step\($0)\">step \($0)</a>" } ?? "nothing in this load")</td>"
      rows += "<td>\(segment.place?.description ?? "")</td></tr>"
    }
    return "<h2>Segments of the channel program</h2><table>\(rows)</table>"
  }

  private var steps: String {
    var rows =
      "<tr><th>Step</th><th>CCW</th><th>Read by</th><th>Command</th><th>Flags</th><th>Count</th><th>Data</th><th>Cyl</th>"
      + "<th>Head</th><th>Rec</th><th>What it did</th></tr>"
    for step in explanation.steps { rows += row(step) }
    return "<h2>Steps</h2><table class=\"steps\">\(rows)</table>"
  }

  private func row(_ step: LoadStep) -> String {
    switch step.action {
    case .procedure(let procedure):
      note(step, procedure.text + (procedure.piece.map { " (\(Words.range($0)))" } ?? ""))
    case .start(let start):
      note(
        step, "start of the channel program at \(Words.address(start.address))\(start.refusal.map { ": refused: \($0)" } ?? "")")
    case .end(let end): note(step, "channel program \(end.reason): \(Words.status(end.unitStatus, end.subchannelStatus))")
    case .command(let command): row(step, command)
    case .transfer(let transfer):
      cells(
        step, "", Words.address(transfer.address), transfer.broughtBy, "08 TRANSFER IN CHANNEL", "", "",
        Words.address(transfer.target), nil, Self.entered(transfer, explanation))
    }
  }

  private func row(_ step: LoadStep, _ command: LoadStep.Command) -> String {
    let effect = Words.effect(command) + (command.isCopy ? "; a copy: storage has another CCW here now" : "")
    return cells(
      step, command.hasFailed ? "failed" : "", Words.address(command.address), command.broughtBy,
      command.continuesData ? "data chaining" : "\(command.ccw.map { Words.byte($0.code) } ?? "--") \(command.name)",
      command.ccw?.flagNames.joined(separator: " ") ?? "", command.ccw.map { "\($0.count)" } ?? "",
      command.ccw.map { Words.address($0.dataAddress) } ?? "", command.place, effect)
  }

  private static func entered(_ transfer: LoadStep.Transfer, _ explanation: LoadExplanation) -> String {
    guard let origin = transfer.targetBroughtBy, origin != transfer.broughtBy,
      let segment = explanation.segments.first(where: { $0.broughtBy == origin })
    else { return "" }
    return "into \(segment.name), which step \(origin) has just read"
  }

  private func note(_ step: LoadStep, _ text: String) -> String {
    "<tr id=\"step\(step.number)\" class=\"note\"><td class=\"n\">\(step.number)</td><td colspan=\"10\">\(Markup.escape(text))</td></tr>"
  }

  private func cells(
    _ step: LoadStep, _ style: String, _ address: String, _ origin: Int?, _ command: String, _ flags: String, _ count: String,
    _ data: String, _ place: VolumePlace?, _ effect: String
  ) -> String {
    let segment = explanation.segments.firstIndex { $0.broughtBy == origin }
    let chip = segment.map { "<span class=\"chip \(origin == nil ? "stale" : "s\($0 % 6)")\"></span>" } ?? ""
    var from = "nothing"
    if let origin {
      if case .command = explanation.steps[origin - 1].action {
        from = "<a href=\"#step\(origin)\">\(origin)</a>"
      } else {
        from = "load"
      }
    }
    return
      "<tr id=\"step\(step.number)\" class=\"\(style)\"><td class=\"n\">\(step.number)</td><td class=\"mono\">\(chip)\(address)</td>"
      + "<td class=\"n\">\(from)</td><td>\(Markup.escape(command))</td><td>\(flags)</td><td class=\"n\">\(count)</td>"
      + "<td class=\"mono\">\(data)</td><td class=\"n\">\(place.map { "\($0.cylinder)" } ?? "")</td>"
      + "<td class=\"n\">\(place.map { "\($0.head)" } ?? "")</td><td class=\"n\">\(place?.record.map { "\($0)" } ?? "")</td>"
      + "<td>\(Markup.escape(effect))</td></tr>"
  }

  private var instructions: String {
    guard case .loaded(let final) = explanation.outcome, !final.instructions.isEmpty else { return "" }
    let lines = final.instructions.map { instruction in
      let bytes = instruction.bytes + String(repeating: " ", count: max(0, 14 - instruction.bytes.count))
      return "\(Words.address(instruction.address))  \(bytes)\(instruction.text.replacingTab(column: 8))"
    }
    return "<h2>First instructions</h2><pre>\(Markup.escape(lines.joined(separator: "\n")))</pre>"
  }

  private static let style = """
    :root{--ink:#1c2430;--muted:#66707e;--line:#d9dee5;--lane:#f4f6f9}
    body{font:14px/1.45 system-ui,sans-serif;color:var(--ink);margin:24px;background:#fff}
    h1{font-size:21px;margin:0 0 2px}h2{font-size:16px;margin:26px 0 6px}
    .muted{color:var(--muted);margin:2px 0 8px}code,pre,.mono{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
    .banner{padding:10px 14px;border-radius:6px;border-left:5px solid;max-width:1100px}
    .good{background:#e9f6ec;border-color:#2e8b4f}.bad{background:#fdecea;border-color:#c0322b}.odd{background:#fff6e0;border-color:#c98a00}
    .picture{overflow-x:auto;border:1px solid var(--line);border-radius:6px;padding:4px}
    table{border-collapse:collapse;font-size:13px}th{text-align:left;color:var(--muted);font-weight:600;border-bottom:2px solid var(--line)}
    th,td{padding:3px 10px 3px 0;vertical-align:top}td{border-bottom:1px solid #eef1f4}td.n{text-align:right}
    .steps th{position:sticky;top:0;background:#fff}tr:target td{background:#fff3c4}tr.failed td{background:#fdecea}tr.note td{color:var(--muted)}
    .chip{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
    pre{background:var(--lane);padding:10px 14px;border-radius:6px;display:inline-block;margin:0}
    svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .part{font-weight:700;font-size:11px;letter-spacing:1px;fill:var(--muted)}
    svg .name{fill:var(--muted)}svg .mono{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
    svg .small{font-size:11px}svg .tiny{font-size:10px}svg text.muted,svg .halo{fill:var(--muted)}svg .command{font-weight:600;font-size:11px}
    .lane{fill:var(--lane)}.arm{fill:none;stroke:#aab4c0;stroke-width:2;stroke-dasharray:1 4;stroke-linecap:round}
    .flow{stroke:#1f4e79;stroke-width:2.2;fill:none}.tip{fill:#1f4e79}
    .fetch{stroke:#8a4b08;stroke-width:1.6;fill:none;stroke-dasharray:5 4}.fetchtip{fill:#8a4b08}
    .record{fill:#fff;stroke:#1f4e79;stroke-width:1.5}.record.seek{stroke:#aab4c0;stroke-dasharray:3 3}
    .bytes{fill:#dcebf7;stroke:#1f4e79}.bytes.procedure{fill:#eceff3;stroke:#66707e}.bytes.final{fill:#d7f0dd;stroke:#2e8b4f}
    .ccw{stroke-width:1.3;fill:#fff}.ccw.procedure{fill:#eceff3;stroke:#66707e}.ccw.final{fill:#d7f0dd;stroke:#2e8b4f}
    .mark{stroke:#66707e;stroke-width:1.5;stroke-dasharray:2 3}
    .band{stroke:none;opacity:.22}svg .band-name{font-weight:700;paint-order:stroke;stroke:#fff;stroke-width:3px}
    svg .halo{paint-order:stroke;stroke:var(--lane);stroke-width:3px}
    .band.s0,.chip.s0{fill:#66707e;background:#66707e}.ccw.s0{stroke:#66707e}
    .band.s1,.chip.s1{fill:#0072b2;background:#0072b2}.ccw.s1{stroke:#0072b2}
    .band.s2,.chip.s2{fill:#d55e00;background:#d55e00}.ccw.s2{stroke:#d55e00}
    .band.s3,.chip.s3{fill:#009e73;background:#009e73}.ccw.s3{stroke:#009e73}
    .band.s4,.chip.s4{fill:#cc79a7;background:#cc79a7}.ccw.s4{stroke:#cc79a7}
    .band.s5,.chip.s5{fill:#b8860b;background:#b8860b}.ccw.s5{stroke:#b8860b}
    .band.stale,.chip.stale{fill:#c0322b;background:#c0322b}.ccw.stale{stroke:#c0322b;stroke-dasharray:4 3}
    .record.failed,.ccw.failed{stroke:#c0322b;stroke-width:2.5;fill:#fdecea}.mark.failed{stroke:#c0322b}
    svg .failed-text{fill:#c0322b;font-weight:700}
    """
}

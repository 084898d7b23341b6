import Ironload
import Processor
import Tracing

extension OperatorCommand {
  /// Breakpoints, watched storage, traces.
  static let watchCommands: [OperatorCommand] = [
    OperatorCommand(
      "breakpoint", "Stop a CPU before it executes the instruction at an address; without one, list what is watched.",
      [
        OperatorParameter("address", .hexadecimal, .optional, "hexadecimal, as the PSW has it"),
        OperatorParameter("remove", .flag, "remove it"),
      ]
    ) { context, arguments throws(OperatorFailure) in
      if let address = arguments.number("address") {
        if arguments.flag("remove") { context.machine.removeBreakpoint(address) } else { context.machine.addBreakpoint(address) }
        return OperatorAnswer()
      }
      return watchedAnswer(context)
    },
    OperatorCommand(
      "watch", "Stop a CPU after an instruction that uses a place in storage.",
      [
        OperatorParameter("address", .hexadecimal, .required, "hexadecimal, logical"),
        OperatorParameter("count", .decimal, .optional, "bytes; 8 unless said"),
        OperatorParameter("on", .word(["store", "fetch", "both"]), "which use; store unless said"),
        OperatorParameter("remove", .flag, "remove it"),
      ]
    ) { context, arguments throws(OperatorFailure) in
      let use = arguments.text("on") ?? "store"
      let area = WatchedArea(
        address: arguments.number("address") ?? 0, count: arguments.count("count") ?? 8, onStore: use != "fetch",
        onFetch: use != "store")
      if arguments.flag("remove") { context.machine.removeWatchedArea(area) } else { context.machine.addWatchedArea(area) }
      return OperatorAnswer()
    },
    OperatorCommand(
      "trace", "Trace classes of events where the machine was started, or stop it.",
      [
        OperatorParameter(
          "classes", .text, .required, "\(TraceClass.names.map(\.name).joined(separator: ",")), or none"),
        OperatorParameter("from", .hexadecimal, "the first address of traced instructions"),
        OperatorParameter("to", .hexadecimal, "the last address of traced instructions"),
      ]
    ) { context, arguments throws(OperatorFailure) in
      var classes: TraceClass = []
      for name in (arguments.text("classes") ?? "").split(separator: ",") where name != "none" {
        guard let one = TraceClass.names.first(where: { $0.name == name }) else {
          throw OperatorFailure(
            request: "trace: there is no class \(name); there are \(TraceClass.names.map(\.name).joined(separator: ", ")), none")
        }
        classes.formUnion(one.value)
      }
      let from = arguments.number("from") ?? 0, to = arguments.number("to") ?? .max
      guard from <= to else { throw OperatorFailure(request: "trace: --from lies behind --to") }
      context.machine.tracedClasses = classes
      if classes.contains(.instruction) { context.machine.traceInstructions(at: from...to) }
      return OperatorAnswer()
    },
  ]

  private static func watchedAnswer(_ context: OperatorContext) -> OperatorAnswer {
    let watched = context.machine.watched
    let areas = watched.areas.map { area in
      (area, area.onStore ? (area.onFetch ? "both" : "store") : "fetch")
    }
    let lines =
      watched.breakpoints.map { "breakpoint \(hex($0))" }
      + areas.map { "watch      \(hex($0.address)) \($0.count) bytes, on \($1)" }
    return OperatorAnswer(
      .object([
        "breakpoints": .array(watched.breakpoints.map { .hex($0) }),
        "watched": .array(
          areas.map { .object(["address": .hex($0.address), "count": .count($0.count), "on": .string($1)]) }),
      ]), lines.joined(separator: "\n"))
  }
}

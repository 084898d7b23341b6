import Ironload
import Processor

extension OperatorCommand {
  /// The operator's keys: CPUs, resets, loads.
  static let keyCommands: [OperatorCommand] = [
    OperatorCommand("status", "Say what each CPU is doing.") { context, _ throws(OperatorFailure) in
      try statusAnswer(context)
    },
    OperatorCommand(
      "stop", "Stop a CPU, or all.", [OperatorParameter("cpu", .decimal, "the CPU's address; all unless said")]
    ) { context, arguments throws(OperatorFailure) in
      let cpus = arguments.count("cpu").map { [Int(clamping: $0)] }
      try context.attempt { machine throws(OperationError) in try machine.stop(cpus) }
      return try statusAnswer(context)
    },
    OperatorCommand(
      "start", "Let a CPU go on; unless said, all that the operator or a breakpoint stopped, or CPU 0.",
      [OperatorParameter("cpu", .decimal, "the CPU's address")]
    ) { context, arguments throws(OperatorFailure) in
      let cpus = arguments.count("cpu").map { [Int(clamping: $0)] }
      try context.attempt { machine throws(OperationError) in try machine.start(cpus) }
      return OperatorAnswer()
    },
    OperatorCommand(
      "step", "Execute instructions of a stopped CPU.",
      [
        OperatorParameter("count", .decimal, .optional, "instructions, at least 1; 1 unless said"),
        OperatorParameter("hold-interruptions", .flag, "let pending interruptions wait"), .cpu,
      ]
    ) { context, arguments throws(OperatorFailure) in
      let count = arguments.count("count") ?? 1, cpu = arguments.cpu, holds = arguments.flag("hold-interruptions")
      guard count > 0 else { throw OperatorFailure(request: "step: count 0 executes nothing; say at least 1") }
      let status = try context.attempt { machine throws(OperationError) in
        try machine.step(cpu, count: count, holdingInterruptions: holds, isAbandoned: context.isAbandoned)
      }
      let next = try? context.machine.disassemble(1, at: StorageLocation(.logical, status.psw.instructionAddress, cpu: cpu))
      return OperatorAnswer(statusResult(status), statusText(status) + (next?.first.map { "\n\($0)" } ?? ""))
    },
    OperatorCommand(
      "reset", "System reset: CPUs and I/O; storage stays.",
      [OperatorParameter("clear", .flag, "storage, storage keys and registers become zero, too")]
    ) { context, arguments throws(OperatorFailure) in
      context.machine.systemReset(clear: arguments.flag("clear"))
      return OperatorAnswer()
    },
    OperatorCommand(
      "load", "Load (IPL) from a device; storage stays.",
      [
        OperatorParameter("device", .hexadecimal, .required, "the device number"),
        OperatorParameter("clear", .flag, "clear storage first"),
        OperatorParameter("stopped", .flag, "stop before the loaded program's first instruction"),
      ]
    ) { context, arguments throws(OperatorFailure) in
      guard let device = arguments.number("device").flatMap({ UInt16(exactly: $0) }) else {
        throw OperatorFailure(request: "load: a device number has at most four hexadecimal digits")
      }
      do throws(LoadFailure) {
        let kind: Machine.LoadKind = arguments.flag("clear") ? .clear : .normal
        try context.machine.load(from: device, kind: kind, starts: !arguments.flag("stopped"))
      } catch { throw OperatorFailure(error) }
      return OperatorAnswer()
    },
    OperatorCommand("restart", "PSW restart: the restart interruption, which starts a stopped CPU.", [.cpu]) {
      context, arguments throws(OperatorFailure) in
      let cpu = arguments.cpu
      try context.attempt { machine throws(OperationError) in try machine.pswRestart(cpu) }
      return OperatorAnswer()
    },
    OperatorCommand("interrupt", "The interrupt key: makes the external interruption 0040 pending.") {
      context, _ throws(OperatorFailure) in
      context.machine.externalInterruption()
      return OperatorAnswer()
    },
    OperatorCommand("store-status", "Store the registers of a stopped CPU into the save areas at absolute 4608.", [.cpu]) {
      context, arguments throws(OperatorFailure) in
      let cpu = arguments.cpu
      try context.attempt { machine throws(OperationError) in try machine.storeStatus(cpu) }
      return OperatorAnswer()
    },
    OperatorCommand("shutdown", "Ask the guest to shut down.") { context, _ throws(OperatorFailure) in
      context.machine.requestShutdown()
      return OperatorAnswer()
    },
    OperatorCommand("quit", "End the machine.") { _, _ throws(OperatorFailure) in
      var answer = OperatorAnswer()
      answer.endsMachine = true
      return answer
    },
  ]

  // MARK: States

  static func statusAnswer(_ context: OperatorContext, status exit: Int32 = 0) throws(OperatorFailure) -> OperatorAnswer {
    let all = try context.attempt { machine throws(OperationError) in
      var all: [CPUStatus] = []
      for cpu in 0..<machine.cpuCount { all.append(try machine.status(of: cpu)) }
      return all
    }
    return OperatorAnswer(
      .object(["cpus": .array(all.map(statusResult))]), all.map(statusText).joined(separator: "\n"), status: exit)
  }

  static func statusResult(_ status: CPUStatus) -> JSONValue {
    .object([
      "cpu": .number(Int64(status.cpu)), "state": .string(status.state.rawValue),
      "cause": cause(status).map { .string($0) } ?? .null,
      "psw": .object(["mask": .hex(status.psw.mask), "address": .hex(status.psw.instructionAddress)]),
      "mode": .string(status.isZArchitecture ? "z/Architecture" : "ESA/390"), "instructions": .count(status.instructionCount),
    ])
  }

  static func statusText(_ status: CPUStatus) -> String {
    "CPU \(status.cpu): \(status.state.rawValue)\(cause(status).map { " (\($0))" } ?? ""), "
      + "PSW \(hex(status.psw.mask)) \(hex(status.psw.instructionAddress)), "
      + "\(status.isZArchitecture ? "z/Architecture" : "ESA/390"), \(status.instructionCount) instructions"
  }

  private static func cause(_ status: CPUStatus) -> String? {
    switch status.stopCause {
    case nil: nil
    case .program: "by program or reset"
    case .operator: "by the operator"
    case .step: "steps done"
    case .breakpoint(let address): "breakpoint \(hex(address, digits: 1))"
    case .storage(let hit): "\(hit.isStore ? "stored" : "fetched") at \(hex(hit.area.address, digits: 1))"
    }
  }
}

import Ironload
import Processor

extension OperatorCommand {
  static let registerCommands: [OperatorCommand] = [
    OperatorCommand(
      "registers", "Display registers of a CPU, all at one moment.",
      [
        OperatorParameter(
          "names", .text, .optional,
          "names such as r1,c0,prefix, or kinds: \(Register.Kind.allCases.map(\.rawValue).joined(separator: ",")); all unless said"
        ),
        .cpu,
      ]
    ) { context, arguments throws(OperatorFailure) in
      let registers = try parseRegisters(arguments.text("names"))
      let cpu = arguments.cpu
      let values = try context.attempt { machine throws(OperationError) in try machine.read(registers, of: cpu) }
      let pairs = zip(registers, values).map { ($0.0.name, hex($0.1, digits: $0.0.width / 4)) }
      return OperatorAnswer(.object(Dictionary(uniqueKeysWithValues: pairs.map { ($0, .string($1)) })), columns(pairs))
    },
    OperatorCommand(
      "set", "Change a register of a stopped CPU.",
      [
        OperatorParameter("register", .text, .required, "a name, as `registers` shows it"),
        OperatorParameter("value", .hexadecimal, .required, "hexadecimal"), .cpu,
      ]
    ) { context, arguments throws(OperatorFailure) in
      let name = arguments.text("register") ?? "", value = arguments.number("value") ?? 0, cpu = arguments.cpu
      guard let register = Register(name: name) else { throw unknown(name) }
      try context.attempt { machine throws(OperationError) in try machine.write([(register, value)], of: cpu) }
      return OperatorAnswer()
    },
    OperatorCommand(
      "psw", "Display the PSW of a CPU, or change it when the CPU is stopped.",
      [
        OperatorParameter("mask", .hexadecimal, .optional, "bits 0-63"),
        OperatorParameter("address", .hexadecimal, .optional, "bits 64-127"), .cpu,
      ]
    ) { context, arguments throws(OperatorFailure) in
      let cpu = arguments.cpu
      let changes: [(Register, UInt64?)] = [(.pswMask, arguments.number("mask")), (.pswAddress, arguments.number("address"))]
      let wanted = changes.compactMap { change in change.1.map { (change.0, $0) } }
      if !wanted.isEmpty { try context.attempt { machine throws(OperationError) in try machine.write(wanted, of: cpu) } }
      let status = try context.attempt { machine throws(OperationError) in try machine.status(of: cpu) }
      return OperatorAnswer(
        .object(["mask": .hex(status.psw.mask), "address": .hex(status.psw.instructionAddress)]),
        "\(hex(status.psw.mask)) \(hex(status.psw.instructionAddress))")
    },
  ]

  private static func unknown(_ name: String) -> OperatorFailure {
    OperatorFailure(
      request: "there is no register \(name); there are r0-r15, a0-a15, c0-c15, f0-f15, "
        + (Register.all(.other) + [.floatingPointControl]).map(\.name).joined(separator: ", "))
  }

  private static func parseRegisters(_ text: String?) throws(OperatorFailure) -> [Register] {
    guard let text else { return Register.Kind.allCases.flatMap { Register.all($0) } }
    var registers: [Register] = []
    for name in text.split(separator: ",").map(String.init) {
      let more = Register.Kind(rawValue: name).map { Register.all($0) } ?? Register(name: name).map { [$0] }
      guard let more else { throw unknown(name) }
      registers += more.filter { !registers.contains($0) }
    }
    return registers
  }

  /// Four a line.
  private static func columns(_ pairs: [(String, String)]) -> String {
    let cells = pairs.map { name, value in
      String(repeating: " ", count: max(0, 6 - name.utf8.count)) + name + " " + value
        + String(repeating: " ", count: 16 - value.utf8.count)
    }
    return stride(from: 0, to: cells.count, by: 4).map { start in
      let line = cells[start..<min(start + 4, cells.count)].joined()
      return String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.endIndex)])
    }.joined(separator: "\n")
  }
}

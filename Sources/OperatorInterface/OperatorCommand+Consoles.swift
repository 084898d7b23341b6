import Ironload

extension OperatorCommand {
  /// Consoles, devices, figures.
  static let consoleCommands: [OperatorCommand] = [
    OperatorCommand(
      "console", "Display the end of what the guest wrote to its consoles.",
      [OperatorParameter("count", .decimal, .optional, "bytes; 2000 unless said")]
    ) { context, arguments throws(OperatorFailure) in
      let log = context.machine.consoleLog
      let bytes = log.bytes(from: log.end - Int(clamping: arguments.count("count") ?? 2000))
      let text = String(decoding: bytes, as: UTF8.self)
      return OperatorAnswer(.object(["text": .string(text)]), text)
    },
    OperatorCommand(
      "enter", "Enter a line on the line-mode console.", [OperatorParameter("line", .text, .rest, "the line")]
    ) { context, arguments throws(OperatorFailure) in
      context.machine.enter(line: arguments.text("line") ?? "")
      return OperatorAnswer()
    },
    OperatorCommand(
      "type", "Type a line on the VT220 console, with its end.", [OperatorParameter("line", .text, .rest, "the line")]
    ) { context, arguments throws(OperatorFailure) in
      context.machine.type(Array((arguments.text("line") ?? "").utf8) + [0x0D])
      return OperatorAnswer()
    },
    OperatorCommand("devices", "List the devices and what they have done.") { context, _ throws(OperatorFailure) in
      let devices = context.machine.devices
      return OperatorAnswer(
        .object(["devices": .array(devices.map(deviceResult))]), devices.map(deviceText).joined(separator: "\n"))
    },
    OperatorCommand("statistics", "Say what the machine has done.") { context, _ throws(OperatorFailure) in
      let figures = try context.attempt { machine throws(OperationError) in try machine.statistics() }
      return OperatorAnswer(
        .object([
          "instructions": .count(figures.instructions), "mips": .number(Int64(figures.mips)),
          "interruptions": .object(Dictionary(uniqueKeysWithValues: figures.interruptions.map { ($0.name, .count($0.count)) })),
          "devices": .array(figures.devices.map(deviceResult)),
        ]), figures.description)
    },
  ]

  private static func deviceResult(_ device: DeviceStatus) -> JSONValue {
    .object([
      "device": .string(device.deviceNumber.deviceNumberText), "subchannel": .hex(UInt64(device.subchannel), digits: 4),
      "type": .string(device.type), "enabled": .bool(device.isEnabled), "busy": .bool(device.isBusy),
      "statusPending": .bool(device.isStatusPending), "bytesRead": .count(device.bytesRead),
      "bytesWritten": .count(device.bytesWritten),
      "commands": .array(
        device.commands.map {
          .object(["code": .hex(UInt64($0.code), digits: 2), "name": .string($0.name), "count": .count($0.count)])
        }),
    ])
  }

  private static func deviceText(_ device: DeviceStatus) -> String {
    let state = [
      device.isEnabled ? "enabled" : "not enabled", device.isBusy ? "busy" : nil, device.isStatusPending ? "status pending" : nil,
    ]
    return "\(device.deviceNumber.deviceNumberText) subchannel \(hex(UInt64(device.subchannel), digits: 4)) \(device.type): "
      + state.compactMap { $0 }.joined(separator: ", ") + ", \(device.bytesRead) bytes read, \(device.bytesWritten) written"
  }
}

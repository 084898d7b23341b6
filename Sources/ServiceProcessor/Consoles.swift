/// One line that the control program wrote to the line-mode console.
package struct ConsoleLine: Hashable, Sendable {
  /// The line without an end; printable characters, blanks and tabs only. Trailing blanks are kept: prompts have them.
  package var text: String
  /// The control program marked the line as a prompt.
  package var isPrompt: Bool
  /// The line came as a priority message.
  package var isPriority: Bool
  /// The operator's attention is asked for (the bell).
  package var soundsAlarm: Bool
  package init(text: String, isPrompt: Bool = false, isPriority: Bool = false, soundsAlarm: Bool = false) {
    self.text = text
    self.isPrompt = isPrompt
    self.isPriority = isPriority
    self.soundsAlarm = soundsAlarm
  }
}

/// The consoles that are attached to the service processor. One without a sink does not exist for the control program:
/// its events are not announced.
///
/// Concurrency: a sink is called on the thread of the CPU that writes, one call at a time, without a lock held; so is
/// `areFull`. While it blocks, that CPU waits, and service calls of others find the service processor busy.
package struct Consoles: Sendable {
  /// Takes what is written to the line-mode console (Linux: ttyS0, also called sclp_line).
  package var lineMode: (@Sendable (ConsoleLine) -> Void)?
  /// Takes bytes written to the VT220 console (Linux: ttysclp0, known as ttyS1 too).
  package var terminal: (@Sendable ([UInt8]) -> Void)?
  /// Whether the consoles want no more for now: WRITE EVENT DATA is then completed by `ServiceProcessor.consolesHaveRoom`.
  package var areFull: (@Sendable () -> Bool)?
  /// The EBCDIC of the line-mode console.
  package var codePage: CodePage
  /// How a line is handed to the control program.
  package var lineConvention: OperatorLine.Convention

  package init(
    lineMode: (@Sendable (ConsoleLine) -> Void)? = nil, terminal: (@Sendable ([UInt8]) -> Void)? = nil,
    areFull: (@Sendable () -> Bool)? = nil, codePage: CodePage = .ibm500,
    lineConvention: OperatorLine.Convention = .linux
  ) {
    self.lineMode = lineMode
    self.terminal = terminal
    self.areFull = areFull
    self.codePage = codePage
    self.lineConvention = lineConvention
  }

  /// What the service processor receives from the control program, given these consoles.
  var receiveMask: EventMask {
    var mask = EventMask(.controlProgramIdentification)
    if lineMode != nil { mask.formUnion(EventMask(.message, .priorityMessage)) }
    if terminal != nil { mask.formUnion(EventMask(.terminal)) }
    return mask
  }

  /// What the service processor sends to the control program, given these consoles.
  var sendMask: EventMask {
    var mask = EventMask(.stateChange, .signalQuiesce)
    if lineMode != nil { mask.formUnion(EventMask(.operatorCommand, .priorityMessage)) }
    if terminal != nil { mask.formUnion(EventMask(.terminal)) }
    return mask
  }
}

import Synchronization

extension ServiceProcessor {
  /// What the machine is; READ SCP INFO and READ CPU INFO show it. Changes count from the next call on.
  package var description: SystemDescription {
    get { state.withLock { $0.description } }
    set { state.withLock { $0.description = newValue } }
  }

  /// The attached consoles. When consoles come or go, the control program is told by a state-change event.
  package var consoles: Consoles {
    get { state.withLock { $0.consoles } }
    set {
      changeEvents { state in
        let old = state.consoles
        state.consoles = newValue
        if old.sendMask != newValue.sendMask || old.receiveMask != newValue.receiveMask { state.events.addStateChange() }
      }
    }
  }

  /// What the control program said it is, if it did since the last reset.
  package var controlProgramIdentification: ControlProgramIdentification? { state.withLock { $0.identification } }

  /// Enters a line on the line-mode console. It is held until the control program takes operator commands, and never lost.
  /// - Parameter line: without its end; ends of lines within make several lines of it. What Latin-1 lacks becomes `?`.
  package func enter(line: String) {
    changeEvents { state in
      for part in line.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
        state.events.add(lines: OperatorLine.pieces(of: String(part), state.consoles.codePage, state.consoles.lineConvention))
      }
    }
  }

  /// Types `bytes` on the VT220 console. They are held until the control program takes them, in order, none lost.
  package func send(bytes: some Sequence<UInt8>) { changeEvents { $0.events.add(typed: bytes) } }

  /// Whether the control program takes lines of the line-mode console at present.
  package var takesLines: Bool {
    state.withLock { !$0.events.receiveMask.isDisjoint(with: EventMask(.operatorCommand, .priorityMessage)) }
  }

  /// Whether the control program takes bytes of the VT220 console at present.
  package var takesBytes: Bool { state.withLock { $0.events.receiveMask.contains(EventMask(.terminal)) } }

  /// Input that the control program has not taken: lines (or pieces of long ones) and bytes.
  package var heldInput: (lines: Int, bytes: Int) { state.withLock { $0.events.heldInput } }

  /// Asks the control program to shut down (signal quiesce). Linux answers as to Ctrl-Alt-Delete, and stops at last with a
  /// disabled wait PSW whose address is FFF.
  /// - Returns: whether the control program listens for it now; otherwise the request waits until it does.
  @discardableResult package func requestShutdown() -> Bool {
    changeEvents { $0.events.addQuiesce() }
    return state.withLock { $0.events.receiveMask.contains(EventMask(.signalQuiesce)) }
  }
}

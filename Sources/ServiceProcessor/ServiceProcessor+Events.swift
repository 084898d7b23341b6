import Synchronization

/// WRITE EVENT MASK, WRITE EVENT DATA and READ EVENT DATA.
extension ServiceProcessor {
  /// 10 mask length, then four masks of that length: what the control program receives and sends, which become its masks;
  /// what the service processor receives and sends, which it answers (drivers/s390/char/sclp.h: init_sccb).
  func writeEventMask(_ sccb: inout SCCB) -> ResponseCode {
    let masks = 12
    guard let length = sccb.field(UInt16.self, at: 10).map(Int.init) else { return .insufficientLength }
    guard length > 0, length <= EventMask.maximumLength else { return .invalidMaskLength }
    guard sccb.count >= masks + 4 * length else { return .insufficientLength }

    let receive = EventMask(bytes: sccb.bytes[masks..<masks + length])
    let send = EventMask(bytes: sccb.bytes[masks + length..<masks + 2 * length])
    let consoles = state.withLock { state in
      (state.events.receiveMask, state.events.sendMask, state.events.maskLength) = (receive, send, length)
      return state.consoles
    }
    let answer = consoles.receiveMask.bytes(length: length) + consoles.sendMask.bytes(length: length)
    for (k, byte) in answer.enumerated() { sccb.setField(byte, at: masks + 2 * length + k) }
    return .complete
  }

  // MARK: WRITE EVENT DATA

  /// Event buffers one behind the other fill the SCCB. All lengths are checked before the first is carried out; the first
  /// that fails leaves those behind it not accepted.
  func writeEventData(_ sccb: inout SCCB) -> ResponseCode {
    guard sccb.functionCode == 0 else { return .invalidFunction }
    var buffers: [Range<Int>] = [], at = SCCB.headerLength
    while at < sccb.count {
      guard let length = sccb.field(UInt16.self, at: at).map(Int.init), length >= EventBuffer.headerLength,
        length <= sccb.count - at
      else { return .eventBufferSyntaxError }
      buffers.append(at..<at + length)
      at += length
    }

    var response = ResponseCode.complete
    for buffer in buffers {
      let type = sccb.bytes[buffer.lowerBound + 2], flags = sccb.bytes[buffer.lowerBound + 3] & ~EventBuffer.accepted
      if response == .complete {
        response = carryOut(type, data: [UInt8](sccb.bytes[buffer.dropFirst(EventBuffer.headerLength)]))
      }
      sccb.setField(response == .complete ? flags | EventBuffer.accepted : flags, at: buffer.lowerBound + 3)
    }
    return response
  }

  private func carryOut(_ type: UInt8, data: [UInt8]) -> ResponseCode {
    let (consoles, codePage) = state.withLock { ($0.consoles, $0.messageCodePage) }
    guard let type = EventType(rawValue: type), consoles.receiveMask.contains(EventMask(type)) else { return .invalidFunction }
    switch type {
    case .message, .priorityMessage:
      guard let lines = MessageDataBlock.lines(data, codePage, isPriority: type == .priorityMessage)
      else { return .inconsistentLengths }
      for line in lines { consoles.lineMode?(line) }
    case .terminal:
      if !data.isEmpty { consoles.terminal?(data) }
    case .controlProgramIdentification:
      guard let identification = ControlProgramIdentification(data: data, consoles.codePage)
      else { return .eventBufferSyntaxError }
      state.withLock { $0.identification = identification }
    case .operatorCommand, .stateChange, .signalQuiesce:
      return .invalidFunction  // these go the other way
    }
    return .complete
  }

  // MARK: READ EVENT DATA

  /// Function code 0 reads all that the control program receives, 1 a selection, whose mask lies at 14.
  func readEventData(_ sccb: inout SCCB) -> ResponseCode {
    let room = sccb.count - SCCB.headerLength
    guard room >= EventBuffer.headerLength else { return .insufficientLength }
    let (receiveMask, maskLength) = state.withLock { ($0.events.receiveMask, $0.events.maskLength) }
    var selection = receiveMask
    switch sccb.functionCode {
    case 0: break
    case 1:
      let mask = 14
      guard sccb.count >= mask + min(maskLength, 8) else { return .insufficientLength }
      selection = EventMask(bytes: sccb.bytes[mask..<min(sccb.count, mask + maskLength)])
      guard !receiveMask.isEmpty, selection.isSubset(of: receiveMask) else { return .invalidSelectionMask }
    default: return .invalidFunction
    }

    let taken = state.withLock { $0.events.take(selection, room: room, consoles: $0.consoles) }
    guard let buffers = taken else { return .eventExceedsSCCB }
    sccb.setData(buffers)
    if sccb.allowsVariableLength { sccb.setVariableLength(SCCB.headerLength + buffers.count) }
    return buffers.isEmpty ? .noEventsStored : .complete
  }
}

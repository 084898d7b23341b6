/// The events that wait for the control program, and what it is ready to take: plain data, guarded by its owner's lock.
///
/// Input is held however long the control program does not ask for it, and leaves only as far as it was stored in an SCCB.
struct EventQueue {
  /// What the control program receives and sends, by its last WRITE EVENT MASK.
  var receiveMask = EventMask(), sendMask = EventMask()
  /// The length in bytes of the masks which the control program uses.
  var maskLength = 4
  /// Operator lines, in EBCDIC, each short enough for one event.
  private var lines: ArraySlice<[UInt8]> = []
  /// Bytes typed on the VT220 console.
  private var typed: ArraySlice<UInt8> = []
  private var quiesceRequested = false, stateChanged = false

  mutating func add(lines pieces: [[UInt8]]) { lines += pieces }
  mutating func add(typed bytes: some Sequence<UInt8>) { typed += bytes }
  mutating func addQuiesce() { quiesceRequested = true }
  mutating func addStateChange() { stateChanged = true }

  /// Operator input that the control program has not taken yet.
  var heldInput: (lines: Int, bytes: Int) { (lines.count, typed.count) }

  /// System reset: the masks are gone and with them requests to the control program that was; input waits for the next.
  mutating func reset() {
    (receiveMask, sendMask, maskLength) = (EventMask(), EventMask(), 4)
    (quiesceRequested, stateChanged) = (false, false)
  }

  /// The types that wait and that `selection` takes. An operator line goes as a priority command to a control program
  /// that takes nothing else.
  func pending(_ selection: EventMask) -> [EventType] {
    var types: [EventType] = []
    if stateChanged { types.append(.stateChange) }
    if quiesceRequested { types.append(.signalQuiesce) }
    if !lines.isEmpty { types.append(selection.contains(EventMask(.operatorCommand)) ? .operatorCommand : .priorityMessage) }
    if !typed.isEmpty { types.append(.terminal) }
    return types.filter { selection.contains(EventMask($0)) }
  }

  /// Whether the control program, with its masks of now, has an event to read.
  var hasPending: Bool { !pending(receiveMask).isEmpty }

  /// Takes out at most one event of each pending type, as event buffers of no more than `room` bytes together.
  /// One line a time: zipl reads the first event of an SCCB only.
  /// - Returns: empty when nothing is pending, nil when something is but does not fit.
  mutating func take(_ selection: EventMask, room: Int, consoles: Consoles) -> [UInt8]? {
    let types = pending(selection)
    var buffers: [UInt8] = []
    for type in types {
      let data: [UInt8]
      let roomForData = room - buffers.count - EventBuffer.headerLength
      switch type {
      case .stateChange: data = stateChange(consoles)
      case .signalQuiesce: data = [0, 0, 0]  // no limit in time: a count and its unit
      case .operatorCommand, .priorityMessage: data = OperatorLine.vectors(lines.first ?? [])
      case .terminal: data = terminalData(roomForData)
      case .message, .controlProgramIdentification: continue
      }
      guard !data.isEmpty, data.count <= roomForData else { continue }
      buffers += EventBuffer.encode(type, data)
      remove(type, data)
    }
    return buffers.isEmpty && !types.isEmpty ? nil : buffers
  }

  /// Session data (0) and as many typed bytes as there is room for; empty when there is none.
  private func terminalData(_ room: Int) -> [UInt8] { room < 2 ? [] : [0] + typed.prefix(room - 1) }

  /// The masks of the service processor in the length that the control program uses (sclp.c: sclp_statechangebuf):
  /// validity bits (2 and 3 of 4 are ours), mask length, facilities, receive mask, send mask, read-data functions.
  private func stateChange(_ consoles: Consoles) -> [UInt8] {
    var data: [UInt8] = [0x60, 0]
    data.append(field: UInt16(maskLength))
    data.append(field: UInt64(0))
    data += consoles.receiveMask.bytes(length: maskLength) + consoles.sendMask.bytes(length: maskLength)
    data.append(field: UInt32(0))
    return data
  }

  private mutating func remove(_ type: EventType, _ data: [UInt8]) {
    switch type {
    case .stateChange: stateChanged = false
    case .signalQuiesce: quiesceRequested = false
    case .operatorCommand, .priorityMessage: lines = lines.dropFirst()
    case .terminal: typed = typed.dropFirst(data.count - 1)
    case .message, .controlProgramIdentification: break
    }
    // A slice keeps its whole buffer: let it go when all is read.
    if lines.isEmpty { lines = [] }
    if typed.isEmpty { typed = [] }
  }
}

/// The header of an event buffer: length, type, flags (0x80 accepted), two reserved bytes; then data.
enum EventBuffer {
  static let headerLength = 6
  static let accepted: UInt8 = 0x80

  static func encode(_ type: EventType, _ data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(field: UInt16(headerLength + data.count))
    bytes += [type.rawValue, accepted, 0, 0]
    return bytes + data
  }
}

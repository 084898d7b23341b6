internal import Tracing

/// Trace class `ccw`: a transfer in channel was followed.
package struct TransferInChannelEvent: TraceEvent, Hashable {
  package static let kind = "tic"
  package var deviceNumber: UInt16
  /// Where the transfer stood.
  package var address: UInt32
  /// Its eight bytes, as a big-endian number.
  package var word: UInt64
  /// Where it leads.
  package var target: UInt32

  package var description: String { "TIC \(hex(deviceNumber, 4)) \(hex(address, 8)): to \(hex(target, 8))" }

  private enum Key: CodingKey { case device, address, target }
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(hex(deviceNumber, 4), forKey: .device)
    try object.encode(hex(address, 8), forKey: .address)
    try object.encode(hex(target, 8), forKey: .target)
  }
}

/// Trace classes `ccw` and `io`: a channel program begins, or the channel refuses it.
package struct ProgramStartEvent: TraceEvent, Hashable {
  package static let kind = "start"
  package var deviceNumber: UInt16
  package var orb: ORB
  package var channel: ChannelKind
  package var refusal: ChannelRefusal?

  package var description: String {
    var line =
      "start \(hex(deviceNumber, 4)) at \(hex(orb.programAddress, 8)): ORB \(hex(orb.control, 8)), channel \(channel.rawValue)"
    if let refusal { line += ": refused: \(refusal)" }
    return line
  }

  private enum Key: CodingKey { case device, address, control, channel, refusal }
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(hex(deviceNumber, 4), forKey: .device)
    try object.encode(hex(orb.programAddress, 8), forKey: .address)
    try object.encode(hex(orb.control, 8), forKey: .control)
    try object.encode(channel, forKey: .channel)
    try object.encodeIfPresent(refusal?.description, forKey: .refusal)
  }
}

/// Trace classes `ccw` and `io`: a channel program ended or pauses.
package struct ProgramEndEvent: TraceEvent, Hashable {
  package static let kind = "end"
  package enum Reason: String, Hashable, Sendable, Encodable {
    case ended, suspended, stopped
    case awaitsDeviceEnd = "waits for device end"
    case deviceBusy = "waits for the busy device"
  }

  package var deviceNumber: UInt16
  package var reason: Reason
  package var deviceStatus: UnitStatus
  package var subchannelStatus: SubchannelStatus
  /// Of the last CCW used, plus 8; zero while the program waits.
  package var ccwAddress: UInt32
  package var count: UInt16

  package var description: String {
    "end \(hex(deviceNumber, 4)): \(reason.rawValue), status \(hex(deviceStatus.rawValue, 2))\(hex(subchannelStatus.rawValue, 2))"
      + " CCW address \(hex(ccwAddress, 8)) count \(hex(count, 4))"
  }

  private enum Key: CodingKey { case device, reason, unitStatus, subchannelStatus, ccwAddress, count }
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(hex(deviceNumber, 4), forKey: .device)
    try object.encode(reason, forKey: .reason)
    try object.encode(hex(deviceStatus.rawValue, 2), forKey: .unitStatus)
    try object.encode(hex(subchannelStatus.rawValue, 2), forKey: .subchannelStatus)
    try object.encode(hex(ccwAddress, 8), forKey: .ccwAddress)
    try object.encode(count, forKey: .count)
  }
}

internal import Tracing

/// A piece of absolute storage.
package struct StorageSpan: Hashable, Sendable {
  package var address: UInt64
  package var count: UInt64
  package init(address: UInt64, count: UInt64) {
    self.address = address
    self.count = count
  }
  /// The first address behind it; it never wraps.
  package var end: UInt64 { address &+ count }
  package func overlaps(_ other: StorageSpan) -> Bool { address < other.end && other.address < end }
}

/// Trace class `ccw`: a CCW, and what came of it. CCWs that continue the data of a command have an event of their own, ahead of
/// the one that ends the command.
package struct CCWEvent: TraceEvent, Hashable {
  package static let kind = "ccw"

  package var deviceNumber: UInt16
  package var subchannel: UInt16
  /// Where the CCW was fetched, or should have been.
  package var address: UInt32
  package var isFormat1: Bool
  /// Nil when it could not be fetched.
  package var ccw: CCW?
  /// The command that its data belong to: not its own code when data are chained.
  package var command: UInt8
  /// What the device calls that command.
  package var commandName: String?
  /// Empty when no device saw the command, nil while the command goes on in the next CCW.
  package var deviceStatus: UnitStatus?
  package var subchannelStatus: SubchannelStatus
  /// Bytes of the count that were not transferred.
  package var residual: Int
  /// Storage that was stored into or fetched from, in the order of the transfer; neighbours are one.
  package var spans: [StorageSpan]
  /// Device to storage.
  package var isInput: Bool
  /// The first bytes that were transferred, at most 32: a seek's or search's argument.
  package var firstBytes: [UInt8]
  /// Where the device is now.
  package var position: DevicePosition?

  package var description: String {
    let ending = deviceStatus.map { hex($0.rawValue, 2) + hex(subchannelStatus.rawValue, 2) } ?? "data chaining"
    var line = "CCW \(hex(deviceNumber, 4)) \(hex(address, 8)): "
    if let ccw {
      line +=
        "\(hex(ccw.command, 2)) flags \(hex(ccw.flags.rawValue, 2)) count \(hex(ccw.count, 4)) data \(hex(ccw.dataAddress, 8))"
    } else {
      line += "cannot be fetched"
    }
    line += " -> \(ending) residual \(hex(UInt32(truncatingIfNeeded: residual), 4))"
    if let commandName { line += " \(commandName)" }
    if let position { line += ", \(position)" }
    for span in spans { line += " \(isInput ? "to" : "from") \(hex(span.address, 8))+\(hex(span.count, 4))" }
    return line
  }
}

extension CCWEvent: Encodable {
  private enum Key: CodingKey {
    case device, subchannel, address, format, code, flags, count, dataAddress, command, name, unitStatus, subchannelStatus,
      residual, stored, fetched, firstBytes, cylinder, head, record
  }

  /// Addresses, codes and status in hexadecimal; counts as numbers.
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(hex(deviceNumber, 4), forKey: .device)
    try object.encode(subchannel, forKey: .subchannel)
    try object.encode(hex(address, 8), forKey: .address)
    try object.encode(isFormat1 ? 1 : 0, forKey: .format)
    if let ccw {
      try object.encode(hex(ccw.command, 2), forKey: .code)
      try object.encode(hex(ccw.flags.rawValue, 2), forKey: .flags)
      try object.encode(ccw.count, forKey: .count)
      try object.encode(hex(ccw.dataAddress, 8), forKey: .dataAddress)
      try object.encode(hex(command, 2), forKey: .command)
    }
    try object.encodeIfPresent(commandName, forKey: .name)
    try object.encodeIfPresent(deviceStatus.map { hex($0.rawValue, 2) }, forKey: .unitStatus)
    try object.encode(hex(subchannelStatus.rawValue, 2), forKey: .subchannelStatus)
    try object.encode(residual, forKey: .residual)
    if !spans.isEmpty {
      try object.encode(spans.map { [hex($0.address, 8), hex($0.count, 4)] }, forKey: isInput ? .stored : .fetched)
    }
    if !firstBytes.isEmpty { try object.encode(firstBytes.map { hex($0, 2) }.joined(), forKey: .firstBytes) }
    try object.encodeIfPresent(position?.cylinder, forKey: .cylinder)
    try object.encodeIfPresent(position?.head, forKey: .head)
    try object.encodeIfPresent(position?.record, forKey: .record)
  }
}

/// What a CCW moves, gathered while CCWs are traced.
struct CCWObservation {
  static let byteLimit = 32
  private(set) var spans: [StorageSpan] = []
  private(set) var firstBytes: [UInt8] = []

  /// Notes `count` bytes from `bytes` on that moved from or to `address`; a read backward moved them downward to it.
  mutating func note(_ address: UInt64, _ count: Int, _ bytes: UnsafeRawPointer) {
    let room = Self.byteLimit - firstBytes.count
    if room > 0 { firstBytes += UnsafeRawBufferPointer(start: bytes, count: min(room, count)) }
    let span = StorageSpan(address: address, count: UInt64(count))
    if let last = spans.last, last.end == address {
      spans[spans.count - 1].count += span.count
    } else if let last = spans.last, span.end == last.address {
      spans[spans.count - 1] = StorageSpan(address: address, count: last.count + span.count)
    } else {
      spans.append(span)
    }
  }
}

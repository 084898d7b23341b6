internal import Tracing

/// Trace classes `ccw` and `io`: the channel subsystem took the sense bytes behind a unit check from the device.
package struct SenseEvent: TraceEvent, Hashable {
  package static let kind = "sense"
  package var deviceNumber: UInt16
  package var bytes: [UInt8]

  private var text: String { bytes.map { hex($0, 2) }.joined() }
  package var description: String { "sense \(hex(deviceNumber, 4)): \(text)" }

  private enum Key: CodingKey { case device, bytes }
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(hex(deviceNumber, 4), forKey: .device)
    try object.encode(text, forKey: .bytes)
  }
}

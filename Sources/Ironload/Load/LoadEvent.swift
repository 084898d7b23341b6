import Tracing

/// Trace class `load`: a step of the load procedure that no channel program makes.
package struct LoadEvent: TraceEvent, Hashable {
  package static let kind = "load"

  package enum Step: String, Hashable, Sendable, Encodable {
    /// The machine is reset, and cleared if the operator said so; the device is chosen.
    case begins
    /// The procedure stored CCWs or arguments of its own.
    case stores
    /// The procedure turned off the chaining flags of the CCW at the address.
    case breaksChain
    /// A PSW was loaded from the address: the load is done.
    case loadsPSW
  }

  package var step: Step
  package var deviceNumber: UInt16
  /// What the step touched, absolute.
  package var address: UInt64 = 0
  /// How many bytes.
  package var count = 0
  /// What and why, in words.
  package var text: String

  package init(_ step: Step, _ deviceNumber: UInt16, address: UInt64 = 0, count: Int = 0, _ text: String) {
    self.step = step
    self.deviceNumber = deviceNumber
    self.address = address
    self.count = count
    self.text = text
  }

  package var description: String { "load \(deviceNumber.deviceNumberText): \(text)" }

  private enum Key: CodingKey { case step, device, address, count, text }
  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(step, forKey: .step)
    try object.encode(deviceNumber.deviceNumberText, forKey: .device)
    if count > 0 {
      try object.encode(hex(address, digits: 8), forKey: .address)
      try object.encode(count, forKey: .count)
    }
    try object.encode(text, forKey: .text)
  }
}

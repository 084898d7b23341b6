/// The types of events that the service processor sends or receives (drivers/s390/char/sclp.h: EVTYP_...).
package enum EventType: UInt8, CaseIterable, Sendable {
  /// A line from the operator to the control program.
  case operatorCommand = 0x01
  /// Messages of the control program to the operator.
  case message = 0x02
  /// The service processor's own masks have changed.
  case stateChange = 0x08
  /// Priority messages and commands, both ways.
  case priorityMessage = 0x09
  /// The control program says what it is.
  case controlProgramIdentification = 0x0B
  /// Bytes from and to the VT220 (ASCII) console.
  case terminal = 0x1A
  /// The operator asks the control program to shut down.
  case signalQuiesce = 0x1D
}

/// A set of event types as the first 64 bits of an event mask: type n is bit n - 1 from the left.
package struct EventMask: OptionSet, Hashable, Sendable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }
  package init(_ types: EventType...) {
    rawValue = types.reduce(0) { $0 | 1 << (64 - UInt64($1.rawValue)) }
  }

  /// The longest mask that a control program may use, in bytes.
  static let maximumLength = 1021

  /// The mask from bytes of any length: what is missing is zero, what is longer names types which nobody has.
  init(bytes: some Collection<UInt8>) {
    var value: UInt64 = 0
    for (k, byte) in bytes.prefix(8).enumerated() { value |= UInt64(byte) << UInt64(56 - 8 * k) }
    rawValue = value
  }

  /// The mask in `length` bytes.
  func bytes(length: Int) -> [UInt8] {
    (0..<length).map { $0 < 8 ? UInt8(truncatingIfNeeded: rawValue >> UInt64(56 - 8 * $0)) : 0 }
  }
}

/// The flags of a CCW, where format 1 has them: byte 1, and byte 4 of format 0 (chapter 15, "Channel-Command Word").
package struct CCWFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// CD: the next CCW continues the data of this command.
  package static let chainData = CCWFlags(rawValue: 0x80)
  /// CC: the next CCW has another command.
  package static let chainCommand = CCWFlags(rawValue: 0x40)
  /// SLI: a length other than the count is no error.
  package static let suppressLengthIndication = CCWFlags(rawValue: 0x20)
  /// SKIP: what is read goes nowhere.
  package static let skip = CCWFlags(rawValue: 0x10)
  /// PCI: interrupt when this CCW takes control.
  package static let programControlledInterruption = CCWFlags(rawValue: 0x08)
  /// IDA: the data address designates a list of IDAWs.
  package static let indirectData = CCWFlags(rawValue: 0x04)
  /// S: suspend before this CCW.
  package static let suspend = CCWFlags(rawValue: 0x02)
  /// MIDA: the data address designates a list of MIDAWs.
  package static let modifiedIndirectData = CCWFlags(rawValue: 0x01)
}

/// A channel-command word of either format. Both are eight bytes on a doubleword boundary:
///
///     format 0: command, data address (3), flags, ignored, count (2)
///     format 1: command, flags, count (2), data address (4, its bit 0 zero)
package struct CCW: Hashable, Sendable {
  package static let size: UInt32 = 8

  package var command: UInt8
  package var flags: CCWFlags
  package var count: UInt16
  /// 24 bits in format 0; in format 1 the whole word, bit 0 included.
  package var dataAddress: UInt32

  package init(_ command: UInt8, flags: CCWFlags = [], count: UInt16 = 0, dataAddress: UInt32 = 0) {
    self.command = command
    self.flags = flags
    self.count = count
    self.dataAddress = dataAddress
  }

  /// - Parameter doubleword: the eight bytes as a big-endian number.
  package init(format0 doubleword: UInt64) {
    self.init(
      UInt8(doubleword >> 56), flags: CCWFlags(rawValue: UInt8(truncatingIfNeeded: doubleword >> 24)),
      count: UInt16(truncatingIfNeeded: doubleword), dataAddress: UInt32(truncatingIfNeeded: doubleword >> 32) & 0xFF_FFFF)
  }
  /// - Parameter doubleword: the eight bytes as a big-endian number.
  package init(format1 doubleword: UInt64) {
    self.init(
      UInt8(doubleword >> 56), flags: CCWFlags(rawValue: UInt8(truncatingIfNeeded: doubleword >> 48)),
      count: UInt16(truncatingIfNeeded: doubleword >> 32), dataAddress: UInt32(truncatingIfNeeded: doubleword))
  }

  /// The eight bytes of format 0 as a big-endian number; the data address loses what 24 bits do not hold.
  package var format0: UInt64 {
    UInt64(command) << 56 | UInt64(dataAddress & 0xFF_FFFF) << 32 | UInt64(flags.rawValue) << 24 | UInt64(count)
  }
  /// The eight bytes of format 1 as a big-endian number.
  package var format1: UInt64 {
    UInt64(command) << 56 | UInt64(flags.rawValue) << 48 | UInt64(count) << 32 | UInt64(dataAddress)
  }
}

/// What the channel itself sees in a command code; devices see the rest (chapter 15, "Command Code").
package enum CommandKind: Hashable, Sendable {
  case invalid, transferInChannel, sense, readBackward, write, read, control

  /// In format 0 the four leftmost bits of TIC are ignored; in format 1 they must be zero.
  package init(_ command: UInt8, isFormat1: Bool) {
    switch command & 0x0F {
    case 0: self = .invalid
    case 0x4: self = .sense
    case 0x8: self = isFormat1 && command != 0x08 ? .invalid : .transferInChannel
    case 0xC: self = .readBackward
    default: self = command & 3 == 1 ? .write : command & 3 == 2 ? .read : .control
    }
  }

  /// Device to storage.
  package var isInput: Bool { self == .read || self == .sense || self == .readBackward }
}

/// A modified indirect-data-address word: 16 bytes, 40 zero bits, flags, count, address (chapter 15,
/// "Modified-CCW-Indirect-Data-Addressing").
package struct MIDAW: Hashable, Sendable {
  package static let size: UInt64 = 16

  package struct Flags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The last of the list.
    package static let last = Flags(rawValue: 0x80)
    /// What is read goes nowhere.
    package static let skip = Flags(rawValue: 0x40)
    /// Data-transfer-interruption control, which is not provided.
    package static let dataTransferInterruption = Flags(rawValue: 0x20)
    /// Must be zero.
    package static let reserved = Flags(rawValue: 0x1F)
  }

  /// The first doubleword, whose leftmost 40 bits must be zero.
  package var head: UInt64
  package var dataAddress: UInt64

  package init(head: UInt64, dataAddress: UInt64) {
    self.head = head
    self.dataAddress = dataAddress
  }
  package init(flags: Flags = [], count: UInt16, dataAddress: UInt64) {
    self.init(head: UInt64(flags.rawValue) << 16 | UInt64(count), dataAddress: dataAddress)
  }

  package var flags: Flags { Flags(rawValue: UInt8(truncatingIfNeeded: head >> 16)) }
  package var count: UInt16 { UInt16(truncatingIfNeeded: head) }
  /// Zero bits zero, a count, and an area within one 4-KiB block unless it is skipped: otherwise a program check.
  /// - Parameter backward: the address is that of the last byte.
  package func isValid(backward: Bool) -> Bool {
    guard head >> 24 == 0, flags.isDisjoint(with: [.reserved, .dataTransferInterruption]), count > 0 else { return false }
    let room = backward ? (dataAddress & 0xFFF) + 1 : 4096 - (dataAddress & 0xFFF)
    return flags.contains(.skip) || UInt64(count) <= room
  }

  /// The sixteen bytes.
  package func encode() -> [UInt8] {
    var block = BlockWriter(capacity: 16)
    block.put(head)
    block.put(dataAddress)
    return block.bytes
  }
}

/// The bytes of an on-disk control block, with big-endian fields at fixed offsets. The offsets come from a layout in our
/// own source, never from a file, so one outside the block is our mistake and stops the process.
package struct BigEndianFields: Hashable, Sendable {
  package private(set) var bytes: [UInt8]

  /// A block of zeros.
  package init(count: Int) { bytes = [UInt8](repeating: 0, count: count) }
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package subscript(offset: Int) -> UInt8 {
    get { bytes[offset] }
    set { bytes[offset] = newValue }
  }

  package subscript(range: Range<Int>) -> [UInt8] { Array(bytes[range]) }

  /// An unsigned big-endian integer of `width` bytes (1 to 8).
  package func integer(at offset: Int, width: Int) -> UInt64 {
    bytes[offset..<offset + width].reduce(0) { $0 << 8 | UInt64($1) }
  }
  package func halfword(_ offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: integer(at: offset, width: 2)) }
  package func word(_ offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: integer(at: offset, width: 4)) }

  /// Stores the rightmost `width` bytes of `value`.
  package mutating func store(_ value: some FixedWidthInteger, at offset: Int, width: Int) {
    let whole = UInt64(truncatingIfNeeded: value)
    for i in 0..<width { bytes[offset + i] = UInt8(truncatingIfNeeded: whole >> UInt64(8 * (width - 1 - i))) }
  }
  package mutating func store(_ value: UInt16, at offset: Int) { store(value, at: offset, width: 2) }
  package mutating func store(_ value: UInt32, at offset: Int) { store(value, at: offset, width: 4) }
  package mutating func store(_ value: UInt64, at offset: Int) { store(value, at: offset, width: 8) }
  package mutating func store(_ source: some Collection<UInt8>, at offset: Int) {
    bytes.replaceSubrange(offset..<offset + source.count, with: source)
  }

  /// A track address (CCHH) of four bytes.
  package func track(_ offset: Int) -> TrackAddress { TrackAddress(cylinder: halfword(offset), head: halfword(offset + 2)) }
  /// A record address (CCHHR) of five bytes.
  package func record(_ offset: Int) -> RecordID { RecordID(track: track(offset), record: bytes[offset + 4]) }

  package mutating func store(_ track: TrackAddress, at offset: Int) {
    store(track.cylinder, at: offset)
    store(track.head, at: offset + 2)
  }
  package mutating func store(_ record: RecordID, at offset: Int) {
    store(record.track, at: offset)
    bytes[offset + 4] = record.record
  }
}

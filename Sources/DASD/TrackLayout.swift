/// Why a track's bytes are not a track.
package enum TrackFormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The home address names another track (or none: a slot that was never written).
  case homeAddress(cylinder: UInt16, head: UInt16)
  /// There is no record 0 behind the home address.
  case missingRecordZero
  /// The record whose count lies at `offset` leaves no room for the end marker, or its count is half written.
  case overflow(offset: Int)
  /// The slot is not 56,832 bytes long.
  case size(Int)

  package var description: String {
    switch self {
    case .homeAddress(let cylinder, let head): "the home address names cylinder \(cylinder) head \(head)"
    case .missingRecordZero: "there is no record 0"
    case .overflow(let offset): "the record at byte \(offset) reaches beyond the track"
    case .size(let size): "the track has \(size) bytes"
    }
  }
}

/// Where one record lies in its track's slot.
package struct TrackRecord: Hashable, Sendable {
  package var count: Count
  /// The offset of the count in the slot, in bytes.
  package var offset: Int
  @inlinable package init(count: Count, offset: Int) {
    self.count = count
    self.offset = offset
  }
  @inlinable package var keyOffset: Int { offset &+ Count.size }
  @inlinable package var dataOffset: Int { offset &+ Count.size &+ Int(count.keyLength) }
  /// The offset of the next count, or of the end marker.
  @inlinable package var end: Int { offset &+ count.recordSize }
  package var key: Range<Int> { keyOffset..<dataOffset }
  package var data: Range<Int> { dataOffset..<end }
}

/// The records of one track's slot, found by walking its counts.
///
/// ```
/// 0             5          21
/// | flag CC HH | R0 (8+8) | count key data | count key data | ... | FF x 8 | unused ... | format mark (16) |
/// ```
/// Byte 0 is the flag byte of the home address (zero on a good track), the rest of the home address is CCHH. Record 0 is
/// the first record whatever number it carries. The format mark is Ironload's (see `CKDImage`); others ignore it.
package struct TrackLayout: Sendable {
  package static let homeAddressSize = 5
  package static let endMarker: UInt64 = .max
  /// A standard record 0: no key, eight bytes of zeros.
  package static let recordZeroSize = 16

  /// Records in the order of the track; the first is record 0. With a fault: those in front of it.
  package internal(set) var records: [TrackRecord] = []
  /// The offset of the end marker; with a fault: of the first byte that is no good record.
  package internal(set) var end = TrackLayout.homeAddressSize
  /// Why the walk stopped before an end marker; nil on a good track.
  package internal(set) var fault: TrackFormatError?

  package init() {}

  /// Walks a slot. Any bytes whatever give a layout, with a fault when they are not a track.
  package init(_ slot: UnsafeRawBufferPointer, at address: TrackAddress) {
    scan(slot, at: address)
  }

  /// As `init`, keeping the memory of the list.
  package mutating func scan(_ slot: UnsafeRawBufferPointer, at address: TrackAddress) {
    removeAll()
    guard slot.count == CKDGeometry.trackSize else { return fault = .size(slot.count) }
    let cylinder = UInt16(bigEndian: slot.loadUnaligned(fromByteOffset: 1, as: UInt16.self))
    let head = UInt16(bigEndian: slot.loadUnaligned(fromByteOffset: 3, as: UInt16.self))
    guard cylinder == address.cylinder, head == address.head else {
      return fault = .homeAddress(cylinder: cylinder, head: head)
    }
    while true {
      // A record leaves room for what follows it, so these eight bytes are in the slot.
      if slot.loadUnaligned(fromByteOffset: end, as: UInt64.self) == Self.endMarker {
        if records.isEmpty { fault = .missingRecordZero }
        return
      }
      let record = TrackRecord(count: Count(slot, at: end), offset: end)
      // A count of FFFFFFFF... is an end marker that was being replaced when the host stopped: never a record.
      guard record.end + Count.size <= slot.count, record.count.id.track != .halfWritten else {
        return fault = .overflow(offset: end)
      }
      records.append(record)
      end = record.end
    }
  }

  /// No records, keeping the memory of the list.
  mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
    end = Self.homeAddressSize
    fault = nil
  }
}

extension TrackAddress {
  /// CCHH that no record may carry: see `CKDImage`, order of writes.
  package static let halfWritten = TrackAddress(cylinder: 0xFFFF, head: 0xFFFF)
}

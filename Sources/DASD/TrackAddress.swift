/// A track: cylinder and head, as in the last four bytes of a home address (CCHH, big-endian).
package struct TrackAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var cylinder: UInt16
  package var head: UInt16

  @inlinable package init(cylinder: UInt16, head: UInt16) {
    self.cylinder = cylinder
    self.head = head
  }

  /// The track with the given number, counted from 0 through the volume; nil when its cylinder has no 16-bit number.
  package init?(index: Int) {
    guard index >= 0, let cylinder = UInt16(exactly: index / CKDGeometry.heads) else { return nil }
    self.init(cylinder: cylinder, head: UInt16(truncatingIfNeeded: index % CKDGeometry.heads))
  }

  /// The number of this track, counted from 0 through the volume.
  package var index: Int { Int(cylinder) * CKDGeometry.heads + Int(head) }

  package static func < (a: TrackAddress, b: TrackAddress) -> Bool { (a.cylinder, a.head) < (b.cylinder, b.head) }
  package var description: String { "cylinder \(cylinder) head \(head)" }
}

/// A record identifier: cylinder, head, record (CCHHR, five bytes, big-endian).
package struct RecordID: Hashable, Sendable, CustomStringConvertible {
  package var track: TrackAddress
  package var record: UInt8

  @inlinable package init(track: TrackAddress, record: UInt8) {
    self.track = track
    self.record = record
  }
  package init(cylinder: UInt16, head: UInt16, record: UInt8) {
    self.init(track: TrackAddress(cylinder: cylinder, head: head), record: record)
  }
  package var description: String { "\(track) record \(record)" }
}

/// The count area of a record: who it is and how long its key and data are.
///
/// ```
/// 0    2    4   5   6        8
/// | CC | HH | R | KL | DL    |   big-endian
/// ```
package struct Count: Hashable, Sendable {
  package static let size = 8
  package var id: RecordID
  package var keyLength: UInt8
  /// Zero marks an end-of-file record.
  package var dataLength: UInt16

  @inlinable package init(id: RecordID, keyLength: UInt8, dataLength: UInt16) {
    self.id = id
    self.keyLength = keyLength
    self.dataLength = dataLength
  }

  /// Decodes the eight bytes at `offset`, which must lie within `bytes`.
  package init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    func halfword(_ i: Int) -> UInt16 { UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + i, as: UInt16.self)) }
    self.init(
      id: RecordID(cylinder: halfword(0), head: halfword(2), record: bytes[offset + 4]),
      keyLength: bytes[offset + 5], dataLength: halfword(6))
  }

  /// The eight bytes as one big-endian number, CC in the leftmost.
  package var encoded: UInt64 {
    UInt64(id.track.cylinder) << 48 | UInt64(id.track.head) << 32 | UInt64(id.record) << 24 | UInt64(keyLength) << 16
      | UInt64(dataLength)
  }
  /// The eight bytes as they lie on the track.
  package var bytes: [UInt8] { withUnsafeBytes(of: encoded.bigEndian) { Array($0) } }
  /// Bytes of count, key and data.
  @inlinable package var recordSize: Int { Self.size + Int(keyLength) + Int(dataLength) }
}

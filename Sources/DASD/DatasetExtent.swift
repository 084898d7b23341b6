/// One piece of a data set or of the VTOC: tracks from `first` to `last`.
///
/// ```
///  0      1     2       6       10
///  | type | seq | first | last  |     type 0 none, 1 tracks, 0x40 user label, 0x81 cylinders; first and last are CCHH
/// ```
package struct DatasetExtent: Hashable, Sendable {
  package static let size = 10
  package var type: UInt8
  package var sequence: UInt8
  package var first: TrackAddress
  package var last: TrackAddress

  package init(first: TrackAddress, last: TrackAddress, sequence: UInt8 = 0) {
    type = 1
    self.sequence = sequence
    self.first = first
    self.last = last
  }

  /// Decodes the extent at `offset`.
  init(_ fields: BigEndianFields, at offset: Int) {
    type = fields[offset]
    sequence = fields[offset + 1]
    first = fields.track(offset + 2)
    last = fields.track(offset + 6)
  }

  func store(into fields: inout BigEndianFields, at offset: Int) {
    fields[offset] = type
    fields[offset + 1] = sequence
    fields.store(first, at: offset + 2)
    fields.store(last, at: offset + 6)
  }

  /// The tracks' numbers on a volume of the given shape; nil when an end is not on it or the last is in front of the first.
  package func tracks(in geometry: CKDGeometry) -> Range<Int>? {
    guard geometry.contains(first), geometry.contains(last), first <= last else { return nil }
    return first.index..<last.index + 1
  }
}

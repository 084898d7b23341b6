/// Free space of the volume: format 5 on volumes of at most 65,536 tracks, format 7 on larger ones. Extents are in
/// ascending order, none touches the next; the rest is zeros.
///
/// ```
/// format 5   0          4            44  45            135
///            | 05050505 | 8 extents |F5 | 18 extents | next |    extent: first track (2), cylinders (2), tracks (1)
/// format 7   0          4            44  45            135
///            | 07070707 | 5 extents |F7 | 11 extents | next |    extent: first track (4), first behind it (4)
/// ```
/// Source: s390-tools `libvtoc/vtoc.c` (`vtoc_set_freespace`).
package struct FreeSpaceDSCB: Hashable, Sendable {
  /// More tracks than this (`BIG_DISK_SIZE`) take format 7.
  package static let largestForFormat5 = 65_536

  private struct Layout {
    var key: UInt8
    var format: DSCB.Format
    var extentSize: Int
    var offsets: [Int]
  }
  private static let format5 = Layout(
    key: 0x05, format: .format5, extentSize: 5, offsets: (0..<8).map { 4 + $0 * 5 } + (0..<18).map { 45 + $0 * 5 })
  private static let format7 = Layout(
    key: 0x07, format: .format7, extentSize: 8, offsets: (0..<5).map { 4 + $0 * 8 } + (0..<11).map { 45 + $0 * 8 })

  package let dscb: DSCB
  private let layout: Layout

  package static func == (a: FreeSpaceDSCB, b: FreeSpaceDSCB) -> Bool { a.dscb == b.dscb }
  package func hash(into hasher: inout Hasher) { hasher.combine(dscb) }

  /// The block for the given free tracks.
  /// - Returns: nil when there are more pieces than one block holds (26 or 16).
  package init?(_ format: DSCB.Format, free: [Range<Int>]) {
    guard format == .format5 || format == .format7 else { return nil }
    layout = format == .format5 ? Self.format5 : Self.format7
    guard free.count <= layout.offsets.count else { return nil }
    var fields = BigEndianFields(count: DSCB.size)
    fields.store(repeatElement(layout.key, count: 4), at: 0)
    fields[DSCB.formatOffset] = format.rawValue
    for (range, offset) in zip(free, layout.offsets) {
      if format == .format5 {
        fields.store(range.lowerBound, at: offset, width: 2)
        fields.store(range.count / CKDGeometry.heads, at: offset + 2, width: 2)
        fields.store(range.count % CKDGeometry.heads, at: offset + 4, width: 1)
      } else {
        fields.store(range.lowerBound, at: offset, width: 4)
        fields.store(range.upperBound, at: offset + 4, width: 4)
      }
    }
    dscb = DSCB(fields)
  }

  /// - Returns: nil when the block is neither format 5 nor 7.
  package init?(_ dscb: DSCB) {
    switch dscb.format {
    case .format5: layout = Self.format5
    case .format7: layout = Self.format7
    default: return nil
    }
    self.dscb = dscb
  }

  package var format: DSCB.Format { layout.format }

  /// The free tracks it names, in the order it names them; entries that make no sense are left out.
  package var free: [Range<Int>] {
    let fields = dscb.fields
    return layout.offsets.compactMap { offset -> Range<Int>? in
      let first: Int, end: Int
      if layout.format == .format5 {
        first = Int(fields.halfword(offset))
        end = first + Int(fields.halfword(offset + 2)) * CKDGeometry.heads + Int(fields[offset + 4])
      } else {
        first = Int(fields.word(offset))
        end = Int(fields.word(offset + 4))
      }
      return first < end ? first..<end : nil
    }
  }
}

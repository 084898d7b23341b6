/// Extents 4 to 16 of a data set.
///
/// ```
///   0       4             44  45             135
///   | 03030303 | 4 extents |F3 | 9 extents    | next |   next: CCHHR of the next format-3 DSCB, or zeros
/// ```
package struct Format3DSCB: Hashable, Sendable {
  private static let extentOffsets = (0..<4).map { 4 + $0 * DatasetExtent.size } + (0..<9).map { 45 + $0 * DatasetExtent.size }
  private let fields: BigEndianFields

  /// - Returns: nil when the block is not format 3.
  package init?(_ dscb: DSCB) {
    guard dscb.format == .format3 else { return nil }
    fields = dscb.fields
  }

  package var extents: [DatasetExtent] {
    Self.extentOffsets.map { DatasetExtent(fields, at: $0) }.filter { $0.type != 0 }
  }
  package var next: RecordID? {
    let id = fields.record(135)
    return id.record == 0 ? nil : id
  }
}

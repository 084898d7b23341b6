/// A data set: its name, its first three extents and what is in it. Format 8, for volumes beyond 65,520 cylinders, has the
/// same layout.
///
/// ```
///   0       44  45      51    53      56      59    60      75
///   | name  |F1 |serial |volsq|created|expires|exts |.|.|sys|referenced| ...
///   84  86     88        93  94        105  115  125  135
///   |fm |block | length |...|          |ext1|ext2|ext3|next |   next: CCHHR of a format-3 DSCB, or zeros
/// ```
/// Source: s390-tools `include/lib/vtoc.h` (`format1_label`), values as `vtoc_init_format1_label` and `fdasd` leave them.
package struct Format1DSCB: Hashable, Sendable {
  private static let extentOffsets = [105, 115, 125]
  private var fields: BigEndianFields

  /// A data set of one extent as `fdasd` makes it: fixed blocks, no expiration.
  /// - Returns: nil when the name is not 1 to 44 printable characters.
  package init?(name: String, serial: [UInt8], extent: DatasetExtent, blockSize: UInt16, date: LabelDate) {
    guard !name.isEmpty, let name = EBCDIC.encode(name, length: DSCB.keySize), serial.count == 6,
      let system = EBCDIC.encode("IBM LINUX", length: 13)
    else { return nil }
    fields = BigEndianFields(count: DSCB.size)
    fields.store(name, at: 0)
    fields[DSCB.formatOffset] = DSCB.Format.format1.rawValue
    fields.store(serial, at: 45)
    fields.store(UInt16(1), at: 51)
    date.store(into: &fields, at: 53)
    LabelDate.never.store(into: &fields, at: 56)
    fields[59] = 1
    fields.store(system, at: 62)
    date.store(into: &fields, at: 75)
    fields[84] = 0x88
    fields.store(blockSize, at: 86)
    fields.store(blockSize, at: 88)
    fields[93] = 0x80
    fields[94] = 0x80
    extent.store(into: &fields, at: Self.extentOffsets[0])
  }

  /// - Returns: nil when the block is neither format 1 nor 8.
  package init?(_ dscb: DSCB) {
    guard dscb.format == .format1 || dscb.format == .format8 else { return nil }
    fields = dscb.fields
  }

  package var dscb: DSCB { DSCB(fields) }
  package var name: String { EBCDIC.decode(fields[0..<44]) }
  package var serial: String { EBCDIC.decode(fields[45..<51]) }
  package var created: LabelDate { LabelDate(fields, at: 53) }
  /// Extents on this volume, those in format-3 DSCBs counted.
  package var extentCount: Int { Int(fields[59]) }
  package var blockSize: Int { Int(fields.halfword(86)) }
  /// The extents in this block, as many as are in use.
  package var extents: [DatasetExtent] {
    Self.extentOffsets.prefix(extentCount).map { DatasetExtent(fields, at: $0) }.filter { $0.type != 0 }
  }
  /// The format-3 DSCB with the extents from the fourth on.
  package var next: RecordID? {
    let id = fields.record(135)
    return id.record == 0 ? nil : id
  }
}

/// The VTOC's own description, its first record.
///
/// ```
///   0      44  45        50      52          58    59    60
///   | 04.. |F4 | highest | unused| alternates| ind | exts| ...   highest: CCHHR of the last format-1 DSCB
///   62        64     66      68          71    72   74        75
///   | cylinders | heads | track | overheads  | flag | tol | DSCBs a track | ...
///   105        125   126        132          138
///   | extent | .. | lvl | format 7 | cylinders | .. | flags2
/// ```
/// Source: s390-tools `include/lib/vtoc.h` (`format4_label`), values as `vtoc_init_format4_label` leaves them.
package struct Format4DSCB: Hashable, Sendable {
  private var fields: BigEndianFields

  /// For a 3390 with a VTOC of one track.
  package init(geometry: CKDGeometry, vtoc: TrackAddress) {
    fields = BigEndianFields(count: DSCB.size)
    fields.store(repeatElement(0x04, count: DSCB.keySize), at: 0)
    fields[DSCB.formatOffset] = DSCB.Format.format4.rawValue
    fields.store(UInt16(CompatibleLayout.blocksPerTrack - 2), at: 50)
    fields[59] = 1
    fields.store(geometry.cylinders, at: 62, width: 2)
    fields.store(UInt16(CKDGeometry.heads), at: 64)
    fields.store(UInt16(0xE5A2), at: 66)  // what the Linux tools say of a 3390's track: 58,786 bytes
    fields[71] = 0x30
    fields[74] = UInt8(CompatibleLayout.blocksPerTrack)
    DatasetExtent(first: vtoc, last: vtoc).store(into: &fields, at: 105)
    fields.store(geometry.cylinders, at: 132, width: 4)
    fields[138] = 0x40  // format 8 and 9 are allowed
  }

  /// - Returns: nil when the block is not format 4.
  package init?(_ dscb: DSCB) {
    guard dscb.format == .format4 else { return nil }
    fields = dscb.fields
  }

  package var dscb: DSCB { DSCB(fields) }

  /// The last format-1 DSCB in use; record 0 when there is none.
  package var highest: RecordID {
    get { fields.record(45) }
    set { fields.store(newValue, at: 45) }
  }
  /// DSCBs to spare. `fdasd` computes the number of partitions from it: blocks a track less 2 less this.
  package var unused: Int {
    get { Int(fields.halfword(50)) }
    set { fields.store(newValue, at: 50, width: 2) }
  }
  /// Cylinders of the volume.
  package var cylinders: Int {
    let short = Int(fields.halfword(62)), long = Int(fields.word(132))
    return short == 0xFFFE && long > short ? long : short
  }
  package var heads: Int { Int(fields.halfword(64)) }
  package var extent: DatasetExtent { DatasetExtent(fields, at: 105) }

  /// Says that free space is in the format-7 DSCB at `record`.
  mutating func useFormat7(at record: RecordID) {
    fields[58] = 0xA0
    fields[125] = 0x07
    fields.store(record, at: 126)
  }
}

/// The standard volume label, record 3 of cylinder 0 head 0.
///
/// ```
///  0     4        10   11       16                       80
///  | VOL1 | serial | sec | VTOC   | blanks               |   EBCDIC; VTOC is the CCHHR of the format-4 DSCB
/// ```
/// Source: s390-tools `include/lib/vtoc.h` (`volume_label`), Linux `arch/s390/include/uapi/asm/vtoc.h`.
package struct VolumeLabel: Hashable, Sendable {
  package static let size = 80
  /// Where the label is on every volume of the compatible disk layout.
  package static let home = RecordID(cylinder: 0, head: 0, record: 3)

  private var fields: BigEndianFields

  /// A label for a volume with the given serial.
  /// - Returns: nil when the serial is not valid.
  package init?(serial: String, vtoc: RecordID) {
    guard Self.isValid(serial: serial), let identifier = EBCDIC.encode("VOL1" + serial, length: Self.size) else { return nil }
    fields = BigEndianFields(identifier)
    fields.store(vtoc, at: 11)
  }

  /// The label in the data of a record.
  /// - Returns: nil when it is not an 80-byte VOL1 label.
  package init?(_ data: some Collection<UInt8>) {
    guard data.count == Self.size, EBCDIC.decode(data.prefix(4)) == "VOL1" else { return nil }
    fields = BigEndianFields(Array(data))
  }

  package var bytes: [UInt8] { fields.bytes }
  /// The serial's six bytes as they are in the label and in DSCBs.
  package var serialBytes: [UInt8] { fields[4..<10] }
  package var serial: String { EBCDIC.decode(serialBytes) }
  /// Where the format-4 DSCB is, the first record of the VTOC.
  package var vtoc: RecordID { fields.record(11) }

  /// One to six characters of A-Z, 0-9, `#`, `$` and `@`, which is what `dasdfmt` leaves of a serial.
  package static func isValid(serial: String) -> Bool {
    (1...6).contains(serial.utf8.count)
      && serial.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || [0x23, 0x24, 0x40].contains($0) }
  }
}

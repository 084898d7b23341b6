internal import Glibc

/// A date in a DSCB: years since 1900, then the day of the year. `fdasd` counts the days from 0 (it stores `tm_yday`), and
/// so do we.
package struct LabelDate: Hashable, Sendable {
  package var year: UInt8
  package var day: UInt16

  package init(year: UInt8, day: UInt16) {
    self.year = year
    self.day = day
  }

  /// What `fdasd` gives data sets that never expire.
  package static let never = LabelDate(year: 99, day: 365)

  /// Today in UTC, by the host's clock.
  package static func today() -> LabelDate {
    var now = time(nil)
    var parts = tm()
    guard gmtime_r(&now, &parts) != nil else { return .never }
    return LabelDate(year: UInt8(clamping: parts.tm_year), day: UInt16(clamping: parts.tm_yday))
  }

  init(_ fields: BigEndianFields, at offset: Int) {
    self.init(year: fields[offset], day: fields.halfword(offset + 1))
  }

  func store(into fields: inout BigEndianFields, at offset: Int) {
    fields[offset] = year
    fields.store(day, at: offset + 1)
  }
}

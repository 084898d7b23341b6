/// All that there is to know of the counts of a track whose records are alike: a standard record 0, then records 1, 2, 3... of
/// the track itself, without key and of one length. Blocks of a file system are formatted like that, whole volumes of them.
struct TrackShape: Equatable {
  /// Records behind record 0, at least 1.
  let records: UInt8
  /// Bytes of data in each.
  let dataLength: UInt16

  /// - Returns: nil when the track is another one.
  init?(_ layout: TrackLayout, at address: TrackAddress) {
    guard layout.fault == nil, let records = UInt8(exactly: layout.records.count - 1), records > 0 else { return nil }
    self.records = records
    dataLength = layout.records[1].count.dataLength
    for (number, record) in layout.records.enumerated() where record.count != count(UInt8(number), at: address) { return nil }
  }

  /// The count of a record, 0 among them, of the track at `address`.
  func count(_ number: UInt8, at address: TrackAddress) -> Count {
    Count(id: RecordID(track: address, record: number), keyLength: 0, dataLength: number == 0 ? 8 : dataLength)
  }
}

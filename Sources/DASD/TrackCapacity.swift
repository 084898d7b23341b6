/// What fits on a track of a real 3390, which is less than what fits into its slot.
///
/// A 3390 track has 1,729 segments of 34 bytes for records behind a standard record 0. A record takes 10 segments, 9 and
/// its data for the data area, and as much again for a key area; every 232 bytes bring 6 more. (The arithmetic is the one
/// published for the 3390; Linux has it in drivers/s390/block/dasd_eckd.c, `recs_per_track`.)
package enum TrackCapacity {
  package static let segments = 1_729

  /// Segments one record takes.
  package static func segments(keyLength: Int, dataLength: Int) -> Int {
    10 + area(dataLength) + (keyLength == 0 ? 0 : area(keyLength))
  }

  private static func area(_ length: Int) -> Int {
    let cells = (length + 6 + 231) / 232 + 1
    return 9 + (length + 6 * cells + 33) / 34
  }

  /// Equal records that fit on one track behind a standard record 0; 0 when not even one does.
  package static func records(keyLength: Int, dataLength: Int) -> Int {
    segments / segments(keyLength: keyLength, dataLength: dataLength)
  }

  /// Segments a record 0 takes beyond those of a standard one.
  static func recordZeroExcess(_ count: Count) -> Int {
    max(0, segments(count) - segments(keyLength: 0, dataLength: 8))
  }

  static func segments(_ count: Count) -> Int {
    segments(keyLength: Int(count.keyLength), dataLength: Int(count.dataLength))
  }
}

extension TrackLayout {
  /// Segments taken by the first `keeping` records (record 0 counted among them).
  package func segmentsUsed(keeping: Int) -> Int {
    var used = 0
    for (index, record) in records.prefix(keeping).enumerated() {
      used += index == 0 ? TrackCapacity.recordZeroExcess(record.count) : TrackCapacity.segments(record.count)
    }
    return used
  }

  /// Whether a record fits behind the first `keeping` records: on a real 3390, and in the slot with room for the end
  /// marker and the format mark.
  package func fits(_ count: Count, keeping: Int) -> Bool {
    guard keeping <= records.count else { return false }
    let start = keeping == 0 ? Self.homeAddressSize : records[keeping - 1].end
    let cost = keeping == 0 ? TrackCapacity.recordZeroExcess(count) : TrackCapacity.segments(count)
    return start + count.recordSize + Count.size <= FormatMark.offset
      && segmentsUsed(keeping: keeping) + cost <= TrackCapacity.segments
  }

  /// Adds a record behind the last one, without its bytes.
  /// - Returns: false, with nothing changed, when it does not fit.
  package mutating func append(_ count: Count) -> Bool {
    guard fits(count, keeping: records.count) else { return false }
    records.append(TrackRecord(count: count, offset: end))
    end += count.recordSize
    return true
  }
}

/// One track as a value: its slot of 56,832 bytes and the records found in it. For building tracks and looking at them;
/// the device works on `TrackBuffer`.
package struct Track: Sendable {
  package let address: TrackAddress
  /// The slot, always 56,832 bytes.
  package private(set) var bytes: [UInt8]
  package private(set) var layout: TrackLayout

  /// An empty track: home address, standard record 0, end marker.
  package init(empty address: TrackAddress) {
    self.address = address
    bytes = [UInt8](repeating: 0, count: CKDGeometry.trackSize)
    let count = Count(id: RecordID(track: address, record: 0), keyLength: 0, dataLength: 8)
    bytes.replaceSubrange(1..<5, with: count.bytes[0..<4])
    bytes.replaceSubrange(5..<13, with: count.bytes)
    bytes.replaceSubrange(21..<29, with: repeatElement(0xFF, count: 8))
    layout = TrackLayout()
    layout = bytes.withUnsafeBytes { TrackLayout($0, at: address) }
  }

  /// The track in the given slot.
  /// - Throws: `TrackFormatError` when the bytes are not this track.
  package init(bytes: [UInt8], at address: TrackAddress) throws(TrackFormatError) {
    let layout = bytes.withUnsafeBytes { TrackLayout($0, at: address) }
    if let fault = layout.fault { throw fault }
    self.address = address
    self.bytes = bytes
    self.layout = layout
  }

  /// Records in the order of the track, record 0 first.
  package var records: [TrackRecord] { layout.records }
  /// The first record (record 0 excepted) with this number.
  package func record(_ number: UInt8) -> TrackRecord? { layout.records.dropFirst().first { $0.count.id.record == number } }
  package func key(of record: TrackRecord) -> ArraySlice<UInt8> { bytes[record.key] }
  package func data(of record: TrackRecord) -> ArraySlice<UInt8> { bytes[record.data] }

  /// Appends a record numbered `number` with this track's CCHH.
  /// - Returns: false, with the track unchanged, when it does not fit on a 3390 track.
  @discardableResult
  package mutating func append(record number: UInt8, key: some Collection<UInt8> = [], data: some Collection<UInt8>) -> Bool {
    guard let keyLength = UInt8(exactly: key.count), let dataLength = UInt16(exactly: data.count) else { return false }
    let count = Count(id: RecordID(track: address, record: number), keyLength: keyLength, dataLength: dataLength)
    guard layout.fits(count, keeping: layout.records.count) else { return false }
    let record = TrackRecord(count: count, offset: layout.end)
    bytes.replaceSubrange(record.offset..<record.keyOffset, with: count.bytes)
    bytes.replaceSubrange(record.key, with: key)
    bytes.replaceSubrange(record.data, with: data)
    bytes.replaceSubrange(record.end..<record.end + 8, with: repeatElement(0xFF, count: 8))
    layout.records.append(record)
    layout.end = record.end
    return true
  }

  /// Keeps the first `count` records (record 0 counted, and always kept) and drops the others.
  package mutating func truncate(keeping count: Int) {
    guard count < layout.records.count else { return }
    layout.records.removeSubrange(max(1, count)...)
    let end = layout.records[layout.records.count - 1].end
    bytes.replaceSubrange(end..<end + 8, with: repeatElement(0xFF, count: 8))
    bytes.replaceSubrange(end + 8..<bytes.count, with: repeatElement(0, count: bytes.count - end - 8))
    layout.end = end
  }

  /// Overwrites the data of a record in place; what is short is filled with zeros.
  /// - Returns: false, with nothing changed, when `data` is longer than the record's data.
  @discardableResult
  package mutating func setData(of record: TrackRecord, _ data: some Collection<UInt8>) -> Bool {
    guard layout.records.contains(record), data.count <= record.data.count else { return false }
    let padding = repeatElement(UInt8(0), count: record.data.count - data.count)
    bytes.replaceSubrange(record.data, with: Array(data) + padding)
    return true
  }
}

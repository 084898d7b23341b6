import ChannelIO
import DASD

/// Commands that process a track at once, in the domain of a LOCATE RECORD (EXTENDED) that names the tracks.
extension ECKDDevice {
  /// READ TRACK (DE): all records from record 0 on with count, key and data, and the end-of-track marker.
  func readTrack(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try advanceInSet()
    let track = try track()
    if track.layout.fault != nil { throw .invalidTrackFormat }
    let range = TrackLayout.homeAddressSize..<track.layout.end + Count.size
    _ = transfer.send(UnsafeRawBufferPointer(rebasing: track.bytes[range]))
    area = .index
    return .normalEnd
  }

  /// WRITE FULL TRACK (95): what READ TRACK reads, up to and with the end-of-track marker, which no byte may miss; the track is
  /// exactly that afterwards.
  func writeFullTrack(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try advanceInSet()
    let slot = UnsafeMutableRawBufferPointer(rebasing: scratch[0..<CKDGeometry.trackSize])
    slot.initializeMemory(as: UInt8.self, repeating: 0)
    slot.storeBytes(of: (UInt64(address.cylinder) << 40 | UInt64(address.head) << 24).bigEndian, as: UInt64.self)
    var layout = TrackLayout()
    while true {
      let offset = layout.end
      try parameters(Count.size, at: offset, transfer)
      if slot.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == TrackLayout.endMarker { break }
      let count = Count(UnsafeRawBufferPointer(slot), at: offset)
      guard layout.append(count) else { throw .invalidTrackFormat }
      try parameters(count.recordSize - Count.size, at: offset + Count.size, transfer)
    }
    let written: Track
    do throws(TrackFormatError) { written = try Track(bytes: Array(slot), at: address) } catch { throw .invalidTrackFormat }
    try change { () throws(CKDImageError) in try image.writeTrack(written) }
    area = .index
    return .normalEnd
  }

  /// READ TRACK DATA (A6): the data, and nothing else, of the record LOCATE RECORD found and all behind it; then of all
  /// records of the next track, and so on. Of the last track as many bytes as LOCATE RECORD said.
  func readTrackData(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try advanceInSet()
    let track = try track()
    let records = try recordsOfSet(track)
    var rest = chain.domain?.remaining == 1 ? chain.domain?.transferLength ?? 0 : Int.max
    for record in records where rest > 0 {
      let length = min(rest, Int(record.count.dataLength))
      rest -= length
      if length == 0 { continue }
      let bytes = UnsafeRawBufferPointer(rebasing: track.bytes[record.dataOffset..<record.dataOffset + length])
      if transfer.send(bytes) < length { break }
    }
    return .normalEnd
  }

  /// WRITE TRACK DATA (A5): data for the record LOCATE RECORD found and those behind it, as far as the program has any;
  /// then for all records of the next track, and so on. Each must have the length LOCATE RECORD gave.
  func writeTrackData(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try advanceInSet()
    let track = try trackToOverwrite()
    let records = try recordsOfSet(track)
    var written: Range<Int>?
    var isInvalid = false
    for record in records where !transfer.isUsedUp {
      isInvalid = Int(record.count.dataLength) != chain.domain?.transferLength
      if isInvalid || !fill(track.mutableBytes(record.data), transfer) { break }
      // The counts between are written as they are: one write for all records.
      written = (written?.lowerBound ?? record.dataOffset)..<record.end
    }
    // Those in front of one that is not written are.
    if let written { try change { () throws(CKDImageError) in try image.update(track, written) } }
    if transfer.isTerminated { image.discard(track) }
    if isInvalid { throw .invalidTrackFormat }
    return .normalEnd
  }

  /// The records of this track of the domain, from the one LOCATE RECORD found, or from record 1. They are passed then.
  private func recordsOfSet(_ track: TrackBuffer) throws(UnitCheck) -> ArraySlice<TrackRecord> {
    if track.layout.fault != nil { throw .invalidTrackFormat }
    let first = area == .count ? max(1, recordIndex) : 1
    recordIndex = track.layout.records.count - 1
    area = .data
    return track.layout.records.dropFirst(first)
  }
}

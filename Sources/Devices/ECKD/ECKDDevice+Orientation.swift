import ChannelIO
import DASD

/// Where the device is on the track, and how it gets to the next record.
extension ECKDDevice {
  func move(to address: TrackAddress) {
    self.address = address
    area = .index
  }

  /// The track under the head, whatever is on it.
  func track() throws(UnitCheck) -> TrackBuffer {
    do throws(CKDImageError) { return try image.track(address) } catch { throw unitCheck(for: error) }
  }

  /// As `track`, but only its counts are sure to be in the buffer.
  func trackToOverwrite() throws(UnitCheck) -> TrackBuffer {
    do throws(CKDImageError) { return try image.trackToOverwrite(address) } catch { throw unitCheck(for: error) }
  }

  func change(_ body: () throws(CKDImageError) -> Void) throws(UnitCheck) {
    do throws(CKDImageError) { try body() } catch { throw unitCheck(for: error) }
  }

  /// The record that the device is oriented on.
  func currentRecord(of track: TrackBuffer) throws(UnitCheck) -> TrackRecord {
    guard area != .index, area != .homeAddress, recordIndex < track.layout.records.count else { throw .invalidSequence }
    return track.layout.records[recordIndex]
  }

  /// Orients on the count of the next record. At the end of the track a multitrack command goes on with the next track,
  /// others with this one; two passes of the index end with no record found.
  /// - Parameter skippingZero: whether record 0 is passed over.
  func nextRecord(_ command: ECKDCommand, skippingZero: Bool) throws(UnitCheck) -> (TrackBuffer, TrackRecord) {
    while true {
      let track = try track()
      var next = area == .index || area == .homeAddress ? 0 : recordIndex + 1
      if next == 0, skippingZero { next = 1 }
      if next < track.layout.records.count {
        area = .count
        recordIndex = next
        return (track, track.layout.records[next])
      }
      if track.layout.fault != nil { throw .invalidTrackFormat }
      if command.isMultitrack {
        if chain.domain != nil { try passIndex() }
        try advance()
      } else {
        try passIndex()
        area = .index
      }
    }
  }

  /// The index passes; when it does for the second time and nothing lay between, there is no such record.
  func passIndex() throws(UnitCheck) {
    if chain.indexPassed { throw .noRecordFound }
    chain.indexPassed = true
  }

  /// Goes to the next track for a multitrack command. Outside a domain that stays within the cylinder, and the file mask
  /// must allow it; in a domain of CKD conversion mode it stays, too.
  func advance() throws(UnitCheck) {
    let isAtEnd = Int(address.head) + 1 >= CKDGeometry.heads
    if chain.domain == nil {
      if chain.fileMask.seeks == .none { throw .fileProtected }
      if isAtEnd { throw .endOfCylinder }
    }
    guard let next = TrackAddress(index: address.index + 1), chain.extent.contains(next) else { throw .fileProtected }
    if isAtEnd, chain.isCKDConversion { throw .endOfCylinder }
    move(to: next)
  }

  /// Goes to the next track that the domain's set names; the first time this is the one LOCATE RECORD went to.
  func advanceInSet() throws(UnitCheck) {
    guard let domain = chain.domain else { throw .invalidSequence }
    var offset = 0
    if let last = domain.trackOffset {
      offset = last + 1
      // Behind the set's last bit all tracks follow one another (sets are used for at most 16 tracks).
      while offset < 32, domain.trackSet << UInt32(offset) & 0x8000_0000 == 0 { offset += 1 }
    }
    guard let next = TrackAddress(index: domain.start.index + offset), chain.extent.contains(next) else { throw .fileProtected }
    chain.domain?.trackOffset = offset
    if offset > 0 { move(to: next) }
  }

  /// Asks the channel for `count` parameter bytes; they are in `scratch` then.
  func parameters(_ count: Int, at offset: Int = 0, _ transfer: any DataTransfer) throws(UnitCheck) {
    let n = transfer.receive(into: UnsafeMutableRawBufferPointer(rebasing: scratch[offset..<offset + count]))
    guard n == count else { throw .countTooSmall }
  }

  /// The big-endian halfword of `scratch` at `offset`.
  func halfword(_ offset: Int) -> UInt16 {
    UInt16(bigEndian: scratch.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// The CCHH of `scratch` at `offset`.
  func trackAddress(_ offset: Int) -> TrackAddress {
    TrackAddress(cylinder: halfword(offset), head: halfword(offset + 2))
  }
}

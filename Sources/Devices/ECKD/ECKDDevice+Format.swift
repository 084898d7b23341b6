import ChannelIO
import DASD

/// Commands that write counts, and so change what the bytes behind them mean. `CKDImage` has the order of writes.
extension ECKDDevice {
  /// The formatting of a track is at its end, as far as the program goes: the format mark can go, too.
  func settleFormatting() {
    guard let track = formatted else { return }
    formatted = nil
    do throws(CKDImageError) { try image.endFormatting(try image.track(track)) } catch {
      // The mark stays, so `dasd check` reports the track: the safe side.
      options.reportHostError(error)
    }
  }

  /// The track stays marked as being formatted while its domain goes on; else its formatting ends here.
  private func formattedTrack(_ track: TrackBuffer) throws(UnitCheck) {
    formatted = track.address
    chain.before.insert(.format)
    if (chain.domain?.remaining ?? 0) > 1 { return }
    formatted = nil
    try change { () throws(CKDImageError) in try image.endFormatting(track) }
  }

  /// Receives a count of eight bytes that a record may have.
  private func receiveCount(_ transfer: any DataTransfer) throws(UnitCheck) -> Count {
    try parameters(Count.size, transfer)
    let count = Count(UnsafeRawBufferPointer(scratch), at: 0)
    guard count.id.track != .halfWritten else { throw .invalidParameter }
    return count
  }

  /// Room for key and data of a record that fits on a track, in `scratch` behind the count. They are received before the track
  /// changes, since a check leaves it as it is.
  private func body(of count: Count) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: scratch[Count.size..<count.recordSize])
  }

  private func put(_ bytes: UnsafeMutableRawBufferPointer, into track: TrackBuffer, at offset: Int) {
    track.mutableBytes(offset..<offset + bytes.count).copyMemory(from: UnsafeRawBufferPointer(bytes))
  }

  /// WRITE COUNT, KEY AND DATA (1D): a record behind the one the device is oriented on; those behind it go.
  func writeCountKeyAndData(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try checkWrite(.format)
    let track = try track()
    _ = try currentRecord(of: track)
    return try format(track, keeping: recordIndex + 1, transfer)
  }

  /// WRITE COUNT, KEY AND DATA NEXT TRACK (9D): record 1 of the next track of the domain.
  func writeCountKeyAndDataNextTrack(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    guard chain.previous == 0x1D || chain.previous == 0x9D else { throw .invalidSequence }
    settleFormatting()
    try advance()
    let track = try track()
    guard !track.layout.records.isEmpty else { throw .invalidTrackFormat }
    return try format(track, keeping: 1, transfer)
  }

  private func format(_ track: TrackBuffer, keeping kept: Int, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    let count = try receiveCount(transfer)
    guard track.layout.fits(count, keeping: kept) else { throw .invalidTrackFormat }
    guard fill(body(of: count), transfer) else { return .normalEnd }
    formatted = track.address
    try change { () throws(CKDImageError) in try image.truncate(track, keeping: kept) }
    put(body(of: count), into: track, at: track.layout.end + Count.size)
    try change { () throws(CKDImageError) in try image.append(track, count) }
    recordIndex = track.layout.records.count - 1
    area = .data
    try formattedTrack(track)
    return .normalEnd
  }

  /// ERASE (11): takes a record from the channel as WRITE CKD does, but writes nothing; the rest of the track goes. A count that
  /// is cut short has zeros for what is missing.
  func erase(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try checkWrite(.format)
    let track = try track()
    _ = try currentRecord(of: track)
    guard fill(UnsafeMutableRawBufferPointer(rebasing: scratch[0..<Count.size]), transfer) else { return .normalEnd }
    let count = Count(UnsafeRawBufferPointer(scratch), at: 0)
    guard track.layout.fits(count, keeping: recordIndex + 1) else { throw .invalidTrackFormat }
    guard fill(body(of: count), transfer) else { return .normalEnd }
    try erase(track, keeping: recordIndex + 1)
    return .normalEnd
  }

  /// All records behind the first `kept` go.
  func erase(_ track: TrackBuffer, keeping kept: Int) throws(UnitCheck) {
    formatted = track.address
    try change { () throws(CKDImageError) in try image.truncate(track, keeping: kept) }
    area = .data
    try formattedTrack(track)
  }

  /// WRITE RECORD ZERO (15): behind the home address; all records go.
  func writeRecordZero(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    guard area == .homeAddress || area == .index else { throw .invalidSequence }
    try checkWrite(.homeAddressOrRecordZero)
    let count = try receiveCount(transfer)
    let track = try track()
    if case .homeAddress = track.layout.fault { throw .invalidTrackFormat }
    guard track.layout.fits(count, keeping: 0) else { throw .invalidTrackFormat }
    guard fill(body(of: count), transfer) else { return .normalEnd }
    formatted = track.address
    try change { () throws(CKDImageError) in try image.reset(track) }
    put(body(of: count), into: track, at: TrackLayout.homeAddressSize + Count.size)
    try change { () throws(CKDImageError) in try image.replaceRecordZero(track, count) }
    recordIndex = 0
    area = .data
    try formattedTrack(track)
    return .normalEnd
  }

  /// WRITE HOME ADDRESS (19): five bytes, flag and CCHH; the track is an empty one then. Only the flag of a good track
  /// and the track's own address are taken.
  func writeHomeAddress(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    guard chain.domain == nil || area == .homeAddress || area == .index else { throw .invalidSequence }
    try checkWrite(.homeAddressOrRecordZero)
    try parameters(TrackLayout.homeAddressSize, transfer)
    guard scratch[0] == 0, trackAddress(1) == address else { throw .invalidParameter }
    let track = try track()
    formatted = track.address
    try change { () throws(CKDImageError) in try image.reset(track) }
    area = .homeAddress
    try formattedTrack(track)
    chain.before.insert(.homeAddress)
    return .normalEnd
  }
}

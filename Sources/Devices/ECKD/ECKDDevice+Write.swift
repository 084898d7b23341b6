import ChannelIO
import DASD

/// Updates of a record in place.
extension ECKDDevice {
  enum WriteKind { case update, format, homeAddressOrRecordZero }

  /// Whether file mask and volume allow the write.
  func checkWrite(_ kind: WriteKind) throws(UnitCheck) {
    let allowed =
      switch (kind, chain.fileMask.writes) {
      case (_, .all), (.update, .updates), (.update, .allButHomeAddressAndRecordZero),
        (.format, .allButHomeAddressAndRecordZero):
        true
      default: false
      }
    guard allowed else { throw .invalidSequence }
    if image.isReadOnly { throw .writeInhibited }
  }

  /// WRITE DATA (05) and WRITE UPDATE DATA (85).
  func writeData(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try checkOrder(command)
    try checkWrite(.update)
    let (track, record) = try recordToUpdate(command, keyMayHavePassed: true)
    try checkLength(Int(record.count.dataLength))
    return try update(track, record, from: record.dataOffset, transfer)
  }

  /// WRITE KEY AND DATA (0D) and WRITE UPDATE KEY AND DATA (8D).
  func writeKeyAndData(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try checkOrder(command)
    try checkWrite(.update)
    let (track, record) = try recordToUpdate(command, keyMayHavePassed: false)
    try checkLength(Int(record.count.keyLength) + Int(record.count.dataLength))
    return try update(track, record, from: record.keyOffset, transfer)
  }

  /// In a domain of writes all but the last one must be the multitrack forms, all of one kind; behind orientation on data the
  /// last one, too (IBM SA22-1025, Write Data).
  private func checkOrder(_ command: ECKDCommand) throws(UnitCheck) {
    guard let domain = chain.domain, domain.place == .writeData else { return }
    if command.isMultitrack {
      // Bit 4 is all that 85 and 8D differ in.
      guard chain.previous != command.code ^ 0x08 else { throw .invalidSequence }
    } else {
      guard !domain.isOrientedOnData, domain.remaining == (domain.readCountSuffix ? 2 : 1) else { throw .invalidSequence }
    }
  }

  /// In a domain of writes the record LOCATE RECORD found, then one after the other; in that of a track record 0, which
  /// LOCATE RECORD found; else the one a search found. The multitrack forms pass over record 0 (Hercules has it so, too).
  private func recordToUpdate(
    _ command: ECKDCommand, keyMayHavePassed: Bool
  ) throws(UnitCheck) -> (TrackBuffer, TrackRecord) {
    if chain.domain?.place == .writeData, area != .count || (recordIndex == 0 && command.isMultitrack) {
      return try nextRecord(command, skippingZero: true)
    }
    guard area == .count || (keyMayHavePassed && area == .key) else { throw .invalidSequence }
    if chain.domain?.place == .writeTrack, recordIndex != 0 { throw .invalidSequence }
    let track = try track()
    return (track, try currentRecord(of: track))
  }

  /// In a domain the record must have the length that LOCATE RECORD gave, record 0 of Write Track that of a standard one; unless
  /// CKD conversion mode is on.
  private func checkLength(_ length: Int) throws(UnitCheck) {
    guard let domain = chain.domain, !chain.isCKDConversion else { return }
    let expected = domain.place == .writeTrack ? TrackLayout.recordZeroSize - Count.size : domain.transferLength
    guard length == expected else { throw .invalidTrackFormat }
  }

  /// Fills the record from the channel, with zeros where the program has less, and writes it. An end-of-file record takes no
  /// bytes.
  private func update(
    _ track: TrackBuffer, _ record: TrackRecord, from start: Int, _ transfer: any DataTransfer
  ) throws(UnitCheck) -> UnitStatus {
    let range = start..<(record.count.dataLength == 0 ? start : record.end)
    area = .data
    guard fill(track.mutableBytes(range), transfer) else {
      image.discard(track)
      return .normalEnd
    }
    try change { () throws(CKDImageError) in try image.update(track, range) }
    // Write Track formats the rest of the track: with record 0 alone there is none.
    if chain.domain?.place == .writeTrack, chain.domain?.remaining == 1 { try erase(track, keeping: 1) }
    return end(record)
  }

  /// Fills `bytes` from the channel, with zeros where the program has less.
  /// - Returns: false when a check ended the transfer: what has come is to be discarded, and its record neither updated nor
  ///   formatted (IBM SA22-1025, "Record Padding").
  func fill(_ bytes: UnsafeMutableRawBufferPointer, _ transfer: any DataTransfer) -> Bool {
    let n = transfer.receive(into: bytes)
    if n == bytes.count { return true }
    if transfer.isTerminated { return false }
    bytes[n...].initializeMemory(as: UInt8.self, repeating: 0)
    return true
  }
}

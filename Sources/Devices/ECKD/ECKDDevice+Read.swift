import ChannelIO
import DASD

/// Reads of single records and of the home address. A data length of zero is an end-of-file record: unit exception, of a
/// command that transfers (no bytes, which may be an incorrect length) and is no immediate operation.
extension ECKDDevice {
  func end(_ record: TrackRecord) -> UnitStatus {
    record.count.dataLength == 0 ? [.channelEnd, .deviceEnd, .unitException] : .normalEnd
  }

  private func send(_ track: TrackBuffer, _ range: Range<Int>, _ transfer: any DataTransfer) {
    _ = transfer.send(UnsafeRawBufferPointer(rebasing: track.bytes[range]))
  }

  /// READ IPL (02): to cylinder 0 head 0, data of record 1. The next read reads record 2.
  func readIPL(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    guard chain.before.isDisjoint(with: [.defineExtent, .setFileMask]) else { throw .invalidSequence }
    move(to: TrackAddress(cylinder: 0, head: 0))
    let (track, record) = try nextRecord(command, skippingZero: true)
    area = .data
    send(track, record.data, transfer)
    chain.before.formUnion([.readIPL, .position])
    return end(record)
  }

  /// READ DATA (06, 86): of the record whose count or key was just passed, else of the next one.
  func readData(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    let (track, record): (TrackBuffer, TrackRecord)
    if area == .key {
      track = try self.track()
      record = try currentRecord(of: track)
    } else {
      (track, record) = try countOrNext(command)
    }
    area = .data
    send(track, record.data, transfer)
    return end(record)
  }

  /// READ KEY AND DATA (0E, 8E): of the record whose count was just passed, else of the next one.
  func readKeyAndData(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    let (track, record) = try countOrNext(command)
    area = .data
    send(track, record.keyOffset..<record.end, transfer)
    return end(record)
  }

  /// READ COUNT, KEY AND DATA (1E, 9E): of the next record.
  func readCountKeyAndData(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    let (track, record) = try nextRecord(command, skippingZero: true)
    area = .data
    send(track, record.offset..<record.end, transfer)
    return end(record)
  }

  /// READ COUNT (12, 92): of the next record. In a domain of writes only as the command that LOCATE RECORD announced
  /// behind them.
  func readCount(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    if let domain = chain.domain, domain.place == .writeData, !domain.readCountSuffix || domain.remaining != 1 {
      throw .invalidSequence
    }
    let (track, record) = try nextRecord(command, skippingZero: true)
    send(track, record.offset..<record.keyOffset, transfer)
    return .normalEnd
  }

  /// READ RECORD ZERO (16, 96): count, key and data. The multitrack form reads the next track's, unless the home address of this
  /// one has just passed (IBM SA22-1025, Read Record Zero).
  func readRecordZero(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    if command.isMultitrack, area != .homeAddress { try advance() }
    area = .index
    let (track, record) = try nextRecord(command, skippingZero: false)
    area = .data
    send(track, record.offset..<record.end, transfer)
    return end(record)
  }

  /// READ HOME ADDRESS (1A, 9A): flag and CCHH. Outside a domain the multitrack form reads the next track's.
  func readHomeAddress(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    if command.isMultitrack, chain.domain == nil { try advance() }
    let track = try track()
    if case .homeAddress = track.layout.fault { throw .invalidTrackFormat }
    area = .homeAddress
    send(track, 0..<TrackLayout.homeAddressSize, transfer)
    return .normalEnd
  }

  /// READ MULTIPLE COUNT, KEY AND DATA (5E): the next record and all behind it on its track.
  func readMultiple(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    let (track, record) = try nextRecord(command, skippingZero: true)
    if track.layout.fault != nil { throw .invalidTrackFormat }
    send(track, record.offset..<track.layout.end, transfer)
    recordIndex = track.layout.records.count - 1
    area = .data
    return .normalEnd
  }
}

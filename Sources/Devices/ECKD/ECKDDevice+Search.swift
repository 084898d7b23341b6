import ChannelIO
import DASD

/// Searches. What fits ends with status modifier, so that the channel skips the TIC that would repeat the search.
extension ECKDDevice {
  private static let hit: UnitStatus = [.channelEnd, .deviceEnd, .statusModifier]

  /// Whether a search of this code (bit 2: equal, bit 1: high) is satisfied by a field against an argument.
  private func isHit(_ code: UInt8, field: UnsafeRawBufferPointer, argument: Slice<UnsafeMutableRawBufferPointer>) -> Bool {
    if argument.isEmpty { return false }
    for (a, b) in zip(field, argument) where a != b { return code & 0x40 != 0 && a > b }
    return code & 0x20 != 0
  }

  /// SEARCH ID (31, 51, 71 and with MT): the next record's CCHHR against five bytes.
  func searchID(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    let (track, record) = try nextRecord(command, skippingZero: false)
    let n = transfer.receive(into: UnsafeMutableRawBufferPointer(rebasing: scratch[0..<5]))
    let field = UnsafeRawBufferPointer(rebasing: track.bytes[record.offset..<record.offset + 5])
    guard isHit(command.code, field: field, argument: scratch[0..<n]) else { return .normalEnd }
    if command.code & 0x7F == 0x31, n == 5 { chain.before.insert(.equalID) }
    return Self.hit
  }

  /// SEARCH KEY (29, 49, 69 and with MT): the key of the record whose count was just passed, else of the next one.
  func searchKey(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    let (track, record) = try countOrNext(command)
    area = .key
    let length = Int(record.count.keyLength)
    guard length > 0 else { return .normalEnd }
    let n = transfer.receive(into: UnsafeMutableRawBufferPointer(rebasing: scratch[0..<length]))
    guard isHit(command.code, field: track.key(of: record), argument: scratch[0..<n]) else { return .normalEnd }
    if command.code & 0x7F == 0x29, n == length { chain.before.insert(.equalKey) }
    return Self.hit
  }

  /// SEARCH HOME ADDRESS EQUAL (39, B9): the track's CCHH against four bytes.
  func searchHomeAddress(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    if command.isMultitrack { try advance() } else { try passIndex() }
    let track = try track()
    if case .homeAddress = track.layout.fault { throw .invalidTrackFormat }
    let n = transfer.receive(into: UnsafeMutableRawBufferPointer(rebasing: scratch[0..<4]))
    area = .homeAddress
    let field = UnsafeRawBufferPointer(rebasing: track.bytes[1..<5])
    guard isHit(command.code, field: field, argument: scratch[0..<n]) else { return .normalEnd }
    if n == 4 { chain.before.insert(.homeAddress) }
    return Self.hit
  }

  /// The record whose count has just passed, else the next one (record 0 excepted).
  func countOrNext(_ command: ECKDCommand) throws(UnitCheck) -> (TrackBuffer, TrackRecord) {
    guard area == .count else { return try nextRecord(command, skippingZero: true) }
    let track = try track()
    return (track, try currentRecord(of: track))
  }
}

import ChannelIO
import DASD

/// Seeks, file mask, sectors.
extension ECKDDevice {
  enum SeekKind { case all, cylinder, head }

  /// SEEK (07), SEEK CYLINDER (0B), SEEK HEAD (1B): six bytes, 00 00 CC HH; SEEK HEAD keeps the cylinder.
  func seek(_ transfer: any DataTransfer, _ kind: SeekKind) throws(UnitCheck) -> UnitStatus {
    let allowed =
      switch (kind, chain.fileMask.seeks) {
      case (_, .all), (.cylinder, .cylinderAndHead), (.head, .cylinderAndHead), (.head, .head): true
      default: false
      }
    guard allowed else { throw .fileProtected }
    try parameters(6, transfer)
    var target = trackAddress(2)
    if kind == .head { target.cylinder = address.cylinder }
    guard halfword(0) == 0, image.geometry.contains(target) else { throw .invalidParameter }
    guard chain.extent.contains(target) else { throw .fileProtected }
    move(to: target)
    chain.before.insert(.position)
    return .normalEnd
  }

  /// SET FILE MASK (1F): one byte.
  func setFileMask(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    guard chain.before.isDisjoint(with: [.defineExtent, .setFileMask, .readIPL]) else { throw .invalidSequence }
    try parameters(1, transfer)
    let mask = ECKDChain.FileMask(rawValue: scratch[0])
    guard mask.isValid else { throw .invalidParameter }
    chain.fileMask = mask
    chain.before.insert(.setFileMask)
    return .normalEnd
  }

  /// A 3390 has sectors 0 to 223; FF asks for none.
  static let sectors = 224

  /// SET SECTOR (23): one byte. There is no rotation to wait for.
  func setSector(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try parameters(1, transfer)
    guard scratch[0] == 0xFF || scratch[0] < Self.sectors else { throw .invalidParameter }
    return .normalEnd
  }

  /// READ SECTOR (22): the sector where the record that was processed last begins, as SET SECTOR wants it.
  func readSector(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    var sector = 0
    if area != .index, area != .homeAddress {
      let track = try track()
      sector = min((49 + track.layout.segmentsUsed(keeping: recordIndex)) / 8, Self.sectors - 1)
    }
    scratch[0] = UInt8(truncatingIfNeeded: sector)
    _ = transfer.send(UnsafeRawBufferPointer(rebasing: scratch[0..<1]))
    return .normalEnd
  }

  /// SPACE COUNT (0F): passes the next count. Its three bytes (key and data length) are for records whose count cannot
  /// be read, which do not occur here.
  func spaceCount(_ command: ECKDCommand, _ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    _ = transfer.receive(into: UnsafeMutableRawBufferPointer(rebasing: scratch[0..<3]))
    _ = try nextRecord(command, skippingZero: false)
    chain.before.insert(.spaceCount)
    return .normalEnd
  }
}

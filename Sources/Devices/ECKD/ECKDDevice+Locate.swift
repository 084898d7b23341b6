import ChannelIO
import DASD

/// DEFINE EXTENT, LOCATE RECORD, LOCATE RECORD EXTENDED and PREFIX, which puts them into one command.
extension ECKDDevice {
  /// DEFINE EXTENT (63).
  ///
  /// ```
  /// 0      1       2-3         4-5        6     7     8-11    12-15
  /// | mask | attrs | block size | reserved | 0 | more | begin | end |     begin, end: CCHH
  /// ```
  func defineExtent(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try parameters(16, transfer)
    try defineExtent(at: 0)
    return .normalEnd
  }

  private func defineExtent(at base: Int) throws(UnitCheck) {
    guard chain.before.isDisjoint(with: [.setFileMask, .readIPL, .spaceCount]) else { throw .invalidSequence }
    let mask = ECKDChain.FileMask(rawValue: scratch[base])
    let attributes = scratch[base + 1]
    let size = Int(halfword(base + 2))
    let blockSize = size == 0 ? ECKDChain.longestBlock : size
    let extent = ECKDChain.Extent(first: trackAddress(base + 8), last: trackAddress(base + 12))
    // Bits 0-1 of the attributes: extended CKD.
    guard mask.isValid, attributes >> 6 == 3, blockSize <= ECKDChain.longestBlock,
      scratch[base + 4] | scratch[base + 5] | scratch[base + 6] == 0,
      image.geometry.contains(extent.first), image.geometry.contains(extent.last), extent.first <= extent.last
    else { throw .invalidParameter }
    if chain.before.contains(.defineExtent) {
      // A second one may only narrow the first.
      guard mask == chain.fileMask, attributes == chain.attributes, blockSize == chain.blockSize,
        chain.extent.contains(extent.first), chain.extent.contains(extent.last)
      else { throw .invalidSequence }
    }
    chain.fileMask = mask
    chain.attributes = attributes
    chain.blockSize = blockSize
    chain.extent = extent
    chain.before.insert(.defineExtent)
  }

  /// What LOCATE RECORD (EXTENDED) says.
  ///
  /// ```
  /// 0            1           2   3       4-7    8-12     13       14-15    16    17          18-19        20-
  /// | operation  | auxiliary | 0 | count | CCHH | CCHHR  | sector | length | 0 | extended op | more bytes | ... |
  /// ```
  /// Bits 0-1 of the operation say on what to orient. Auxiliary bit 0: the length is given; bit 7: READ COUNT follows.
  private struct Location {
    enum Orientation: UInt8 { case count, homeAddress, data, index }
    var orientation: Orientation
    var operation: UInt8
    var auxiliary: UInt8
    var count: Int
    var seek: TrackAddress
    var search: RecordID
    var sector: UInt8
    var length: Int
    var trackSet: UInt32 = .max
  }

  private func location(at base: Int) throws(UnitCheck) -> Location {
    guard scratch[base + 2] == 0, let orientation = Location.Orientation(rawValue: scratch[base] >> 6) else {
      throw .invalidParameter
    }
    return Location(
      orientation: orientation, operation: scratch[base] & 0x3F, auxiliary: scratch[base + 1], count: Int(scratch[base + 3]),
      seek: trackAddress(base + 4), search: RecordID(track: trackAddress(base + 8), record: scratch[base + 12]),
      sector: scratch[base + 13], length: Int(halfword(base + 14)))
  }

  /// LOCATE RECORD (47): 16 bytes.
  func locateRecord(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try parameters(16, transfer)
    let location = try location(at: 0)
    let place: ECKDCommand.Places? =
      switch (location.operation, location.orientation) {
      case (0x00, .count), (0x00, .homeAddress), (0x00, .data): .outside
      case (0x01, .count), (0x01, .data): .writeData
      case (0x03, .count), (0x03, .homeAddress), (0x03, .index): .format
      case (0x06, .count), (0x06, .homeAddress), (0x06, .data): .readData
      case (0x0B, .count): .writeTrack
      case (0x0C, .homeAddress): .readTracks
      case (0x16, _): .read
      default: nil
      }
    guard let place else { throw .invalidParameter }
    try locate(location, place, suffixAfter: [.writeData, .read])
    return .normalEnd
  }

  /// LOCATE RECORD EXTENDED (4B): 20 bytes, and those announced in bytes 18-19.
  func locateRecordExtended(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try parameters(20, transfer)
    try locateExtended(at: 0, transfer)
    return .normalEnd
  }

  private func locateExtended(at base: Int, _ transfer: any DataTransfer) throws(UnitCheck) {
    var location = try location(at: base)
    let extended = scratch[base + 17]
    let more = Int(halfword(base + 18))
    let place: ECKDCommand.Places? =
      switch (location.operation, extended, location.orientation) {
      case (0x01, 0, .count), (0x01, 0, .data): .writeData
      case (0x03, 0, .count), (0x03, 0, .homeAddress), (0x03, 0, .index): .format
      case (0x06, 0, .count), (0x06, 0, .homeAddress), (0x06, 0, .data): .readData
      case (0x0B, 0, .count): .writeTrack
      case (0x0C, 0, .homeAddress), (0x3F, 0x0E, .homeAddress): .readTracks
      case (0x0C, 0, .count): .readTrackData
      case (0x16, 0, _): .read
      case (0x3F, 0x11, .count): .writeFullTrack
      case (0x3F, 0x23, .count): .writeTrackData
      default: nil
      }
    guard let place else { throw .invalidParameter }
    if extended == 0x0E || extended == 0x11 {
      guard more == 1 || more == 2 else { throw .invalidParameter }
      try parameters(more, at: base + 20, transfer)
      let set = UInt32(scratch[base + 20]) << 24 | (more == 2 ? UInt32(scratch[base + 21]) << 16 : 0)
      guard set >> 31 == 1, set.nonzeroBitCount == location.count else { throw .invalidParameter }
      location.trackSet = set
      let last = TrackAddress(index: location.seek.index + 31 - set.trailingZeroBitCount)
      guard let last, chain.extent.contains(last) else { throw .fileProtected }
    } else if more != 0 {
      throw .invalidParameter
    }
    try locate(location, place, suffixAfter: [.writeData, .read, .readData])
  }

  /// Checks the parameters, seeks, orients, and opens the domain.
  /// - Parameter suffixAfter: the operations behind which a READ COUNT may be announced.
  private func locate(
    _ location: Location, _ place: ECKDCommand.Places, suffixAfter: ECKDCommand.Places
  ) throws(UnitCheck) {
    let suffix = location.auxiliary & 1 != 0
    let hasLength = location.auxiliary & 0x80 != 0
    guard location.auxiliary & 0x7E == 0, hasLength == (location.length != 0), location.length <= chain.blockSize,
      !suffix || suffixAfter.contains(place),
      (place == .outside) == (location.count == 0), !suffix || location.count > 1,
      location.sector == 0xFF || location.sector < Self.sectors, image.geometry.contains(location.seek)
    else { throw .invalidParameter }
    guard chain.extent.contains(location.seek) else { throw .fileProtected }
    if let kind = writeKind(place, location.orientation) { try checkWrite(kind) }
    move(to: location.seek)
    if place != .writeFullTrack { try orient(location) }
    chain.before.insert(.position)
    guard place != .outside else { return }
    chain.domain = ECKDChain.Domain(
      place: place, isOrientedOnData: location.orientation == .data, remaining: location.count,
      transferLength: hasLength ? location.length : chain.blockSize, readCountSuffix: suffix, trackSet: location.trackSet,
      start: location.seek)
  }

  /// What the commands of the domain write, which file mask and volume must allow already here (IBM SA22-1025, the operations of
  /// LOCATE RECORD); nil when they read.
  private func writeKind(_ place: ECKDCommand.Places, _ orientation: Location.Orientation) -> WriteKind? {
    switch (place, orientation) {
    case (.writeData, _), (.writeTrackData, _): .update
    case (.format, .count), (.writeTrack, _), (.writeFullTrack, _): .format
    // Record 0 or the home address comes first.
    case (.format, _): .homeAddressOrRecordZero
    default: nil
    }
  }

  private func orient(_ location: Location) throws(UnitCheck) {
    if location.orientation == .index { return }
    // Counts are all that orientation needs.
    let track = try trackToOverwrite()
    if case .homeAddress = track.layout.fault { throw .invalidTrackFormat }
    if location.orientation == .homeAddress {
      guard location.search.track == address else { throw .noRecordFound }
      area = .homeAddress
      return
    }
    guard let index = track.layout.records.firstIndex(where: { $0.count.id == location.search }) else {
      throw track.layout.fault == nil ? .noRecordFound : .invalidTrackFormat
    }
    recordIndex = index
    area = location.orientation == .data ? .data : .count
  }

  /// PREFIX (E7): twelve bytes, those of DEFINE EXTENT (32 with its extended parameters), and those of LOCATE RECORD
  /// EXTENDED, which count when the format is 1.
  ///
  /// ```
  /// 0        1          2              3     4      5-11   12-43           44-
  /// | format | validity | base address | aux | base | zero | DEFINE EXTENT | LOCATE RECORD EXTENDED |
  /// ```
  /// Validity bit 0: the extent counts; bit 2: the base address is to be verified; bit 3: this is an alias, which we never are.
  func prefix(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try parameters(64, transfer)
    let (format, validity) = (scratch[0], scratch[1])
    guard format <= 1, validity & 0x10 == 0 else { throw .invalidParameter }
    if validity & 0x20 != 0, scratch[2] != UInt8(truncatingIfNeeded: options.deviceNumber) { throw .invalidParameter }
    if validity & 0x80 != 0 { try defineExtent(at: 12) }
    guard format == 1 else { return .normalEnd }
    guard chain.before.contains(.defineExtent) else { throw .invalidSequence }
    try locateExtended(at: 44, transfer)
    return .normalEnd
  }
}

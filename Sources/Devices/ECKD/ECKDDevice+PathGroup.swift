import ChannelIO

/// What the one channel path to this device was told: the identifier of its path group.
struct PathGroup {
  enum State: UInt8 { case reset = 0x00, ungrouped = 0x80, grouped = 0xC0 }
  var state = State.reset
  var isMultipath = false
  /// Eleven bytes.
  var identifier = [UInt8](repeating: 0, count: 11)
}

/// Path groups and reservations.
extension ECKDDevice {
  /// SENSE PATH GROUP ID (34), 12 bytes: path state, reservation, mode; identifier.
  func sensePathGroupID(_ transfer: any DataTransfer) -> UnitStatus {
    var state = pathGroup.state.rawValue
    if isReserved { state |= 0x30 }
    if pathGroup.isMultipath { state |= 0x08 }
    return send([state] + pathGroup.identifier, transfer)
  }

  /// SET PATH GROUP ID (AF), 12 bytes: function, identifier. Function bit 0: multipath mode; bits 1-2: 0 establish,
  /// 1 disband, 2 resign.
  func setPathGroupID(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    try parameters(12, transfer)
    let function = scratch[0]
    let identifier = Array(scratch[1..<12])
    guard function & 0x1F == 0 else { throw .invalidParameter }
    switch function >> 5 & 3 {
    case 0:
      // There is one path: with another identifier it leaves its group, which is empty then, and founds a new one.
      guard identifier.contains(where: { $0 != 0 }) else { throw .invalidParameter }
      pathGroup = PathGroup(state: .grouped, isMultipath: function & 0x80 != 0, identifier: identifier)
    case 1, 2: pathGroup = PathGroup(state: .ungrouped)
    default: throw .invalidParameter
    }
    return .normalEnd
  }

  /// SUSPEND MULTIPATH RECONNECTION (5B): with one path there is nothing to suspend. It may stand in front of commands that
  /// must be the first.
  func suspendMultipathReconnection() -> UnitStatus {
    if chain.previous == 0 { chain.before.insert(.nothing) }
    return .normalEnd
  }

  /// DEVICE RESERVE (B4) and UNCONDITIONAL RESERVE (14): they return sense bytes, too. There is no other system to keep out;
  /// the reservation shows in SENSE PATH GROUP ID.
  func reserve(_ transfer: any DataTransfer) -> UnitStatus {
    isReserved = true
    return send(takeSense(), transfer)
  }

  /// DEVICE RELEASE (94), which returns sense bytes, too. Linux chains it from UNCONDITIONAL RESERVE (drivers/s390/cio/device_pgid.c).
  func release(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    guard chain.before.isDisjoint(with: [.defineExtent, .setFileMask, .spaceCount, .readIPL]) else { throw .invalidSequence }
    isReserved = false
    return send(takeSense(), transfer)
  }
}

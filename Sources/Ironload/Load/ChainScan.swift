import ChannelIO

/// Looks through a format-0 channel program in storage for the first READ that a TRANSFER IN CHANNEL follows: there the
/// program may go on with what it has just read, and there the chain is to be broken.
struct ChainScan {
  let channel: LoadChannel

  /// More CCWs than any channel copies.
  private static let limit = 65_536

  static func isTransfer(_ ccw: CCW) -> Bool { CommandKind(ccw.command, isFormat1: false) == .transferInChannel }

  /// - Returns: the address of the READ; nil when the chain ends without one.
  /// - Throws: `.chainLeavesStorage`, `.chainWithoutEnd`.
  func firstBreak(from start: UInt32) throws(LoadProblem) -> UInt32? {
    var address = start
    var seen: Set<UInt32> = []
    var previous: CCW?
    while seen.count < Self.limit {
      let ccw = try fetch(address)
      guard Self.isTransfer(ccw) else {
        seen.insert(address)
        guard !ccw.flags.isDisjoint(with: [.chainCommand, .chainData]) else { return nil }
        if CommandRole(code: ccw.command) == .read, !ccw.flags.contains(.chainData),
          Self.isTransfer(try fetch(address + CCW.size))
        {
          return address
        }
        previous = ccw
        address += CCW.size
        continue
      }
      seen.insert(address)
      if !seen.contains(ccw.dataAddress) {
        address = ccw.dataAddress
      } else if let before = previous, CommandRole(code: before.command)?.isSearch == true {
        // The loop of a search: what it finds passes over the transfer.
        address += CCW.size
      } else {
        throw .chainWithoutEnd(address: address)
      }
    }
    throw .chainWithoutEnd(address: address)
  }

  private func fetch(_ address: UInt32) throws(LoadProblem) -> CCW {
    guard address < 1 << 24, let word = channel.doubleword(address) else { throw .chainLeavesStorage(address: address) }
    return CCW(format0: word)
  }
}

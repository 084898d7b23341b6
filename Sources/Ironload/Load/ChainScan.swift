import ChannelIO

/// Looks through a format-0 channel program in storage for the first READ that a TRANSFER IN CHANNEL follows: there the
/// program may go on with what it has just read, and there the chain is to be broken.
struct ChainScan {
  let channel: LoadChannel

  /// READ DATA, READ KEY AND DATA and their multitrack forms.
  static let reads: Set<UInt8> = [0x06, 0x86, 0x0E, 0x8E]
  /// Commands that can end with status modifier, which passes over the next CCW: the searches of an ECKD volume.
  private static let searches: Set<UInt8> = [
    0x29, 0x31, 0x39, 0x49, 0x51, 0x69, 0x71, 0xA9, 0xB1, 0xB9, 0xC9, 0xD1, 0xE9, 0xF1,
  ]
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
        if Self.reads.contains(ccw.command), !ccw.flags.contains(.chainData), Self.isTransfer(try fetch(address + CCW.size)) {
          return address
        }
        previous = ccw
        address += CCW.size
        continue
      }
      seen.insert(address)
      if !seen.contains(ccw.dataAddress) {
        address = ccw.dataAddress
      } else if let before = previous, Self.searches.contains(before.command) {
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

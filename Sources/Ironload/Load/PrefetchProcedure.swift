import ChannelIO

/// A load over a channel that copies a program whole before its first command, step by step as QEMU's
/// docs/devel/s390-dasd-ipl says it: whatever has been read is run by a start of its own.
///
/// Besides what is read it writes: READ IPL at 0; its own program and arguments, 0x28 bytes, at 0x200 or, when IPL1's READ
/// goes there, at the first of 0x20200, 0x40200... that it leaves alone; and the chain flags that it breaks.
struct PrefetchProcedure {
  let channel: LoadChannel

  /// More starts than the largest program that `dasd boot` writes has segments, several times over.
  private static let startLimit = 16_384
  private static let ipl1Read: UInt32 = 0x08, ipl1Transfer: UInt32 = 0x10
  private static let ownProgram: UInt32 = 0x200, ownProgramStep: UInt32 = 0x2_0000, ownProgramSize: UInt32 = 0x28
  /// CCWs of format 0 reach no further.
  private static let addressLimit: UInt32 = 1 << 24

  func run() throws(LoadProblem) {
    channel.store([HardwareProcedure.readIPL.format0], at: 0, "READ IPL of 24 bytes to 0, SLI, no chaining")
    try channel.start(at: 0, allowsPrefetch: true)
    try readIPL2(try checkedIPL1())
    var next = try rest(after: Self.ipl1Read)
    guard next != 0 else { throw .transferToZero }
    guard let first = channel.doubleword(next) else { throw .chainLeavesStorage(address: next) }
    guard first >> 56 != 0 else { throw .noProgramInIPL2(address: next) }
    for _ in 0..<Self.startLimit {
      let broken = try ChainScan(channel: channel).firstBreak(from: next)
      if let broken { breakChain(at: broken) }
      try channel.start(at: next, allowsPrefetch: true)
      guard let broken else { return }
      next = try rest(after: broken)
    }
    throw .chainWithoutEnd(address: next)
  }

  /// - Returns: the READ of IPL1, which is known to be followed by a TIC.
  private func checkedIPL1() throws(LoadProblem) -> CCW {
    let read = channel.doubleword(Self.ipl1Read) ?? 0, transfer = channel.doubleword(Self.ipl1Transfer) ?? 0
    let ccw = CCW(format0: read)
    guard CommandRole(code: ccw.command) == .read, ccw.flags.contains(.chainCommand), !ccw.flags.contains(.chainData) else {
      throw .noReadInIPL1(ccw: read)
    }
    let tic = CCW(format0: transfer)
    guard ChainScan.isTransfer(tic) else { throw .noTransferInIPL1(ccw: transfer) }
    guard tic.dataAddress != 0 else { throw .transferToZero }
    return ccw
  }

  /// SEEK to cylinder 0, head 0, SEARCH ID EQUAL for record 2, IPL1's READ with its chain broken. The device stood there when
  /// IPL1 had been read, but a new start does not.
  private func readIPL2(_ read: CCW) throws(LoadProblem) {
    let place = try placeOfOwnProgram(read), arguments = place + 0x20
    var read = read
    read.flags.remove(.chainCommand)
    let program = [
      CCW(0x07, flags: .chainCommand, count: 6, dataAddress: arguments),
      CCW(0x31, flags: .chainCommand, count: 5, dataAddress: arguments + 2),
      CCW(0x08, dataAddress: place + 8),
      read,
    ]
    // The argument: BB CC HH, of which the search takes CC HH and the record number behind them.
    channel.store(
      program.map(\.format0) + [0x0000_0000_0000_0200], at: place,
      "SEEK, SEARCH for record 2, TIC, and IPL1's READ without its chain; their arguments")
    try channel.start(at: place, allowsPrefetch: true)
  }

  /// The first of the places named above that the READ stores nothing into.
  private func placeOfOwnProgram(_ read: CCW) throws(LoadProblem) -> UInt32 {
    let taken = areas(of: read)
    for place in stride(from: Self.ownProgram, to: Self.addressLimit - Self.ownProgramSize, by: Int(Self.ownProgramStep)) {
      guard channel.doubleword(place + Self.ownProgramSize - 8) != nil else { break }
      let own = UInt64(place)..<UInt64(place + Self.ownProgramSize)
      if !taken.contains(where: { $0.overlaps(own) }) { return place }
    }
    throw .noRoom
  }

  /// Where a READ stores: one run of bytes, or the 2-KiB blocks that its IDAWs name.
  private func areas(of read: CCW) -> [Range<UInt64>] {
    let start = UInt64(read.dataAddress), count = UInt64(read.count)
    guard read.flags.contains(.indirectData) else { return [start..<start + count] }
    return (0..<count / 2048 + 2).compactMap { n in
      let list = read.dataAddress + UInt32(n) * 4
      guard let pair = channel.doubleword(list & ~7) else { return nil }
      let block = (list & 4 == 0 ? pair >> 32 : pair) & 0x7FFF_F800
      return block..<block + 2048
    }
  }

  private func breakChain(at read: UInt32) {
    guard let word = channel.doubleword(read) else { return }
    var ccw = CCW(format0: word)
    ccw.flags.remove(.chainCommand)
    // Byte 5 of a CCW is ignored by the channel; it stays what it was.
    channel.store(
      [ccw.format0 | word & 0x00FF_0000], at: read, "chain broken at a READ that a TIC follows", step: .breaksChain)
  }

  /// Where the program goes on behind a READ whose chain was broken. The CCW there is looked at now, after the READ, as the
  /// hardware would fetch it. A program cannot begin with a transfer, so that is followed here.
  private func rest(after read: UInt32) throws(LoadProblem) -> UInt32 {
    let next = read + CCW.size
    guard let word = channel.doubleword(next) else { throw .chainLeavesStorage(address: next) }
    let ccw = CCW(format0: word)
    return ChainScan.isTransfer(ccw) ? ccw.dataAddress : next
  }
}

internal import Tracing

/// Fetching CCWs and judging them (chapter 15, "Channel-Command Word"; chapter 16, "Program Check").
extension ChannelProgram {
  /// Fetches the CCW of the next command, transfers followed.
  /// - Returns: the check that ends the program instead.
  func fetchCommand() -> ChannelCheck? {
    let isFirst = isFirstFetch
    isFirstFetch = false
    if let failed = fetch(mayTransfer: !isFirst) { return failed }
    command = ccw.command
    kind = CommandKind(command, isFormat1: orb.isFormat1)
    isLong = false
    transferBegan = false
    if kind == .invalid { return .program }
    // Format 0 has no count of zero; format 1 has, but nothing can follow it.
    if ccw.count == 0, !orb.isFormat1 || ccw.flags.contains(.chainData) { return .program }
    if ccw.flags.contains(.suspend), !orb.suspendControl { return .program }
    return nil
  }

  /// Fetches the CCW that goes on with the data of the command in progress.
  /// - Returns: the check that ends the transfer instead.
  func fetchChainedData() -> ChannelCheck? {
    if let failed = fetch(mayTransfer: true) { return failed }
    if ccw.count == 0 || ccw.flags.contains(.suspend) { return .program }
    announcePCI()
    return nil
  }

  /// Fetches a CCW from `nextAddress`; a transfer in channel leads to another, once.
  private func fetch(mayTransfer: Bool) -> ChannelCheck? {
    var transfer: UInt32?
    remaining = 0
    area = nil
    observation = listener.tracer.isTracing(.ccw) ? CCWObservation() : nil
    ccwWord = nil
    let end: UInt32 = orb.isFormat1 ? 0x8000_0000 : 0x0100_0000
    while true {
      // A transfer to where no CCW can be is reported at the transfer, an address reached by counting at itself; a CCW that is
      // protected at itself.
      ccwAddress = transfer ?? nextAddress
      guard nextAddress % CCW.size == 0, nextAddress < end else { return .program }
      let word: UInt64
      switch source.ccw(at: UInt64(nextAddress)) {
      case .failure(let failed):
        if failed == .protection { ccwAddress = nextAddress }
        return failed
      case .success(let value): word = value
      }
      let fetched = orb.isFormat1 ? CCW(format1: word) : CCW(format0: word)
      ccwAddress = nextAddress
      ccw = fetched
      ccwWord = word
      guard CommandKind(fetched.command, isFormat1: orb.isFormat1) == .transferInChannel else { return take(fetched) }
      guard mayTransfer, transfer == nil else { return .program }
      // Format 1: everything but the code and the address is zero, bit 0 of the address too.
      guard !orb.isFormat1 || word & 0x00FF_FFFF_8000_0000 == 0 else { return .program }
      if observation != nil { traceTransfer(word, to: fetched.dataAddress) }
      transfer = nextAddress
      nextAddress = fetched.dataAddress
    }
  }

  private func traceTransfer(_ word: UInt64, to target: UInt32) {
    listener.tracer.trace(
      .ccw, TransferInChannelEvent(deviceNumber: subchannel.deviceNumber, address: ccwAddress, word: word, target: target))
  }

  private func take(_ fetched: CCW) -> ChannelCheck? {
    remaining = Int(fetched.count)
    nextAddress = ccwAddress &+ CCW.size
    if orb.isFormat1, fetched.dataAddress & 0x8000_0000 != 0 { return .program }
    if fetched.flags.contains(.modifiedIndirectData) {
      guard orb.allowsMIDAWs, fetched.flags.isDisjoint(with: [.indirectData, .skip]) else { return .program }
    }
    return nil
  }
}

import ChannelIO
import Storage
import Tracing

/// What a load procedure may use: storage, START SUBCHANNEL on one device, and the status that comes back.
struct LoadChannel {
  let storage: AbsoluteStorage
  let subsystem: ChannelSubsystem
  let subchannel: UInt16
  let deviceNumber: UInt16
  let tracer: Tracer
  /// Whether the channel copies programs ahead.
  let prefetches: Bool
  /// Whether the operator has had enough.
  let isAbandoned: () -> Bool

  /// Starts the format-0 program at an absolute address and waits for its normal end.
  /// - Throws: what it ended with instead.
  func start(at address: UInt32, allowsPrefetch: Bool) throws(LoadProblem) {
    if isAbandoned() { throw .abandoned }
    // The implied ORB of a load is zero but for the paths (Principles, chapter 17, "Initial Program Loading").
    var orb = ORB(control: 0xFF00, programAddress: address)
    orb.allowsPrefetch = allowsPrefetch
    guard let ended = subsystem.runToStatus(subchannel: subchannel, orb: orb) else {
      throw isAbandoned() ? .abandoned : .notStarted
    }
    if let refusal = ended.refusal {
      throw .refused(programAddress: address, allowsPrefetch: allowsPrefetch, reason: refusal.description)
    }
    let scsw = ended.response.status
    // The flag for a program-controlled interruption means nothing in a load, nor does a status modifier at its end.
    let deviceStatus = scsw.deviceStatus.subtracting(.statusModifier)
    let subchannelStatus = scsw.subchannelStatus.subtracting(.programControlledInterruption)
    guard deviceStatus != .normalEnd || !subchannelStatus.isEmpty else { return }
    let status = LoadProblem.Status(
      unitStatus: scsw.deviceStatus.rawValue, subchannelStatus: scsw.subchannelStatus.rawValue, ccwAddress: ended.ccwAddress,
      ccw: ended.ccw, sense: ended.sense)
    throw problem(status)
  }

  /// Whether a program failed because the channel had copied it: storage has another CCW by now than the one carried out, and
  /// that one did not read over itself.
  private func problem(_ status: LoadProblem.Status) -> LoadProblem {
    let address = status.ccwAddress
    guard prefetches, let copied = status.ccw, let stored = doubleword(address), copied != stored else { return .status(status) }
    let ccw = CCW(format0: copied)
    let readsOverItself =
      CommandKind(ccw.command, isFormat1: false).isInput && address &- ccw.dataAddress < UInt32(ccw.count)
    if readsOverItself { return .status(status) }
    return .fetchedAhead(ccwAddress: address, copied: copied, stored: stored, status: status)
  }

  /// The doubleword at an absolute address; nil outside storage.
  func doubleword(_ address: UInt32) -> UInt64? {
    let place = AbsoluteAddress(UInt64(address))
    return storage.contains(place, count: 8) ? storage.load(UInt64.self, at: place) : nil
  }

  /// Stores doublewords of the procedure's own, if storage reaches that far.
  /// - Parameter why: what they are, for traces.
  func store(_ doublewords: [UInt64], at address: UInt32, _ why: String, step: LoadEvent.Step = .stores) {
    let place = AbsoluteAddress(UInt64(address)), count = doublewords.count * 8
    guard storage.contains(place, count: UInt64(count)) else { return }
    for (n, doubleword) in doublewords.enumerated() {
      storage.recordChange(place + UInt64(n) * 8)
      storage.store(doubleword, at: place + UInt64(n) * 8)
    }
    tracer.trace(.load, LoadEvent(step, deviceNumber, address: UInt64(address), count: count, why))
  }
}

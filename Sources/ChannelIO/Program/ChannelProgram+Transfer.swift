/// The data of a command: counts, data chaining, SKIP, and the way to storage (chapter 15, "Data Chaining", "Skipping").
///
/// The next CCW of a data chain takes control as soon as the count of the one before is used up.
extension ChannelProgram {
  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    precondition(kind.isInput, "a device sent data for a command that writes")
    beginTransfer()
    guard let base = bytes.baseAddress else { return 0 }
    var taken = 0
    while taken < bytes.count, check.isEmpty {
      guard remaining > 0 else {
        isLong = true
        break
      }
      let wanted = min(bytes.count - taken, remaining)
      let moved = ccw.flags.contains(.skip) ? wanted : store(base + taken, wanted)
      taken += moved
      moveOn(moved)
    }
    subchannel.counters.countRead(taken)
    return taken
  }

  func receive(into bytes: UnsafeMutableRawBufferPointer) -> Int {
    precondition(!kind.isInput, "a device asked for data of a command that reads")
    beginTransfer()
    guard let base = bytes.baseAddress else { return 0 }
    var taken = 0
    while taken < bytes.count, check.isEmpty {
      guard remaining > 0 else {
        isLong = true
        break
      }
      let moved = fetch(base + taken, min(bytes.count - taken, remaining))
      taken += moved
      moveOn(moved)
    }
    subchannel.counters.countWritten(taken)
    return taken
  }

  // The next CCW of a data chain is in control as soon as the one before is used up, so this is the last one's count.
  var isUsedUp: Bool { remaining == 0 }

  var isTerminated: Bool { !check.isEmpty }

  /// The device has accepted the command, and it is no immediate operation.
  private func beginTransfer() {
    guard !transferBegan else { return }
    transferBegan = true
    if isFirstCommand, orb.initialStatusInterruption {
      listener.intermediateStatus(
        subchannel, programControlled: false, ccwAddress: ccwAddress &+ CCW.size, count: UInt16(truncatingIfNeeded: remaining))
    }
  }

  private func moveOn(_ moved: Int) {
    remaining -= moved
    guard remaining == 0, check.isEmpty, ccw.flags.contains(.chainData) else { return }
    trace(nil)
    if let failed = fetchChainedData() { check.insert(failed.status) }
  }

  /// Stores one run of at most `wanted` bytes.
  /// - Returns: how many; 0 with `check` set.
  private func store(_ source: UnsafeRawPointer, _ wanted: Int) -> Int {
    guard let run = nextRun(wanted) else { return 0 }
    let count = Int(run.count)
    if run.skip { return count }
    let isBackward = kind == .readBackward
    let lowest = isBackward ? run.address &- (run.count - 1) : run.address
    if let failed = storage.check(lowest, count: run.count, storing: true) {
      check.insert(failed.status)
      return 0
    }
    if isBackward {
      let reversed = [UInt8](UnsafeRawBufferPointer(start: source, count: count).reversed())
      reversed.withUnsafeBytes { if let base = $0.baseAddress { storage.store(base, at: lowest, count: count) } }
    } else {
      storage.store(source, at: lowest, count: count)
    }
    observation?.note(lowest, count, source)
    return count
  }

  /// Fetches one run of at most `wanted` bytes.
  /// - Returns: how many; 0 with `check` set.
  private func fetch(_ target: UnsafeMutableRawPointer, _ wanted: Int) -> Int {
    guard let run = nextRun(wanted) else { return 0 }
    // SKIP means something for input only.
    if let failed = storage.check(run.address, count: run.count, storing: false) {
      check.insert(failed.status)
      return 0
    }
    storage.fetch(into: target, at: run.address, count: Int(run.count))
    observation?.note(run.address, Int(run.count), target)
    return Int(run.count)
  }

  private func nextRun(_ wanted: Int) -> DataArea.Run? {
    if area == nil {
      switch DataArea.make(ccw, orb, backward: kind == .readBackward) {
      case .success(let made): area = made
      case .failure(let failed):
        check.insert(failed.status)
        return nil
      }
    }
    switch area?.next(UInt64(wanted), from: source) {
    case .success(let run): return run
    case .failure(let failed): check.insert(failed.status)
    case nil: preconditionFailure("a CCW without a data area")
    }
    return nil
  }
}

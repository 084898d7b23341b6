internal import Storage
internal import Synchronization

/// What the channel subsystem measures of one subchannel (chapter 17, "Channel-Subsystem Monitoring"). Times are of the host's
/// clock: function pending from START SUBCHANNEL to the first command, connected while the program runs. Nothing else is
/// known of a device here: its disconnect, queuing and active-only times stay zero.
struct Measurement {
  /// Times in nanoseconds of the start function in progress.
  private var started: UInt64 = 0
  private var pending: UInt64 = 0
  private(set) var connected: UInt64 = 0
  /// What has been added to the block in whole units leaves this behind.
  private var pendingRest: UInt64 = 0
  private var connectedRest: UInt64 = 0

  /// The unit of all times: 128 microseconds.
  static let unit: UInt64 = 128_000

  mutating func start() {
    started = monotonicNanoseconds()
    pending = 0
    connected = 0
  }
  mutating func accept() { pending = monotonicNanoseconds() &- started }
  mutating func connect(_ nanoseconds: UInt64) { connected &+= nanoseconds }

  /// Whole units of function-pending and device-connect time of the start function that has ended.
  mutating func take() -> (pending: UInt32, connected: UInt32) {
    pendingRest &+= pending
    connectedRest &+= connected
    defer {
      pendingRest %= Self.unit
      connectedRest %= Self.unit
    }
    return (UInt32(truncatingIfNeeded: pendingRest / Self.unit), UInt32(truncatingIfNeeded: connectedRest / Self.unit))
  }
}

extension ChannelSubsystem {
  /// Runs `work` and counts its time as device-connect time when somebody measures.
  func measured(_ s: Subchannel, _ work: () -> Void) {
    guard settings.withLock({ $0.updatesMeasurementBlocks || $0.measuresConnectTime }) else { return work() }
    s.state.withLock { $0.connectedSince = monotonicNanoseconds() }
    work()
    s.state.withLock { $0.closeConnection() }
  }

  /// START SUBCHANNEL or RESUME SUBCHANNEL was accepted: counts it.
  func countStart(_ s: Subchannel, _ state: inout Subchannel.State) {
    update(s, &state) { block in block.add(1, field: 0) }
  }

  /// The start function has ended, or the program is suspended: one more sample, as a resumption counts as a start.
  func endMeasurement(_ s: Subchannel) {
    s.state.withLock { state in
      state.closeConnection()
      state.connectTime =
        state.pathManagement.measuresConnectTime && settings.withLock({ $0.measuresConnectTime })
        ? UInt16(min(state.measurement.connected / Measurement.unit, 0xFFFF)) : 0
      let times = state.measurement.take()
      update(s, &state) { block in
        block.add(1, field: 1)
        block.add(times.connected, field: 2)
        block.add(times.pending, field: 3)
      }
    }
  }

  /// Updates the measurement block of a subchannel that has one. One that cannot be accessed ends the updates.
  private func update(_ s: Subchannel, _ state: inout Subchannel.State, _ change: (MeasurementBlock) -> Void) {
    guard state.pathManagement.updatesMeasurementBlock else { return }
    let settings = settings.withLock { $0 }
    guard settings.updatesMeasurementBlocks else { return }
    let isFormat1 = state.pathManagement.hasFormat1MeasurementBlock
    let address =
      isFormat1
      ? state.measurementBlockAddress
      : settings.measurementOrigin &+ UInt64(state.pathManagement.measurementBlockIndex) * 32
    let access = ChannelStorage(storage, key: settings.measurementKey)
    guard access.check(address, count: isFormat1 ? 64 : 32, storing: true) == nil else {
      state.pathManagement.flags &= ~0x10
      return
    }
    storage.recordChange(AbsoluteAddress(address))
    change(MeasurementBlock(storage: storage, address: AbsoluteAddress(address), isFormat1: isFormat1))
  }
}

/// A measurement block in storage: two counts, halfwords in format 0 and words in format 1, then times as words.
struct MeasurementBlock {
  let storage: AbsoluteStorage
  let address: AbsoluteAddress
  let isFormat1: Bool

  /// Adds to a field: 0 starts and resumptions, 1 samples, 2 device-connect time, 3 function-pending time.
  func add(_ value: UInt32, field: UInt64) {
    if field < 2, !isFormat1 {
      let at = address + field * 2
      storage.store(storage.load(UInt16.self, at: at) &+ UInt16(truncatingIfNeeded: value), at: at)
    } else {
      let at = address + (isFormat1 ? field * 4 : field * 4 - 4)
      storage.store(storage.load(UInt32.self, at: at) &+ value, at: at)
    }
  }
}

internal import Storage
internal import Synchronization

/// A subchannel. Its type says what its functions do.
///
/// Concurrency: `state` guards everything the program can see. One worker at a time serves a subchannel (`isBeingServed`);
/// only that worker calls the device and touches the channel program. `stopRequested` asks a running program to stop
/// at the next CCW: halt, clear and reset set it. `counters` are relaxed atomics.
final class Subchannel: Sendable {
  let number: UInt16
  let deviceNumber: UInt16
  let type: SubchannelType
  /// The device of an I/O subchannel.
  var device: (any Device)? {
    if case .io(let device) = type { device } else { nil }
  }
  let channelPath: UInt8
  let kind: ChannelKind
  /// Every ORB is taken as allowing prefetch.
  let forcesPrefetch: Bool
  let stopRequested = Atomic<Bool>(false)
  let counters = DeviceCounters()
  let state: Mutex<State>

  struct State {
    var pathManagement = PMCW()
    var status = SCSW()
    var measurementBlockAddress: UInt64 = 0
    var orb = ORB()
    /// The data mover's response block has something: R of the ERW.
    var hasResponseBlock = false
    /// What TEST SUBCHANNEL stores as extended-control word.
    var sense: [UInt8] = []
    /// Device status that came while the subchannel could not take it.
    var heldStatus: UnitStatus = []
    /// The program that is suspended or waits for device end.
    var program: ChannelProgram?
    /// The first command met a busy device: started again at device end.
    var awaitsNotBusy = false
    /// Command chaining or secondary status waits for device end.
    var awaitsDeviceEnd = false
    var isBeingServed = false
    /// `runToStatus` waits: no interruption is made.
    var isSynchronous = false
    /// Why the channel refused the last start.
    var refusal: ChannelRefusal?
    /// The last CCW of the last program, as the channel had it: a copy may differ from what storage has by now.
    var lastCCW: UInt64?
    /// When the operator was last told what of this subchannel's channel.
    var warnings: [ChannelWarning: UInt64] = [:]
    /// Channel-path resets that this subchannel has yet to carry out.
    var pathResets: [PathReset] = []
    var measurement = Measurement()
    /// When the program in progress went on, while somebody measures.
    var connectedSince: UInt64?
    /// For the ESW, in units of 128 microseconds.
    var connectTime: UInt16 = 0

    /// No program is suspended, waits or is owed device end any more.
    mutating func forgetProgram() {
      program = nil
      awaitsDeviceEnd = false
      awaitsNotBusy = false
      sense = []
    }

    mutating func closeConnection() {
      guard let since = connectedSince else { return }
      measurement.connect(monotonicNanoseconds() &- since)
      connectedSince = nil
    }
  }

  init(
    number: UInt16, deviceNumber: UInt16, type: SubchannelType, channelPath: UInt8, kind: ChannelKind, forcesPrefetch: Bool
  ) {
    self.number = number
    self.deviceNumber = deviceNumber
    self.type = type
    self.channelPath = channelPath
    self.kind = kind
    self.forcesPrefetch = forcesPrefetch
    var state = State()
    state.pathManagement = Self.resetPathManagement(type, deviceNumber: deviceNumber, channelPath: channelPath)
    self.state = Mutex(state)
  }

  /// The PMCW after subsystem reset (chapter 17, "I/O-System Reset"): one path, not enabled.
  static func resetPathManagement(_ type: SubchannelType, deviceNumber: UInt16, channelPath: UInt8) -> PMCW {
    if case .dataMover = type { return dataMoverPathManagement }
    var p = PMCW()
    p.deviceNumber = deviceNumber
    p.isDeviceNumberValid = true
    p.hasTimingFacility = true
    p.logicalPathMask = 0x80
    p.pathInstalledMask = 0x80
    p.pathOperationalMask = 0xFF
    p.pathAvailableMask = 0x80
    p.channelPaths = [channelPath, 0, 0, 0, 0, 0, 0, 0]
    return p
  }
}

/// What is behind a subchannel: PMCW word 6, bits 8-10.
enum SubchannelType: Sendable {
  /// 0: a device that sees commands and a stream of bytes.
  case io(any Device)
  /// 3, EADM: moves data between main storage and storage-class memory.
  case dataMover
}

/// What a device's channel does with programs.
package enum ChannelKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// Fetches CCWs one by one: the ORB's prefetch bit allows what this channel does not need.
  case architected
  /// Copies the whole program before the first command, and refuses one whose ORB does not allow that.
  case prefetchRequired = "prefetch-required"
  /// Copies the whole program whether the ORB allows it or not; warns when it does not.
  case prefetchAlways = "prefetch-always"
}

/// How many commands of each code a device has carried out, and how many bytes went each way.
final class DeviceCounters: @unchecked Sendable {
  /// 256 codes, then bytes read and bytes written. Only touched as relaxed atomics.
  private let cells: UnsafeMutablePointer<Atomic<UInt64>>
  init() {
    cells = .allocate(capacity: 258)
    for n in 0..<258 { (cells + n).initialize(to: Atomic(0)) }
  }
  deinit {
    cells.deinitialize(count: 258)
    cells.deallocate()
  }
  func count(_ command: UInt8) { cells[Int(command)].wrappingAdd(1, ordering: .relaxed) }
  func countRead(_ bytes: Int) { cells[256].wrappingAdd(UInt64(bytes), ordering: .relaxed) }
  func countWritten(_ bytes: Int) { cells[257].wrappingAdd(UInt64(bytes), ordering: .relaxed) }
  func value(_ n: Int) -> UInt64 { cells[n].load(ordering: .relaxed) }
}

/// A snapshot of what a device has done, for statistics.
package struct DeviceStatistics: Hashable, Sendable {
  package var deviceNumber: UInt16
  package var subchannel: UInt16
  /// Command code and how often, codes that were used only, ascending.
  package var commands: [(code: UInt8, count: UInt64)] { counts.enumerated().filter { $1 > 0 }.map { (UInt8($0), $1) } }
  var counts: [UInt64]
  /// Bytes from device to storage, skipped ones included.
  package var bytesRead: UInt64
  package var bytesWritten: UInt64
}

package import Storage
internal import Synchronization
package import Tracing

/// The channel subsystem: subchannels, the functions that I/O instructions ask of them, and I/O interruptions
/// (Principles of Operation, chapters 13 to 17).
///
/// CPUs call the methods named after the I/O instructions with operands that they have already fetched, and store what comes
/// back; they test that a result can be stored before they call. Channel programs run on a few threads of their own.
///
/// Concurrency: every method may be called from any thread. Locks, outermost first: the table of subchannels, one
/// subchannel's state, the queue of interruptions, and behind these any of the others, which are held for their own value only.
/// No lock is held while a device, a closure or the tracer's sink runs, except that devices may not call `presentStatus` and
/// wait for its effect within `execute`.
package final class ChannelSubsystem: Sendable {
  package let storage: AbsoluteStorage
  let tracer: Tracer
  let subchannels = Mutex<[Subchannel]>([])
  let interruptions: InterruptionQueue
  let workers: ChannelWorkers
  let pendingMask = MaskBox()
  let settings = Mutex<Settings>(Settings())
  let storageClassMemory = Mutex(StorageClassMemoryMap())
  let reports = Mutex<ChannelReports>(ChannelReports())
  let hooks = Mutex<Hooks>(Hooks())
  /// CHPIDs whose reset is in progress.
  let pathsInReset = Mutex<Set<UInt8>>([])
  /// Announced when a subchannel is no longer served.
  let served = Announcement()

  /// What SCHM, SAL and CHSC set.
  struct Settings {
    var addressLimit: UInt64 = 0
    var multipleSubchannelSets = false
    var updatesMeasurementBlocks = false
    var measuresConnectTime = false
    var measurementKey: UInt8 = 0
    var measurementOrigin: UInt64 = 0
  }

  /// What `Machine` sets.
  struct Hooks {
    var interruptionPending: (@Sendable () -> Void)?
    var channelReportPending: (@Sendable () -> Void)?
    var warning: (@Sendable (String) -> Void)?
  }

  /// - Parameters:
  ///   - tracer: hears of CCWs (`TraceClass.ccw`) and of I/O functions and interruptions (`.io`).
  ///   - threads: how many channel programs can run at a time; more than anybody has devices, as a program need never end.
  package init(storage: AbsoluteStorage, tracer: Tracer = .off, threads: Int = 256) {
    self.storage = storage
    self.tracer = tracer
    interruptions = InterruptionQueue(mask: pendingMask)
    workers = ChannelWorkers(limit: threads)
  }

  deinit { workers.shutDown() }

  /// Ends the threads; channel programs that run are stopped first. The subsystem cannot be used afterwards.
  package func shutDown() {
    resetIO()
    workers.shutDown()
  }

  // MARK: Configuration

  /// Gives `device` the next subchannel.
  /// - Parameters:
  ///   - number: the device number.
  ///   - channelPath: the CHPID of its one path; by default the left half of the device number.
  ///   - channel: how programs are fetched.
  ///   - forcesPrefetch: takes every ORB as allowing prefetch before the channel sees it.
  ///   - announce: reports the new subchannel to the running program.
  /// - Returns: the subchannel number, or nil when the device number is taken or all 65,536 subchannels are.
  @discardableResult
  package func attach(
    device: any Device, number: UInt16, channelPath: UInt8? = nil, channel: ChannelKind = .architected,
    forcesPrefetch: Bool = false, announce: Bool = false
  ) -> UInt16? {
    let added: UInt16? = subchannels.withLock { all in
      guard let next = UInt16(exactly: all.count), !all.contains(where: { $0.device != nil && $0.deviceNumber == number }) else {
        return nil
      }
      all.append(
        Subchannel(
          number: next, deviceNumber: number, type: .io(device), channelPath: channelPath ?? UInt8(number >> 8), kind: channel,
          forcesPrefetch: forcesPrefetch))
      return next
    }
    if announce, let added { report(CRW(.subchannel, .installedParametersInitialized, identification: added)) }
    return added
  }

  /// The subchannel of the device with this device number.
  package func subchannel(deviceNumber: UInt16) -> UInt16? {
    subchannels.withLock { $0.first { $0.device != nil && $0.deviceNumber == deviceNumber }?.number }
  }

  /// Called without any lock, from any thread, when an I/O interruption has become pending: wake the CPUs that may take it.
  package func onInterruptionPending(_ action: @escaping @Sendable () -> Void) {
    hooks.withLock { $0.interruptionPending = action }
  }
  /// Called when a channel report is pending: make the machine-check condition (channel-report pending) so.
  package func onChannelReportPending(_ action: @escaping @Sendable () -> Void) {
    hooks.withLock { $0.channelReportPending = action }
  }
  /// Called with one line for the operator: a channel refused a program, or prefetched one against its ORB.
  package func onWarning(_ action: @escaping @Sendable (String) -> Void) { hooks.withLock { $0.warning = action } }

  /// What each device has done since it was attached.
  package var statistics: [DeviceStatistics] {
    subchannels.withLock { $0.filter { $0.device != nil } }.map { s in
      DeviceStatistics(
        deviceNumber: s.deviceNumber, subchannel: s.number, counts: (0..<256).map { s.counters.value($0) },
        bytesRead: s.counters.value(256), bytesWritten: s.counters.value(257))
    }
  }

  // MARK: Lookup

  /// The device behind a subchannel.
  package func device(subchannel number: UInt16) -> (any Device)? { subchannel(number)?.device }

  /// What general register 1 designates.
  enum Designation {
    case subchannel(Subchannel)
    case notProvided
    case operandException
  }

  func designate(_ word: UInt32) -> Designation {
    let id = SubsystemIdentification(word: word)
    guard id.isValid(multipleSets: settings.withLock { $0.multipleSubchannelSets }) else { return .operandException }
    guard id.set == 0, let found = subchannel(id.subchannel) else { return .notProvided }
    return .subchannel(found)
  }

  func subchannel(_ number: UInt16) -> Subchannel? {
    subchannels.withLock { $0.indices.contains(Int(number)) ? $0[Int(number)] : nil }
  }

  /// Traces the instruction's outcome, and gives the outcome back.
  func traced<O: InstructionOutcome>(_ name: StaticString, _ word: UInt32, _ outcome: O) -> O {
    tracer.trace(.io, IOInstructionEvent(name: "\(name)", operand: word, conditionCode: outcome.conditionCode))
    return outcome
  }
}

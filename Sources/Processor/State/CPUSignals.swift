import CHost
import Glibc
package import Synchronization

/// What others want of a CPU, and conditions the CPU keeps for itself: bits of its pending word.
package struct PendingConditions: OptionSet, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  package static let stop = PendingConditions(rawValue: 1 << 0)
  static let stopAndStoreStatus = PendingConditions(rawValue: 1 << 1)
  package static let restart = PendingConditions(rawValue: 1 << 2)
  package static let externalCall = PendingConditions(rawValue: 1 << 3)
  package static let emergencySignal = PendingConditions(rawValue: 1 << 4)
  package static let clockComparator = PendingConditions(rawValue: 1 << 5)
  package static let cpuTimer = PendingConditions(rawValue: 1 << 6)
  /// Look at the machine-wide conditions: service signal, interrupt key, I/O, channel report.
  package static let floating = PendingConditions(rawValue: 1 << 7)
  package static let flushTLB = PendingConditions(rawValue: 1 << 8)
  /// Work for the CPU's thread is in the mailbox.
  package static let work = PendingConditions(rawValue: 1 << 9)
  package static let initialReset = PendingConditions(rawValue: 1 << 10)
  package static let reset = PendingConditions(rawValue: 1 << 11)
  package static let quit = PendingConditions(rawValue: 1 << 12)
  package static let start = PendingConditions(rawValue: 1 << 13)
  /// Another CPU handed over an order: see `CPUOrder`.
  package static let order = PendingConditions(rawValue: 1 << 14)
  /// Orders that SIGNAL PROCESSOR finds in progress: condition code 2.
  package static let orders: PendingConditions = [.stop, .stopAndStoreStatus, .restart, .start, .order, .initialReset, .reset]
}

/// The words through which other threads reach a CPU.
///
/// Concurrency: everything here is atomic. `attention` is nonzero when the CPU should look before its next instruction;
/// whoever sets a bit of `pending` sets it afterwards. The CPU clears `attention` before it looks at `pending`.
package final class CPUSignals: @unchecked Sendable {
  package let attention: UnsafeMutablePointer<Atomic<UInt32>>
  private let pendingWord: Atomic<UInt32>
  /// CPUs whose emergency signal is pending here, by address (0-63).
  let emergencySources = Atomic<UInt64>(0)
  /// The CPU whose external call is pending.
  let externalCallSource = Atomic<UInt32>(CPUSignals.noCall)
  private static let noCall: UInt32 = 0xFFFF_FFFF
  /// The order handed over, one at a time, and the status bits with which the last one ended.
  private let handed = Mutex<CPUOrder?>(nil)
  let orderStatus = Atomic<UInt32>(0)
  /// 1 while the CPU's thread executes instructions: who broadcasts a TLB flush waits for the answer only then.
  package let isExecuting = Atomic<Bool>(false)
  /// True while the CPU waits with everything disabled; written by its own thread.
  let isInDisabledWait = Atomic<Bool>(false)
  /// What the CPU is doing; written by its own thread.
  let stateWord = Atomic<UInt32>(CPUOperatingState.stopped.rawValue)

  package init() {
    attention = .allocate(capacity: 1)
    attention.initialize(to: Atomic(0))
    pendingWord = Atomic(0)
  }
  deinit {
    attention.deinitialize(count: 1)
    attention.deallocate()
  }

  package var pending: PendingConditions { PendingConditions(rawValue: pendingWord.load(ordering: .acquiring)) }

  /// Adds conditions and gets the CPU's attention, waking it from the wait or stopped state.
  package func post(_ conditions: PendingConditions) {
    pendingWord.bitwiseOr(conditions.rawValue, ordering: .acquiringAndReleasing)
    requestAttention()
  }
  /// Adds conditions that the CPU itself found; it is looking already.
  package func note(_ conditions: PendingConditions) {
    pendingWord.bitwiseOr(conditions.rawValue, ordering: .acquiringAndReleasing)
  }
  /// - Returns: those of `conditions` that were pending.
  @discardableResult func withdraw(_ conditions: PendingConditions) -> PendingConditions {
    let old = pendingWord.bitwiseAnd(~conditions.rawValue, ordering: .acquiringAndReleasing).oldValue
    return PendingConditions(rawValue: old).intersection(conditions)
  }
  // MARK: Signals from other CPUs

  /// Whether an order is still to be carried out.
  package var isObeying: Bool { !pending.isDisjoint(with: .orders) }

  /// - Returns: false when an external call is pending already.
  package func makeExternalCallPending(from source: UInt16) -> Bool {
    let (isFirst, _) = externalCallSource.compareExchange(
      expected: CPUSignals.noCall, desired: UInt32(source), ordering: .acquiringAndReleasing)
    if isFirst { post(.externalCall) }
    return isFirst
  }
  /// Ends the pending external call.
  /// - Returns: the calling CPU's address, or nil when no call was pending.
  func takeExternalCall() -> UInt16? {
    if withdraw(.externalCall).isEmpty { return nil }
    let source = externalCallSource.exchange(CPUSignals.noCall, ordering: .acquiringAndReleasing)
    return UInt16(exactly: source)
  }
  package func makeEmergencySignalPending(from source: UInt16) {
    emergencySources.bitwiseOr(1 << UInt64(source & 63), ordering: .acquiringAndReleasing)
    post(.emergencySignal)
  }
  /// CPU reset: no signal is pending any more.
  func forgetSignals() {
    withdraw([.externalCall, .emergencySignal, .restart, .stop, .stopAndStoreStatus, .start])
    emergencySources.store(0, ordering: .releasing)
    externalCallSource.store(CPUSignals.noCall, ordering: .releasing)
  }

  /// Hands an order over. One is in progress at a time: a second sender waits.
  package func hand(_ order: CPUOrder) {
    while true {
      let isFree = handed.withLock { handed in
        guard handed == nil else { return false }
        handed = order
        return true
      }
      if isFree { break }
      sched_yield()
    }
    orderStatus.store(0, ordering: .releasing)
    post(.order)
  }
  var handedOrder: CPUOrder? { handed.withLock { $0 } }
  func finishOrder(_ status: UInt32) {
    orderStatus.store(status, ordering: .releasing)
    handed.withLock { $0 = nil }
    withdraw(.order)
  }

  package func requestAttention() {
    attention.pointee.store(1, ordering: .sequentiallyConsistent)
    chost_wake(UnsafeRawPointer(attention).assumingMemoryBound(to: UInt32.self))
  }
  /// Sleeps until attention is requested, or the limit is over.
  package func sleep(nanoseconds: Int64) {
    chost_wait(UnsafeRawPointer(attention).assumingMemoryBound(to: UInt32.self), 0, nanoseconds)
  }
  package var state: CPUOperatingState {
    get { CPUOperatingState(rawValue: stateWord.load(ordering: .acquiring)) ?? .stopped }
    set { stateWord.store(newValue.rawValue, ordering: .releasing) }
  }
}

/// CPU states (chapter 4, "Stopped, Operating, Load, and Check-Stop States").
package enum CPUOperatingState: UInt32, Sendable { case stopped = 0, operating = 1, load = 2, checkStop = 3 }

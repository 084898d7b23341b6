import CHost
package import Synchronization

/// What others want of a CPU, and conditions the CPU keeps for itself: bits of its pending word.
package struct PendingConditions: OptionSet, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  package static let stop = PendingConditions(rawValue: 1 << 0)
  package static let stopAndStoreStatus = PendingConditions(rawValue: 1 << 1)
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
}

/// The words through which other threads reach a CPU.
///
/// Concurrency: everything here is atomic. `attention` is nonzero when the CPU should look before its next instruction;
/// whoever sets a bit of `pending` sets it afterwards. The CPU clears `attention` before it looks at `pending`.
package final class CPUSignals: @unchecked Sendable {
  package let attention: UnsafeMutablePointer<Atomic<UInt32>>
  private let pendingWord: Atomic<UInt32>
  /// CPUs whose emergency signal is pending here, by address (0-63).
  package let emergencySources = Atomic<UInt64>(0)
  /// The CPU whose external call is pending.
  package let externalCallSource = Atomic<UInt32>(0)
  /// 1 while the CPU's thread executes instructions: who broadcasts a TLB flush waits for the answer only then.
  package let isExecuting = Atomic<Bool>(false)
  /// What the CPU is doing; written by its own thread.
  package let stateWord = Atomic<UInt32>(CPUOperatingState.stopped.rawValue)

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
  @discardableResult package func withdraw(_ conditions: PendingConditions) -> PendingConditions {
    let old = pendingWord.bitwiseAnd(~conditions.rawValue, ordering: .acquiringAndReleasing).oldValue
    return PendingConditions(rawValue: old).intersection(conditions)
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

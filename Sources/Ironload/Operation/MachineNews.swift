public import Processor
import Synchronization

/// What a CPU rests in until somebody acts on it.
public enum CPURest: Hashable, Sendable {
  /// The stopped state, and why.
  case stopped(StopCause)
  /// A wait with every interruption disabled.
  case disabledWait(PSW)
  /// Nothing but a reset helps.
  case checkStop

  /// nil for a CPU that operates.
  init?(_ change: CPUStateChange) {
    switch change {
    // The CPU that found a difference is stopped next; one in a loop is not.
    case .operating, .executionDiffers, .interruptionLoop: return nil
    case .stopped(let cause): self = .stopped(cause)
    case .disabledWait(let psw): self = .disabledWait(psw)
    case .checkStop: self = .checkStop
    }
  }
}

/// Something happened to a machine.
public enum MachineNews: Hashable, Sendable {
  /// A CPU began to operate.
  case operating(cpu: Int)
  /// A CPU rests.
  case resting(cpu: Int, CPURest)
  /// The machine came to rest by itself. It ends with that, or stays for the operator: see `MachineConfiguration.onStop`.
  case atRest(EndReason)
  /// A reset or a load ended, well or not: look at the CPUs anew.
  case reset
  /// The guest wrote to a console: see `ConsoleLog`.
  case console
  /// The operator asked for the end of the run, perhaps again after it.
  case quitting
  /// The machine's run has ended.
  case ended(EndReason)
}

/// Who wants to hear of a machine's news.
///
/// Concurrency: guarded by its mutex; observers are called without it, on CPU threads and others, and must not wait for a CPU.
final class MachineObservers: Sendable {
  typealias Observer = @Sendable (MachineNews) -> Void
  private let observers = Mutex<(next: Int, all: [Int: Observer])>((0, [:]))

  func add(_ observer: @escaping Observer) -> Int {
    observers.withLock { state in
      state.next += 1
      state.all[state.next] = observer
      return state.next
    }
  }
  func remove(_ number: Int) { observers.withLock { _ = $0.all.removeValue(forKey: number) } }
  func tell(_ news: MachineNews) {
    for observer in observers.withLock({ Array($0.all.values) }) { observer(news) }
  }
}

/// An observer of a machine, until this object goes or is told to end. A call that is under way may still come afterwards.
public final class MachineObservation: Sendable {
  private let observers: MachineObservers
  private let number: Int
  init(_ observers: MachineObservers, _ observer: @escaping MachineObservers.Observer) {
    self.observers = observers
    number = observers.add(observer)
  }
  /// Ends it.
  public func end() { observers.remove(number) }
  deinit { end() }
}

extension Machine {
  /// Calls `observer` with all that happens from now on, until the observation ends. It is called on CPU threads and must
  /// neither block nor ask the machine for anything that waits for a CPU.
  public func observe(_ observer: @escaping @Sendable (MachineNews) -> Void) -> MachineObservation {
    MachineObservation(observers, observer)
  }
}

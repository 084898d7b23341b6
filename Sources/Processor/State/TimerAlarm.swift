import CHost
import Glibc
import Synchronization
import Threads

/// Gets a running CPU's attention when one of its clocks is due: one thread for all CPUs, asleep until the next moment.
///
/// Concurrency: `deadlines` under its mutex; the thread sleeps on `word` and is woken when a deadline comes nearer.
package final class TimerAlarm: @unchecked Sendable {
  private let deadlines: Mutex<[Int64?]>
  private let word: UnsafeMutablePointer<Atomic<UInt32>>
  private let isQuitting = Atomic<Bool>(false)
  private let wake: @Sendable (Int) -> Void
  private var thread: HostThread?

  /// - Parameter wake: called with the CPU's index when its moment has come.
  package init(cpuCount: Int, wake: @escaping @Sendable (Int) -> Void) {
    deadlines = Mutex(Array(repeating: nil, count: cpuCount))
    word = .allocate(capacity: 1)
    word.initialize(to: Atomic(0))
    self.wake = wake
    thread = HostThread { [self] in run() }
  }

  /// False when the host had no thread to give: nothing would ever be due.
  package var isRunning: Bool { thread != nil }

  /// Ends the thread. To be called before the last reference goes: the thread holds one.
  package func quit() {
    isQuitting.store(true, ordering: .releasing)
    nudge()
    thread?.join()
    thread = nil
  }

  deinit {
    word.deinitialize(count: 1)
    word.deallocate()
  }

  private static func now() -> Int64 {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return Int64(t.tv_sec) &* 1_000_000_000 &+ Int64(t.tv_nsec)
  }

  /// Replaces the CPU's moment; nil for none.
  package func set(cpu: Int, nanosecondsFromNow: Int64?) {
    let moment = nanosecondsFromNow.map { TimerAlarm.now() &+ $0 }
    let isNearer = deadlines.withLock { deadlines in
      let before = deadlines.compactMap { $0 }.min() ?? Int64.max
      deadlines[cpu] = moment
      return (moment ?? Int64.max) < before
    }
    if isNearer { nudge() }
  }

  private func nudge() {
    word.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
    chost_wake(UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self))
  }

  private func run() {
    while !isQuitting.load(ordering: .acquiring) {
      let seen = word.pointee.load(ordering: .sequentiallyConsistent)
      let now = TimerAlarm.now()
      let (due, next) = deadlines.withLock { deadlines in
        var due: [Int] = []
        for k in deadlines.indices {
          if let moment = deadlines[k], moment <= now {
            due.append(k)
            deadlines[k] = nil
          }
        }
        return (due, deadlines.compactMap { $0 }.min())
      }
      for cpu in due { wake(cpu) }
      if isQuitting.load(ordering: .acquiring) { return }
      chost_wait(UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self), seen, next.map { max($0 &- now, 0) } ?? -1)
    }
  }
}

internal import Glibc
import Threads

/// The threads that run all channel programs, as many as there were programs at a time, asleep while there is nothing to do.
///
/// Concurrency: one lock guards the queue; a thread holds it only to take work. Threads keep this object alive until
/// `shutDown`, never the channel subsystem.
final class ChannelWorkers: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private var queue: [@Sendable () -> Void] = []
  private var head = 0
  private var idle = 0
  private var threads: [HostThread] = []
  private let limit: Int
  private var isEnding = false

  init(limit: Int) {
    self.limit = max(1, limit)
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    mutex.deallocate()
  }

  /// Runs `work` on a thread, a new one when all are busy and the limit allows.
  /// - Returns: false when nothing can run it: the threads have ended, or the host gives not even one.
  func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !isEnding else { return false }
    if queue.count - head >= idle, threads.count < limit, let thread = HostThread({ [self] in run() }) { threads.append(thread) }
    guard !threads.isEmpty else { return false }
    queue.append(work)
    if idle > 0 { pthread_cond_signal(wake) }
    return true
  }

  private func run() {
    pthread_mutex_lock(mutex)
    while true {
      if head < queue.count {
        let work = queue[head]
        head += 1
        if head == queue.count {
          queue.removeAll(keepingCapacity: true)
          head = 0
        }
        pthread_mutex_unlock(mutex)
        work()
        pthread_mutex_lock(mutex)
      } else if isEnding {
        break
      } else {
        idle += 1
        pthread_cond_wait(wake, mutex)
        idle -= 1
      }
    }
    pthread_mutex_unlock(mutex)
  }

  /// Lets queued work end, then the threads. Returns when they are gone, but for the one that calls.
  func shutDown() {
    pthread_mutex_lock(mutex)
    isEnding = true
    let ending = threads
    threads = []
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
    for thread in ending { thread.join() }
  }
}

/// Where a thread waits for something to become true that others announce.
///
/// Concurrency: `announce` is called after the change, off the lock that guards it, and wakes whoever waits.
final class Announcement: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>

  init() {
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  func announce() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  func wait(until isTrue: () -> Bool) {
    pthread_mutex_lock(mutex)
    while !isTrue() { pthread_cond_wait(changed, mutex) }
    pthread_mutex_unlock(mutex)
  }
}

import Glibc
import Synchronization

/// The TOD clock that all CPUs share: 64 bits, bit 51 counts microseconds, epoch 1900-01-01 (chapter 4, "Time-of-Day Clock").
///
/// Concurrency: any thread; the offset is an atomic.
package final class TODClock: Sendable {
  /// TOD units to add to the host's clock; SET CLOCK changes it.
  private let offset: Atomic<UInt64>
  private let last = Atomic<UInt64>(0)
  /// Microseconds from 1900 to 1970.
  private static let epoch: UInt64 = 2_208_988_800 * 1_000_000

  package init() {
    var t = timespec()
    clock_gettime(CLOCK_REALTIME, &t)
    let now = (TODClock.epoch &+ UInt64(t.tv_sec) &* 1_000_000) &<< 12 &+ TODClock.units(nanoseconds: UInt64(t.tv_nsec))
    offset = Atomic(now &- TODClock.monotonic())
  }

  /// TOD units of a number of nanoseconds: 4096 a microsecond. Exact for spans below 39 years.
  package static func units(nanoseconds: UInt64) -> UInt64 {
    let (microseconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1000)
    return microseconds &<< 12 &+ rest &* 512 / 125
  }
  package static func nanoseconds(units: UInt64) -> UInt64 { units / 512 &* 125 &+ units % 512 &* 125 / 512 }

  /// TOD units since some moment; never goes back.
  package static func monotonic() -> UInt64 {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return (UInt64(t.tv_sec) &* 1_000_000) &<< 12 &+ units(nanoseconds: UInt64(t.tv_nsec))
  }

  /// The clock's value. Two calls may see the same one.
  package func now() -> UInt64 { value(at: TODClock.monotonic()) }
  /// The value at a moment that `monotonic` gave.
  func value(at moment: UInt64) -> UInt64 { moment &+ offset.load(ordering: .relaxed) }

  /// A value that no other call got: STORE CLOCK.
  package func unique() -> UInt64 {
    var value = now()
    var seen = last.load(ordering: .relaxed)
    while true {
      if value <= seen { value = seen &+ 1 }
      let (done, current) = last.compareExchange(expected: seen, desired: value, ordering: .acquiringAndReleasing)
      if done { return value }
      seen = current
    }
  }

  package func set(_ value: UInt64) {
    offset.store(value &- TODClock.monotonic(), ordering: .relaxed)
    last.store(0, ordering: .relaxed)
  }
}

import Glibc
import Synchronization

/// Purging translations, here and on the other CPUs.
extension CPU {
  /// Purges this CPU's TLB.
  package mutating func flushTLB() {
    tlb.flush()
    addressingChanged()
  }

  /// The context of an ASCE in TLB tags.
  @inline(__always) mutating func contextTag(_ asce: ASCE) -> UInt64 {
    if let context = tlb.context(ofASCE: asce.bits) { return context }
    return contextTagAfterForgetting(asce)
  }
  /// Too many spaces were seen: begins anew.
  @inline(never) private mutating func contextTagAfterForgetting(_ asce: ASCE) -> UInt64 {
    tlb.flushAndForgetContexts()
    addressingChanged()
    return tlb.context(ofASCE: asce.bits) ?? TLB.noContext
  }

  /// Purges every CPU's TLB: storage that could be addressed no longer can.
  package mutating func flushAllTLBs() {
    flushTLB()
    purgeOtherTLBs()
  }

  /// Has every other CPU purge its TLB before it executes another instruction, and waits until those that execute have.
  /// While it waits, this CPU answers the same request: two that purge each other do not wait forever.
  mutating func purgeOtherTLBs() {
    if complex.signals.count < 2 { return }
    // Those that answer may be waiting to store.
    finishDurableStores()
    for (k, other) in complex.signals.enumerated() where k != Int(address) { other.post(.flushTLB) }
    for (k, other) in complex.signals.enumerated() where k != Int(address) {
      waitWhile { other.isExecuting.load(ordering: .sequentiallyConsistent) && other.pending.contains(.flushTLB) }
    }
  }

  /// Waits for another CPU, doing meanwhile what others wait for; not beyond the end of the machine.
  mutating func waitWhile(_ condition: () -> Bool) {
    while condition() && !signals.pending.contains(.quit) {
      if signals.pending.contains(.flushTLB) {
        signals.withdraw(.flushTLB)
        flushTLB()
      }
      sched_yield()
    }
  }
}

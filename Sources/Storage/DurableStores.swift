internal import Glibc
internal import Synchronization

/// The one lock of a machine that is held from a store into a durable region until the store is durable. Nothing that
/// depends on the store can become durable, or visible outside the machine, before it: who sees the stored value and stores
/// into a region, or starts I/O, takes the lock first.
///
/// A spin lock: it is held for a store and its write-back. The thread that holds it may take it again, as a CPU does whose
/// instruction stored into a region and is then interrupted, with its prefix area in one, too.
package final class StoreOrder: @unchecked Sendable {
  /// The thread that holds it; 0: none.
  private let holder = Atomic<UInt>(0)
  /// How often; the holder's.
  private var depth = 0
  package init() {}

  func acquire() {
    let me = UInt(pthread_self())
    if holder.load(ordering: .relaxed) != me {
      var turns = 0
      while !holder.compareExchange(expected: 0, desired: me, ordering: .acquiring).exchanged {
        turns &+= 1
        if turns & 0x3F == 0 { sched_yield() }
      }
    }
    depth &+= 1
  }
  func release() {
    depth &-= 1
    if depth == 0 { holder.store(0, ordering: .releasing) }
  }

  /// Waits until every store that has begun is durable: before anything goes out of the machine.
  package func settle() {
    acquire()
    release()
  }
}

/// Stores that have begun and are not yet durable: those of one instruction, or of one piece of a channel's data. Every store
/// into a region that asks for more than the store goes through here.
///
/// Concurrency: of the thread that stores.
package struct DurableStores {
  private let order: StoreOrder
  private var ranges: [Stored] = []

  private struct Stored {
    let durability: any StoreDurability
    let address: UnsafeRawPointer
    let count: Int
  }

  package init(order: StoreOrder) {
    self.order = order
    ranges.reserveCapacity(8)
  }

  package var isEmpty: Bool { ranges.isEmpty }

  /// To be called before `count` bytes at `address` change. From the first call until `finish`, no other thread's stores begin.
  package mutating func begin(_ durability: any StoreDurability, _ address: UnsafeRawPointer, _ count: Int) {
    if ranges.isEmpty { order.acquire() }
    ranges.append(Stored(durability: durability, address: address, count: count))
  }

  /// Makes them durable, in the only order there is: write back every line, then fence, then let others go on.
  package mutating func finish() {
    if ranges.isEmpty { return }
    for stored in ranges { stored.durability.writeBack(stored.address, stored.count) }
    ranges[0].durability.fence()
    ranges.removeAll(keepingCapacity: true)
    order.release()
  }
}

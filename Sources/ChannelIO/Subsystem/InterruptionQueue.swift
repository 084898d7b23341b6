internal import Synchronization

/// The I/O interruptions that are pending, by subclass, in the order in which they came.
///
/// Concurrency: `queue` guards the lists, `mask` is written under it and read by CPUs without it. Taken while a
/// subchannel's lock is held, never the other way round.
final class InterruptionQueue: Sendable {
  struct Entry { let subchannel: Subchannel; let interruption: IOInterruption }

  private let queue = Mutex<[[Entry]]>(Array(repeating: [], count: 8))
  private let mask: MaskBox

  init(mask: MaskBox) { self.mask = mask }

  /// - Returns: false when one of this subchannel is pending already: one interruption tells of all its status.
  func add(_ subchannel: Subchannel, _ interruption: IOInterruption) -> Bool {
    queue.withLock { lists in
      let isc = Int(interruption.subclass)
      if lists[isc].contains(where: { $0.subchannel === subchannel }) { return false }
      lists[isc].append(Entry(subchannel: subchannel, interruption: interruption))
      publish(lists)
      return true
    }
  }

  /// Takes back the interruption of `subchannel`, whose status was tested or cleared before any CPU took it.
  func remove(_ subchannel: Subchannel, subclass: UInt8) {
    queue.withLock { lists in
      lists[Int(subclass & 7)].removeAll { $0.subchannel === subchannel }
      publish(lists)
    }
  }

  /// The oldest interruption of the lowest-numbered subclass that `subclasses` (bit 0x80 for ISC 0) allows.
  func take(_ subclasses: UInt8) -> IOInterruption? {
    guard mask.value.load(ordering: .acquiring) & UInt32(subclasses) != 0 else { return nil }
    return queue.withLock { lists in
      for isc in 0..<8 where subclasses & (0x80 >> UInt8(isc)) != 0 && !lists[isc].isEmpty {
        let entry = lists[isc].removeFirst()
        publish(lists)
        return entry.interruption
      }
      return nil
    }
  }

  func removeAll() {
    queue.withLock { lists in
      for n in lists.indices { lists[n].removeAll() }
      publish(lists)
    }
  }

  private func publish(_ lists: [[Entry]]) {
    var bits: UInt32 = 0
    for isc in 0..<8 where !lists[isc].isEmpty { bits |= 0x80 >> UInt32(isc) }
    mask.value.store(bits, ordering: .sequentiallyConsistent)
  }
}

/// The word that CPUs poll.
final class MaskBox: Sendable {
  let value = Atomic<UInt32>(0)
}

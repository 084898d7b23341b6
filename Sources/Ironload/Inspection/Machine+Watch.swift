public import Processor

/// Breakpoints, watched storage and instruction traces. They hold for every CPU, until they are removed; resets and loads leave
/// them alone. While there is one, CPUs execute more slowly.
extension Machine {
  /// Stops a CPU before it executes the instruction at this address, in whatever space.
  /// - Returns: false when there was one already.
  @discardableResult
  public func addBreakpoint(_ address: UInt64) -> Bool {
    watch { $0.breakpoints.insert(address).inserted } ?? false
  }
  /// Removes a breakpoint; one that is not there is no matter.
  public func removeBreakpoint(_ address: UInt64) { watch { $0.breakpoints.remove(address) } }

  /// Stops a CPU after an instruction that uses storage in the area, by logical address; real addresses of DAT-off programs
  /// count as well, channel programs do not.
  /// - Returns: false when the area was watched already.
  @discardableResult
  public func addWatchedArea(_ area: WatchedArea) -> Bool {
    watch { watch in
      if watch.storageAreas.contains(area) { return false }
      watch.storageAreas.append(area)
      return true
    } ?? false
  }
  /// Removes a watched area; one that is not there is no matter.
  public func removeWatchedArea(_ area: WatchedArea) { watch { $0.storageAreas.removeAll { $0 == area } } }

  /// The breakpoints, ascending, and the watched areas.
  public var watched: (breakpoints: [UInt64], areas: [WatchedArea]) {
    (try? inspect(0) { cpu in (cpu.watch.breakpoints.sorted(), cpu.watch.storageAreas) }) ?? ([], [])
  }

  /// Removes all breakpoints and watched areas.
  public func removeAllWatches() {
    watch {
      $0.breakpoints = []
      $0.storageAreas = []
    }
  }

  /// Changes what each CPU watches, and flushes its TLB: an entry lets accesses pass unseen.
  /// - Returns: what the change made of CPU 0's; nil when the machine is closed.
  @discardableResult
  func watch<T: Sendable>(_ change: @escaping @Sendable (inout ExecutionWatch) -> T) -> T? {
    let results = complex.signals.indices.map { cpu in
      try? inspect(cpu) { processor in
        defer { processor.flushTLB() }
        return change(&processor.watch)
      }
    }
    return results[0]
  }
}

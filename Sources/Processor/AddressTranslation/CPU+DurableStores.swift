import Storage

/// Stores that are durable when they have completed: those into regions that ask for more than a plain store.
///
/// The TLB never permits such a store by itself, so each comes through `resolve`. The instruction then stores as it likes;
/// before the next one, before the CPU waits for another and before anything leaves the machine, what it stored is written
/// back. Until then the machine's store lock is held.
extension CPU {
  /// Announces a store of `count` bytes, when the region at `address` asks for it.
  /// - Returns: whether it does.
  func beginDurableStore(_ address: AbsoluteAddress, _ host: UnsafeMutableRawPointer, _ count: UInt64) -> Bool {
    guard let durability = storage.region(of: address, count: 1)?.durability else { return false }
    // No operand goes on beyond its page.
    let count = min(count, 4096 &- address.value & 0xFFF)
    durableStores.begin(durability, host, Int(truncatingIfNeeded: count))
    requestAnotherLook()
    return true
  }

  /// Makes what this CPU has stored durable, and lets others store.
  @inline(__always) func finishDurableStores() {
    if !durableStores.isEmpty { durableStores.finish() }
  }

  /// To be called before anything goes out of the machine that may depend on a store of any CPU: I/O, console, DIAGNOSE.
  func settleStores() {
    guard !storage.regions.isEmpty else { return }
    if durableStores.isEmpty { storage.order.settle() } else { durableStores.finish() }
  }

  /// A page of a region that the host could not give any more, or a write-back that failed: an exigent machine check of
  /// this CPU, instruction-processing damage (MCIC bit 1) with storage error uncorrected (16) and the failing-storage address
  /// (24), and then, by policy, the end of the machine.
  mutating func checkRegions() {
    guard let failed = storage.takeFailure() else { return }
    let isEnabled = s.pointee.pswMask & PSW.machineCheck != 0
    if isEnabled {
      storeMachineCheckStatus()
      storeLow(UInt64(0x4000_8F9D_403B_0000), Lowcore.machineCheckCode)
      storeLow(failed.value, Lowcore.failingStorageAddress)
      swapPSW(.machineCheck)
    }
    complex.services.storageFailed(at: failed)
    enter(.checkStop)
  }
}

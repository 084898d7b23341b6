import PersistentMemory
import Processor
import Storage
import Synchronization

/// Persistent memory that fails: by policy the machine ends, since what the guest was promised no longer holds.
extension Machine {
  /// A CPU has presented the machine check for `address`.
  func storageFailed(at address: AbsoluteAddress) {
    if let line = state.withLock({ $0.closingLines.last }) { return comeToRest(.storageFailed(line)) }
    let segment = virtualMachine?.segments.first { $0.region.range.contains(address.value) }
    let path = segment?.backend.request.path ?? "its backend"
    comeToRest(
      .storageFailed(
        "nvdimm \(segment?.id ?? ""): \(path) could not give the page at \(hex(address.value, digits: 9)): it was shortened, its file system is full, or its medium is bad; "
          + "the guest had a machine check and the machine is stopped"))
  }

  /// A write-back failed: the first CPU that looks has the machine check.
  func storageFailed(_ line: String) {
    state.withLock { $0.closingLines.append(line) }
    complex.requestFloatingAttention()
  }
}

/// Where failures go before the machine exists.
final class FailureBox: Sendable {
  private let receiver = Mutex<(@Sendable (String) -> Void)?>(nil)
  func connect(_ receiver: @escaping @Sendable (String) -> Void) { self.receiver.withLock { $0 = receiver } }
  func report(_ line: String) { receiver.withLock { $0 }?(line) }
}

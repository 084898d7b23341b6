internal import CHost
internal import Storage

/// The instruction with which this host writes a cache line back to memory.
package enum CacheLineWriteBack: String, Hashable, Sendable, Codable {
  case clwb = "CLWB"
  case clflushopt = "CLFLUSHOPT"
  case clflush = "CLFLUSH"

  /// The best one that this CPU has; nil: none.
  package static let ofThisHost: CacheLineWriteBack? =
    switch chost_best_write_back() {
    case CHOST_CLWB: .clwb
    case CHOST_CLFLUSHOPT: .clflushopt
    case CHOST_CLFLUSH: .clflush
    default: nil
    }
}

/// Write-back by the CPU: what makes a store durable in a mapping with MAP_SYNC.
struct CacheLineDurability: StoreDurability {
  private let how: chost_write_back

  init(_ how: CacheLineWriteBack) {
    self.how =
      switch how {
      case .clwb: CHOST_CLWB
      case .clflushopt: CHOST_CLFLUSHOPT
      case .clflush: CHOST_CLFLUSH
      }
  }

  func writeBack(_ address: UnsafeRawPointer, _ count: Int) { chost_write_back_lines(address, count, how) }
  func fence() { chost_store_fence() }
}

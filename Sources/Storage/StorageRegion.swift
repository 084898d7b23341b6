package import Synchronization

/// Storage beyond what the configuration's main storage has: a saved segment. Its bytes lie in the host mapping that
/// `AbsoluteStorage` reserved for it, so that one base address serves all of storage.
///
/// Concurrency: `isLoaded` is atomic; everything else is immutable.
package final class StorageRegion: Sendable {
  /// Absolute addresses, both ends multiples of 1 MiB.
  package let range: Range<UInt64>
  /// Whether programs may store; a store elsewhere is a protection exception.
  package let isWritable: Bool
  /// What a store asks for beyond the store; nil: nothing.
  package let durability: (any StoreDurability)?
  /// Whether the region can be addressed at the moment.
  package let isLoaded = Atomic<Bool>(false)
  /// The offset of a page that the host could not give, or nil.
  private let failure: @Sendable () -> UInt64?
  private let isReported = Atomic<Bool>(false)
  private let isDeclaredFailed = Atomic<Bool>(false)

  /// - Parameter failure: asked between instructions; keeps what owns the mapping as long as the region.
  package init(
    range: Range<UInt64>, isWritable: Bool, durability: (any StoreDurability)?,
    failure: @escaping @Sendable () -> UInt64? = { nil }
  ) {
    self.range = range
    self.isWritable = isWritable
    self.durability = durability
    self.failure = failure
  }

  package var isAddressable: Bool { isLoaded.load(ordering: .acquiring) }

  /// Whether the host could not give a page, or not take what was stored. There is no way back.
  package var hasFailed: Bool { failure() != nil || isDeclaredFailed.load(ordering: .acquiring) }

  /// What was stored here could not be written back.
  package func declareFailed() { isDeclaredFailed.store(true, ordering: .releasing) }

  /// The absolute address of what failed, once.
  package func takeFailure() -> AbsoluteAddress? {
    guard let offset = failure() ?? (isDeclaredFailed.load(ordering: .acquiring) ? 0 : nil),
      !isReported.exchange(true, ordering: .acquiringAndReleasing)
    else { return nil }
    return AbsoluteAddress(range.lowerBound &+ offset)
  }
}

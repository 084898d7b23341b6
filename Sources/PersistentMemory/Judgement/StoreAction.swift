/// What the emulator does for a guest's store into the mapping.
package enum StoreAction: Hashable, Sendable {
  /// The rule holds and the caches persist.
  case plain
  /// The rule holds; the caches do not persist.
  case writtenBack(CacheLineWriteBack)
  /// The rule holds, and the user asked for write-backs in batches (`relaxed=on`).
  case batched(CacheLineWriteBack)
  /// Not guaranteed: into the host's page cache.
  case pageCache
  /// share=off.
  case copied
  /// Read-only in the guest.
  case refused

  package var text: String {
    switch self {
    case .plain: "a plain store: the CPU's caches are inside the persistence domain"
    case .writtenBack(let how): "store, \(how.rawValue) and SFENCE, one at a time under the machine's store lock"
    case .batched(let how):
      "a plain store; \(how.rawValue) of everything at SAVESEG, purge and exit only: not persistent (relaxed=on)"
    case .pageCache:
      "a plain store into the host's page cache, synchronized at SAVESEG, purge and exit: survives the emulator, not the host"
    case .copied: "a plain store into a private copy that is never written back"
    case .refused: "none: the guest may only read"
    }
  }
}

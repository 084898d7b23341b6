import PersistentMemory
import ServiceProcessor
import Storage

/// A saved segment (DCSS): a region of storage with a name, and the backend behind it.
final class SavedSegment: Sendable {
  /// How programs may use it: the low byte of a range's first word in DIAGNOSE 64 (Linux arch/s390/include/asm/extmem.h).
  enum Kind: UInt8, Sendable {
    case sharedWrite = 0
    case sharedRead = 2
    /// Writable, and lost when the last user leaves: what a user may not rely on.
    case sharedNoData = 4

    /// z/VM's word.
    var name: String {
      switch self {
      case .sharedWrite: "SW"
      case .sharedRead: "SR"
      case .sharedNoData: "SN"
      }
    }
  }
  /// Eight EBCDIC bytes.
  let name: [UInt8]
  let kind: Kind
  let region: StorageRegion
  let backend: MappedBackend
  /// What messages call it.
  let id: String

  init(id: String, name: String, region: StorageRegion, backend: MappedBackend) {
    self.id = id
    self.name = Array((CodePage.ibm037.encode(name) + [UInt8](repeating: 0x40, count: 8)).prefix(8))
    self.region = region
    self.backend = backend
    kind = Self.kind(of: backend.action)
  }

  /// SW promises what is promised; SN is writable without a promise; SR refuses stores.
  static func kind(of action: StoreAction) -> Kind {
    switch action {
    case .plain, .writtenBack: .sharedWrite
    case .batched, .pageCache, .copied: .sharedNoData
    case .refused: .sharedRead
    }
  }

  /// The first and the last byte.
  var first: UInt64 { region.range.lowerBound }
  var last: UInt64 { region.range.upperBound - 1 }
}

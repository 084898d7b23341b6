/// The entries of a CPU's translation-lookaside buffer. Each field of all of them is an array of its own: what goes from page to page
/// looks at two of four, and few pages' take few lines of the host's cache.
///
/// Concurrency: owned by the CPU's thread.
package struct TLBEntries {
  private let first: UnsafeMutablePointer<UInt64>

  /// Bytes from one array to the next: not a multiple of the host's page, as the fields of an entry would be in each other's way then.
  private static let fieldSize = TLB.count * 8 + 1024
  package static let size = 4 * fieldSize
  /// Where the fields are for compiled code, in bytes: the number of the entry times 8 comes to that.
  static let readTagOffset = 0, writeTagOffset = fieldSize, addendOffset = 2 * fieldSize, frameOffset = 3 * fieldSize

  /// - Parameter place: room for `size` bytes, which its owner deallocates.
  init(at place: UnsafeMutableRawPointer) {
    first = place.bindMemory(to: UInt64.self, capacity: TLBEntries.size / 8)
    first.initialize(repeating: 0, count: TLBEntries.size / 8)
    void()
  }
  @inline(__always) package subscript(k: Int) -> TLBEntry { TLBEntry(first + k) }
  /// The number of the entry that a translation of `address` would be in.
  @inline(__always) static func number(_ address: UInt64) -> Int { Int(truncatingIfNeeded: address &>> 12) & (TLB.count - 1) }

  func void() { for k in 0..<TLB.count { self[k].void() } }
}

/// The place of one entry: one 4-KiB page for fetching and, when `writeTag` holds, storing.
package struct TLBEntry {
  private let first: UnsafeMutablePointer<UInt64>
  @inline(__always) fileprivate init(_ first: UnsafeMutablePointer<UInt64>) { self.first = first }

  /// Page address with context and key in bits 52-63; `TLB.invalid` matches no access.
  @inline(__always) var readTag: UInt64 {
    get { first[TLBEntries.readTagOffset / 8] }
    nonmutating set { first[TLBEntries.readTagOffset / 8] = newValue }
  }
  @inline(__always) var writeTag: UInt64 {
    get { first[TLBEntries.writeTagOffset / 8] }
    nonmutating set { first[TLBEntries.writeTagOffset / 8] = newValue }
  }
  /// Add it to the logical address for the host address.
  @inline(__always) package var addend: UInt64 {
    get { first[TLBEntries.addendOffset / 8] }
    nonmutating set { first[TLBEntries.addendOffset / 8] = newValue }
  }
  /// The page's frame, bits 0-51, for flushes by absolute address. Bits 52-62: the number of the page-table entry it comes from
  /// (`TLB.origin`). Bit 63 (`storesBeyondLowAddresses`): `writeTag` does not hold for nothing but low-address protection, so that
  /// stores into the page beyond its first 512 bytes may be made.
  @inline(__always) package var frame: UInt64 {
    get { first[TLBEntries.frameOffset / 8] }
    nonmutating set { first[TLBEntries.frameOffset / 8] = newValue }
  }
  static let storesBeyondLowAddresses: UInt64 = 1

  package func void() {
    readTag = TLB.invalid
    writeTag = TLB.invalid
    addend = 0
    frame = 0
  }
  func forbidStores() {
    writeTag = TLB.invalid
    frame &= ~TLBEntry.storesBeyondLowAddresses
  }
  var isInUse: Bool { readTag & writeTag != TLB.invalid }
  /// The context of whichever tag holds.
  var context: Int { Int(truncatingIfNeeded: (readTag & writeTag) &>> 4) & 0xFF }
}

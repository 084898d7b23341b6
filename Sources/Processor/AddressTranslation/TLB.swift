/// One entry of a CPU's translation-lookaside buffer: one 4-KiB page for fetching and, when `writeTag` holds, storing.
package struct TLBEntry {
  /// Page address with context and key in bits 52-63; `TLB.invalid` matches no access.
  package var readTag: UInt64
  package var writeTag: UInt64
  /// Add it to the logical address for the host address.
  package var addend: UInt64
  /// The page's frame, bits 0-51, for flushes by absolute address.
  package var frame: UInt64
  package init() {
    readTag = TLB.invalid
    writeTag = TLB.invalid
    addend = 0
    frame = 0
  }
  fileprivate var isInUse: Bool { readTag & writeTag != TLB.invalid }
  /// The context of whichever tag holds.
  fileprivate var context: Int { Int(truncatingIfNeeded: (readTag & writeTag) &>> 4) & 0xFF }
}

/// A direct-mapped buffer of translations, of the CPU that owns it.
///
/// A tag's low twelve bits are the context (eight bits: which ASCE, 0 = real addresses) and the access key (four bits), so
/// switching address spaces or keys flushes nothing.
package struct TLB {
  package static let count = 1024
  package static let invalid: UInt64 = 0xFFFF_FFFF_FFFF_FFFF
  /// A context that no entry has: every access goes the slow way.
  package static let noContext: UInt64 = 0xFF0
  /// Contexts in use at most; a table that is nearly full is slow to search.
  private static let contextLimit = 160
  private static let unusedASCE: UInt64 = 0xFFFF_FFFF_FFFF_FFFF

  package let entries: UnsafeMutablePointer<TLBEntry>
  /// A hash table: the ASCE of context n at index n; 0 (real addresses) and 255 (no context) have none.
  private let asces: UnsafeMutablePointer<UInt64>
  private var contextCount = 0
  /// Counts what was purged: whoever keeps a translation elsewhere compares.
  package var generation: UInt64 = 1

  /// - Parameter entries: room for `count` of them, which its owner deallocates.
  package init(entries: UnsafeMutablePointer<TLBEntry>) {
    self.entries = entries
    entries.initialize(repeating: TLBEntry(), count: TLB.count)
    asces = .allocate(capacity: 256)
    asces.initialize(repeating: TLB.unusedASCE, count: 256)
  }

  package func deallocate() {
    asces.deallocate()
  }

  package mutating func flush() {
    generation &+= 1
    entries.update(repeating: TLBEntry(), count: TLB.count)
  }

  /// Forgets every translation and every context: tags that others hold are void.
  package mutating func flushAndForgetContexts() {
    flush()
    asces.update(repeating: TLB.unusedASCE, count: 256)
    contextCount = 0
  }

  /// Forgets the pages that have this page index (address bits 44-51), in every context and segment.
  package mutating func flush(pageIndexOf address: UInt64) {
    generation &+= 1
    var k = Int(truncatingIfNeeded: address &>> 12) & 0xFF
    while k < TLB.count {
      entries[k] = TLBEntry()
      k &+= 256
    }
  }

  /// Forgets every page in the frame at absolute `frame`.
  package mutating func flush(frame: UInt64) {
    generation &+= 1
    for k in 0..<TLB.count where entries[k].frame == frame & ~0xFFF && entries[k].isInUse { entries[k] = TLBEntry() }
  }

  /// Forgets every page of the spaces whose ASCE has this table origin and designation type, whatever its other bits.
  package mutating func flush(tablesOf asce: UInt64) {
    let identity: UInt64 = ~0xFFF | 0xC
    var isMeant: InlineArray<256, Bool> = .init(repeating: false)
    var any = false
    for k in 1..<255 where asces[k] != TLB.unusedASCE && (asces[k] ^ asce) & identity == 0 {
      isMeant[k] = true
      any = true
    }
    if !any { return }
    generation &+= 1
    for k in 0..<TLB.count where entries[k].isInUse && isMeant[entries[k].context] { entries[k] = TLBEntry() }
  }

  /// Ends permission to store without recording: used before watching stores.
  package mutating func flushWriteTags() {
    generation &+= 1
    for k in 0..<TLB.count { entries[k].writeTag = TLB.invalid }
  }

  /// Ends permission to store into the frame at absolute `frame` without being noticed.
  package mutating func flushWriteTags(frame: UInt64) {
    generation &+= 1
    for k in 0..<TLB.count where entries[k].frame == frame { entries[k].writeTag = TLB.invalid }
  }

  /// The context number of an ASCE, shifted to its place in a tag; nil when there is no room for another.
  @inline(__always) package mutating func context(ofASCE asce: UInt64) -> UInt64? {
    var k = Int(truncatingIfNeeded: (asce &* 0x9E37_79B9_7F4A_7C15) &>> 56)
    while true {
      if asces[k] == asce && k != 0 && k != 255 { return asce == TLB.unusedASCE ? TLB.noContext : UInt64(k) << 4 }
      if asces[k] == TLB.unusedASCE && k != 0 && k != 255 { return addContext(k, asce) }
      k = (k &+ 1) & 0xFF
    }
  }
  private mutating func addContext(_ k: Int, _ asce: UInt64) -> UInt64? {
    if contextCount == TLB.contextLimit { return nil }
    contextCount += 1
    asces[k] = asce
    return UInt64(k) << 4
  }
}

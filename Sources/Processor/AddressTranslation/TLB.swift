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
  private static let contextLimit = 0xFE

  package let entries: UnsafeMutablePointer<TLBEntry>
  /// The ASCE of context n at index n; 0 (real) is unused.
  private let asces: UnsafeMutablePointer<UInt64>
  private var contextCount = 1
  private var lastContext = 0

  package init() {
    entries = .allocate(capacity: TLB.count)
    entries.initialize(repeating: TLBEntry(), count: TLB.count)
    asces = .allocate(capacity: TLB.contextLimit)
    asces.initialize(repeating: 0, count: TLB.contextLimit)
  }

  package func deallocate() {
    entries.deallocate()
    asces.deallocate()
  }

  package mutating func flush() {
    entries.update(repeating: TLBEntry(), count: TLB.count)
  }

  /// Forgets the page at `address`, in every context.
  package mutating func flush(page address: UInt64) {
    entries[Int(truncatingIfNeeded: address &>> 12) & (TLB.count - 1)] = TLBEntry()
  }

  /// Forgets every page in the frame at absolute `frame`.
  package mutating func flush(frame: UInt64) {
    for k in 0..<TLB.count where entries[k].frame == frame & ~0xFFF && entries[k].readTag != TLB.invalid { entries[k] = TLBEntry() }
  }

  /// Ends permission to store without recording: used before watching stores.
  package mutating func flushWriteTags() {
    for k in 0..<TLB.count { entries[k].writeTag = TLB.invalid }
  }

  /// The context number of an ASCE, shifted to its place in a tag.
  package mutating func context(ofASCE asce: UInt64) -> UInt64 {
    if lastContext != 0 && asces[lastContext] == asce { return UInt64(lastContext) << 4 }
    for k in 1..<contextCount where asces[k] == asce {
      lastContext = k
      return UInt64(k) << 4
    }
    if contextCount == TLB.contextLimit {
      flush()
      contextCount = 1
    }
    asces[contextCount] = asce
    lastContext = contextCount
    contextCount += 1
    return UInt64(lastContext) << 4
  }
}

/// A direct-mapped buffer of translations, of the CPU that owns it.
///
/// A tag's low twelve bits are the context (eight bits: which ASCE, 0 = real addresses) and the access key (four bits), so
/// switching address spaces or keys flushes nothing.
///
/// Compiled code keeps translations elsewhere: of data in its sites, of instructions in the jump cache. They hold while the epoch of
/// their context is what it was. INVALIDATE PAGE TABLE ENTRY is frequent and concerns one page: it begins new epochs only when a
/// translation that was given out may come from the same page-table entry, which the bytes of `origins` say by its number.
package struct TLB {
  package static let count = 1024
  package static let invalid: UInt64 = 0xFFFF_FFFF_FFFF_FFFF
  /// A context that no entry has: every access goes the slow way.
  static let noContext: UInt64 = 0xFF0
  /// Contexts in use at most; a table that is nearly full is slow to search.
  private static let contextLimit = 160
  private static let unusedASCE: UInt64 = 0xFFFF_FFFF_FFFF_FFFF
  /// Bits 52, 53 and 59 of an ASCE.
  private static let unassignedBits: UInt64 = 0xC10

  package let entries: TLBEntries
  /// Large frames, direct-mapped by bits 36-43 of the address.
  private let large: UnsafeMutablePointer<LargeTLBEntry>
  static let largeCount = 256
  /// A hash table: the ASCE of context n at index n; 0 (real addresses) and 255 (no context) have none.
  private let asces: UnsafeMutablePointer<UInt64>
  private var contextCount = 0
  /// Counts epochs.
  private(set) var serial: UInt64 = 1
  /// The epochs of each context: of data, and of instructions.
  let dataEpochs: UnsafeMutablePointer<UInt64>
  let instructionEpochs: UnsafeMutablePointer<UInt64>
  /// By number of a page-table entry: not zero when compiled code has a translation that comes from it. First of data, then of
  /// instructions.
  let origins: UnsafeMutablePointer<UInt8>
  static let originCount = 2048

  /// - Parameters:
  ///   - entries: of which the owner deallocates what they are in.
  ///   - large: room for `largeCount` of them, likewise.
  ///   - origins: room for twice `originCount` bytes, likewise.
  init(
    entries: TLBEntries, large: UnsafeMutablePointer<LargeTLBEntry>, origins: UnsafeMutablePointer<UInt8>
  ) {
    self.entries = entries
    self.large = large
    self.origins = origins
    origins.initialize(repeating: 0, count: 2 * TLB.originCount)
    dataEpochs = .allocate(capacity: 256)
    dataEpochs.initialize(repeating: 1, count: 256)
    instructionEpochs = .allocate(capacity: 256)
    instructionEpochs.initialize(repeating: 1, count: 256)
    large.initialize(repeating: LargeTLBEntry(), count: TLB.largeCount)
    asces = .allocate(capacity: 256)
    asces.initialize(repeating: TLB.unusedASCE, count: 256)
  }

  package func deallocate() {
    asces.deallocate()
    dataEpochs.deallocate()
    instructionEpochs.deallocate()
  }

  // MARK: Epochs

  /// The number of a page-table entry by its absolute address, 1-2047. Several have the same one.
  static func origin(ofEntryAt address: UInt64) -> UInt64 { max(1, (address &>> 3 &* 0x9E37_79B9_7F4A_7C15) &>> 53) }

  /// Voids all translations of data that compiled code has.
  mutating func voidData() {
    serial &+= 1
    dataEpochs.update(repeating: serial, count: 256)
    origins.update(repeating: 0, count: TLB.originCount)
  }
  /// Voids all of instructions. Who forgets the fetch page at the same time may forget where they came from.
  mutating func voidInstructions() {
    serial &+= 1
    instructionEpochs.update(repeating: serial, count: 256)
  }
  private mutating func voidInstructionsAndOrigins() {
    voidInstructions()
    (origins + TLB.originCount).update(repeating: 0, count: TLB.originCount)
  }
  /// Notes that compiled code has the translation of data in an entry.
  @inline(__always) func noteData(_ e: TLBEntry) {
    origins[Int(truncatingIfNeeded: e.frame &>> 1) & (TLB.originCount - 1)] = 1
  }
  /// The same of the instructions in a page; `tag` is what its entry should have.
  func noteInstructions(_ e: TLBEntry, tag: UInt64) {
    if e.readTag == tag {
      origins[TLB.originCount + Int(truncatingIfNeeded: e.frame &>> 1) & (TLB.originCount - 1)] = 1
    } else {
      (origins + TLB.originCount).update(repeating: 1, count: TLB.originCount)
    }
  }

  // MARK: Large frames

  /// The large frame of `address` in the space of `context`, a tag's bits, when it is known.
  @inline(__always) func largeFrame(of address: UInt64, context: UInt64) -> UnsafePointer<LargeTLBEntry>? {
    let e = large + (Int(truncatingIfNeeded: address &>> 20) & (TLB.largeCount - 1))
    return e.pointee.tag == address & ~0xF_FFFF | context ? UnsafePointer(e) : nil
  }
  func setLargeFrame(of address: UInt64, context: UInt64, _ entry: LargeTLBEntry) {
    let e = large + (Int(truncatingIfNeeded: address &>> 20) & (TLB.largeCount - 1))
    e.pointee = entry
    e.pointee.tag = address & ~0xF_FFFF | context
  }

  // MARK: Flushing

  package mutating func flush() {
    voidData()
    voidInstructionsAndOrigins()
    entries.void()
    large.update(repeating: LargeTLBEntry(), count: TLB.largeCount)
  }

  /// Forgets every translation and every context: tags that others hold are void.
  mutating func flushAndForgetContexts() {
    flush()
    asces.update(repeating: TLB.unusedASCE, count: 256)
    contextCount = 0
  }

  /// Forgets what comes from the page-table entry at absolute `entry`, which has the page index of `address` (bits 44-51): all
  /// pages of this index, in every context and segment. The caller forgets the fetch page.
  package mutating func flush(pageIndexOf address: UInt64, entry: UInt64) {
    let origin = Int(truncatingIfNeeded: TLB.origin(ofEntryAt: entry))
    if origins[origin] != 0 { voidData() }
    if origins[TLB.originCount + origin] != 0 { voidInstructionsAndOrigins() }
    var k = Int(truncatingIfNeeded: address &>> 12) & 0xFF
    while k < TLB.count {
      entries[k].void()
      k &+= 256
    }
  }

  /// Forgets every page in the frame at absolute `frame`.
  package mutating func flush(frame: UInt64) {
    voidData()
    voidInstructions()
    for k in 0..<TLB.count where entries[k].frame & ~0xFFF == frame & ~0xFFF && entries[k].isInUse { entries[k].void() }
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
    serial &+= 1
    for k in 1..<255 where isMeant[k] {
      dataEpochs[k] = serial
      instructionEpochs[k] = serial
    }
    for k in 0..<TLB.count where entries[k].isInUse && isMeant[entries[k].context] { entries[k].void() }
    large.update(repeating: LargeTLBEntry(), count: TLB.largeCount)
  }

  /// Ends permission to store without recording: used before watching stores.
  mutating func flushWriteTags() {
    voidData()
    for k in 0..<TLB.count { entries[k].forbidStores() }
  }

  /// Ends permission to store into the frame at absolute `frame` without being noticed.
  mutating func flushWriteTags(frame: UInt64) {
    voidData()
    for k in 0..<TLB.count where entries[k].frame & ~0xFFF == frame { entries[k].forbidStores() }
  }

  /// The context number of an ASCE, shifted to its place in a tag; nil when there is no room for another.
  @inline(__always) package mutating func context(ofASCE asce: UInt64) -> UInt64? {
    // Without the bits that mean nothing no ASCE is the unused one.
    let asce = asce & ~TLB.unassignedBits
    var k = Int(truncatingIfNeeded: (asce &* 0x9E37_79B9_7F4A_7C15) &>> 56)
    while true {
      if asces[k] == asce && k != 0 && k != 255 { return UInt64(k) << 4 }
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

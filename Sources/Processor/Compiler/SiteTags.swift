/// The tags of sites: each stands for one data tag (context and key) since the last purge of any translation. A purge makes all
/// of them void without touching the sites.
///
/// Concurrency: owned by the compiler of one CPU.
struct SiteTags {
  /// By data tag; 0: none yet.
  private let tags: UnsafeMutablePointer<UInt16>
  private var next = SiteTags.step
  /// What lies between two tags: eight, the largest boundary of an operand.
  private static let step: UInt16 = 8
  /// One that no site ever has, for accesses that must be translated each time.
  private static let none: UInt64 = 0xFF8

  init() {
    tags = .allocate(capacity: 4096)
    tags.initialize(repeating: 0, count: 4096)
  }
  func deallocate() { tags.deallocate() }

  func forget() { tags.update(repeating: 0, count: 4096) }

  mutating func tag(for dataTag: UInt64, _ memory: CodeMemory) -> UInt64 {
    if dataTag == TLB.noContext { return SiteTags.none }
    let k = Int(truncatingIfNeeded: dataTag & 0xFFF)
    if tags[k] != 0 { return UInt64(tags[k]) }
    if UInt64(next) == SiteTags.none {
      memory.wipeSites()
      forget()
      next = SiteTags.step
    }
    tags[k] = next
    next += SiteTags.step
    return UInt64(tags[k])
  }
}

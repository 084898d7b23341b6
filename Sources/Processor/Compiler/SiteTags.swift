/// The tags of sites: each stands for one data tag (context and key) in one epoch. A new epoch makes sites void without touching
/// them.
///
/// Concurrency: owned by the compiler of one CPU.
struct SiteTags {
  /// By data tag: the site tag, 0 for none yet, and the epoch that it is for.
  private let tags: UnsafeMutablePointer<(tag: UInt64, epoch: UInt64)>
  private var next = SiteTags.step
  /// What lies between two tags: eight, the largest boundary of an operand.
  private static let step: UInt64 = 8
  /// One that no site ever has, for accesses that must be translated each time. With the low bits of an address that is not on its
  /// boundary it is not the tag of a void site either.
  private static let none: UInt64 = 0xFF0
  private static let count = 4096

  init() {
    tags = .allocate(capacity: SiteTags.count)
    tags.initialize(repeating: (0, 0), count: SiteTags.count)
  }
  func deallocate() { tags.deallocate() }

  mutating func tag(for dataTag: UInt64, epoch: UInt64, _ memory: CodeMemory) -> UInt64 {
    if dataTag == TLB.noContext { return SiteTags.none }
    let entry = tags + Int(truncatingIfNeeded: dataTag & 0xFFF)
    if entry.pointee.tag != 0 && entry.pointee.epoch == epoch { return entry.pointee.tag }
    if next == SiteTags.none {
      memory.wipeSites()
      tags.update(repeating: (0, 0), count: SiteTags.count)
      next = SiteTags.step
    }
    entry.pointee = (next, epoch)
    next += SiteTags.step
    return entry.pointee.tag
  }
}

/// What compiled code says of an access that missed its site: in the bits of `CompiledState.accessSite` that are zero in a site's
/// address.
struct SiteAccess: OptionSet {
  let rawValue: UInt64
  /// The address is a constant of the code.
  static let isConstant = SiteAccess(rawValue: 1)
  /// Beside the site is the limit of its page (`RisingAccess.limit`).
  static let hasLimit = SiteAccess(rawValue: 2)
  /// The access is on a later pass of a loop: that it missed tells nothing of the first.
  static let isLater = SiteAccess(rawValue: 4)

  static let mask: UInt64 = 15
  /// Bytes from a site to its limit.
  static let limitOffset = 24
}

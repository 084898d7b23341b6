/// How often an access misses its site: kept beside each site. After so many misses it is sampled: until it is clear what it does, its
/// site is left without a tag, so that each execution comes by and is compared with the one before. Misses of one that wanders are then
/// counted until they cost what it takes to compile the block again.
struct AccessHistory {
  /// The block: its key, with its offset in the page.
  let block: UInt64
  /// Bits 0-11 (of the host's word, 0 the lowest) the instruction's offset in the page, 12 whether the access is sampled, 13 whether
  /// compiled code found that sampling ended, 14 whether the access is known to wander; 16-31 how many misses are left until somebody
  /// looks, or the balance.
  private var count: UInt32
  /// While the access is sampled, bits 32-63 of the tag that its site would have.
  private var tag: UInt32 = 0

  /// Misses before the access is sampled; and those of one that wanders before the block is compiled again, which takes as long as more
  /// than a thousand do, of all its accesses.
  private static let misses: UInt32 = 32, dearMisses: UInt32 = 512
  /// A miss costs what so many lookups cost more than sites. A loop over 64 operands that crosses the end of a page misses twice: it
  /// does not always do so, and is not to look like one that wanders.
  private static let price: Int32 = 24
  /// Sampling ends where the balance overflows: up, after 192 executions more than its misses are worth; or down, where they are worth
  /// as many more. What is found is kept, so it must not be found by chance.
  private static let balance: UInt32 = 1 << 31
  /// What compiled code takes off the count for a miss; what it adds to the balance for an execution that does not miss, and takes off
  /// for one that does.
  static let miss: Int32 = 1 << 16
  static let gain = Int32(balance / 192) & ~0xFFFF, loss = gain * price
  static let isSampled: UInt8 = 1 << 4, hasEnded: UInt8 = 1 << 5
  private static let wanders: UInt8 = 1 << 6
  /// Where those are: bits 12 and 13 are in the count's second byte.
  static let countOffset: Int32 = 8, factsOffset: Int32 = 9, tagOffset: Int32 = 12

  init(block: UInt64, offset: UInt16) {
    self.block = block
    count = AccessHistory.misses << 16 | UInt32(offset)
  }
  /// The absolute address of the instruction.
  var instruction: UInt64 { BlockTable.frame(of: block) | UInt64(count & 0xFFF) }
  var isSampled: Bool { facts & AccessHistory.isSampled != 0 }
  var wanders: Bool { facts & AccessHistory.wanders != 0 }
  private var facts: UInt8 { UInt8(truncatingIfNeeded: count >> 8) }

  /// Notes a miss; the last one may be noted already.
  /// - Returns: whether somebody should look.
  mutating func noteMiss() -> Bool {
    let left = count >> 16
    if left != 0 && left <= AccessHistory.dearMisses {
      count -= 1 << 16
      return false
    }
    beginCounting(wanders: wanders)
    return true
  }
  private mutating func beginCounting(wanders: Bool) {
    let misses = wanders ? AccessHistory.dearMisses : AccessHistory.misses
    count = misses << 16 | UInt32(wanders ? AccessHistory.wanders : 0) << 8 | count & 0xFFF
  }
  /// Notes that the access is known to wander.
  mutating func noteWandering() { beginCounting(wanders: true) }

  /// From now on the access is sampled.
  mutating func beginSampling(_ tag: UInt64) {
    count = AccessHistory.balance | count & 0xFFF | UInt32(AccessHistory.isSampled) << 8
    self.tag = UInt32(truncatingIfNeeded: tag)
  }
  /// Notes what tag the site would have now: a later pass of a loop missed, which does not count.
  mutating func noteTag(_ tag: UInt64) { self.tag = UInt32(truncatingIfNeeded: tag) }
  /// Notes an execution, as compiled code does, unless that found the end.
  /// - Parameter tag: of the access.
  /// - Returns: what the access does, at the end.
  mutating func sample(_ tag: UInt64) -> AccessConduct? {
    var hasEnded = facts & AccessHistory.hasEnded != 0
    if !hasEnded {
      let isSame = self.tag == UInt32(truncatingIfNeeded: tag)
      noteTag(tag)
      (count, hasEnded) =
        isSame
        ? count.addingReportingOverflow(UInt32(AccessHistory.gain))
        : count.subtractingReportingOverflow(UInt32(AccessHistory.loss))
    }
    guard hasEnded else { return nil }
    // The balance has wrapped around.
    let wanders = count >= AccessHistory.balance
    beginCounting(wanders: wanders)
    return wanders ? .wandering : .steady
  }
}

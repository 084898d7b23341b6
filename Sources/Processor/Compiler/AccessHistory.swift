/// How often an access misses its site: kept beside each site.
struct AccessHistory {
  /// The block: its key, with its offset in the page.
  let block: UInt64
  /// Bits 0-11 (of the host's word, 0 the lowest) the instruction's offset in the page, 12 whether executions are counted, 16-31 how
  /// many misses are left until somebody looks: compiled code counts down.
  private var count: UInt32
  /// Executions, if they are counted.
  private var executions: UInt32 = 0

  /// Misses that are counted before somebody looks.
  private static let misses: UInt32 = 32
  /// A miss costs what so many lookups cost more than sites. A loop over 64 operands that crosses the end of a page misses twice: it
  /// does not always do so, and is not to look like one that wanders.
  private static let price: UInt32 = 24
  /// What a miss takes off the count; where that is, and executions.
  static let miss: Int32 = 1 << 16
  static let countOffset: Int32 = 8, executionsOffset: Int32 = 12

  init(block: UInt64, offset: UInt16, isCounting: Bool) {
    self.block = block
    count = AccessHistory.misses << 16 | UInt32(offset) | (isCounting ? 1 << 12 : 0)
  }
  /// The absolute address of the instruction.
  var instruction: UInt64 { BlockTable.frame(of: block) | UInt64(count & 0xFFF) }
  var isCounting: Bool { count & 1 << 12 != 0 }
  /// Whether sites are not worth it, after as many misses as are counted.
  var wanders: Bool { executions < AccessHistory.misses * AccessHistory.price }

  /// Notes a miss; the last one may be noted already.
  /// - Returns: whether somebody should look.
  mutating func noteMiss() -> Bool {
    let left = count >> 16
    if left != 0 && left <= AccessHistory.misses {
      count -= 1 << 16
      return false
    }
    count = AccessHistory.misses << 16 | count & 0xFFFF
    return true
  }
}

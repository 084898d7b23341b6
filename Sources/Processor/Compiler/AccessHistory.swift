/// What is known of an instruction's accesses.
enum AccessConduct {
  /// They missed their sites now and then: executions are counted, to see how often.
  case counted
  /// They go from page to page, or are not on their boundary: they look into the TLB (`BlockEmitter.emitLookup`).
  case wandering
  /// Most find their sites.
  case steady
}

/// What is known of the accesses of instructions: by frame, then by the instruction's offset in it, as blocks ask for all of a page.
struct AccessConducts {
  private var pages: [UInt64: [UInt16: AccessConduct]] = [:]
  private(set) var count = 0

  /// What is known in a frame, nil when that is nothing.
  func page(_ frame: UInt64) -> [UInt16: AccessConduct]? { pages[frame] }

  /// What is known of the instruction at an absolute address.
  subscript(instruction: UInt64) -> AccessConduct? { pages[instruction & ~0xFFF]?[UInt16(instruction & 0xFFF)] }
  mutating func note(_ conduct: AccessConduct, of instruction: UInt64) {
    let old = pages[instruction & ~0xFFF, default: [:]].updateValue(conduct, forKey: UInt16(instruction & 0xFFF))
    if old == nil { count += 1 }
  }
}

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

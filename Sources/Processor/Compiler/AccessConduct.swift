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

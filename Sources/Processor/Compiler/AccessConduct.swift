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
  /// What is known in a page, which is little.
  struct Page {
    private var conducts: [UInt16: AccessConduct] = [:]
    /// A bit for each of the page's 64 parts in which something is known.
    private var parts: UInt64 = 0

    private static func part(of offset: UInt16) -> UInt64 { 1 &<< UInt64(offset &>> 6) }
    subscript(offset: UInt16) -> AccessConduct? { parts & Page.part(of: offset) == 0 ? nil : conducts[offset] }
    /// - Returns: whether nothing was known.
    mutating func note(_ conduct: AccessConduct, at offset: UInt16) -> Bool {
      parts |= Page.part(of: offset)
      return conducts.updateValue(conduct, forKey: offset) == nil
    }
  }
  private var pages: [UInt64: Page] = [:]
  private(set) var count = 0

  /// What is known in a frame, nil when that is nothing.
  func page(_ frame: UInt64) -> Page? { pages[frame] }

  /// What is known of the instruction at an absolute address.
  subscript(instruction: UInt64) -> AccessConduct? { pages[instruction & ~0xFFF]?[UInt16(instruction & 0xFFF)] }
  mutating func note(_ conduct: AccessConduct, of instruction: UInt64) {
    if pages[instruction & ~0xFFF, default: Page()].note(conduct, at: UInt16(instruction & 0xFFF)) { count += 1 }
  }
}

/// What is known of an instruction's accesses.
enum AccessConduct {
  /// They missed their sites now and then: executions are counted, to see how often.
  case counted
  /// They go from page to page, or are not on their boundary: they look into the TLB (`BlockEmitter.emitLookup`).
  case wandering
  /// Most find their sites.
  case steady
}

/// What is known of the accesses of a frame's instructions, by their offsets in it; that is little.
struct AccessConducts {
  private var conducts: [UInt16: AccessConduct] = [:]
  /// A bit for each of the page's 64 parts in which something is known.
  private var parts: UInt64 = 0

  private static func part(of offset: UInt16) -> UInt64 { 1 &<< UInt64(offset &>> 6) }
  subscript(offset: UInt16) -> AccessConduct? { parts & AccessConducts.part(of: offset) == 0 ? nil : conducts[offset] }
  /// - Returns: whether nothing was known.
  mutating func note(_ conduct: AccessConduct, at offset: UInt16) -> Bool {
    parts |= AccessConducts.part(of: offset)
    return conducts.updateValue(conduct, forKey: offset) == nil
  }
}

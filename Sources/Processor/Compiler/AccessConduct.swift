/// What is known of an instruction's accesses.
enum AccessConduct {
  /// They go from page to page, or are not on their boundary: they look into the TLB (`BlockEmitter.emitLookup`).
  case wandering
  /// Most find their sites.
  case steady
}

/// What is known of the accesses of a frame's instructions, by their offsets in it.
struct AccessConducts {
  /// A place for each halfword of the frame, once something is known.
  private var conducts: [AccessConduct?] = []

  /// - Parameter offset: even, less than 4096.
  subscript(offset: UInt16) -> AccessConduct? { conducts.isEmpty ? nil : conducts[Int(offset &>> 1)] }
  /// - Returns: whether nothing was known in the frame.
  mutating func note(_ conduct: AccessConduct, at offset: UInt16) -> Bool {
    let isFirst = conducts.isEmpty
    if isFirst { conducts = Array(repeating: nil, count: 2048) }
    conducts[Int(offset &>> 1)] = conduct
    return isFirst
  }
}

/// Cuts a stream into lines. A line beyond the limit is not kept: it is reported once, when the limit is reached, and the rest
/// of it is passed over.
struct LineBuffer {
  enum Line: Equatable {
    /// Without its end; a carriage return before it goes, too.
    case line([UInt8])
    case tooLong
  }
  private let limit: Int
  private var pending: [UInt8] = []
  private var isPassingOver = false

  init(limit: Int) { self.limit = limit }

  /// - Returns: the lines that `bytes` complete.
  mutating func take(_ bytes: [UInt8]) -> [Line] {
    var lines: [Line] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0x0A) {
      pend(rest[..<end], &lines)
      if !isPassingOver { lines.append(.line(pending.last == 0x0D ? Array(pending.dropLast()) : pending)) }
      isPassingOver = false
      pending.removeAll()
      rest = rest[rest.index(after: end)...]
    }
    pend(rest, &lines)
    return lines
  }

  private mutating func pend(_ more: ArraySlice<UInt8>, _ lines: inout [Line]) {
    if isPassingOver { return }
    if pending.count + more.count > limit {
      isPassingOver = true
      pending.removeAll()
      lines.append(.tooLong)
    } else {
      pending += more
    }
  }
}

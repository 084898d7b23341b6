/// What `--execution verify` has compared.
public struct VerificationFigures: Sendable, CustomStringConvertible {
  /// Blocks that ran compiled and interpreted.
  public let blocks: Int
  /// Instructions that were only interpreted, each a block of its own: what they are, the most frequent first.
  public let leftOut: [(name: String, count: Int)]

  /// A line for people.
  public var description: String {
    let count = leftOut.reduce(0) { $0 + $1.count }
    let hundredths = count * 10_000 / max(blocks + count, 1), rest = hundredths % 100
    let share = "\(hundredths / 100).\(rest / 10)\(rest % 10) %"
    let names = leftOut.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    return "verified \(blocks) blocks; left out \(count) of one instruction, \(share)" + (names.isEmpty ? "" : ": \(names)")
  }
}

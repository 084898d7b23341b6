/// How often blocks were compiled again, and how much was learnt of them since.
struct Lessons {
  private var blocks: [UInt64: (recompilations: Int, learnt: Int)] = [:]
  private static let limit = 4

  /// Notes that something was learnt of the block of `key`.
  /// - Returns: whether it is to be compiled again now: at the first time, after four more, sixteen more, 64 more.
  mutating func note(_ key: UInt64) -> Bool {
    var block = blocks[key, default: (0, 0)]
    block.learnt += 1
    let isDue = block.recompilations < Lessons.limit && block.learnt >= 1 << (2 * block.recompilations)
    if isDue { block = (block.recompilations + 1, 0) }
    blocks[key] = block
    return isDue
  }
  mutating func forgetAll() { blocks.removeAll(keepingCapacity: true) }
}

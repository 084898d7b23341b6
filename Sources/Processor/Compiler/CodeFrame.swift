/// What the compiler keeps of a frame of storage in which it found code: found at once, once a block.
///
/// Concurrency: owned by the compiler of one CPU.
final class CodeFrame {
  /// The keys of its blocks, but for those that look at their text themselves: they are dropped when it is stored into.
  fileprivate(set) var blocks: [UInt64] = []
  /// The jumps that lead to its blocks: to which, and where the displacement ends, in the execution view.
  private var links: [(key: UInt64, end: UInt64)] = []
  /// How often its blocks were dropped.
  private(set) var changeCount = 0
  /// What was learnt of it, which outlasts its blocks: what its accesses do, and which of its blocks follow branches.
  fileprivate(set) var conducts = AccessConducts()
  fileprivate(set) var followers: [UInt64] = []

  /// Notes a block that is dropped with the frame.
  func note(_ block: UInt64) { blocks.append(block) }
  /// Notes a jump that leads to a block.
  func noteLink(to block: UInt64, _ end: UInt64) { links.append((block, end)) }
  /// The jumps that lead to a block.
  func links(to block: UInt64) -> [UInt64] { links.filter { $0.key == block }.map(\.end) }

  /// Forgets the blocks: they were dropped, as the frame changed.
  func dropBlocks() {
    if !blocks.isEmpty { changeCount += 1 }
    forgetCode()
  }
  fileprivate func forgetCode() {
    blocks.removeAll()
    links.removeAll()
  }
  fileprivate func beginAnew() {
    forgetCode()
    changeCount = 0
  }
}

/// The frames in which the compiler found code.
///
/// Concurrency: owned by the compiler of one CPU.
struct CodeFrames {
  private var frames: [UInt64: CodeFrame] = [:]
  /// The one that was asked for last: blocks that are compiled one after the other are mostly in one.
  private var last: (address: UInt64, frame: CodeFrame)?
  /// In how many frames accesses are known, and how many blocks follow branches.
  private var conductCount = 0
  private(set) var followerCount = 0
  /// Frames in which accesses are known, 2 KiB each; frames and blocks that follow branches.
  private static let conductLimit = 1 << 12
  private static let limit = 1 << 16

  /// The frame at an absolute address, a multiple of 4096.
  mutating func at(_ address: UInt64) -> CodeFrame {
    if let last, last.address == address { return last.frame }
    let frame = frames[address] ?? CodeFrame()
    frames[address] = frame
    last = (address, frame)
    return frame
  }
  /// That of a block.
  mutating func of(_ block: UInt64) -> CodeFrame { at(BlockTable.frame(of: block)) }

  /// What is known of the accesses of the instruction at an absolute address.
  mutating func conduct(of instruction: UInt64) -> AccessConduct? {
    at(instruction & ~0xFFF).conducts[UInt16(instruction & 0xFFF)]
  }
  mutating func note(_ conduct: AccessConduct, of instruction: UInt64) {
    if at(instruction & ~0xFFF).conducts.note(conduct, at: UInt16(instruction & 0xFFF)) { conductCount += 1 }
  }
  /// Has a block follow branches when it is compiled.
  mutating func noteFollower(_ block: UInt64) {
    let frame = of(block)
    if frame.followers.contains(block) { return }
    frame.followers.append(block)
    followerCount += 1
  }

  /// Forgets all blocks, and when that became much what was learnt, too.
  /// - Returns: the frames that had some.
  mutating func forgetCode() -> [UInt64] {
    let hadBlocks = frames.filter { !$0.value.blocks.isEmpty }.map(\.key)
    for frame in frames.values { frame.beginAnew() }
    if conductCount > CodeFrames.conductLimit || followerCount + frames.count > CodeFrames.limit { self = CodeFrames() }
    return hadBlocks
  }
}

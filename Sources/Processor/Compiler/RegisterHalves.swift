/// What an instruction does with the halves of general registers, a bit each (0 the lowest). What it sets is noted while its nodes are
/// built, what it looks at once it is known how wide values are.
struct RegisterHalves {
  /// It is to find these whole.
  var looked: UInt16 = 0
  /// It sets bits 32-63 of these only. Once `BlockBuilder.findHalves` has chosen: of those where bits 0-31 may wait.
  var low: UInt16 = 0
  /// It sets these to something else as a whole.
  var whole: UInt16 = 0

  /// Notes what a node does, which is known where it is built.
  @inline(__always) mutating func note(_ operation: NodeOperation, _ imm: UInt64) {
    switch operation {
    case .setRegister32: low |= 1 << UInt16(imm & 15)
    case .setRegister: whole |= 1 << UInt16(imm & 15)
    case .registerHigh, .setRegisterHigh: looked |= 1 << UInt16(imm & 15)
    default: break
    }
  }
  /// What is set twice, or set by an instruction that may leave then, is whole before.
  mutating func settle(isWholeBefore: Bool) {
    let unclear = isWholeBefore ? whole : whole & low
    looked |= unclear
    whole &= ~unclear
    low &= ~unclear
  }
}

/// Chooses where bits 0-31 of a register may wait while instructions set bits 32-63 only: see BlockEmitter+Halves. That is from the first
/// such instruction to the next that looks at the whole register, or sets it.
extension BlockBuilder {
  /// What ends such a stretch.
  private enum End { case look, setting, block }

  /// - Parameters:
  ///   - end: the last instruction that counts; a loop goes on at the first behind it.
  ///   - inHost: the registers that are in the host's.
  /// - Returns: the registers in the host's that are apart when a pass of a loop ends.
  func findHalves(
    _ instructions: UnsafeMutableBufferPointer<BlockInstruction>, through end: Int, isLoop: Bool, inHost: UInt16
  ) -> UInt16 {
    if end < 0 { return 0 }
    var set: UInt16 = 0, again: UInt16 = 0
    for k in 0...end {
      again |= set & instructions[k].halves.low
      set |= instructions[k].halves.low
    }
    if set == 0 { return 0 }
    // Where no loop goes on, one setting alone is never worth it: see `isWorthwhile`.
    let candidates = isLoop ? set : again & inHost
    if set != candidates { for k in 0...end { instructions[k].halves.low &= candidates } }
    candidates.visitRegisters { r in
      choose(r, instructions, through: end, isLoop: isLoop, isInHost: inHost >> UInt16(r) & 1 != 0)
    }
    if !isLoop { return 0 }
    var apart: UInt16 = 0
    for k in 0...end {
      let halves = instructions[k].halves
      apart = (apart & ~halves.looked | halves.low) & ~halves.whole
    }
    return apart & inHost
  }

  /// Goes through the stretches of one register.
  private func choose(
    _ r: Int, _ instructions: UnsafeMutableBufferPointer<BlockInstruction>, through end: Int, isLoop: Bool, isInHost: Bool
  ) {
    let bit: UInt16 = 1 << UInt16(r)
    /// The instructions of the stretch that set the register: the first, and how many.
    var first = 0, count = 0
    func close(_ stretch: End, before k: Int) {
      if count > 0 && !isWorthwhile(stretch, count, isLoop: isLoop, isInHost: isInHost) {
        var j = first
        repeat {
          instructions[j].halves.low &= ~bit
          j = isLoop && j == end ? 0 : j + 1
        } while j != k
      }
      count = 0
    }
    // A loop begins behind the first instruction that ends a stretch.
    let start = isLoop ? instructions[...end].firstIndex { ($0.halves.looked | $0.halves.whole) & bit != 0 } : 0
    guard let start else { return }
    for step in 0...end {
      let k = (start + step) % (end + 1), halves = instructions[k].halves
      if halves.looked & bit != 0 { close(.look, before: k) }
      if halves.whole & bit != 0 { close(.setting, before: k) }
      if halves.low & bit != 0 {
        if count == 0 { first = k }
        count += 1
      }
    }
    let last = instructions[start].halves
    close(!isLoop ? .block : last.looked & bit != 0 ? .look : .setting, before: isLoop ? start : end + 1)
  }

  /// To keep the halves apart is a store where the stretch begins, and three instructions where it does not end with a setting; to keep
  /// them together is two for each setting. A register in the state need not be put together, but is not to be looked at whole
  /// soon after part of it was stored.
  private func isWorthwhile(_ end: End, _ count: Int, isLoop: Bool, isInHost: Bool) -> Bool {
    if !isInHost { return isLoop && end == .setting }
    switch end {
    case .setting: return isLoop || count >= 2
    case .look: return count >= 3
    case .block: return count >= 2
    }
  }
}

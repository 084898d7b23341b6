/// COMPRESSION CALL (chapter 7): characters to index symbols of 9 to 13 bits and back, by dictionaries that the program made.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineCompression() {
    routine("CMPSC", 0xB263, .rre, .setsCC) { cpu, i throws(ProgramInterruption) in
      try cpu.requireEven(i.e1 | i.e2)
      let call = CompressionCall(r1: i.e1, r2: i.e2, options: cpu.gr(0), dictionary: cpu.gr(1))
      if !(9...13).contains(call.symbolSize) { throw .specification }
      do throws(ProgramInterruption) {
        // A unit of work is one symbol: registers and storage change together, or not at all.
        try cpu.inUnits { cpu throws(ProgramInterruption) in
          call.isExpansion ? try cpu.expandSymbol(call) : try cpu.compressSymbol(call)
        }
      } catch { throw error == .data ? cpu.dataException(.decimalOperand) : error }
    }
  }
}

/// The operands' registers, and what general registers 0 and 1 say. The dictionaries and the symbol-translation table are in
/// the second operand's address space.
private struct CompressionCall {
  let r1: Int
  let r2: Int
  /// General register 0.
  let options: UInt64
  /// General register 1: bits 0-51 the dictionary, 52-60 the symbol-translation table's offset in 128 bytes, 61-63 the
  /// bit number in the compressed operand's first byte.
  let dictionary: UInt64

  /// Bits of a symbol.
  var symbolSize: UInt64 { (options &>> 12 & 15) &+ 8 }
  /// Entries in each dictionary.
  var entries: UInt64 { 1 &<< symbolSize }
  var isExpansion: Bool { options & 0x100 != 0 }
  var hasFormat1Siblings: Bool { options & 0x200 != 0 }
  var isTranslatingSymbols: Bool { options & 0x1_0000 != 0 }

  /// Entry `index` of the first dictionary, which is that of the operation.
  func entry(_ index: UInt64, _ cpu: borrowing CPU) throws(ProgramInterruption) -> UInt64 {
    if index >= entries { throw .data }
    return try cpu.load64(at(dictionary & ~0xFFF &+ 8 &* index, cpu))
  }
  /// Entry `index` of the expansion dictionary behind a compression dictionary.
  func expansionEntry(_ index: UInt64, _ cpu: borrowing CPU) throws(ProgramInterruption) -> UInt64 {
    try cpu.load64(at(dictionary & ~0xFFF &+ 8 &* (entries &+ index), cpu))
  }
  /// What stands for symbol `index` in the compressed operand.
  func stored(_ index: UInt64, _ cpu: borrowing CPU) throws(ProgramInterruption) -> UInt64 {
    guard isTranslatingSymbols else { return index }
    let table = dictionary & ~0xFFF &+ (dictionary & 0xFF8) &<< 4
    return try cpu.load16(at(table &+ 2 &* index, cpu)) & (entries &- 1)
  }
  private func at(_ address: UInt64, _ cpu: borrowing CPU) -> StorageOperand<UInt64> {
    StorageOperand(cpu.reduced(address), base: r2)
  }
}

/// The characters that are matched, from the beginning of the second operand on.
private struct CompressionSource {
  let operand: StorageOperand<UInt64>
  let count: UInt64
  func character(_ k: UInt64, _ cpu: borrowing CPU) throws(ProgramInterruption) -> UInt8 {
    UInt8(truncatingIfNeeded: try cpu.load8(StorageOperand(cpu.reduced(operand.address &+ k), base: operand.base)))
  }
}

/// How a string goes on.
private enum CompressionStep {
  /// No child continues it: the parent's symbol it is.
  case parent
  /// A child that needs no look at its entry: its symbol it is.
  case leaf(UInt64)
  /// A child that may have children, after `count` characters.
  case child(UInt64, CompressionCharacterEntry, count: UInt64)
}

extension CPU {
  // MARK: Compression

  /// Stores one symbol for the longest string that the dictionary has for the next characters.
  /// - Returns: condition code 0: no characters are left, 1: no room for a symbol, nil after a symbol.
  fileprivate mutating func compressSymbol(_ call: CompressionCall) throws(ProgramInterruption) -> UInt64? {
    let left = length(call.r2 + 1), room = length(call.r1 + 1)
    if left == 0 { return 0 }
    let bit = gr(1) & 7
    if room &- 1 < (bit &+ call.symbolSize &- 1) &>> 3 || room == 0 { return 1 }
    let source = CompressionSource(operand: addressOperand(call.r2), count: left)
    let (index, used) = try longestString(call, source)
    try storeSymbol(try call.stored(index, self), call, bit: bit)
    advance(call.r2, by: used)
    setLength(call.r2 + 1, left &- used)
    stepCompressed(call.r1, call, from: bit)
    return nil
  }

  private func longestString(_ call: CompressionCall, _ source: CompressionSource) throws(ProgramInterruption)
    -> (index: UInt64, used: UInt64)
  {
    var index = UInt64(try source.character(0, self)), used: UInt64 = 1
    var parent = try CompressionCharacterEntry(call.entry(index, self))
    while used < source.count {
      let next = try nextStep(call, parent, source, used)
      if case .leaf(let leaf) = next {
        (index, used) = (leaf, used &+ 1)
        break
      }
      guard case .child(let child, let entry, let count) = next else { break }
      (index, used, parent) = (child, used &+ count, entry)
      if used > CompressionCharacterEntry.limit { throw .data }
    }
    if used > CompressionCharacterEntry.limit || index >= call.entries { throw .data }
    return (index, used)
  }

  private func nextStep(
    _ call: CompressionCall, _ parent: CompressionCharacterEntry, _ source: CompressionSource, _ used: UInt64
  ) throws(ProgramInterruption) -> CompressionStep {
    if parent.childCount == 0 { return .parent }
    let character = try source.character(used, self)
    // Several children may have the first one's character, with different extension characters, if they come first.
    var areAlike = true
    for k in 0..<parent.childCount {
      if character != parent.childCharacter(k) {
        areAlike = false
        continue
      }
      let step = try examine(call, parent.firstChild &+ k, parent.mustExamineChild(k), source, used)
      if case .parent = step, areAlike { continue }
      return step
    }
    if areAlike || !parent.hasSiblings { return .parent }
    return try nextSibling(call, parent, character, source, used)
  }

  private func nextSibling(
    _ call: CompressionCall, _ parent: CompressionCharacterEntry, _ character: UInt8, _ source: CompressionSource, _ used: UInt64
  ) throws(ProgramInterruption) -> CompressionStep {
    var place = parent.firstChild &+ parent.childCount, children = parent.childCount, isFirst = true
    while true {
      let descriptor = try SiblingDescriptor(call.entry(place, self), isFormat1: call.hasFormat1Siblings)
      let more = descriptor.count > descriptor.ownCount ? try call.expansionEntry(place, self) : 0
      children &+= descriptor.count
      if children > CompressionCharacterEntry.limit { throw .data }
      for k in 0..<descriptor.count where character == descriptor.character(k, more: more) {
        let mustExamine = descriptor.mustExamine(k, parent: isFirst ? parent : nil)
        return try examine(call, place &+ 1 &+ k, mustExamine, source, used)
      }
      if !descriptor.hasMore { return .parent }
      place &+= descriptor.count &+ 1
      isFirst = false
    }
  }

  /// Whether the child with the next character continues the string.
  private func examine(
    _ call: CompressionCall, _ index: UInt64, _ mustExamine: Bool, _ source: CompressionSource, _ used: UInt64
  ) throws(ProgramInterruption) -> CompressionStep {
    if !mustExamine { return .leaf(index) }
    let child = try CompressionCharacterEntry(call.entry(index, self))
    if child.extensionCount > source.count &- used &- 1 { return .parent }
    for k in 0..<child.extensionCount
    where try source.character(used &+ 1 &+ k, self) != child.extensionCharacter(k) { return .parent }
    return .child(index, child, count: child.extensionCount &+ 1)
  }

  /// Stores a symbol at bit `bit` of the first operand: bits before it stay, bits behind it in its last byte become zeros.
  private mutating func storeSymbol(_ symbol: UInt64, _ call: CompressionCall, bit: UInt64) throws(ProgramInterruption) {
    let count = Int(truncatingIfNeeded: (bit &+ call.symbolSize &+ 7) &>> 3)
    let block = try storeBlock(addressOperand(call.r1), count)
    let before = UInt64(block[0]) & ~(0xFF &>> bit)
    let bits = before &<< 16 | symbol &<< (24 &- bit &- call.symbolSize)
    for k in 0..<count { block[k] = UInt8(truncatingIfNeeded: bits &>> UInt64(truncatingIfNeeded: 16 &- 8 &* k)) }
  }

  /// Steps the compressed operand's registers over one symbol.
  private mutating func stepCompressed(_ r: Int, _ call: CompressionCall, from bit: UInt64) {
    let end = bit &+ call.symbolSize
    let left = length(r + 1)
    advance(r, by: end &>> 3)
    setLength(r + 1, left &- end &>> 3)
    setGR(1, gr(1) & ~7 | end & 7)
  }

  // MARK: Expansion

  /// Stores the characters that one symbol stands for.
  /// - Returns: condition code 0: no whole symbol is left, 1: no room for its characters, nil after a symbol.
  fileprivate mutating func expandSymbol(_ call: CompressionCall) throws(ProgramInterruption) -> UInt64? {
    let left = length(call.r2 + 1), room = length(call.r1 + 1)
    let bit = gr(1) & 7, end = bit &+ call.symbolSize
    if left == 0 || left &- 1 < (end &- 1) &>> 3 { return 0 }
    if room == 0 { return 1 }
    let bytes = (end &+ 7) &>> 3
    let bits = try fetchNumber(addressOperand(call.r2), Int(truncatingIfNeeded: bytes))
    let index = bits &>> (8 &* bytes &- end) & (call.entries &- 1)
    guard let count = try storeExpanded(index, call, room) else { return 1 }
    advance(call.r1, by: count)
    setLength(call.r1 + 1, room &- count)
    stepCompressed(call.r2, call, from: bit)
    return nil
  }

  /// - Returns: how many characters were stored; nil when there is no room for all.
  private mutating func storeExpanded(_ index: UInt64, _ call: CompressionCall, _ room: UInt64) throws(ProgramInterruption)
    -> UInt64?
  {
    let operand = addressOperand(call.r1)
    if index < 256 {
      try store8(index, operand)
      return 1
    }
    var entry = try ExpansionEntry(call.entry(index, self))
    let total = entry.offset &+ entry.count
    if total > room { return nil }
    var pieces = [entry]
    while let predecessor = entry.predecessor {
      entry = try ExpansionEntry(call.entry(predecessor, self))
      if pieces.count >= 127 || entry.offset &+ entry.count > total { throw .data }
      pieces.append(entry)
    }
    let block = try storeBlock(operand, Int(truncatingIfNeeded: total))
    for piece in pieces {
      for k in 0..<piece.count { block[Int(truncatingIfNeeded: piece.offset &+ k)] = piece.character(k) }
    }
    return total
  }
}

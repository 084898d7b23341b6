/// Entries of COMPRESSION CALL's dictionaries as plain values (chapter 7, and "ESA/390 Data Compression", SA22-7208). Each is
/// a doubleword; bits are numbered from the left. What an entry must not say is a data exception.
private func field(_ entry: UInt64, _ bit: UInt64, _ width: UInt64) -> UInt64 { (entry &<< bit) &>> (64 &- width) }
/// Byte `k` of a doubleword.
private func byte(_ entry: UInt64, _ k: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: entry &>> (56 &- 8 &* k)) }

/// A compression dictionary's character entry: what a string is continued by.
struct CompressionCharacterEntry {
  /// The most characters that a symbol stands for, and the most children that an entry has.
  static let limit: UInt64 = 260
  let entry: UInt64
  /// Additional extension characters: those that must follow the one by which the parent led here.
  let extensionCount: UInt64
  /// Children whose characters are in this entry; the others' are in sibling descriptors.
  let childCount: UInt64
  let hasSiblings: Bool

  init(_ entry: UInt64) throws(ProgramInterruption) {
    self.entry = entry
    let count = field(entry, 0, 3)
    extensionCount = count < 2 ? field(entry, 8, 3) : field(entry, 10, 1)
    if count < 2 ? extensionCount > 4 : count &+ extensionCount > 6 { throw .data }
    hasSiblings = count &+ extensionCount == 6 && count > 1
    childCount = hasSiblings ? count &- 1 : count
  }
  func extensionCharacter(_ k: UInt64) -> UInt8 { byte(entry, 3 &+ k) }
  func childCharacter(_ k: UInt64) -> UInt8 { byte(entry, 3 &+ extensionCount &+ k) }
  /// The first child's index; its siblings follow.
  var firstChild: UInt64 { field(entry, 11, 13) }
  /// Whether child `k` has extension characters or children, so that its entry must be looked at.
  func mustExamineChild(_ k: UInt64) -> Bool { field(entry, 3 &+ k, 1) != 0 }
  /// The same of the last two siblings of the first sibling descriptor.
  func mustExamineSibling(_ k: UInt64) -> Bool { field(entry, 8 &+ k, 1) != 0 }
}

/// A sibling descriptor: the characters of more children, whose entries follow it.
struct SiblingDescriptor {
  let entry: UInt64
  let isFormat1: Bool
  let count: UInt64
  /// Another descriptor follows the last sibling.
  let hasMore: Bool
  /// Siblings that the descriptor has examine-child bits for.
  private var ownBits: UInt64 { isFormat1 ? 12 : 5 }
  /// Siblings whose characters are in the descriptor itself. In format 1 the others' are in the doubleword of the
  /// expansion dictionary that has the descriptor's index.
  var ownCount: UInt64 { isFormat1 ? 6 : 7 }

  init(_ entry: UInt64, isFormat1: Bool) throws(ProgramInterruption) {
    self.entry = entry
    self.isFormat1 = isFormat1
    let written = field(entry, 0, isFormat1 ? 4 : 3)
    if written == 0 { throw .data }
    hasMore = written == (isFormat1 ? 15 : 7)
    count = isFormat1 && hasMore ? 14 : written
  }
  /// - Parameter more: the expansion dictionary's doubleword, where `k` is not below `ownCount`.
  func character(_ k: UInt64, more: UInt64) -> UInt8 {
    k < ownCount ? byte(entry, (isFormat1 ? 2 : 1) &+ k) : byte(more, k &- ownCount)
  }
  /// - Parameter parent: the children's parent if this is its first descriptor; a later one's last two are always examined.
  func mustExamine(_ k: UInt64, parent: CompressionCharacterEntry?) -> Bool {
    if k < ownBits { return field(entry, (isFormat1 ? 4 : 3) &+ k, 1) != 0 }
    return parent?.mustExamineSibling(k &- ownBits) ?? true
  }
}

/// An expansion dictionary's entry: characters at an offset in what a symbol stands for.
struct ExpansionEntry {
  let entry: UInt64
  /// The entry with the characters in front of these; nil: these are the first.
  let predecessor: UInt64?
  let count: UInt64
  let offset: UInt64

  init(_ entry: UInt64) throws(ProgramInterruption) {
    self.entry = entry
    let partial = field(entry, 0, 3)
    predecessor = partial == 0 ? nil : field(entry, 3, 13)
    count = partial == 0 ? field(entry, 5, 3) : partial
    offset = partial == 0 ? 0 : entry & 0xFF
    if partial > 5 || count == 0 { throw .data }
  }
  func character(_ k: UInt64) -> UInt8 { byte(entry, (predecessor == nil ? 1 : 2) &+ k) }
}

/// Which block is where: by absolute address and mode.
///
/// Concurrency: owned by the compiler of one CPU.
final class BlockTable {
  /// Absolute address, mode in bits 56-63 of the host's word. Instructions have even addresses: bit 0 says that the entry is in use.
  static func pageKey(frame: UInt64, _ mode: BlockMode) -> UInt64 { frame & ~0xFFF | UInt64(mode.bits) << 56 }

  /// The frame of a key.
  static func frame(of key: UInt64) -> UInt64 { key & 0x00FF_FFFF_FFFF_F000 }

  private struct Entry {
    var key: UInt64 = 0
    var code: UInt64 = 0
  }
  private static let capacity = 1 << 16
  /// The key of an entry whose block was dropped.
  private static let dropped: UInt64 = 2
  private var entries = [Entry](repeating: Entry(), count: BlockTable.capacity)
  private var used = 0

  private static func slot(_ key: UInt64) -> Int { Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 48) }

  /// The table finds quickly only while it has room.
  var isNearlyFull: Bool { used > BlockTable.capacity / 4 * 3 }

  /// The execution address of a block.
  func find(_ key: UInt64) -> UInt64? {
    let wanted = key | 1
    return entries.withUnsafeBufferPointer { entries in
      var k = BlockTable.slot(wanted)
      while true {
        let entry = entries[k]
        if entry.key == wanted { return entry.code }
        if entry.key == 0 { return nil }
        k = (k &+ 1) & (BlockTable.capacity - 1)
      }
    }
  }

  /// - Returns: whether the block is new, not one that replaces another.
  func insert(_ key: UInt64, code: UInt64) -> Bool {
    let wanted = key | 1
    var k = BlockTable.slot(wanted)
    while entries[k].key > BlockTable.dropped && entries[k].key != wanted { k = (k &+ 1) & (BlockTable.capacity - 1) }
    if entries[k].key == 0 { used += 1 }
    let isNew = entries[k].key != wanted
    entries[k] = Entry(key: wanted, code: code)
    return isNew
  }

  /// Drops a block, if it is there.
  func drop(_ key: UInt64) {
    let wanted = key | 1
    var k = BlockTable.slot(wanted)
    while entries[k].key != wanted && entries[k].key != 0 { k = (k &+ 1) & (BlockTable.capacity - 1) }
    if entries[k].key == wanted { entries[k] = Entry(key: BlockTable.dropped) }
  }
  /// Drops all blocks.
  func dropAll() {
    entries.withUnsafeMutableBufferPointer { $0.update(repeating: Entry()) }
    used = 0
  }
}

import Storage

/// Address-space-control element (chapter 3, "Address-Space-Control Element"): bits 0-51 origin, 54 G, 55 P (private),
/// 56 S, 57 X, 58 R (real space), 60-61 designation type, 62-63 table length.
package struct ASCE: Sendable {
  package let bits: UInt64
  package init(_ bits: UInt64) { self.bits = bits }
  package var origin: UInt64 { bits & ~0xFFF }
  var isPrivate: Bool { bits & 0x100 != 0 }
  var hasStorageAlterationEvent: Bool { bits & 0x80 != 0 }
  var hasSpaceSwitchEvent: Bool { bits & 0x40 != 0 }
  var isRealSpace: Bool { bits & 0x20 != 0 }
  /// 3 region first, 2 region second, 1 region third, 0 segment table.
  var designationType: Int { Int(truncatingIfNeeded: bits &>> 2) & 3 }
  var tableLength: UInt64 { bits & 3 }
}

/// How a walk through region, segment and page tables ended.
package struct TableWalk {
  /// The exception that translation recognized, or nil.
  package var exception: ProgramInterruption?
  /// The frame's absolute (real, if `isReal`) address with the byte index, when there is no exception.
  package var address: UInt64 = 0
  /// The result is a real address: a real-space ASCE or an ordinary page; prefixing follows.
  var isReal = true
  /// The DAT-protection bit of any entry used.
  package var isProtected = false
  /// The entry that ended the walk, and its absolute address: what LRA shows with CC 1, 2 and 3.
  var entryAddress: UInt64 = 0
  package var entry: UInt64 = 0
  /// 4..2 region first..third, 1 segment, 0 page table: of the entry that ended the walk.
  package var level = 0
  /// Translated by a segment-table entry with format control one (EDAT-1).
  var isLargeFrame = false
  /// The access-control bits and fetch protection of a large frame, in `StorageKey` layout, when its AV bit is one: they
  /// stand for those of its storage keys.
  var frameKey: UInt8?
  /// The table entry lay outside the length of its table.
  var isOutsideTable = false

  init(exception: ProgramInterruption?) { self.exception = exception }
}

extension CPU {
  /// Exceptions of each level, by the designation type of its table; the page table's is apart.
  private static func translationException(_ level: Int) -> ProgramInterruption {
    switch level {
    case 4: .regionFirstTranslation
    case 3: .regionSecondTranslation
    case 2: .regionThirdTranslation
    case 1: .segmentTranslation
    default: .pageTranslation
    }
  }

  /// Dynamic address translation of `address` in the space of `asce` (chapter 3, "Translation Process").
  /// - Parameter stopsAtPageTable: does not fetch the page-table entry; `entryAddress` is where it is.
  /// Table entries are fetched from absolute storage, which the architecture permits, and set no reference bit.
  package func walk(_ address: UInt64, _ asce: ASCE, stopsAtPageTable: Bool = false) -> TableWalk {
    var result = TableWalk(exception: nil)
    if asce.isRealSpace {
      result.address = address
      return result
    }
    let enhanced = s.pointee.cr[0] & CR0.enhancedDAT != 0
    var level = asce.designationType &+ 1
    // Bits to the left of the top table's index must be zero.
    if level < 4 && address &>> UInt64(truncatingIfNeeded: 20 &+ 11 &* level) != 0 {
      result.exception = .asceType
      return result
    }
    var origin = asce.origin, offset: UInt64 = 0, length = asce.tableLength
    while true {
      let index = address &>> UInt64(truncatingIfNeeded: 9 &+ 11 &* level) & 0x7FF
      result.level = level
      guard index &>> 9 >= offset && index &>> 9 <= length else {
        result.exception = CPU.translationException(level)
        result.isOutsideTable = true
        return result
      }
      let entryAddress = origin &+ index &* 8
      guard let entry = tableEntry(entryAddress) else { return TableWalk(exception: .addressing) }
      result.entry = entry
      result.entryAddress = entryAddress
      if entry & 0x20 != 0 {  // I, bit 58
        result.exception = CPU.translationException(level)
        return result
      }
      guard Int(truncatingIfNeeded: entry &>> 2) & 3 == level &- 1 else { return TableWalk(exception: .translationSpecification) }
      if level == 1 { return walkSegment(address, asce, entry, enhanced, result, stopsAtPageTable) }
      if enhanced && entry & 0x200 != 0 { result.isProtected = true }
      origin = entry & ~0xFFF
      offset = entry &>> 6 & 3
      length = entry & 3
      level &-= 1
    }
  }

  /// The table entry at an absolute address, a multiple of 8; nil when nothing is configured there.
  @inline(__always) private func tableEntry(_ address: UInt64) -> UInt64? {
    if address < s.pointee.storageSize {
      return UInt64(bigEndian: (s.pointee.storageBase + Int(truncatingIfNeeded: address)).load(as: UInt64.self))
    }
    guard storage.contains(AbsoluteAddress(address), count: 8) else { return nil }
    return storage.load(UInt64.self, at: AbsoluteAddress(address))
  }

  /// The walk from a valid segment-table entry on.
  private func walkSegment(
    _ address: UInt64, _ asce: ASCE, _ entry: UInt64, _ enhanced: Bool, _ above: TableWalk, _ stopsAtPageTable: Bool
  ) -> TableWalk {
    var result = above
    if asce.isPrivate && entry & 0x10 != 0 { return TableWalk(exception: .translationSpecification) }
    if entry & 0x200 != 0 { result.isProtected = true }
    if enhanced && entry & 0x400 != 0 {
      result.address = entry & ~0xF_FFFF | address & 0xF_FFFF
      result.isReal = false
      result.isLargeFrame = true
      if entry & 0x1_0000 != 0 { result.frameKey = UInt8(truncatingIfNeeded: entry &>> 8) & 0xF8 }
      return result
    }
    let entryAddress = (entry & ~0x7FF) &+ (address &>> 12 & 0xFF) &* 8
    if stopsAtPageTable {
      result.entryAddress = entryAddress
      return result
    }
    guard let page = tableEntry(entryAddress) else { return TableWalk(exception: .addressing) }
    result.level = 0
    result.entry = page
    result.entryAddress = entryAddress
    if page & 0x400 != 0 {
      result.exception = .pageTranslation
      return result
    }
    // Bit 52, and where EDAT-1 does not apply bit 55, which is its change-recording override.
    guard page & (enhanced ? 0x800 : 0x900) == 0 else { return TableWalk(exception: .translationSpecification) }
    if page & 0x200 != 0 { result.isProtected = true }
    result.address = page & ~0xFFF | address & 0xFFF
    return result
  }
}

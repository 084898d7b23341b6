/// A linkage-stack entry descriptor: the last eight bytes of each entry (chapter 5, "Linkage-Stack Entry Descriptors").
///
///     U 0, entry type 1-7, section identification 8-15, remaining free space 16-31, next-entry size 32-47, 0 48-63
struct StackEntryDescriptor {
  var word: UInt64
  init(word: UInt64) { self.word = word }

  static let size: UInt64 = 8
  /// A z/Architecture state entry.
  static let stateEntrySize: UInt64 = 296

  enum EntryType: UInt8 { case header = 0x09, trailer = 0x0A, branch = 0x0C, call = 0x0D }

  var isUnstackSuppressed: Bool { word &>> 63 != 0 }
  var type: EntryType? { EntryType(rawValue: UInt8(truncatingIfNeeded: word &>> 56) & 0x7F) }
  var section: UInt64 { word &>> 48 & 0xFF }
  var remainingFreeSpace: UInt64 { word &>> 32 & 0xFFFF }
  var withoutNextEntry: UInt64 { word & ~0xFFFF_0000 }

  init(_ type: EntryType, section: UInt64, remainingFreeSpace: UInt64) {
    word = UInt64(type.rawValue) &<< 56 | section &<< 48 | remainingFreeSpace &<< 32
  }
}

/// Displacements in a state entry.
enum StateEntry {
  static let generalRegisters = 0
  static let keyMaskAndASNs = 128
  static let pswMask = 136
  /// The called address of BAKR, or called space and PC number.
  static let called = 144
  static let modifiable = 152
  static let pswAddress = 168
  static let accessRegisters = 224
  static let descriptor = 288
}

/// The linkage stack lies in the home space; it is accessed with key 0 and 64-bit addresses.
extension CPU {
  private var stackSpace: DesignatedSpace { DesignatedSpace(asce: ASCE(s.pointee.cr[13]), space: .home) }

  mutating func stackBlock(_ address: UInt64, _ kind: AccessKind, _ count: Int) throws(ProgramInterruption) -> Block {
    try block(MoveOperand(address: address, space: stackSpace, key: 0), kind, count, addressMask: ~0)
  }
  private mutating func stackDoubleword(_ address: UInt64) throws(ProgramInterruption) -> UInt64 {
    try stackBlock(address, .fetch, 8).doubleword(0)
  }

  /// The entry that control register 15 designates: the address of its descriptor.
  private var currentStackEntry: UInt64 { s.pointee.cr[15] & ~7 }

  // MARK: Stacking

  /// Forms a state entry (chapter 5, "Stacking Process").
  /// - Parameters:
  ///   - returning: the PSW to return with.
  ///   - called: bytes 144-151.
  mutating func formStateEntry(
    _ type: StackEntryDescriptor.EntryType, returning: PSW, called: UInt64
  ) throws(ProgramInterruption) {
    let (current, header) = try locateStackSpace()
    var descriptor = StackEntryDescriptor(word: try stackDoubleword(current))
    let entry = try stackBlock(current &+ 8, .store, Int(StackEntryDescriptor.stateEntrySize))
    let old = try stackBlock(current, .store, 8)
    if let header { header.set(currentStackEntry | 1, 0) }
    for r in 0..<16 {
      entry.set(gr(r), StateEntry.generalRegisters &+ 8 &* r)
      entry.set(word: s.pointee.ar[r], StateEntry.accessRegisters &+ 4 &* r)
    }
    entry.set(
      (s.pointee.cr[3] & 0xFFFF_FFFF) &<< 32 | UInt64(extendedAuthorizationIndex) &<< 16 | UInt64(primaryASN),
      StateEntry.keyMaskAndASNs)
    entry.set(returning.mask, StateEntry.pswMask)
    entry.set(called, StateEntry.called)
    entry.set(0, StateEntry.modifiable)
    entry.set(0, StateEntry.modifiable &+ 8)
    entry.set(returning.instructionAddress, StateEntry.pswAddress)
    let rest = descriptor.remainingFreeSpace &- StackEntryDescriptor.stateEntrySize
    entry.set(StackEntryDescriptor(type, section: descriptor.section, remainingFreeSpace: rest).word, StateEntry.descriptor)
    descriptor.word = descriptor.withoutNextEntry | StackEntryDescriptor.stateEntrySize &<< 16
    old.set(descriptor.word, 0)
    s.pointee.cr[15] = current &+ StackEntryDescriptor.stateEntrySize | s.pointee.cr[15] & 7
  }

  /// Where the entry before the new one is; and when that is the header of another section, its backward address.
  private mutating func locateStackSpace() throws(ProgramInterruption) -> (current: UInt64, header: Block?) {
    let current = currentStackEntry
    let free = StackEntryDescriptor(word: try stackDoubleword(current)).remainingFreeSpace
    if free >= StackEntryDescriptor.stateEntrySize { return (current, nil) }
    if free & 7 != 0 { throw .stackSpecification }
    let forward = try stackDoubleword(current &+ 8 &+ free)
    if forward & 1 == 0 { throw .stackFull }
    let next = forward & ~7
    guard StackEntryDescriptor(word: try stackDoubleword(next)).remainingFreeSpace >= StackEntryDescriptor.stateEntrySize else {
      throw .stackSpecification
    }
    return (next, try stackBlock(next &- 8, .store, 8))
  }

  // MARK: Unstacking

  /// The current state entry: the address of its descriptor (chapter 5, "Unstacking Process").
  /// - Parameter removes: for PROGRAM RETURN, which unstack suppression forbids.
  mutating func locateStateEntry(removes: Bool) throws(ProgramInterruption) -> (
    address: UInt64, type: StackEntryDescriptor.EntryType
  ) {
    try requireStack(removing: removes)
    var address = currentStackEntry
    var descriptor = StackEntryDescriptor(word: try stackDoubleword(address))
    if descriptor.type == .header {
      if removes && descriptor.isUnstackSuppressed { throw .stackOperation }
      let backward = try stackDoubleword(address &- 8)
      if backward & 1 == 0 { throw .stackEmpty }
      address = backward & ~7
      descriptor = StackEntryDescriptor(word: try stackDoubleword(address))
      if descriptor.type == .header { throw .stackSpecification }
    }
    guard let type = descriptor.type, type == .branch || type == .call else { throw .stackType }
    if removes && descriptor.isUnstackSuppressed { throw .stackOperation }
    return (address, type)
  }

  /// The modes in which the linkage stack is there, to look at or to remove from.
  func requireStack(removing: Bool) throws(ProgramInterruption) {
    guard isTranslating, addressSpace != .secondary, !(removing && addressSpace == .home) else { throw .specialOperation }
  }

  /// What MODIFY STACKED STATE stores into, of the state entry whose descriptor is at `address`.
  mutating func modifiableArea(_ address: UInt64) throws(ProgramInterruption) -> Block {
    try stackBlock(address &- UInt64(StateEntry.descriptor &- StateEntry.modifiable), .store, 8)
  }
  /// The whole state entry whose descriptor is at `address`, to be fetched.
  mutating func stateEntry(_ address: UInt64) throws(ProgramInterruption) -> Block {
    try stackBlock(address &- UInt64(StateEntry.descriptor), .fetch, Int(StackEntryDescriptor.stateEntrySize))
  }

  /// Loads general and access registers `first` to `last`, wrapping.
  mutating func unstackRegisters(_ entry: Block, _ first: Int, _ last: Int, isLong: Bool) {
    for k in 0...((last &- first) & 15) {
      let r = (first &+ k) & 15
      let v = entry.doubleword(StateEntry.generalRegisters &+ 8 &* r)
      if isLong { setGR(r, v) } else { setGR32(r, v & 0xFFFF_FFFF) }
      s.pointee.ar[r] = entry.word(StateEntry.accessRegisters &+ 4 &* r)
    }
  }
}

extension CPU.Block {
  /// Big-endian fields at a displacement.
  func set(word v: UInt32, _ at: Int) {
    for k in 0..<4 { self[at &+ k] = UInt8(truncatingIfNeeded: v &>> UInt32(24 &- 8 &* k)) }
  }
  func set(_ v: UInt64, _ at: Int) {
    set(word: UInt32(truncatingIfNeeded: v &>> 32), at)
    set(word: UInt32(truncatingIfNeeded: v), at &+ 4)
  }
}

import Storage

/// Where a logical address leads, without an access to it.
package struct Location {
  package var absolute: UInt64
  /// DAT protection or access-list-controlled protection.
  package var isProtected = false
  package let space: DesignatedSpace
  /// What a large frame's table entry says in the place of its storage keys.
  var frameKey: UInt8?
  /// The number of the page-table entry it comes from, 0 for none.
  var origin: UInt64 = 0
}

extension CPU {
  /// DAT and prefixing of `address`; the byte is configured and, for a store, not protected by what translated it. That
  /// protection comes first (chapter 6, "Access Exceptions"): what is protected need not be there.
  /// - Parameters:
  ///   - kind: the access it is for, nil when it is for none.
  ///   - context: the TLB context of the space, when it has one: large frames are looked up and kept there.
  func locate(
    _ address: UInt64, _ space: DesignatedSpace, for kind: AccessKind? = nil, context: UInt64 = 0
  ) throws(ProgramInterruption) -> Location {
    let location: Location
    if let asce = space.asce {
      if context != 0, let large = tlb.largeFrame(of: address, context: context) {
        location = Location(
          absolute: large.pointee.frame | address & 0xF_FFFF, isProtected: large.pointee.isProtected || space.isFetchOnly,
          space: space, frameKey: large.pointee.frameKey)
      } else {
        let walk = walk(address, asce)
        if let exception = walk.exception {
          identify(address, space, kind)
          throw exception
        }
        if walk.isLargeFrame && context != 0 { remember(walk, address, context: context) }
        location = Location(
          absolute: walk.isReal ? prefixed(walk.address) : walk.address, isProtected: walk.isProtected || space.isFetchOnly,
          space: space, frameKey: walk.frameKey, origin: walk.level == 0 ? TLB.origin(ofEntryAt: walk.entryAddress) : 0)
      }
    } else {
      location = Location(absolute: prefixed(address), space: space)
    }
    if kind == .store && location.isProtected {
      identify(address, space, kind, isPageProtected: true)
      throw .protection
    }
    // Main storage needs no look at the object, which would be retained for it.
    guard location.absolute < s.pointee.storageSize || storage.contains(AbsoluteAddress(location.absolute), count: 1) else {
      throw .addressing
    }
    return location
  }
  /// Keeps a large frame, all of which is main storage.
  private func remember(_ walk: TableWalk, _ address: UInt64, context: UInt64) {
    let frame = walk.address & ~0xF_FFFF
    guard frame < s.pointee.storageSize else { return }
    let host = UInt64(UInt(bitPattern: storage.base)) &+ frame
    var entry = LargeTLBEntry()
    entry.frame = frame
    entry.addend = host &- (address & ~0xF_FFFF)
    entry.keys = UInt64(UInt(bitPattern: storage.keys)) &+ frame &>> 12
    entry.isProtected = walk.isProtected
    entry.frameKey = walk.frameKey
    tlb.setLargeFrame(of: address, context: context, entry)
  }

  /// The same in the space of a data access; without DAT the address is real.
  func locate(_ address: UInt64, in space: AddressSpace, ar: Int) throws(ProgramInterruption) -> Location {
    try locate(address, isTranslating ? try designated(space, ar: ar) : .real)
  }

  /// The key that controls access to `location`: that of its block or, with the ACCF-validity control of a large frame's
  /// segment-table entry, what is in that entry (chapter 3, "Segment-Table Entries").
  @inline(__always) func protectionKey(_ location: Location) -> StorageKey {
    if let frameKey = location.frameKey { return StorageKey(bits: frameKey) }
    return storage.key(at: AbsoluteAddress(location.absolute))
  }

  /// What all kinds of protection together permit at `location`.
  func permissions(_ address: UInt64, _ location: Location, key: UInt8) -> (fetch: Bool, store: Bool) {
    let storageKey = protectionKey(location)
    let fetch = keyPermits(storageKey, key, .fetch, address, 1, location.space)
    let store =
      !location.isProtected && !isLowAddressProtected(address, location.space)
      && keyPermits(storageKey, key, .store, address, 1, location.space)
      && !storage.isReadOnly(AbsoluteAddress(location.absolute))
    return (fetch, store)
  }
}

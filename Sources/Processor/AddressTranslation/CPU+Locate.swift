import Storage

/// Where a logical address leads, without an access to it.
package struct Location {
  package var absolute: UInt64
  /// DAT protection or access-list-controlled protection.
  package var isProtected = false
  package let space: DesignatedSpace
  /// What a large frame's table entry says in the place of its storage keys.
  package var frameKey: UInt8?
}

extension CPU {
  /// DAT and prefixing of `address`; the byte is configured.
  func locate(_ address: UInt64, _ space: DesignatedSpace) throws(ProgramInterruption) -> Location {
    var location: Location
    if let asce = space.asce {
      let walk = walk(address, asce)
      if let exception = walk.exception {
        identify(address, space)
        throw exception
      }
      location = Location(
        absolute: walk.isReal ? prefixed(walk.address) : walk.address, isProtected: walk.isProtected || space.isFetchOnly,
        space: space, frameKey: walk.frameKey)
    } else {
      location = Location(absolute: prefixed(address), space: space)
    }
    guard storage.contains(AbsoluteAddress(location.absolute), count: 1) else { throw .addressing }
    return location
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
    let fetch = keyPermits(storageKey, key, .fetch, address, location.space)
    let store =
      !location.isProtected && !isLowAddressProtected(address, location.space)
      && keyPermits(storageKey, key, .store, address, location.space)
    return (fetch, store)
  }
}

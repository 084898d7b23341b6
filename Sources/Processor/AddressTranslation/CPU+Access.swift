import Storage

/// What an access does to the operand.
package enum AccessKind: Sendable { case fetch, store, instructionFetch }

/// Where an access goes: the space that PSW, access register or instruction selected.
package struct DesignatedSpace {
  /// nil: real addresses.
  package let asce: ASCE?
  package var space: AddressSpace = .primary
  /// The access register that selected the space in access-register mode, for the exception access identification.
  package var ar = 0
  /// Access-list-controlled protection: the ALE permits fetching only.
  var isFetchOnly = false
  /// An instruction that names a real operand is no storage-alteration event.
  var isRealOperand = false

  static let real = DesignatedSpace(asce: nil)
  static let realOperand = DesignatedSpace(asce: nil, isRealOperand: true)
  /// Neither low-address protection nor the fetch-protection override apply to a private space.
  var isPrivate: Bool { asce?.isPrivate ?? false }
}

/// Access to storage operands: TLB first, then DAT, prefixing, protection, reference and change recording, PER.
/// Every access of an instruction's operands goes through here.
extension CPU {
  // MARK: Current space and key

  /// The host address of the byte at `address` for fetching, good for `count` bytes that end in its page, or with 0 for
  /// `fetchRoom`. `ar` is the base register that selects the space in access-register mode.
  @inline(__always) func hostForFetch(
    _ address: UInt64, _ ar: Int, count: UInt64 = 0
  ) throws(ProgramInterruption) -> UnsafeMutableRawPointer {
    let e = tlbEntry(of: address)
    if address & ~0xFFF | s.pointee.dataTag == e.readTag { return CPU.pointer(address &+ e.addend) }
    return try translateData(address, ar, .fetch, count)
  }

  /// The host address of the byte at `address` for storing `count` bytes, which end in its page.
  @inline(__always) func hostForStore(_ address: UInt64, _ ar: Int, count: UInt64) throws(ProgramInterruption)
    -> UnsafeMutableRawPointer
  {
    let e = tlbEntry(of: address)
    if address & ~0xFFF | s.pointee.dataTag == e.writeTag { return CPU.pointer(address &+ e.addend) }
    return try translateData(address, ar, .store, count)
  }

  @inline(__always) static func pointer(_ address: UInt64) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: address)).unsafelyUnwrapped
  }

  /// The space of data accesses, from the PSW.
  @inline(__always) package var addressSpace: AddressSpace {
    AddressSpace(rawValue: (s.pointee.pswMask & PSW.addressSpace) &>> PSW.addressSpaceShift).unsafelyUnwrapped
  }
  @inline(__always) var isTranslating: Bool { s.pointee.pswMask & PSW.dat != 0 }
  /// The PSW key, 0-15.
  @inline(__always) package var accessKey: UInt8 { UInt8(truncatingIfNeeded: s.pointee.pswMask &>> PSW.keyShift) & 15 }

  /// The slow way of a data access in the current space.
  @inline(never) func translateData(_ address: UInt64, _ ar: Int, _ kind: AccessKind, _ count: UInt64) throws(ProgramInterruption)
    -> UnsafeMutableRawPointer
  {
    let tag = s.pointee.dataTag
    if kind == .store, mayStoreBeyondLowAddresses(address) { return CPU.pointer(address &+ tlbEntry(of: address).addend) }
    guard isTranslating else { return try resolve(address, .real, kind, accessKey, count, tag: tag) }
    let space = try designated(addressSpace, ar: ar)
    return try resolve(address, space, kind, accessKey, count, tag: tag == TLB.noContext ? nil : tag)
  }

  /// Whether a store at `address` is one that the TLB permits beyond what low-address protection covers: most of what Linux
  /// stores into its prefix area.
  @inline(__always) func mayStoreBeyondLowAddresses(_ address: UInt64) -> Bool {
    let e = tlbEntry(of: address)
    return e.frame & TLBEntry.storesBeyondLowAddresses != 0 && address & 0xFFF >= 512
      && e.readTag == address & ~0xFFF | s.pointee.dataTag
  }

  /// What `space` stands for; in access-register mode by access-register translation of AR `ar`.
  @inline(__always) func designated(_ space: AddressSpace, ar: Int) throws(ProgramInterruption) -> DesignatedSpace {
    switch space {
    case .primary: DesignatedSpace(asce: ASCE(s.pointee.cr[1]), space: .primary)
    case .secondary: DesignatedSpace(asce: ASCE(s.pointee.cr[7]), space: .secondary)
    case .home: DesignatedSpace(asce: ASCE(s.pointee.cr[13]), space: .home)
    case .accessRegister: try translateAccessRegister(ar)
    }
  }

  // MARK: Any space and key

  /// The host address of the byte at logical `address` in `space` under `key`, for `count` bytes that end in its page.
  /// Without DAT the address is real, whatever `space` says.
  @inline(__always) package mutating func host(
    _ address: UInt64, in space: AddressSpace, ar: Int = 0, key: UInt8, _ kind: AccessKind, count: UInt64
  ) throws(ProgramInterruption) -> UnsafeMutableRawPointer {
    let designation = isTranslating ? try designated(space, ar: ar) : .real
    return try host(address, in: designation, key: key, kind, count: count)
  }

  /// The same in a space that is known already.
  package mutating func host(
    _ address: UInt64, in designation: DesignatedSpace, key: UInt8, _ kind: AccessKind, count: UInt64
  ) throws(ProgramInterruption) -> UnsafeMutableRawPointer {
    let context = designation.asce.map { contextTag($0) } ?? 0
    let tag = context | UInt64(key)
    if !designation.isFetchOnly && context != TLB.noContext {
      let e = tlbEntry(of: address)
      if address & ~0xFFF | tag == (kind == .store ? e.writeTag : e.readTag) {
        return CPU.pointer(address &+ e.addend)
      }
      return try resolve(address, designation, kind, key, count, tag: tag)
    }
    return try resolve(address, designation, kind, key, count, tag: nil)
  }

  /// The host address of the byte at real `address`, with the protection that real addresses have.
  package func host(real address: UInt64, key: UInt8, _ kind: AccessKind, count: UInt64) throws(ProgramInterruption)
    -> UnsafeMutableRawPointer
  {
    let e = tlbEntry(of: address)
    if address & ~0xFFF | UInt64(key) == (kind == .store ? e.writeTag : e.readTag) {
      return CPU.pointer(address &+ e.addend)
    }
    return try resolve(address, .realOperand, kind, key, count, tag: isPERActive ? nil : UInt64(key))
  }

  /// The host address of instruction text, from the space instructions come from: home in home-space mode, else primary.
  mutating func hostForInstruction(_ address: UInt64) throws(ProgramInterruption) -> UnsafeMutableRawPointer {
    let tag = s.pointee.instructionTag
    let e = tlbEntry(of: address)
    if address & ~0xFFF | tag == e.readTag { return CPU.pointer(address &+ e.addend) }
    guard isTranslating else { return try resolve(address, .real, .instructionFetch, accessKey, 2, tag: tag) }
    let isHome = addressSpace == .home
    // In access-register mode the identification of an exception says so, with access register 0.
    let space: AddressSpace = isHome ? .home : addressSpace == .accessRegister ? .accessRegister : .primary
    return try resolve(
      address, DesignatedSpace(asce: ASCE(s.pointee.cr[isHome ? 13 : 1]), space: space), .instructionFetch, accessKey, 2,
      tag: tag == TLB.noContext ? nil : tag)
  }

  // MARK: The slow way

  /// Translates and checks one access, which it neither makes nor records.
  @inline(__always) private func authorize(
    _ address: UInt64, _ space: DesignatedSpace, _ kind: AccessKind, _ key: UInt8, _ count: UInt64, context: UInt64
  ) throws(ProgramInterruption) -> (location: Location, storageKey: StorageKey) {
    if kind == .store && isLowAddressProtected(address, space) {
      identify(address, space, kind)
      throw .protection
    }
    let location = try locate(address, space, for: kind, context: context)
    let storageKey = protectionKey(location)
    let isReadOnly =
      kind == .store && location.absolute >= s.pointee.storageSize && storage.isReadOnly(AbsoluteAddress(location.absolute))
    guard keyPermits(storageKey, key, kind, address, count, space), !isReadOnly else {
      identify(address, space, kind)
      throw .protection
    }
    return (location, storageKey)
  }

  /// What an instruction asks that may come to store nothing: whether `count` bytes, 1...4096, may be stored into.
  func checkStore(_ o: StorageOperand<UInt64>, _ count: Int) throws(ProgramInterruption) {
    let space = isTranslating ? try designated(addressSpace, ar: o.base) : .real
    let room = 4096 &- o.address & 0xFFF, count = UInt64(truncatingIfNeeded: count)
    _ = try authorize(o.address, space, .store, accessKey, min(count, room), context: 0)
    if count <= room { return }
    _ = try authorize((o.address &+ room) & s.pointee.addressMask, space, .store, accessKey, count &- room, context: 0)
  }

  /// Translates, checks, records and caches one access.
  /// - Parameter tag: context and key for the TLB entry; nil caches nothing.
  func resolve(
    _ address: UInt64, _ space: DesignatedSpace, _ kind: AccessKind, _ key: UInt8, _ count: UInt64, tag: UInt64?
  ) throws(ProgramInterruption) -> UnsafeMutableRawPointer {
    let (location, storageKey) = try authorize(
      address, space, kind, key, count, context: tag.map { $0 & TLB.noContext } ?? 0)
    let absolute = location.absolute, storage = self.storage, isInRegion = absolute >= s.pointee.storageSize
    if kind == .store {
      storage.recordChange(AbsoluteAddress(absolute))
    } else {
      storage.recordReference(AbsoluteAddress(absolute))
    }
    let host = storage.base + Int(truncatingIfNeeded: absolute)
    let isDurable = isInRegion && kind == .store && beginDurableStore(AbsoluteAddress(absolute), host, count)
    var isNoticed = kind == .store && recordStoreForPER(address, count, space) || isDurable
    if kind == .store, let storeLog {
      storeLog.record(host, count)
      isNoticed = true
    }
    if looksAtStorage { noteWatchedAccess(address, kind, count, absolute: absolute) }
    if let tag, !(looksAtStorage && mustWatchPage(of: address, .fetch)) {
      let e = tlbEntry(of: address)
      let pageTag = address & ~0xFFF | tag
      if e.readTag != pageTag { e.writeTag = TLB.invalid }
      e.readTag = keyPermitsFetchOfPage(storageKey, key) ? pageTag : TLB.invalid
      let mayStoreQuickly = kind == .store && !isNoticed && !(looksAtStorage && mustWatchPage(of: address, .store))
      e.addend = UInt64(UInt(bitPattern: host)) &- address
      e.frame = absolute & ~0xFFF | location.origin &<< 1
      if mayStoreQuickly && !storage.hasCode(AbsoluteAddress(absolute)) {
        if mayBeLowAddressProtected(address, space) {
          e.frame |= TLBEntry.storesBeyondLowAddresses
        } else {
          e.writeTag = pageTag
        }
      }
    }
    return host
  }

  /// Low-address protection (chapter 3): of effective addresses 0-511 and 4096-4607 (ESA/390: 0-511), not in a private space.
  @inline(__always) func isLowAddressProtected(_ address: UInt64, _ space: DesignatedSpace) -> Bool {
    mayBeLowAddressProtected(address, space) && address & 0xFFF < 512
  }
  /// The same of any byte of the page.
  @inline(__always) private func mayBeLowAddressProtected(_ address: UInt64, _ space: DesignatedSpace) -> Bool {
    address & (s.pointee.isZArchitecture ? ~0x1FFF : ~0xFFF) == 0 && s.pointee.cr[0] & CR0.lowAddressProtection != 0
      && !space.isPrivate
  }

  /// Prefixing (chapter 3): exchanges the blocks at 0 and at the prefix; 8 KiB, in ESA/390 mode 4 KiB.
  @inline(__always) package func prefixed(_ real: UInt64) -> UInt64 {
    let block = s.pointee.isZArchitecture ? ~UInt64(0x1FFF) : ~UInt64(0xFFF)
    if real & block == 0 { return real | s.pointee.prefix }
    if real & block == s.pointee.prefix { return real & ~block }
    return real
  }

  /// Whether a fetch may be cached for the whole page: the overrides that depend on the address are left to the slow way.
  private func keyPermitsFetchOfPage(_ storageKey: StorageKey, _ key: UInt8) -> Bool {
    storageKey.permitsFetch(accessKey: key) || isOverridden(storageKey)
  }
  /// The storage-protection override: blocks of key 9 are open to all.
  @inline(__always) private func isOverridden(_ storageKey: StorageKey) -> Bool {
    storageKey.accessControl == 9 && s.pointee.cr[0] & CR0.storageProtectionOverride != 0
  }

  /// Bytes from `address` on that one access for fetching may take: to the end of its page, or to the end of what the
  /// fetch-protection override opens.
  @inline(__always) func fetchRoom(_ address: UInt64) -> UInt64 {
    mayOverrideFetchProtection(address) ? 2048 &- address : 4096 &- address & 0xFFF
  }
  /// Whether `address` is one that the fetch-protection override opens: 0-2047, in the middle of a page.
  @inline(__always) func mayOverrideFetchProtection(_ address: UInt64) -> Bool {
    address < 2048 && s.pointee.cr[0] & CR0.fetchProtectionOverride != 0
  }

  /// Key-controlled protection of `count` bytes, 0 for one, with its overrides (chapter 3, "Key-Controlled Protection").
  @inline(__always) func keyPermits(
    _ storageKey: StorageKey, _ key: UInt8, _ kind: AccessKind, _ address: UInt64, _ count: UInt64, _ space: DesignatedSpace
  ) -> Bool {
    if key == 0 { return true }
    if kind == .store ? storageKey.permitsStore(accessKey: key) : storageKey.permitsFetch(accessKey: key) { return true }
    if isOverridden(storageKey) { return true }
    return kind != .store && mayOverrideFetchProtection(address) && count <= fetchRoom(address) && !space.isPrivate
  }

  /// Leaves the identification of an access exception at `address` for the interruption: the TEID (bits 0-51 the page,
  /// 52 fetching, 53 storing, 61 DAT or access-list-controlled protection, 60 the latter, 62-63 the space) and the access register.
  /// - Parameter kind: nil when the access was neither: bits 52 and 53 are zero.
  func identify(_ address: UInt64, _ space: DesignatedSpace, _ kind: AccessKind?, isPageProtected: Bool = false) {
    s.pointee.translationExceptionIdentification =
      address & ~0xFFF | (kind.map { $0 == .store ? 0x400 : 0x800 } ?? 0) | (isPageProtected ? space.isFetchOnly ? 12 : 4 : 0)
      | (space.asce == nil ? 0 : space.space.rawValue)
    s.pointee.exceptionAccessIdentification = space.space == .accessRegister ? UInt8(truncatingIfNeeded: space.ar) : 0
    s.pointee.operandAccessIdentification = 0
  }
}

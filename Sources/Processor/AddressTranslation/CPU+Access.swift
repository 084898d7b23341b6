import Storage

/// What an access does to the operand.
package enum AccessKind: Sendable { case fetch, store, instructionFetch }

/// Access to storage operands: TLB first, then DAT, prefixing, protection, reference and change recording, PER.
/// Every access of an instruction's operands goes through here.
extension CPU {
  // MARK: Current space and key

  /// The host address of the byte at `address` for fetching, good to the end of its page. `ar` is the base register
  /// that selects the space in access-register mode.
  @inline(__always) package func hostForFetch(_ address: UInt64, _ ar: Int) throws(ProgramInterruption) -> UnsafeMutableRawPointer {
    let e = tlb.entries + (Int(truncatingIfNeeded: address &>> 12) & (TLB.count - 1))
    if address & ~0xFFF | s.pointee.dataTag == e.pointee.readTag { return CPU.pointer(address &+ e.pointee.addend) }
    return try translateData(address, ar, .fetch, 1)
  }

  /// The host address of the byte at `address` for storing `count` bytes, which end in its page.
  @inline(__always) package func hostForStore(_ address: UInt64, _ ar: Int, count: UInt64) throws(ProgramInterruption)
    -> UnsafeMutableRawPointer
  {
    let e = tlb.entries + (Int(truncatingIfNeeded: address &>> 12) & (TLB.count - 1))
    if address & ~0xFFF | s.pointee.dataTag == e.pointee.writeTag { return CPU.pointer(address &+ e.pointee.addend) }
    return try translateData(address, ar, .store, count)
  }

  @inline(__always) static func pointer(_ address: UInt64) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: address)).unsafelyUnwrapped
  }

  /// The space of data accesses, from the PSW.
  @inline(__always) package var addressSpace: AddressSpace {
    AddressSpace(rawValue: (s.pointee.pswMask & PSW.addressSpace) &>> PSW.addressSpaceShift).unsafelyUnwrapped
  }
  @inline(__always) package var isTranslating: Bool { s.pointee.pswMask & PSW.dat != 0 }
  /// The PSW key, 0-15.
  @inline(__always) package var accessKey: UInt8 { UInt8(truncatingIfNeeded: s.pointee.pswMask &>> PSW.keyShift) & 15 }

  /// The slow way of a data access in the current space.
  @inline(never) func translateData(_ address: UInt64, _ ar: Int, _ kind: AccessKind, _ count: UInt64) throws(ProgramInterruption)
    -> UnsafeMutableRawPointer
  {
    guard isTranslating else { return try resolve(address, nil, .primary, kind, accessKey, count, tag: s.pointee.dataTag) }
    let space = addressSpace
    let asce = try asceForData(space, ar, kind)
    let tag = s.pointee.dataTag
    return try resolve(address, asce, space, kind, accessKey, count, tag: tag == TLB.noContext ? nil : tag)
  }

  /// The ASCE of data accesses in `space`; in access-register mode by access-register translation of AR `ar`.
  func asceForData(_ space: AddressSpace, _ ar: Int, _ kind: AccessKind) throws(ProgramInterruption) -> ASCE {
    switch space {
    case .primary: ASCE(s.pointee.cr[1])
    case .secondary: ASCE(s.pointee.cr[7])
    case .home: ASCE(s.pointee.cr[13])
    case .accessRegister: try translateAccessRegister(ar, kind)
    }
  }

  // MARK: Any space and key

  /// The host address of the byte at logical `address` in `space` under `key`, for `count` bytes that end in its page.
  /// Without DAT the address is real, whatever `space` says.
  package func host(_ address: UInt64, in space: AddressSpace, ar: Int = 0, key: UInt8, _ kind: AccessKind, count: UInt64)
    throws(ProgramInterruption) -> UnsafeMutableRawPointer
  {
    guard isTranslating else { return try resolve(address, nil, .primary, kind, key, count, tag: UInt64(key)) }
    let asce = try asceForData(space, ar, kind)
    return try resolve(address, asce, space, kind, key, count, tag: nil)
  }

  /// The host address of the byte at real `address`, with the protection that real addresses have.
  package func host(real address: UInt64, key: UInt8, _ kind: AccessKind, count: UInt64) throws(ProgramInterruption)
    -> UnsafeMutableRawPointer
  {
    try resolve(address, nil, .primary, kind, key, count, tag: nil)
  }

  /// Low-address protection (chapter 3): of effective addresses 0-511 and 4096-4607, not in a private space.
  @inline(__always) private func isLowAddress(_ address: UInt64, _ count: UInt64) -> Bool {
    address & ~0x1FFF == 0 && address & 0xFFF < 512
  }

  /// Translates, checks, records and caches one access.
  /// - Parameter asce: nil for a real address.
  /// - Parameter tag: context and key for the TLB entry; nil caches nothing.
  func resolve(
    _ address: UInt64, _ asce: ASCE?, _ space: AddressSpace, _ kind: AccessKind, _ key: UInt8, _ count: UInt64, tag: UInt64?
  ) throws(ProgramInterruption) -> UnsafeMutableRawPointer {
    let state = s
    let lowAddressProtected =
      kind == .store && state.pointee.cr[0] & CR0.lowAddressProtection != 0 && address & ~0x1FFF == 0 && !(asce?.isPrivate ?? false)
    if lowAddressProtected && isLowAddress(address, count) {
      identify(address, space, suppressed: false, ar: 0)
      throw .protection
    }
    var absolute: UInt64, isProtected = false
    if let asce {
      let walk = walk(address, asce)
      if let exception = walk.exception {
        identify(address, space, suppressed: false, ar: 0)
        throw exception
      }
      isProtected = walk.isProtected
      absolute = walk.isReal ? prefixed(walk.address) : walk.address
    } else {
      absolute = prefixed(address)
    }
    guard storage.contains(AbsoluteAddress(absolute), count: 1) else { throw .addressing }
    if kind == .store && isProtected {
      identify(address, space, suppressed: true, ar: 0)
      throw .protection
    }
    try checkKey(absolute, address, asce, space, kind, key)
    if kind == .store { storage.recordChange(AbsoluteAddress(absolute)) } else { storage.recordReference(AbsoluteAddress(absolute)) }
    let host = storage.base + Int(truncatingIfNeeded: absolute)
    let watched = kind == .store && recordStoreForPER(address, count, asce)
    if let tag, kind != .instructionFetch {
      let e = tlb.entries + (Int(truncatingIfNeeded: address &>> 12) & (TLB.count - 1))
      let pageTag = address & ~0xFFF | tag
      let storable = kind == .store && !lowAddressProtected && !watched
      if e.pointee.readTag != pageTag { e.pointee.writeTag = TLB.invalid }
      e.pointee.readTag = fetchAllowed(absolute, address, asce, key) ? pageTag : TLB.invalid
      if storable { e.pointee.writeTag = pageTag }
      e.pointee.addend = UInt64(UInt(bitPattern: host)) &- address
      e.pointee.frame = absolute & ~0xFFF
      // A store that may not fetch still sets the reference bit (recordChange did).
    }
    return host
  }

  /// Prefixing (chapter 3): exchanges the blocks at 0 and at the prefix; 8 KiB, in ESA/390 mode 4 KiB.
  @inline(__always) package func prefixed(_ real: UInt64) -> UInt64 {
    let block = s.pointee.isZArchitecture ? ~UInt64(0x1FFF) : ~UInt64(0xFFF)
    if real & block == 0 { return real | s.pointee.prefix }
    if real & block == s.pointee.prefix { return real & ~block }
    return real
  }

  private func fetchAllowed(_ absolute: UInt64, _ address: UInt64, _ asce: ASCE?, _ key: UInt8) -> Bool {
    let storageKey = storage.key(at: AbsoluteAddress(absolute))
    if storageKey.permitsFetch(accessKey: key) { return true }
    return storageKey.accessControl == 9 && s.pointee.cr[0] & CR0.storageProtectionOverride != 0
  }

  /// Key-controlled protection with its overrides (chapter 3, "Key-Controlled Protection").
  @inline(__always) private func checkKey(
    _ absolute: UInt64, _ address: UInt64, _ asce: ASCE?, _ space: AddressSpace, _ kind: AccessKind, _ key: UInt8
  ) throws(ProgramInterruption) {
    if key == 0 { return }
    let storageKey = storage.key(at: AbsoluteAddress(absolute))
    if kind == .store ? storageKey.permitsStore(accessKey: key) : storageKey.permitsFetch(accessKey: key) { return }
    if storageKey.accessControl == 9 && s.pointee.cr[0] & CR0.storageProtectionOverride != 0 { return }
    if kind != .store && address < 2048 && s.pointee.cr[0] & CR0.fetchProtectionOverride != 0 && !(asce?.isPrivate ?? false) { return }
    identify(address, space, suppressed: false, ar: 0)
    throw .protection
  }

  /// Leaves the translation-exception identification of `address` for the interruption. Bit 61 is one for DAT protection.
  func identify(_ address: UInt64, _ space: AddressSpace, suppressed: Bool, ar: Int) {
    s.pointee.translationExceptionIdentification = address & ~0xFFF | (suppressed ? 4 : 0) | (isTranslating ? space.rawValue : 0)
  }
}

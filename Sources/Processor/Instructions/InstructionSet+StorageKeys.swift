import Storage

/// Storage keys, the PSW key and frames (chapter 10).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineStorageKeyInstructions() {
    routine("SSKE", 0xB22B, .rrfC, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.setStorageKeyExtended(i.e1, i.e2, controls: i.e3)
    }
    routine("ISKE", 0xB229, .rre, .privileged) { cpu, i throws(ProgramInterruption) in
      let frame = try cpu.realFrame(cpu.gr(i.e2))
      cpu.setGR(i.e1, cpu.gr(i.e1) & ~0xFF | UInt64(cpu.storage.key(at: frame).bits))
    }
    routine("RRBE", 0xB22A, .rre, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let frame = try cpu.realFrame(cpu.gr(i.e2))
      let key = cpu.storage.resetReference(frame)
      if key.isReferenced { cpu.purgeEverywhere(frame: frame) }
      cpu.setCC((key.isReferenced ? 2 : 0) | (key.isChanged ? 1 : 0))
    }
    routine("IVSK", 0xB223, .rre, .semiprivileged) { cpu, i throws(ProgramInterruption) in
      try cpu.insertVirtualStorageKey(i.e1, i.e2)
    }
    routine("IPK", 0xB20B, .s, .semiprivileged) { cpu, _ throws(ProgramInterruption) in
      try cpu.requireExtractionAuthority()
      cpu.setGR(2, cpu.gr(2) & ~0xFF | UInt64(cpu.accessKey) &<< 4)
    }
    routine("SPKA", 0xB20A, .s, [.semiprivileged, .endsBlock]) { cpu, i throws(ProgramInterruption) in
      let key = UInt8(truncatingIfNeeded: cpu.rs(i).address &>> 4) & 15
      try cpu.requireKeyAuthority(key)
      cpu.setPSWMask(cpu.s.pointee.pswMask & ~PSW.key | UInt64(key) &<< PSW.keyShift)
    }
    routine("TPROT", 0xE501, .sse, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.testProtection(cpu.rs(i), key: UInt8(truncatingIfNeeded: cpu.ss2(i).address &>> 4) & 15)
    }
    routine("TB", 0xB22C, .rre, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let address = cpu.reduced(cpu.gr(i.e2)) & ~0xFFF
      try cpu.checkLowAddressProtection(real: address)
      let frame = try cpu.realFrame(address)
      try cpu.clear(frame: frame)
      cpu.setGR(0, cpu.s.pointee.isZArchitecture ? 0 : cpu.gr(0) & ~0xFFFF_FFFF)
      cpu.setCC(0)
    }
    routine("PFMF", 0xB9AF, .rre, [.privileged, .zArchitectureOnly], .enhancedDAT1) { cpu, i throws(ProgramInterruption) in
      try cpu.performFrameManagement(i.e1, i.e2)
    }
  }
}

extension CPU {
  @inline(__always) package var isProblemState: Bool { s.pointee.pswMask & PSW.problemState != 0 }

  /// The extraction-authority control, CR0 bit 36, which the problem state needs.
  func requireExtractionAuthority() throws(ProgramInterruption) {
    if isProblemState && s.pointee.cr[0] & CR0.extractionAuthority == 0 { throw .privilegedOperation }
  }

  /// The PSW-key mask, CR3 bits 32-47, which in the problem state must permit `key`.
  func requireKeyAuthority(_ key: UInt8) throws(ProgramInterruption) {
    if isProblemState && s.pointee.cr[3] &<< UInt64(key) & 0x8000_0000 == 0 { throw .privilegedOperation }
  }

  /// The frame at a real address, reduced to the addressing mode.
  func realFrame(_ address: UInt64) throws(ProgramInterruption) -> AbsoluteAddress {
    try configuredFrame(prefixed(reduced(address) & ~0xFFF))
  }
  func configuredFrame(_ absolute: UInt64) throws(ProgramInterruption) -> AbsoluteAddress {
    let frame = AbsoluteAddress(absolute & ~0xFFF)
    guard storage.contains(frame, count: 4096) else { throw .addressing }
    return frame
  }

  /// Low-address protection of a real address that is stored into without the datapath.
  func checkLowAddressProtection(real address: UInt64) throws(ProgramInterruption) {
    guard isLowAddressProtected(address, .realOperand) else { return }
    identify(address, .realOperand, .store)
    throw .protection
  }

  /// Sets the key of a frame and makes every CPU look at it anew, when what it permits or records has changed.
  mutating func replaceKey(_ key: StorageKey, at frame: AbsoluteAddress) {
    let old = storage.key(at: frame)
    if old == key { return }
    storage.setKey(key, at: frame)
    // Bits that are only turned on are what the TLBs assume of any entry.
    let recording = StorageKey.referenceBit | StorageKey.changeBit
    if old.bits & ~recording == key.bits & ~recording && old.bits & ~key.bits & recording == 0 { return }
    purgeEverywhere(frame: frame)
  }
  /// Has this CPU forget the frame, and the others all.
  mutating func purgeEverywhere(frame: AbsoluteAddress) {
    tlb.flush(frame: frame.value)
    forgetFetchPage()
    purgeOtherTLBs()
  }

  func clear(frame: AbsoluteAddress) throws(ProgramInterruption) {
    if storage.isReadOnly(frame) { throw .protection }
    storage.recordChange(frame)
    storage.change(at: frame, count: 4096) { $0.initializeMemory(as: UInt8.self, repeating: 0, count: 4096) }
  }

  /// SET STORAGE KEY EXTENDED with the conditional, nonquiescing and multiple-block controls.
  /// - Parameter controls: M3: 8 NQ, 4 MR, 2 MC, 1 MB.
  mutating func setStorageKeyExtended(_ r1: Int, _ r2: Int, controls: Int) throws(ProgramInterruption) {
    let new = StorageKey(bits: UInt8(truncatingIfNeeded: gr(r1)))
    if controls & 1 == 0 {
      let frame = try realFrame(gr(r2))
      let old = storage.key(at: frame)
      let isSet = setKey(new, at: frame, controls: controls)
      if controls & 6 != 0 {
        setGR(r1, gr(r1) & ~0xFF00 | UInt64(old.bits) &<< 8)
        setCC(isSet ? 1 : 0)
      }
      return
    }
    // Multiple blocks: an absolute address, to the end of its megabyte.
    var address = reduced(gr(r2)) & ~0xFFF
    repeat {
      let frame = try configuredFrame(address)
      _ = setKey(new, at: frame, controls: controls)
      address &+= 4096
      setNextFrame(r2, address)
    } while address & 0xF_FFFF != 0
    if controls & 6 != 0 { setCC(3) }
  }

  /// - Parameter controls: 4 MR: the reference bit may differ; 2 MC: the change bit may. Zero for both: always set.
  /// - Returns: whether the key was set; else it was near enough to `new`.
  mutating func setKey(_ new: StorageKey, at frame: AbsoluteAddress, controls: Int) -> Bool {
    if controls & 6 != 0 {
      var ignored: UInt8 = 0
      if controls & 4 != 0 { ignored |= StorageKey.referenceBit }
      if controls & 2 != 0 { ignored |= StorageKey.changeBit }
      if (storage.key(at: frame).bits ^ new.bits) & ~ignored == 0 { return false }
    }
    replaceKey(new, at: frame)
    return true
  }

  /// The address after the last frame treated, in the form of the addressing mode; the byte index stays.
  mutating func setNextFrame(_ r: Int, _ address: UInt64) {
    setAddress(r, reduced(address & ~0xFFF) | gr(r) & 0xFFF)
  }

  /// PERFORM FRAME MANAGEMENT FUNCTION (Linux: arch/s390/kvm/priv.c names the fields): SK 46, CF 47, frame size 49-51, NQ 52,
  /// MR 53, MC 54, key 56-62.
  mutating func performFrameManagement(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    let function = gr32(r1)
    // NQ needs the nonquiescing key-setting facility (14), which is not there.
    if function & 0xFFFC_0901 != 0 { throw .specification }
    let size = Int(truncatingIfNeeded: function &>> 12) & 7
    guard size <= 1 else { throw .specification }
    var address = reduced(gr(r2)) & ~0xFFF
    if size == 0 {
      if function & 0x1_0000 != 0 { try checkLowAddressProtection(real: address) }
      return try manage(try realFrame(address), function)
    }
    repeat {
      try manage(try configuredFrame(address), function)
      address &+= 4096
      setNextFrame(r2, address)
    } while address & 0xF_FFFF != 0
  }

  private mutating func manage(_ frame: AbsoluteAddress, _ function: UInt64) throws(ProgramInterruption) {
    if function & 0x1_0000 != 0 { try clear(frame: frame) }
    if function & 0x2_0000 != 0 {
      _ = setKey(
        StorageKey(bits: UInt8(truncatingIfNeeded: function)), at: frame, controls: Int(truncatingIfNeeded: function &>> 8) & 6)
    }
  }

  /// INSERT VIRTUAL STORAGE KEY: access-control bits and fetch protection of the block at a virtual address.
  mutating func insertVirtualStorageKey(_ r1: Int, _ r2: Int) throws(ProgramInterruption) {
    if !isTranslating { throw .specialOperation }
    try requireExtractionAuthority()
    let frame = AbsoluteAddress(try locate(reduced(gr(r2)), in: addressSpace, ar: r2).absolute & ~0xFFF)
    setGR(r1, gr(r1) & ~0xFF | UInt64(storage.key(at: frame).bits & 0xF8))
  }

  /// TEST PROTECTION: CC 0 fetch and store permitted, 1 fetch only, 2 neither, 3 translation not available.
  mutating func testProtection(_ operand: StorageOperand<UInt64>, key: UInt8) throws(ProgramInterruption) {
    let location: Location
    do { location = try locate(operand.address, in: addressSpace, ar: operand.base) } catch {
      if error == .addressing || error == .translationSpecification { throw error }
      return setCC(3)
    }
    let permits = permissions(operand.address, location, key: key)
    setCC(permits.fetch ? (permits.store ? 0 : 1) : (permits.store ? 0 : 2))
  }
}

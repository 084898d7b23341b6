import Storage
import Synchronization

/// What compiled code calls: instructions that it does not carry out, and accesses that missed their site.
extension CPU {
  /// Carries out the instruction that compiled code does not.
  /// - Returns: 0 when the block goes on, 1 when another block follows, 2 when the dispatcher should look.
  mutating func interpretFromCompiledCode(_ bits: UInt64) -> UInt32 {
    let state = s
    let page = state.pointee.fetchPage, host = state.pointee.fetchHost, tag = state.pointee.instructionTag
    let mask = state.pointee.pswMask, cr0 = state.pointee.cr[0], serial = tlb.serial
    let next = beginCalledInstruction()
    do { try dispatch(InstructionText(bits: bits)) } catch { return interrupt(error) }
    if state.pointee.nextAddress != next || mustLook { return leave() }
    if state.pointee.fetchPage != page {
      guard tlb.serial == serial && state.pointee.instructionTag == tag else { return leave() }
      state.pointee.fetchPage = page
      state.pointee.fetchHost = host
    }
    guard tlb.serial == serial else { return leave() }
    if state.pointee.pswMask != mask || state.pointee.cr[0] != cr0 {
      guard BlockMode(state) == state.pointee.compiled.mode else { return leave() }
    }
    if state.pointee.compiled.dataTag != state.pointee.dataTag { refreshTags() }
    if state.pointee.compiled.faults >= state.pointee.compiled.faultLimit && looksAtFloatsFromNowOn() { return leave() }
    publishConditionCode()
    return 0
  }

  /// Something wants the dispatcher to look before the next instruction.
  private var mustLook: Bool {
    let compiled = s.pointee.front.attention
    guard let attention = UnsafePointer<Atomic<UInt32>>(bitPattern: UInt(compiled)), let changed = s.pointee.compiled.changedCode
    else { return true }
    return attention.pointee.load(ordering: .relaxed) != 0 || changed.pointee.load(ordering: .relaxed)
  }

  /// Another block follows, if nothing wants attention.
  mutating func leave() -> UInt32 {
    s.pointee.instructionCount &+= UInt64(s.pointee.compiled.descriptor &>> 16 & 0xFF) &+ 1
    s.pointee.compiled.mode = BlockMode(s)
    if mustLook || hasInvalidPSW {
      publishConditionCode()
      return 2
    }
    refreshTags()
    publishConditionCode()
    return 1
  }

  /// Sets what an instruction finds when it is interpreted.
  /// - Returns: the next sequential address.
  func beginCalledInstruction() -> UInt64 {
    recoverState()
    let descriptor = s.pointee.compiled.descriptor
    let address = s.pointee.fetchPage &+ UInt64(descriptor & 0xFFF), length = UInt64(descriptor &>> 12 & 15)
    s.pointee.instructionAddress = address
    s.pointee.instructionLength = length
    let next = (address &+ length) & s.pointee.addressMask
    s.pointee.nextAddress = next
    return next
  }

  /// A fetch missed: translates it. An operand that crosses a page is gathered.
  mutating func fetchForCompiledCode() -> UInt32 {
    let state = s
    _ = beginCalledInstruction()
    let address = state.pointee.compiled.accessAddress, count = Int(state.pointee.compiled.descriptor &>> 24) + 1
    voidLimit()
    // Whoever takes all that follows in the page must not where the fetch-protection override ends before.
    if mayOverrideFetchProtection(address), tlbEntry(of: address).readTag != address & ~0xFFF | state.pointee.dataTag {
      state.pointee.compiled.accessSite = 0
      return interpretAnew()
    }
    do throws(ProgramInterruption) {
      let operand = StorageOperand(address, base: baseForCompiledCode)
      let block = try fetchBlock(operand, count)
      if block.isContiguous {
        state.pointee.compiled.accessAddend = UInt64(UInt(bitPattern: block.first)) &- address
        fillSite(address, tag: tlbEntry(of: address).readTag)
      } else {
        let gathered = UnsafeMutableRawPointer(state) + Int(StateOffset.gathered)
        block.read(into: gathered)
        state.pointee.compiled.accessAddend = UInt64(UInt(bitPattern: gathered)) &- address
      }
    } catch { return interrupt(error) }
    publishConditionCode()
    return 0
  }
  /// The interruption of an instruction ends the block.
  mutating func interrupt(_ interruption: ProgramInterruption, fetching: Bool = false) -> UInt32 {
    if let compiler, compiler.log != nil {
      compiler.interruption = interruption
    } else {
      // What could not be fetched does not count as executed.
      if fetching { s.pointee.instructionCount &-= 1 }
      interruptProgram(interruption, fetching: fetching)
    }
    return leave()
  }

  /// A store missed: finds where it goes, if that is one piece of plain storage. Otherwise the instruction is interpreted.
  mutating func storeForCompiledCode() -> UInt32 {
    let state = s
    _ = beginCalledInstruction()
    let address = state.pointee.compiled.accessAddress, count = UInt64(state.pointee.compiled.descriptor &>> 24) + 1
    state.pointee.compiled.accessAddend = 0
    voidLimit()
    if 4096 &- (address & 0xFFF) >= count {
      let e = tlbEntry(of: address), tag = address & ~0xFFF | state.pointee.dataTag
      var host: UnsafeMutableRawPointer?
      if e.writeTag != tag { host = try? hostForStore(address, baseForCompiledCode, count: count) }
      if storeLog != nil, let host, !storage.isCodeChanged {
        state.pointee.compiled.accessAddend = UInt64(UInt(bitPattern: host)) &- address
      } else if e.writeTag == tag && !storage.isCodeChanged {
        state.pointee.compiled.accessAddend = e.addend
        fillSite(address, tag: e.writeTag)
      } else if mayStoreBeyondLowAddresses(address) && !storage.isCodeChanged {
        state.pointee.compiled.accessAddend = e.addend
        // Where the address cannot be another, no store of this site is ever protected.
        if siteAccess.contains(.isConstant) { fillSite(address, tag: e.readTag) }
      }
    }
    publishConditionCode()
    return 0
  }
  /// The register that names the space in access-register mode, in which nothing is compiled.
  private var baseForCompiledCode: Int { 0 }

  /// Puts the TLB's translation into the site of the access, if `tag`, the entry's for its kind, is that of the page.
  private mutating func fillSite(_ address: UInt64, tag: UInt64) {
    let e = tlbEntry(of: address)
    guard tag == address & ~0xFFF | s.pointee.dataTag, let site else { return }
    let history = CodeMemory.history(site), siteTag = address & ~0xFFF | s.pointee.front.siteTag
    if siteAccess.isDisjoint(with: [.isConstant, .isLater]) {
      noteMiss(history, siteTag)
    } else if history.pointee.isSampled {
      history.pointee.noteTag(siteTag)
    }
    site[0] = history.pointee.isSampled ? CodeMemory.void : siteTag
    site[1] = e.addend
    if siteAccess.contains(.hasLimit) {
      limit(site).pointee = RisingAccess.limit(address, bytes: UInt64(s.pointee.compiled.descriptor &>> 24) + 1)
    }
    tlb.noteData(e)
  }
  private var siteAccess: SiteAccess { SiteAccess(rawValue: s.pointee.compiled.accessSite & SiteAccess.mask) }
  private var site: UnsafeMutablePointer<UInt64>? {
    UnsafeMutablePointer(bitPattern: UInt(s.pointee.compiled.accessSite & ~SiteAccess.mask))
  }
  private func limit(_ site: UnsafeMutablePointer<UInt64>) -> UnsafeMutablePointer<UInt64> { site + SiteAccess.limitOffset / 8 }
  /// An access that does not fill its site is not to be taken for the one that filled it before.
  private func voidLimit() {
    if siteAccess.contains(.hasLimit), let site { limit(site).pointee = 0 }
  }
}

/// The functions behind `CompiledState.routine` and its like, for the host's calling convention.
enum CompiledCalls {
  @inline(__always) private static func withCPU(_ state: UnsafeMutableRawPointer, _ body: (inout CPU) -> UInt32) -> UInt32 {
    let s = state.assumingMemoryBound(to: CPUState.self)
    guard let cpu = UnsafeMutablePointer<CPU>(bitPattern: UInt(s.pointee.compiled.cpu)) else { return 2 }
    return body(&cpu.pointee)
  }
  typealias Function = @convention(c) (UnsafeMutableRawPointer, UInt64) -> UInt32
  static let routine: Function = { state, text in withCPU(state) { $0.interpretFromCompiledCode(text) } }
  static let crossing: Function = { state, _ in withCPU(state) { $0.interpretAnew() } }
  static let fetchMiss: Function = { state, _ in withCPU(state) { $0.fetchForCompiledCode() } }
  static let storeMiss: Function = { state, _ in withCPU(state) { $0.storeForCompiledCode() } }

  static func install(into state: UnsafeMutablePointer<CPUState>) {
    state.pointee.compiled.routine = UInt64(UInt(bitPattern: unsafeBitCast(routine, to: UnsafeRawPointer.self)))
    state.pointee.compiled.crossing = UInt64(UInt(bitPattern: unsafeBitCast(crossing, to: UnsafeRawPointer.self)))
    state.pointee.compiled.fetchMiss = UInt64(UInt(bitPattern: unsafeBitCast(fetchMiss, to: UnsafeRawPointer.self)))
    state.pointee.compiled.storeMiss = UInt64(UInt(bitPattern: unsafeBitCast(storeMiss, to: UnsafeRawPointer.self)))
    state.pointee.compiled.conditionTable = ConditionKind.table
    for constant in FloatConstant.allCases {
      state.pointee.compiled.floatConstants[(constant.offset - Int(StateOffset.floatConstants)) / 8] = constant.bits
    }
  }
}

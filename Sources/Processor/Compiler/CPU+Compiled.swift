import Storage
import Synchronization

/// Executing compiled code: the dispatcher that finds blocks, has them compiled, and interprets what is not worth it.
extension CPU {
  /// Executes instructions until `attention` is requested, compiled where that is worth it.
  @inline(never) mutating func executeCompiled(_ compiler: Compiler) {
    let state = s
    withUnsafeMutablePointer(to: &self) { state.pointee.compiled.cpu = UInt64(UInt(bitPattern: $0)) }
    state.pointee.compiled.compiler = Unmanaged.passUnretained(compiler).toOpaque()
    state.pointee.compiled.changedCode = storage.hasChangedCode
    let attention = self.attention
    state.pointee.compiled.attention = UInt64(UInt(bitPattern: attention))
    while attention.pointee.load(ordering: .relaxed) == 0 {
      if storage.isCodeChanged { dropChangedCode(compiler) }
      let address = state.pointee.nextAddress
      let offset = address &- state.pointee.fetchPage
      if (offset &>> 1 | offset &<< 63) >= 2048 {
        guard findFetchPage(address) else { continue }
      }
      state.pointee.compiled.mode = BlockMode(state)
      let frame = state.pointee.fetchHost &- UInt64(UInt(bitPattern: storage.base))
      let pageKey = BlockTable.pageKey(frame: frame, state.pointee.compiled.mode)
      let key = pageKey | address & 0xFFF
      if !state.pointee.compiled.mode.isAccessRegister, let code = compiler.blocks.find(key) ?? compile(compiler, key) {
        refreshTags(compiler)
        if let log = compiler.log {
          verify(compiler, code, log)
          continue
        }
        remember(code, at: address)
        link(compiler, to: code)
        enter(compiler, code)
      } else {
        state.pointee.compiled.link = 0
        if compiler.log != nil { compiler.unverifiedBlocks += 1 }
        interpretBlock()
      }
    }
    state.pointee.compiled.link = 0
  }

  /// Makes the page of `address` the fetch page, or interrupts.
  private mutating func findFetchPage(_ address: UInt64) -> Bool {
    s.pointee.instructionAddress = address
    do throws(ProgramInterruption) {
      s.pointee.instructionLength = 2
      if address & 1 != 0 { throw .specification }
      let host = try hostForInstruction(address)
      s.pointee.fetchPage = address & ~0xFFF
      s.pointee.fetchHost = UInt64(UInt(bitPattern: host)) &- (address & 0xFFF)
      tlb.noteInstructions(tlbEntry(of: address), tag: address & ~0xFFF | s.pointee.instructionTag)
      return true
    } catch {
      interruptProgram(error, fetching: true)
      return false
    }
  }

  private mutating func compile(_ compiler: Compiler, _ key: UInt64) -> UInt64? {
    guard compiler.isHot(key) else { return nil }
    let mode = s.pointee.compiled.mode
    let page = UnsafeRawPointer(CPU.pointer(s.pointee.fetchHost))
    if compiler.isFull {
      tlb.voidInstructions()
      s.pointee.compiled.link = 0
    }
    let offset = UInt16(truncatingIfNeeded: key & 0xFFF)
    guard let (code, isFirst) = compiler.compile(page: page, pageKey: key & ~0xFFF, offset: offset, mode: mode) else {
      return nil
    }
    if isFirst {
      // From now on stores into the page are to be noticed.
      let frame = BlockTable.frame(of: key)
      storage.setHasCode(AbsoluteAddress(frame), true)
      tlb.flushWriteTags(frame: frame)
    }
    return code
  }

  /// Drops what was compiled of pages that somebody stored into.
  private mutating func dropChangedCode(_ compiler: Compiler) {
    compiler.drop(frames: storage.takeChangedCode())
    tlb.voidInstructions()
    s.pointee.compiled.link = 0
  }

  /// Has the jump cache lead to a block.
  private func remember(_ code: UInt64, at address: UInt64) {
    let entry = jumpCache + (Int(truncatingIfNeeded: address &>> 1) & (JumpCache.count - 1))
    entry.pointee = JumpCacheEntry(address: address, tag: s.pointee.compiled.jumpTag, code: code, host: s.pointee.fetchHost)
  }
  /// Has the jump that led here go to the block itself from now on.
  private func link(_ compiler: Compiler, to code: UInt64) {
    let end = s.pointee.compiled.link
    if end == 0 { return }
    s.pointee.compiled.link = 0
    UnsafeMutableRawPointer(compiler.memory.writeView(end) - 4)
      .storeBytes(of: Int32(truncatingIfNeeded: Int64(bitPattern: code &- end)), as: Int32.self)
  }

  mutating func enter(_ compiler: Compiler, _ code: UInt64) {
    typealias Enter = @convention(c) (UnsafeMutableRawPointer, UInt64) -> Void
    let address = compiler.memory.executeView(compiler.thunks.enter)
    guard let start = UnsafeRawPointer(bitPattern: UInt(address)) else { return }
    publishConditionCode()
    unsafeBitCast(start, to: Enter.self)(UnsafeMutableRawPointer(s), code)
    recoverState()
  }

  /// Interprets to the next branch that is taken.
  private mutating func interpretBlock() {
    let state = s
    for _ in 0..<256 {
      let address = state.pointee.nextAddress
      let offset = address &- state.pointee.fetchPage
      var bits: UInt64
      if (offset &>> 1 | offset &<< 63) <= 2044 {
        bits = UInt64(bigEndian: CPU.pointer(state.pointee.fetchHost &+ offset).loadUnaligned(as: UInt64.self))
      } else {
        do { bits = try fetchText(address) } catch {
          state.pointee.instructionAddress = address
          return interruptProgram(error, fetching: true)
        }
      }
      let text = InstructionText(bits: bits)
      state.pointee.instructionAddress = address
      state.pointee.instructionLength = text.length
      let next = (address &+ text.length) & state.pointee.addressMask
      state.pointee.nextAddress = next
      state.pointee.instructionCount &+= 1
      do { try dispatch(text) } catch { return interruptProgram(error, fetching: false) }
      if state.pointee.nextAddress != next || attention.pointee.load(ordering: .relaxed) != 0 { return }
    }
  }

  // MARK: What compiled code and the interpreter keep differently

  private func publishConditionCode() {
    s.pointee.compiled.condition = ConditionKind.word(conditionCode: s.pointee.conditionCode)
  }
  /// Makes the condition code and the breaking-event address what the rest of the engine expects.
  private func recoverState() {
    let onehot = s.pointee.compiled.conditionTable[ConditionKind.index(s.pointee.compiled.condition)]
    s.pointee.conditionCode = UInt64(truncatingIfNeeded: onehot.leadingZeroBitCount &- 4)
    let event = s.pointee.compiled.breakingEvent
    if event != 0 {
      s.pointee.breakingEventAddress = s.pointee.fetchPage &+ UInt64(event & 0xFFF)
      s.pointee.compiled.breakingEvent = 0
    }
  }

  /// Computes the tags of sites and of the jump cache anew when what they stand for changed.
  private mutating func refreshTags() {
    guard let opaque = s.pointee.compiled.compiler else { return }
    Unmanaged<Compiler>.fromOpaque(opaque)._withUnsafeGuaranteedRef { refreshTags($0) }
  }
  mutating func refreshTags(_ compiler: Compiler) {
    let state = s
    let dataTag = state.pointee.dataTag, instructionTag = state.pointee.instructionTag
    if state.pointee.compiled.serial != tlb.serial || state.pointee.compiled.dataTag != dataTag {
      state.pointee.compiled.serial = tlb.serial
      state.pointee.compiled.dataTag = dataTag
      let epoch = tlb.dataEpochs[Int(truncatingIfNeeded: dataTag &>> 4) & 0xFF]
      state.pointee.compiled.siteTag = compiler.siteTags.tag(for: dataTag, epoch: epoch, compiler.memory)
    }
    let epoch = tlb.instructionEpochs[Int(truncatingIfNeeded: instructionTag &>> 4) & 0xFF]
    state.pointee.compiled.jumpTag = epoch &<< 20 | UInt64(state.pointee.compiled.mode.bits) &<< 12 | instructionTag
  }

  // MARK: What compiled code calls

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
    publishConditionCode()
    return 0
  }

  /// Something wants the dispatcher to look before the next instruction.
  private var mustLook: Bool {
    let compiled = s.pointee.compiled.attention
    guard let attention = UnsafePointer<Atomic<UInt32>>(bitPattern: UInt(compiled)), let changed = s.pointee.compiled.changedCode
    else { return true }
    return attention.pointee.load(ordering: .relaxed) != 0 || changed.pointee.load(ordering: .relaxed)
  }

  /// Another block follows, if nothing wants attention.
  private mutating func leave() -> UInt32 {
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
  private func beginCalledInstruction() -> UInt64 {
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
    do throws(ProgramInterruption) {
      let operand = StorageOperand(address, base: baseForCompiledCode)
      let block = try fetchBlock(operand, count)
      if block.isContiguous {
        state.pointee.compiled.accessAddend = UInt64(UInt(bitPattern: block.first)) &- address
        fillSite(address, tag: tlbEntry(of: address).pointee.readTag)
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
  private mutating func interrupt(_ interruption: ProgramInterruption) -> UInt32 {
    if let compiler, compiler.log != nil {
      compiler.interruption = interruption
    } else {
      interruptProgram(interruption, fetching: false)
    }
    return leave()
  }

  /// A store missed: finds where it goes, if that is one piece of plain storage. Otherwise the instruction is interpreted.
  mutating func storeForCompiledCode() -> UInt32 {
    let state = s
    _ = beginCalledInstruction()
    let address = state.pointee.compiled.accessAddress, count = UInt64(state.pointee.compiled.descriptor &>> 24) + 1
    state.pointee.compiled.accessAddend = 0
    if 4096 &- (address & 0xFFF) >= count {
      let e = tlbEntry(of: address), tag = address & ~0xFFF | state.pointee.dataTag
      var host: UnsafeMutableRawPointer?
      if e.pointee.writeTag != tag { host = try? hostForStore(address, baseForCompiledCode, count: count) }
      if storeLog != nil, let host {
        state.pointee.compiled.accessAddend = UInt64(UInt(bitPattern: host)) &- address
      } else if e.pointee.writeTag == tag && !storage.isCodeChanged {
        state.pointee.compiled.accessAddend = e.pointee.addend
        fillSite(address, tag: e.pointee.writeTag)
      } else if mayStoreBeyondLowAddresses(address) && !storage.isCodeChanged {
        state.pointee.compiled.accessAddend = e.pointee.addend
        // Where the address cannot be another, no store of this site is ever protected.
        if state.pointee.compiled.accessSite & 1 != 0 { fillSite(address, tag: e.pointee.readTag) }
      }
    }
    publishConditionCode()
    return 0
  }
  /// The register that names the space in access-register mode, in which nothing is compiled.
  private var baseForCompiledCode: Int { 0 }

  /// Puts the TLB's translation into the site of the access, if `tag`, the entry's for its kind, is that of the page.
  private func fillSite(_ address: UInt64, tag: UInt64) {
    let e = tlbEntry(of: address)
    guard tag == address & ~0xFFF | s.pointee.dataTag,
      let site = UnsafeMutablePointer<UInt64>(bitPattern: UInt(s.pointee.compiled.accessSite & ~1))
    else { return }
    site[0] = address & ~0xFFF | s.pointee.compiled.siteTag
    site[1] = e.pointee.addend
    tlb.noteData(e)
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
  static let fetchMiss: Function = { state, _ in withCPU(state) { $0.fetchForCompiledCode() } }
  static let storeMiss: Function = { state, _ in withCPU(state) { $0.storeForCompiledCode() } }

  static func install(into state: UnsafeMutablePointer<CPUState>) {
    state.pointee.compiled.routine = UInt64(UInt(bitPattern: unsafeBitCast(routine, to: UnsafeRawPointer.self)))
    state.pointee.compiled.fetchMiss = UInt64(UInt(bitPattern: unsafeBitCast(fetchMiss, to: UnsafeRawPointer.self)))
    state.pointee.compiled.storeMiss = UInt64(UInt(bitPattern: unsafeBitCast(storeMiss, to: UnsafeRawPointer.self)))
    state.pointee.compiled.conditionTable = ConditionKind.table
  }
}

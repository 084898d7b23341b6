import CHost
import Storage
import Synchronization

/// Executing compiled code: the dispatcher that finds blocks, has them compiled, and interprets what is not worth it.
extension CPU {
  /// Executes instructions until `attention` is requested, compiled where that is worth it.
  @inline(never) mutating func executeCompiled(_ compiler: Compiler) {
    let state = s, storage = self.storage
    withUnsafeMutablePointer(to: &self) { state.pointee.compiled.cpu = UInt64(UInt(bitPattern: $0)) }
    state.pointee.compiled.compiler = Unmanaged.passUnretained(compiler).toOpaque()
    state.pointee.compiled.changedCode = storage.hasChangedCode
    let attention = self.attention
    state.pointee.front.attention = UInt64(UInt(bitPattern: attention))
    state.pointee.compiled.quietUntil = 0
    useFloatFaults(of: compiler)
    defer { chost_set_float_code(nil) }
    while attention.pointee.load(ordering: .relaxed) == 0 {
      if storage.isCodeChanged { dropChangedCode(compiler) }
      followLoopFound(compiler)
      let address = state.pointee.nextAddress
      let offset = address &- state.pointee.fetchPage
      if (offset &>> 1 | (offset | address) &<< 63) >= 2048 {
        // Half a page that may be open by the fetch-protection override has no compiled code.
        if mayOverrideFetchProtection(address) {
          interpretUncompiled(compiler)
          continue
        }
        guard findFetchPage(address) else { continue }
      }
      state.pointee.compiled.mode = BlockMode(state)
      let frame = state.pointee.fetchHost &- UInt64(UInt(bitPattern: state.pointee.storageBase))
      let pageKey = BlockTable.pageKey(frame: frame, state.pointee.compiled.mode)
      let key = pageKey | address & 0xFFF
      if !state.pointee.compiled.mode.isInterpreted, let code = compiler.blocks.find(key) ?? compile(compiler, key) {
        refreshTags(compiler)
        if let verification = compiler.verification {
          verify(compiler, verification, code)
          continue
        }
        remember(code, at: address)
        link(compiler, to: code, key)
        enter(compiler, code)
      } else {
        interpretUncompiled(compiler)
      }
    }
    state.pointee.compiled.link = 0
  }

  private mutating func interpretUncompiled(_ compiler: Compiler) {
    s.pointee.compiled.link = 0
    if let verification = compiler.verification { executeUnverified(verification) } else { interpretBlock() }
  }

  /// Makes the page of `address` the fetch page, or interrupts.
  private mutating func findFetchPage(_ address: UInt64) -> Bool {
    s.pointee.instructionAddress = address
    do throws(ProgramInterruption) {
      s.pointee.instructionLength = 2
      if address & 1 != 0 { throw .specification }
      setFetchPage(of: address, try hostForInstruction(address))
      return true
    } catch {
      interruptProgram(error, fetching: true)
      return false
    }
  }

  private mutating func compile(_ compiler: Compiler, _ key: UInt64) -> UInt64? {
    guard compiler.isHot(key) else { return nil }
    var next: UnsafeRawPointer?
    if crossesPage(key) {
      guard let host = try? hostForInstruction((s.pointee.fetchPage &+ 4096) & s.pointee.addressMask) else { return nil }
      next = UnsafeRawPointer(host)
    }
    if compiler.isFull {
      compiler.dropAll()
      tlb.voidInstructions()
      s.pointee.compiled.link = 0
    }
    let frame = BlockTable.frame(of: key)
    if !compiler.isChanging(compiler.frames.at(frame)) && !storage.hasCode(AbsoluteAddress(frame)) {
      // From now on, before the page is read, stores into it are to be noticed.
      storage.setHasCode(AbsoluteAddress(frame), true)
      tlb.flushWriteTags(frame: frame)
    }
    return compiler.compile(key: key, page: UnsafeRawPointer(CPU.pointer(s.pointee.fetchHost)), next: next, s)
  }

  /// Whether the instruction there goes on in the next page.
  private func crossesPage(_ key: UInt64) -> Bool {
    let offset = key & 0xFFF
    if offset <= 4090 { return false }
    let first = CPU.pointer(s.pointee.fetchHost).load(fromByteOffset: Int(offset), as: UInt8.self)
    return offset + InstructionText(bits: UInt64(first) << 56).length > 4096
  }

  /// Drops what was compiled of pages that somebody stored into.
  private mutating func dropChangedCode(_ compiler: Compiler) {
    compiler.drop(storage.takeChangedCode())
    tlb.voidInstructions()
    s.pointee.compiled.link = 0
  }

  /// Has the jump cache lead to a block.
  private func remember(_ code: UInt64, at address: UInt64) {
    let entry = jumpCache + JumpCache.number(address)
    entry.pointee = JumpCacheEntry(address: address, tag: s.pointee.front.jumpTag, code: code, host: s.pointee.fetchHost)
  }
  /// Has the jump that led here go to the block itself from now on.
  private func link(_ compiler: Compiler, to code: UInt64, _ key: UInt64) {
    let end = s.pointee.compiled.link
    if end == 0 { return }
    s.pointee.compiled.link = 0
    compiler.memory.link(end, to: code)
    compiler.frames.of(key).noteLink(to: key, end)
  }

  mutating func enter(_ compiler: Compiler, _ code: UInt64) {
    typealias Enter = @convention(c) (UnsafeMutableRawPointer, UInt64) -> Void
    let address = compiler.memory.executeView(compiler.thunks.enter)
    guard let start = UnsafeRawPointer(bitPattern: UInt(address)) else { return }
    publishConditionCode()
    s.pointee.front.untilLook = Int64(CompiledThunks.patience)
    unsafeBitCast(start, to: Enter.self)(UnsafeMutableRawPointer(s), code)
    s.pointee.instructionCount &+= UInt64(bitPattern: Int64(CompiledThunks.patience) &- s.pointee.front.untilLook)
    recoverState()
  }

  /// Interprets to the next branch that is taken, at most `limit` instructions.
  mutating func interpretBlock(limit: Int = 256) {
    let state = s
    for _ in 0..<limit {
      let address = state.pointee.nextAddress
      let offset = address &- state.pointee.fetchPage
      var bits: UInt64
      if (offset &>> 1 | (offset | address) &<< 63) <= 2044 {
        bits = UInt64(bigEndian: CPU.pointer(state.pointee.fetchHost &+ offset).loadUnaligned(as: UInt64.self))
      } else {
        do { bits = try fetchText(address) } catch {
          state.pointee.instructionAddress = address
          return interruptProgram(error, fetching: true)
        }
      }
      let text = InstructionText(bits: bits)
      begin(text, at: address)
      let next = state.pointee.nextAddress
      do { try dispatch(text) } catch { return interruptProgram(error, fetching: false) }
      if state.pointee.nextAddress != next || attention.pointee.load(ordering: .relaxed) != 0 { return }
    }
  }

  // MARK: What compiled code and the interpreter keep differently

  func publishConditionCode() {
    s.pointee.front.condition = ConditionKind.word(conditionCode: s.pointee.conditionCode)
  }
  /// Makes the condition code and the breaking-event address what the rest of the engine expects.
  func recoverState() {
    let word = s.pointee.front.condition
    let index =
      word & LateCondition.isLate == 0
      ? ConditionKind.index(word)
      : LateCondition.index(word, value: s.pointee.front.conditionValue, addend: s.pointee.compiled.addend)
    let onehot = s.pointee.compiled.conditionTable[index]
    s.pointee.conditionCode = UInt64(truncatingIfNeeded: onehot.leadingZeroBitCount &- 4)
    let event = s.pointee.front.breakingEvent
    if event != 0 {
      s.pointee.breakingEventAddress = s.pointee.fetchPage &+ UInt64(event & 0xFFF)
      s.pointee.front.breakingEvent = 0
    }
  }

  /// Computes the tags of sites and of the jump cache anew when what they stand for changed.
  mutating func refreshTags() {
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
      state.pointee.front.siteTag = compiler.siteTags.tag(for: dataTag, epoch: epoch, compiler.memory)
    }
    let epoch = tlb.instructionEpochs[Int(truncatingIfNeeded: instructionTag &>> 4) & 0xFF]
    state.pointee.front.jumpTag = epoch &<< 20 | UInt64(state.pointee.compiled.mode.bits) &<< 12 | instructionTag
  }
}

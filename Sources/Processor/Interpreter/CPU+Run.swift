import Synchronization

/// The interpreter's loop: fetch, look up, execute, until something wants attention.
extension CPU {
  /// Executes instructions until `attention` is requested. Interruptions that instructions cause are taken here.
  @inline(never) package mutating func execute() {
    let state = s
    let index = dispatch.index
    let attention = self.attention
    var executed: UInt64 = 0
    while attention.pointee.load(ordering: .relaxed) == 0 {
      let address = state.pointee.nextAddress
      let offset = address &- state.pointee.fetchPage
      var bits: UInt64
      // What is odd becomes huge: addresses, and offsets when there is no fetch page. The last eight bytes of a page go the slow
      // way.
      if (offset &>> 1 | (offset | address) &<< 63) <= 2044 {
        bits = UInt64(bigEndian: CPU.pointer(state.pointee.fetchHost &+ offset).loadUnaligned(as: UInt64.self))
      } else {
        do { bits = try fetchText(address) } catch {
          state.pointee.instructionAddress = address
          interruptProgram(error, fetching: true)
          continue
        }
      }
      state.pointee.instructionAddress = address
      let length = 2 &* (1 &+ (((bits &>> 62) &+ 1) &>> 1))
      state.pointee.instructionLength = length
      state.pointee.nextAddress = (address &+ length) & state.pointee.addressMask
      let entry = index[Int(truncatingIfNeeded: bits &>> 56)]
      let slot = UInt64(entry & 0xFFFF) &+ (bits &>> UInt64(entry &>> 16 & 0x3F)) & UInt64(entry &>> 24)
      executed &+= 1
      do {
        try CPU.call(state.pointee.handlers[Int(truncatingIfNeeded: slot)], &self, InstructionText(bits: bits))
      } catch {
        interruptProgram(error, fetching: false)
      }
    }
    state.pointee.instructionCount &+= executed
  }

  /// Makes an instruction that was fetched the current one. `execute` does the same with less to store.
  @inline(__always) func begin(_ text: InstructionText, at address: UInt64) {
    s.pointee.instructionAddress = address
    s.pointee.instructionLength = text.length
    s.pointee.nextAddress = (address &+ text.length) & s.pointee.addressMask
    s.pointee.instructionCount &+= 1
  }

  @inline(__always) static func call(
    _ handler: borrowing Handler, _ cpu: inout CPU, _ text: InstructionText
  ) throws(ProgramInterruption) { try handler.operation(&cpu, text) }

  /// Looks the instruction up and executes it. `EXECUTE` comes here too.
  mutating func dispatch(_ text: InstructionText) throws(ProgramInterruption) {
    let entry = s.pointee.opcodeIndex[text.majorOpcode]
    let slot = UInt64(entry & 0xFFFF) &+ (text.bits &>> UInt64(entry &>> 16 & 0x3F)) & UInt64(entry &>> 24)
    if tracesImplicitly { try traceRegisterBranch(text) }
    try CPU.call(handlers[Int(truncatingIfNeeded: slot)], &self, text)
  }

  /// Executes one instruction with everything that watches instructions: PER, traces.
  package mutating func executeOne() {
    let state = s
    let address = state.pointee.nextAddress
    state.pointee.perCode = 0
    state.pointee.instructionAddress = address
    let text: InstructionText
    do { text = InstructionText(bits: try fetchText(address)) } catch {
      interruptProgram(error, fetching: true)
      return
    }
    state.pointee.perMask = state.pointee.pswMask
    state.pointee.perAddress = address
    let breakingEventAddress = state.pointee.breakingEventAddress
    state.pointee.breakingEventAddress = CPUState.noBreakingEvent
    begin(text, at: address)
    recordFetchForPER(address)
    hasLoadedPSW = false
    do {
      try dispatch(text)
      noteBreakingEvent(breakingEventAddress)
      // An invalid PSW is reported together with the events of the instruction that loaded it.
      if state.pointee.perCode != 0 && !hasInvalidPSW { interruptPER() }
    } catch {
      noteBreakingEvent(breakingEventAddress)
      interruptProgram(error, fetching: false)
    }
  }

  /// Restores the breaking-event address of before when the instruction did not branch; else a branch event may have occurred.
  private func noteBreakingEvent(_ before: UInt64) {
    if s.pointee.breakingEventAddress == CPUState.noBreakingEvent {
      s.pointee.breakingEventAddress = before
      return
    }
    if !hasLoadedPSW { recordBranchForPER() }
  }

  /// The slow way to eight bytes of instruction text at `address`: odd addresses, another page, the end of a page, and half a
  /// page that may be open by the fetch-protection override, which is no fetch page. An instruction that crosses an end is
  /// fetched from both sides; what lies beyond a short one is not looked at.
  @inline(never) mutating func fetchText(_ address: UInt64) throws(ProgramInterruption) -> UInt64 {
    s.pointee.instructionLength = 2
    if address & 1 != 0 { throw .specification }
    let host = try hostForInstruction(address)
    let room = Int(truncatingIfNeeded: fetchRoom(address))
    if room >= 8 {
      if !mayOverrideFetchProtection(address) { setFetchPage(of: address, host) }
      return UInt64(bigEndian: host.loadUnaligned(as: UInt64.self))
    }
    var bits: UInt64 = 0
    for k in 0..<room {
      bits |= UInt64(host.load(fromByteOffset: k, as: UInt8.self)) &<< UInt64(truncatingIfNeeded: 56 &- 8 &* k)
    }
    let length = Int(truncatingIfNeeded: InstructionText(bits: bits).length)
    if length > room {
      s.pointee.instructionLength = UInt64(truncatingIfNeeded: length)
      let next = try hostForInstruction((address &+ UInt64(truncatingIfNeeded: room)) & s.pointee.addressMask)
      for k in room..<length {
        bits |= UInt64(next.load(fromByteOffset: k &- room, as: UInt8.self)) &<< UInt64(truncatingIfNeeded: 56 &- 8 &* k)
      }
    }
    return bits
  }

  /// Has instructions come from the page of `address`, which is at `host`. The jump cache will have what the fetch page is, so
  /// INVALIDATE PAGE TABLE ENTRY must know where it came from.
  mutating func setFetchPage(of address: UInt64, _ host: UnsafeRawPointer) {
    s.pointee.fetchPage = address & ~0xFFF
    s.pointee.fetchHost = UInt64(UInt(bitPattern: host)) &- (address & 0xFFF)
    tlb.noteInstructions(tlbEntry(of: address), tag: address & ~0xFFF | s.pointee.instructionTag)
  }

  /// Forgets the page instructions come from: after anything that changes what its address means.
  @inline(__always) mutating func forgetFetchPage() { s.pointee.fetchPage = CPUState.noPage }
}

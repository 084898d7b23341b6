import Storage

/// Verification: each block runs compiled, is undone, and runs interpreted; the two must agree in registers, PSW, storage and
/// interruption. What a block calls is the same code either way, but how it is called is not.
extension CPU {
  /// How many blocks were compared.
  package var verifiedBlockCount: Int { compiler?.verification?.blockCount ?? 0 }
  /// How many instructions were only interpreted: what they are and counts, the most frequent first.
  package var instructionsNotVerified: [(name: String, count: Int)] {
    guard let compiler, let verification = compiler.verification else { return [] }
    var leftOut = verification.leftOut.map { (name: compiler.mnemonic(opcode: $0.key), count: $0.value) }
    if verification.crossingCount > 0 { leftOut.append(("across two pages", verification.crossingCount)) }
    return leftOut.sorted { $0.count > $1.count }
  }
  package var isVerifying: Bool { compiler?.verification != nil }

  /// How often compiled code was dropped to make room.
  package var fullCodeMemoryCount: Int { compiler?.fullCount ?? 0 }

  /// What a clock says now; in the second run of a block, what it said in the first.
  @inline(__always) func reading(_ now: UInt64) -> UInt64 {
    s.pointee.isRunUndoable ? compiler?.verification?.reading(now) ?? now : now
  }
  /// Ends the run of a block before an EXECUTE whose target must be left out.
  func requireCoveredTarget(_ text: InstructionText) throws(ProgramInterruption) {
    guard s.pointee.isRunUndoable, !Verification.covers(text) else { return }
    compiler?.verification?.hasForeignTarget = true
    throw .execute
  }

  /// Carries out an instruction that is left out; it is in the fetch page.
  mutating func executeUnverified(_ verification: Verification) {
    let offset = Int(truncatingIfNeeded: s.pointee.nextAddress & 0xFFF)
    executeUnverified(verification, Compiler.text(UnsafeRawPointer(CPU.pointer(s.pointee.fetchHost)), offset))
  }
  private mutating func executeUnverified(_ verification: Verification, _ text: InstructionText) {
    if s.pointee.nextAddress & 0xFFF &+ text.length > 4096 {
      verification.crossingCount += 1
    } else {
      verification.leftOut[OpcodeMap.opcode(of: text), default: 0] += 1
    }
    interpretBlock(limit: 1)
  }

  /// Runs one block both ways. Afterwards the CPU is where the interpreter left it.
  mutating func verify(_ compiler: Compiler, _ verification: Verification, _ code: UInt64) {
    let state = s, counts = interruptionCounts, serial = tlb.serial
    let wasInvalid = hasInvalidPSW, invalidLength = invalidPSWLength
    verification.before.initialize(from: state, count: 1)
    compiler.interruption = nil
    verification.beginFirstRun()
    state.pointee.isRunUndoable = true
    enter(compiler, code)
    verification.compiled.initialize(from: state, count: 1)
    let executed = state.pointee.instructionCount &- verification.before.pointee.instructionCount
    verification.log.undo()
    state.update(from: verification.before, count: 1)
    if tlb.serial != serial { restoreTags() }
    // The tag of sites that the first run had may have been given to others in it.
    state.pointee.compiled.serial = 0
    (interruptionCounts, hasInvalidPSW, invalidPSWLength) = (counts, wasInvalid, invalidLength)
    verification.blockCount += 1

    verification.beginSecondRun()
    state.pointee.isRunUndoable = true
    var failure: (interruption: ProgramInterruption, isFetching: Bool)?
    for _ in 0..<executed where failure == nil { failure = interpretOne(verification) }
    state.pointee.isRunUndoable = false
    let storesAgree = verification.log.finish()
    let runs = VerifiedRuns(
      before: verification.before, compiled: verification.compiled, interpreted: state,
      interruptions: (compiler.interruption, failure?.interruption))
    if !storesAgree || !runs.agree {
      let report = runs.report(verification.texts) + verification.log.report(base: storage.base)
      complex.services.stateChanged(address, .executionDiffers(report.joined(separator: "\n")))
      signals.post(.stop)
    }
    if verification.hasForeignTarget, let text = verification.texts.last {
      state.pointee.nextAddress = state.pointee.instructionAddress
      state.pointee.instructionCount &-= 1
      executeUnverified(verification, InstructionText(bits: text))
    } else if let failure {
      interruptProgram(failure.interruption, fetching: failure.isFetching)
    }
  }

  /// The tags of a state that was put back, after contexts may have been forgotten.
  private mutating func restoreTags() {
    let page = s.pointee.fetchPage, host = s.pointee.fetchHost
    addressingChanged()
    s.pointee.fetchPage = page
    s.pointee.fetchHost = host
  }

  /// Carries out one instruction without taking its interruption.
  /// - Returns: the interruption, and whether the instruction could not be fetched.
  private mutating func interpretOne(
    _ verification: Verification
  ) -> (interruption: ProgramInterruption, isFetching: Bool)? {
    let address = s.pointee.nextAddress
    s.pointee.instructionAddress = address
    let text: InstructionText
    do { text = InstructionText(bits: try fetchText(address)) } catch { return (error, true) }
    verification.texts.append(text.bits)
    begin(text, at: address)
    do { try dispatch(text) } catch { return (error, false) }
    return nil
  }
}

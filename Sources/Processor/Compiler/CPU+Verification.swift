import Storage

/// Verification: each block runs compiled, is undone, and runs interpreted; the two must agree in registers, condition code,
/// storage, address and interruption. Blocks then hold only what is compiled: instructions that are called would be the same twice.
extension CPU {
  /// How many blocks were compared.
  package var verifiedBlockCount: Int { compiler?.verifiedBlocks ?? 0 }
  /// How many were only interpreted: what they begin with is called either way, or they had not run often enough to be compiled.
  package var unverifiedBlockCount: Int { compiler?.unverifiedBlocks ?? 0 }
  package var isVerifying: Bool { compiler?.log != nil }

  /// How often compiled code was dropped to make room.
  package var fullCodeMemoryCount: Int { compiler?.fullCount ?? 0 }

  /// What a block may change of a CPU.
  private struct Snapshot: Equatable {
    var gr: [UInt64]
    var fpr: [UInt64]
    var conditionCode: UInt64
    var nextAddress: UInt64
    var breakingEventAddress: UInt64
    var interruption: ProgramInterruption?

    init(_ s: UnsafeMutablePointer<CPUState>, _ interruption: ProgramInterruption?) {
      gr = (0..<16).map { s.pointee.gr[$0] }
      fpr = (0..<16).map { s.pointee.fpr[$0] }
      conditionCode = s.pointee.conditionCode
      nextAddress = interruption == nil ? s.pointee.nextAddress : s.pointee.instructionAddress
      breakingEventAddress = s.pointee.breakingEventAddress
      self.interruption = interruption
    }
    func restore(_ s: UnsafeMutablePointer<CPUState>) {
      for k in 0..<16 {
        s.pointee.gr[k] = gr[k]
        s.pointee.fpr[k] = fpr[k]
      }
      s.pointee.conditionCode = conditionCode
      s.pointee.nextAddress = nextAddress
      s.pointee.breakingEventAddress = breakingEventAddress
    }
  }

  /// Runs one block both ways. Afterwards the CPU is where the interpreter left it.
  mutating func verify(_ compiler: Compiler, _ code: UInt64, _ log: StoreLog) {
    let state = s
    let before = Snapshot(state, nil), count = state.pointee.instructionCount
    let page = state.pointee.fetchPage, host = state.pointee.fetchHost
    compiler.interruption = nil
    log.begin()
    enter(compiler, code)
    let compiled = Snapshot(state, compiler.interruption), compiledBytes = log.bytes()
    let executed = state.pointee.instructionCount &- count
    log.undo()
    before.restore(state)
    state.pointee.fetchPage = page
    state.pointee.fetchHost = host
    state.pointee.instructionCount = count
    compiler.verifiedBlocks += 1

    log.begin()
    var interruption: ProgramInterruption?
    var texts: [UInt64] = []
    for _ in 0..<executed where interruption == nil { interruption = interpretOne(&texts) }
    log.isRecording = false
    let interpreted = Snapshot(state, interruption), bytes = log.bytes()
    if interpreted != compiled || bytes != compiledBytes {
      complex.services.stateChanged(
        address, .executionDiffers(describe(before, compiled, interpreted, compiledBytes, bytes, texts)))
      signals.post(.stop)
    }
    if let interruption { interruptProgram(interruption, fetching: false) }
  }

  /// Carries out one instruction without taking its interruption.
  private mutating func interpretOne(_ texts: inout [UInt64]) -> ProgramInterruption? {
    let address = s.pointee.nextAddress
    s.pointee.instructionAddress = address
    do throws(ProgramInterruption) {
      let text = InstructionText(bits: try fetchText(address))
      texts.append(text.bits)
      s.pointee.instructionLength = text.length
      s.pointee.nextAddress = (address &+ text.length) & s.pointee.addressMask
      s.pointee.instructionCount &+= 1
      try dispatch(text)
      return nil
    } catch { return error }
  }

  private func describe(
    _ before: Snapshot, _ compiled: Snapshot, _ interpreted: Snapshot, _ compiledBytes: [UInt: UInt8], _ bytes: [UInt: UInt8],
    _ texts: [UInt64]
  ) -> String {
    func hex(_ v: UInt64) -> String { String(v, radix: 16) }
    var lines = ["compiled code differs from the interpreter in the block at \(hex(before.nextAddress)):"]
    let disassembler = Disassembler()
    for text in texts { lines.append("  \(disassembler.disassemble(InstructionText(bits: text), at: 0))") }
    for k in 0..<16 where compiled.gr[k] != interpreted.gr[k] {
      lines.append("  r\(k): was \(hex(before.gr[k])), compiled \(hex(compiled.gr[k])), interpreted \(hex(interpreted.gr[k]))")
    }
    for k in 0..<16 where compiled.fpr[k] != interpreted.fpr[k] {
      lines.append("  f\(k): was \(hex(before.fpr[k])), compiled \(hex(compiled.fpr[k])), interpreted \(hex(interpreted.fpr[k]))")
    }
    if compiled.conditionCode != interpreted.conditionCode {
      lines.append("  CC: compiled \(compiled.conditionCode), interpreted \(interpreted.conditionCode)")
    }
    if compiled.nextAddress != interpreted.nextAddress {
      lines.append("  next address: compiled \(hex(compiled.nextAddress)), interpreted \(hex(interpreted.nextAddress))")
    }
    if compiled.breakingEventAddress != interpreted.breakingEventAddress {
      lines.append(
        "  breaking event: compiled \(hex(compiled.breakingEventAddress)), interpreted \(hex(interpreted.breakingEventAddress))")
    }
    if compiled.interruption != interpreted.interruption {
      lines.append(
        "  interruption: compiled \(String(describing: compiled.interruption)), interpreted \(String(describing: interpreted.interruption))"
      )
    }
    for (place, byte) in bytes where compiledBytes[place] != byte {
      let absolute = UInt64(place) &- UInt64(UInt(bitPattern: storage.base))
      lines.append(
        "  storage at absolute \(hex(absolute)): compiled \(compiledBytes[place].map { hex(UInt64($0)) } ?? "nothing"), interpreted \(hex(UInt64(byte)))"
      )
    }
    for (place, byte) in compiledBytes where bytes[place] == nil {
      let absolute = UInt64(place) &- UInt64(UInt(bitPattern: storage.base))
      lines.append("  storage at absolute \(hex(absolute)): compiled \(hex(UInt64(byte))), interpreted nothing")
    }
    return lines.joined(separator: "\n")
  }
}

/// A block's two runs: the state before it, and what compiled and interpreted code made of it.
struct VerifiedRuns {
  let before: UnsafePointer<CPUState>
  let compiled: UnsafePointer<CPUState>
  let interpreted: UnsafePointer<CPUState>
  let interruptions: (compiled: ProgramInterruption?, interpreted: ProgramInterruption?)

  init(
    before: UnsafeMutablePointer<CPUState>, compiled: UnsafeMutablePointer<CPUState>,
    interpreted: UnsafeMutablePointer<CPUState>, interruptions: (ProgramInterruption?, ProgramInterruption?)
  ) {
    (self.before, self.compiled, self.interpreted) = (UnsafePointer(before), UnsafePointer(compiled), UnsafePointer(interpreted))
    self.interruptions = (interruptions.0, interruptions.1)
  }

  /// Registers that are not arrays, and what they are called.
  private static let names = [
    "PSW mask", "CC", "next address", "breaking event", "FPC", "prefix", "clock comparator", "CPU timer", "TOD programmable",
  ]
  private static func values(_ s: UnsafePointer<CPUState>) -> InlineArray<9, UInt64> {
    [
      s.pointee.pswMask, s.pointee.conditionCode, s.pointee.nextAddress, s.pointee.breakingEventAddress, UInt64(s.pointee.fpc),
      s.pointee.prefix, s.pointee.clockComparator, s.pointee.cpuTimerBase, s.pointee.todProgrammable,
    ]
  }
  /// What a program interruption would store.
  private static let detailNames = [
    "instruction address", "instruction length", "translation-exception identification", "exception access identification",
    "operand access identification", "data-exception code", "monitor class", "monitor code",
  ]
  private static func details(_ s: UnsafePointer<CPUState>, _ cause: ProgramInterruption?) -> InlineArray<8, UInt64> {
    guard let cause else { return InlineArray(repeating: 0) }
    let isMonitor = cause == .monitorEvent
    return [
      s.pointee.instructionAddress, s.pointee.instructionLength,
      cause.storesTranslationExceptionIdentification ? s.pointee.translationExceptionIdentification : 0,
      cause.storesExceptionAccessIdentification ? UInt64(s.pointee.exceptionAccessIdentification) : 0,
      cause == .pageTranslation ? UInt64(s.pointee.operandAccessIdentification) : 0,
      cause == .data ? UInt64(s.pointee.dataExceptionCode) : 0, isMonitor ? UInt64(s.pointee.monitorClass) : 0,
      isMonitor ? s.pointee.monitorCode : 0,
    ]
  }

  /// Whether both runs left the same.
  var agree: Bool {
    for k in 0..<16 {
      if compiled.pointee.gr[k] != interpreted.pointee.gr[k] || compiled.pointee.fpr[k] != interpreted.pointee.fpr[k]
        || compiled.pointee.cr[k] != interpreted.pointee.cr[k] || compiled.pointee.ar[k] != interpreted.pointee.ar[k]
      {
        return false
      }
    }
    let a = VerifiedRuns.values(compiled), b = VerifiedRuns.values(interpreted)
    for k in a.indices where a[k] != b[k] { return false }
    guard interruptions.compiled == interruptions.interpreted else { return false }
    if interruptions.compiled == nil { return true }
    let c = VerifiedRuns.details(compiled, interruptions.compiled),
      d = VerifiedRuns.details(interpreted, interruptions.interpreted)
    for k in c.indices where c[k] != d[k] { return false }
    return true
  }

  /// Where they differ, as lines.
  /// - Parameter texts: the instructions that were carried out.
  func report(_ texts: [UInt64]) -> [String] {
    var lines = ["compiled code differs from the interpreter in the block at \(hex(before.pointee.nextAddress)):"]
    let disassembler = Disassembler()
    for text in texts { lines.append("  \(disassembler.disassemble(InstructionText(bits: text), at: 0))") }
    func note(_ name: String, _ value: (UnsafePointer<CPUState>) -> UInt64) {
      if value(compiled) == value(interpreted) { return }
      lines.append(
        "  \(name): was \(hex(value(before))), compiled \(hex(value(compiled))), interpreted \(hex(value(interpreted)))")
    }
    for k in 0..<16 {
      note("r\(k)") { $0.pointee.gr[k] }
      note("f\(k)") { $0.pointee.fpr[k] }
      note("a\(k)") { UInt64($0.pointee.ar[k]) }
      note("c\(k)") { $0.pointee.cr[k] }
    }
    for (k, name) in VerifiedRuns.names.enumerated() { note(name) { VerifiedRuns.values($0)[k] } }
    if interruptions.compiled != interruptions.interpreted {
      lines.append(
        "  interruption: compiled \(describe(interruptions.compiled)), interpreted \(describe(interruptions.interpreted))")
    } else {
      for (k, name) in VerifiedRuns.detailNames.enumerated() {
        note(name) { VerifiedRuns.details($0, interruptions.compiled)[k] }
      }
    }
    return lines
  }
  private func describe(_ cause: ProgramInterruption?) -> String { cause.map { String(describing: $0) } ?? "none" }
}

extension StoreLog {
  /// Where the two runs left different bytes, as lines.
  /// - Parameter base: where absolute storage begins.
  func report(base: UnsafeMutableRawPointer) -> [String] {
    let compiled = firstRunBytes(), interpreted = bytes()
    return Set(compiled.keys).union(interpreted.keys).sorted().compactMap { place in
      let (a, b) = (compiled[place], interpreted[place])
      if a == b { return nil }
      func text(_ byte: UInt8?) -> String { byte.map { hex(UInt64($0)) } ?? "nothing" }
      return "  storage at absolute \(hex(UInt64(place - UInt(bitPattern: base)))): compiled \(text(a)), interpreted \(text(b))"
    }
  }
}

private func hex(_ v: UInt64) -> String { String(v, radix: 16) }

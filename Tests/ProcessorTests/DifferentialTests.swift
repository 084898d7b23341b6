import Foundation
import Processor
import Synchronization
import Testing

/// Random sequences of general instructions, executed here and by QEMU. IRONLOAD_SEQUENCES sets how many sequences (1,000 is
/// about 500,000 executed instructions), IRONLOAD_SEED where they start.
@Suite struct DifferentialTests {
  static let unitsPerSequence = 20, statesPerSequence = 24

  @Test(.enabled(if: SequenceOracle.isAvailable, Comment(rawValue: SequenceOracle.requirement)))
  func `random sequences leave the same registers, condition codes, storage and signals as under QEMU`() throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["IRONLOAD_SEQUENCES"].flatMap { Int($0) } ?? 3000
    let seed = environment["IRONLOAD_SEED"].flatMap { UInt64($0) } ?? 1
    var comparison = Comparison(seed: seed)
    var left = count
    while left > 0 {
      try comparison.compare(sequences: min(left, 250))
      left -= 250
    }
    for report in comparison.reports.values.sorted(by: <).prefix(60) { Issue.record(Comment(rawValue: report)) }
    let executed = comparison.mnemonics.count
    print("differential: \(count) sequences, \(comparison.instructions) instructions, \(executed) mnemonics")
    if count >= 3000 {
      #expect(executed >= 300)
      #expect(comparison.instructions >= 1_000_000)
    }
  }
}

/// One run: what was executed, and where the two disagree.
private struct Comparison {
  let bare = BareMachine.forPrograms(megabytes: 4)
  var generator: SequenceGenerator
  let disassembler = Disassembler()
  /// By the mnemonic at fault.
  var reports: [String: String] = [:]
  var mnemonics: Set<String> = []
  var instructions: UInt64 = 0

  init(seed: UInt64) {
    generator = SequenceGenerator(seed: seed)
    bare.put(BareMachine.stopText, at: SequenceGenerator.exit)
  }

  mutating func compare(sequences: Int) throws {
    var blocks: [(code: [UInt8], states: [SequenceState])] = [], units: [[SequenceGenerator.Unit]] = []
    for _ in 0..<sequences {
      let sequence = generator.sequence(DifferentialTests.unitsPerSequence)
      units.append(sequence)
      blocks.append(
        (SequenceGenerator.code(sequence[...]), (0..<DifferentialTests.statesPerSequence).map { _ in randomState() }))
    }
    let answers = SequenceOracle.results(of: blocks) ?? []
    let isComplete = answers.count == blocks.reduce(0) { $0 + $1.states.count }
    try #require(isComplete, "the oracle failed")
    var next = 0
    for (block, sequence) in zip(blocks, units) {
      bare.put(block.code, at: SequenceGenerator.code)
      var reached: UInt64 = 0
      for state in block.states {
        let before = bare.cpu.s.pointee.instructionCount
        let ours = bare.result(of: state)
        instructions += bare.cpu.s.pointee.instructionCount &- before
        reached = max(reached, ours.signal == 0 ? .max : ours.address)
        if ours != answers[next] && reports.count < 60 { try blame(sequence, state) }
        next += 1
      }
      note(sequence, upTo: reached)
    }
  }

  /// The mnemonics of the units that were reached in some state.
  private mutating func note(_ sequence: [SequenceGenerator.Unit], upTo address: UInt64) {
    var at = SequenceGenerator.code
    for unit in sequence where at < address {
      mnemonics.insert(unit.mnemonic)
      at += UInt64(unit.bytes.count)
    }
  }

  private mutating func randomState() -> SequenceState {
    var gr = (0..<16).map { _ in generator.value() }
    gr[11] = UInt64(generator.below(16) * 16)
    gr[12] = SequenceGenerator.data + 0x1000
    gr[13] = SequenceGenerator.data + 0x2000
    return SequenceState(
      gr: gr, fr: (0..<16).map { _ in generator.value() }, seed: generator.random.next() | 1,
      conditionCode: UInt8(generator.below(4)))
  }

  /// Finds the first unit after which the two differ.
  private mutating func blame(_ sequence: [SequenceGenerator.Unit], _ state: SequenceState) throws {
    let prefixes = (1...sequence.count).map { (code: SequenceGenerator.code(sequence[..<$0]), states: [state]) }
    let answers = SequenceOracle.results(of: prefixes) ?? []
    let isComplete = answers.count == prefixes.count
    try #require(isComplete, "the oracle failed")
    for (k, prefix) in prefixes.enumerated() {
      let ours = bare.result(ofCode: prefix.code, state), theirs = answers[k]
      if ours == theirs { continue }
      let unit = sequence[k]
      if reports[unit.mnemonic] == nil {
        let before = k == 0 ? nil : answers[k - 1]
        reports[unit.mnemonic] = report(unit, at: address(of: k, in: sequence), ours, theirs, before, state)
      }
      break
    }
    bare.put(SequenceGenerator.code(sequence[...]), at: SequenceGenerator.code)
  }
  private func address(of k: Int, in sequence: [SequenceGenerator.Unit]) -> UInt64 {
    SequenceGenerator.code + UInt64(sequence[..<k].reduce(0) { $0 + $1.bytes.count })
  }

  private func report(
    _ unit: SequenceGenerator.Unit, at address: UInt64, _ ours: SequenceResult, _ theirs: SequenceResult,
    _ before: SequenceResult?,
    _ state: SequenceState
  ) -> String {
    var lines = ["\(unit.mnemonic): \(listing(unit.bytes, at: address))"]
    let hex = { (v: UInt64) in String(v, radix: 16) }
    for r in 0..<16 where ours.gr[r] != theirs.gr[r] {
      lines.append("gr\(r): before \(hex(before?.gr[r] ?? state.gr[r])) here \(hex(ours.gr[r])) QEMU \(hex(theirs.gr[r]))")
    }
    for r in 0..<16 where ours.fr[r] != theirs.fr[r] { lines.append("fr\(r): here \(hex(ours.fr[r])) QEMU \(hex(theirs.fr[r]))") }
    if ours.conditionCode != theirs.conditionCode {
      lines.append(
        "cc: before \(before?.conditionCode ?? state.conditionCode) here \(ours.conditionCode) QEMU \(theirs.conditionCode)")
    }
    if ours.hash != theirs.hash { lines.append("storage differs") }
    if ours.fpc != theirs.fpc { lines.append("fpc: here \(hex(UInt64(ours.fpc))) QEMU \(hex(UInt64(theirs.fpc)))") }
    if ours.signal != theirs.signal || ours.address != theirs.address {
      lines.append("signal: here \(ours.signal) at \(hex(ours.address)) QEMU \(theirs.signal) at \(hex(theirs.address))")
    }
    lines.append("registers: \((before?.gr ?? state.gr).map(hex).joined(separator: " "))")
    return lines.joined(separator: "\n  ")
  }

  private func listing(_ bytes: [UInt8], at address: UInt64) -> String {
    var lines: [String] = [], k = 0
    while k < bytes.count {
      let bits = (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(k + $1 < bytes.count ? bytes[k + $1] : 0) }
      let text = InstructionText(bits: bits)
      lines.append(disassembler.disassemble(text, at: address + UInt64(k)).replacing("\t", with: " "))
      k += Int(text.length)
    }
    return lines.joined(separator: "; ")
  }
}

import Processor
import Storage

/// The lines of an instruction trace and of program interruptions.
enum InstructionTrace {
  /// Address, bytes, instruction, and what it changed:
  ///
  ///     CPU0 0000000000001000 a7180001     lhi     %r1,1                | r1=0000000000000001
  static func line(_ cpu: borrowing CPU, _ instruction: TracedInstruction) -> String {
    var line = "CPU\(cpu.address) " + Disassembly.line(instruction.text, at: instruction.address)
    let changes = changes(cpu, instruction)
    if !changes.isEmpty { line += " | " + changes.joined(separator: " ") }
    return line
  }

  /// What interrupted, the PSW, the instruction, and the translation-exception identification when there is one.
  static func line(_ cpu: borrowing CPU, _ cause: ProgramInterruption) -> String {
    let address = cpu.s.pointee.instructionAddress, mask = cpu.psw.mask
    var line =
      "CPU\(cpu.address) program interruption \(hex(UInt64(cause.rawValue), digits: 4)) (\(cause)) PSW \(hex(mask)) \(hex(address))"
    if cause.storesTranslationExceptionIdentification {
      line += " TEID \(hex(cpu.s.pointee.translationExceptionIdentification))"
    }
    if let instruction = cpu.peekInstruction(address) { line += ": " + Disassembly.line(instruction, at: address) }
    return line
  }

  // MARK: Changes

  /// Registers and storage with their new values, as in `r1=...`, `cc=2`, `[1000]=00ff`.
  private static func changes(_ cpu: borrowing CPU, _ instruction: TracedInstruction) -> [String] {
    let before = instruction.before, after = cpu.s.pointee
    var changes: [String] = []
    for r in 0..<16 where before.gr[r] != after.gr[r] { changes.append("r\(r)=\(hex(after.gr[r]))") }
    for r in 0..<16 where before.ar[r] != after.ar[r] { changes.append("a\(r)=\(hex(UInt64(after.ar[r]), digits: 8))") }
    for r in 0..<16 where before.fpr[r] != after.fpr[r] { changes.append("f\(r)=\(hex(after.fpr[r]))") }
    for r in 0..<16 where before.cr[r] != after.cr[r] { changes.append("c\(r)=\(hex(after.cr[r]))") }
    if before.fpc != after.fpc { changes.append("fpc=\(hex(UInt64(after.fpc), digits: 8))") }
    if before.prefix != after.prefix { changes.append("prefix=\(hex(after.prefix, digits: 8))") }
    if before.conditionCode != after.conditionCode { changes.append("cc=\(after.conditionCode)") }
    if before.pswMask != after.pswMask { changes.append("pswm=\(hex(cpu.psw.mask))") }
    let next = (instruction.address &+ instruction.text.length) & before.addressMask
    if after.nextAddress != next { changes.append("pswa=\(hex(after.nextAddress))") }
    for store in instruction.stores { changes.append(change(cpu, store)) }
    return changes
  }

  /// At most 16 bytes of what was stored.
  private static func change(_ cpu: borrowing CPU, _ store: StoredArea) -> String {
    let shown = min(store.count, 16), start = AbsoluteAddress(store.absolute)
    guard cpu.storage.contains(start, count: shown) else { return "[\(hex(store.address, digits: 1))]" }
    let bytes = UnsafeRawBufferPointer(start: cpu.storage.host(start), count: Int(shown))
    let digits = bytes.map { hex(UInt64($0), digits: 2) }.joined()
    return "[\(hex(store.address, digits: 1))]=\(digits)\(store.count > shown ? "..." : "")"
  }
}

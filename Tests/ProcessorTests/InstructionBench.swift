import Processor
import Storage

/// What an instruction ended with.
struct BenchInterruption: Equatable {
  var cause: ProgramInterruption
  /// Real location 147.
  var dataExceptionCode: UInt8
  /// From real location 140.
  var instructionLength: Int
}

/// Executes single instructions on a CPU with real addresses: 64-bit mode, supervisor state, key 0.
final class InstructionBench {
  /// Where the operands in storage are; two pages.
  static let memory: UInt64 = 0x4000
  private static let text: UInt64 = 0x2000
  private static let handler: UInt64 = 0x3000

  private let machine: BareMachine
  private var storage: AbsoluteStorage { machine.storage }

  init() throws {
    machine = BareMachine(megabytes: 1)
    storage.store(InstructionBench.handler, at: AbsoluteAddress(0x1D8))
  }

  /// Executes `state.text` and leaves in `state` what it did.
  /// - Parameters:
  ///   - hasAFPRegisters: CR0.45.
  ///   - programMask: PSW bits 20-23.
  ///   - offset: how far from a page boundary `state.memory` begins.
  func execute(
    _ state: inout OracleState, hasAFPRegisters: Bool = true, programMask: UInt64 = 0, offset: UInt64 = 0
  ) -> BenchInterruption? {
    let base = InstructionBench.memory + offset
    let s = machine.cpu.s
    machine.cpu.setControlRegister(0, hasAFPRegisters ? 0xE0 | CR0.afpRegister : 0xE0)
    for k in 0..<12 { s.pointee.gr[k] = state.gr[k] }
    s.pointee.gr[1] = base
    for k in 0..<16 { s.pointee.fpr[k] = state.fr[k] }
    s.pointee.fpc = state.fpc
    for (k, byte) in state.memory.enumerated() { storage.store(byte, at: AbsoluteAddress(base + UInt64(k))) }
    storage.store(state.text, at: AbsoluteAddress(InstructionBench.text))
    storage.store(UInt32(0xDEAD_BEEF), at: AbsoluteAddress(0x90))
    let mask: UInt64 = 1 << 32 | 1 << 31 | programMask << 40 | UInt64(state.conditionCode) << 44
    machine.load(mask: mask, address: InstructionBench.text)
    machine.step()
    var interruption: BenchInterruption?
    if s.pointee.nextAddress == InstructionBench.handler {
      let identification = storage.load(UInt32.self, at: AbsoluteAddress(0x8C))
      if let cause = ProgramInterruption(rawValue: UInt16(truncatingIfNeeded: identification & 0x7F)) {
        let code = storage.load(UInt32.self, at: AbsoluteAddress(0x90))
        interruption = BenchInterruption(
          cause: cause, dataExceptionCode: cause == .data ? UInt8(truncatingIfNeeded: code) : 0,
          instructionLength: Int(identification >> 16 & 7))
      }
      let old = storage.load(UInt64.self, at: AbsoluteAddress(0x150))
      state.conditionCode = UInt8(truncatingIfNeeded: old >> 44 & 3)
    } else {
      state.conditionCode = UInt8(truncatingIfNeeded: s.pointee.conditionCode)
    }
    for k in 0..<12 where k != 1 { state.gr[k] = s.pointee.gr[k] }
    if s.pointee.gr[1] != base { state.gr[1] = s.pointee.gr[1] &- base }
    for k in 0..<16 { state.fr[k] = s.pointee.fpr[k] }
    state.fpc = s.pointee.fpc
    for k in state.memory.indices { state.memory[k] = storage.load(UInt8.self, at: AbsoluteAddress(base + UInt64(k))) }
    return interruption
  }
}

import Processor
import Storage

/// The DIAGNOSE codes that a guest in a logical partition may use (known from Linux arch/s390/include/asm/diag.h and
/// arch/s390/kernel/diag.c). Every other code is a specification exception.
enum Diagnose {
  enum Action {
    case routine(CPU.Routine)
    /// DIAGNOSE 308, which the machine itself carries out.
    case load
    /// What only a virtual machine has.
    case virtualMachine(@Sendable (VirtualMachine, inout CPU, InstructionText) throws(ProgramInterruption) -> Void)
    /// DIAGNOSE 008: a command to z/VM, when it is that; else text for the machine's operator, when the configuration says so.
    case consoleFunction
  }
  struct Row {
    let code: UInt16
    let name: String
    let action: Action
  }

  nonisolated(unsafe) static let rows: [Row] = [
    Row(code: 0x008, name: "control-program command, virtual console function", action: .consoleFunction),
    Row(code: 0x010, name: "release pages", action: .routine(releasePages)),
    Row(code: 0x044, name: "voluntary time-slice end", action: .routine { _, _ in }),
    Row(
      code: 0x064, name: "saved segments",
      action: .virtualMachine { vm, cpu, text throws(ProgramInterruption) in try vm.segments(&cpu, text) }),
    Row(code: 0x09C, name: "voluntary time-slice yield", action: .routine { _, _ in }),
    Row(code: 0x204, name: "logical-partition CPU data", action: .routine(Diagnose204.routine)),
    Row(
      code: 0x210, name: "device information",
      action: .virtualMachine { vm, cpu, text throws(ProgramInterruption) in try vm.deviceInformation(&cpu, text) }),
    Row(code: 0x308, name: "re-IPL", action: .load),
    Row(code: 0x318, name: "control-program name and version", action: .routine { _, _ in }),
  ]

  /// R1 and R3 of DIAGNOSE designate the first and the last page to give back; their contents are then zero.
  private static func releasePages(_ cpu: inout CPU, _ text: InstructionText) throws(ProgramInterruption) {
    let first = cpu.gr(text.r1), last = cpu.gr(text.r3)
    guard first & 0xFFF == 0, last & 0xFFF == 0, first <= last else { throw .specification }
    let count = last &- first &+ 4096
    // All of the address space has a count of zero.
    guard count != 0, cpu.storage.contains(AbsoluteAddress(first), count: count) else { throw .addressing }
    if cpu.storage.isReadOnly(AbsoluteAddress(first)) { throw .protection }
    cpu.storage.change(at: AbsoluteAddress(first), count: Int(count)) {
      $0.initializeMemory(as: UInt8.self, repeating: 0, count: Int(count))
    }
  }
}

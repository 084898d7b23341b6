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
  ]

  /// R1 and R3 of DIAGNOSE have the real addresses of the first and the last page to give back; their contents are then zero.
  /// The first two pages are not given back (arch/s390/kvm/diag.c).
  private static func releasePages(_ cpu: inout CPU, _ text: InstructionText) throws(ProgramInterruption) {
    let first = cpu.reduced(cpu.gr(text.r1)), last = cpu.reduced(cpu.gr(text.r3))
    guard first & 0xFFF == 0, last & 0xFFF == 0, first <= last, first >= 0x2000 else { throw .specification }
    guard cpu.storage.contains(AbsoluteAddress(first), count: last - first + 4096) else { throw .addressing }
    let pages = stride(from: first, through: last, by: 4096)
    for page in pages where cpu.storage.isReadOnly(AbsoluteAddress(cpu.prefixed(page))) { throw .protection }
    for page in pages {
      cpu.storage.change(at: AbsoluteAddress(cpu.prefixed(page)), count: 4096) {
        $0.initializeMemory(as: UInt8.self, repeating: 0, count: 4096)
      }
    }
  }
}

import Processor
import ServiceProcessor
import Storage

/// DIAGNOSE 008, z/VM's virtual console function (known from Linux arch/s390/kernel/cpcmd.c): R1 the real address of a command in
/// EBCDIC, R3 its length in bits 40-63 and flags in bits 32-39. Here the text goes to the operator's console, and that is all: there
/// is no control program behind it that would answer. R3 receives return code 0; a response that was asked for is empty.
enum Diagnose8 {
  /// As z/VM has it.
  private static let longestCommand: UInt64 = 240
  /// R1+1 and R3+1 are address and length of a buffer for the response.
  private static let wantsResponse: UInt64 = 0x4000_0000

  static func routine(
    _ cpu: inout CPU, _ text: InstructionText, _ print: @Sendable (String) -> Void
  ) throws(ProgramInterruption) {
    let operand = cpu.gr(text.r3), length = operand & 0xFF_FFFF
    guard length <= longestCommand else { throw .specification }
    if operand & wantsResponse != 0 {
      guard text.r1 & 15 != 15, text.r3 & 15 != 15, text.r1 + 1 != text.r3, text.r3 + 1 != text.r1 else { throw .specification }
      cpu.setGR32(text.r3 + 1, 0)
    }
    // The command may cross into a page that prefixing moves.
    var bytes: [UInt8] = []
    for k in 0..<length {
      let address = AbsoluteAddress(cpu.prefixed(cpu.reduced(cpu.gr(text.r1) &+ k)))
      guard cpu.storage.contains(address, count: 1) else { throw .addressing }
      bytes.append(cpu.storage.load(UInt8.self, at: address))
    }
    print(CodePage.ibm037.decode(bytes))
    cpu.setGR32(text.r3, 0)
    cpu.setCC(0)
  }
}

import Processor
import Testing

/// What every row's traits promise.
@Suite struct ModeTests {
  private static func text(_ opcode: UInt16) -> [UInt8] { SequenceText(opcode: opcode, random: 0).bytes }

  @Test func `every privileged instruction is a privileged-operation exception in the problem state`() {
    let bare = BareMachine.forPrograms()
    bare.setMask(PSW.extendedAddressing | PSW.basicAddressing | PSW.problemState)
    for row in InstructionSet<CPU>().rows where row.traits.contains(.privileged) {
      bare.setMask(PSW.extendedAddressing | PSW.basicAddressing | PSW.problemState)
      #expect(bare.run(Self.text(row.opcode)) == .privilegedOperation, "\(row.mnemonic)")
    }
  }

  @Test func `an instruction of z/Architecture alone is an operation exception in ESA-390 mode`() {
    let bare = BareMachine.forPrograms()
    bare.cpu.initialReset(isZArchitecture: false)
    bare.store(UInt64(0x0008_0000_0000_1800) | 0x8000_0000, at: 0x68)
    for row in InstructionSet<CPU>().rows where row.traits.contains(.zArchitectureOnly) {
      bare.cpu.load(PSW(mask: PSW.basicAddressing, instructionAddress: 0x2000))
      #expect(bare.run(Self.text(row.opcode)) == .operation, "\(row.mnemonic)")
    }
  }

  @Test func `an opcode without a row is an operation exception`() {
    let bare = BareMachine.forPrograms()
    let known = Set(InstructionSet<CPU>().rows.map(\.opcode))
    for first in 0..<UInt16(256) {
      let width = OpcodeMap.width(OpcodeMap.extensionKind(Int(first)))
      for ext in 0..<UInt16(width) {
        let opcode = width == 1 ? first : first << 8 | ext
        if known.contains(opcode) { continue }
        #expect(bare.run(Self.text(opcode)) == .operation, "\(String(opcode, radix: 16))")
      }
    }
  }
}

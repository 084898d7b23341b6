import Processor
import Testing

/// What the problem state may not do.
struct PrivilegeTests {
  /// An instruction of this opcode with zeros elsewhere.
  static func text(_ opcode: UInt16) -> String {
    let digits = { (v: UInt16, n: Int) in
      String(repeating: "0", count: max(0, n - String(v, radix: 16).count)) + String(v, radix: 16)
    }
    if opcode < 0x100 { return digits(opcode, 2) + "0000000000" }
    let first = Int(opcode >> 8), low = opcode & 0xFF
    switch OpcodeMap.extensionKind(first) {
    case .secondByte: return digits(opcode, 4) + "00000000"
    case .lowNibbleOfSecondByte: return digits(opcode >> 8, 2) + digits(low & 15, 2) + "00000000"
    default: return digits(opcode >> 8, 2) + "000000" + "00" + digits(low, 2)
    }
  }

  @Test func `every privileged instruction is a privileged-operation exception in the problem state and changes nothing`() throws
  {
    let m = BareMachine()
    let rows = InstructionSet<CPU>().rows.filter { $0.traits.contains(.privileged) }
    #expect(rows.count > 50)
    for row in rows {
      let text = PrivilegeTests.text(row.opcode)
      m.run(text, mask: BareMachine.problem)
      #expect(m.programInterruption == .privilegedOperation, "\(row.mnemonic)")
      let length = InstructionText(bits: UInt64(text.prefix(2), radix: 16)! << 56).length
      #expect(UInt64(m.programLength) == length, "\(row.mnemonic)")
      #expect(m.old(.program).instructionAddress == BareMachine.codeAddress + length, "\(row.mnemonic)")
    }
  }

  @Test func `opcodes are unique`() {
    let opcodes = InstructionSet<CPU>().rows.map(\.opcode)
    #expect(Set(opcodes).count == opcodes.count)
  }

  @Test func `instructions of z-Architecture are not there in ESA-390 mode`() throws {
    let m = BareMachine()
    m.cpu.setArchitecture(isZArchitecture: false)
    m[UInt64.self, InterruptionClass.program.shortPair.new] = 0x000A_0000_0000_0F00
    for row in InstructionSet<CPU>().rows where row.traits.contains(.zArchitectureOnly) {
      m.run(PrivilegeTests.text(row.opcode), mask: 0)
      #expect(m[UInt16.self, Lowcore.programCode] == ProgramInterruption.operation.rawValue, "\(row.mnemonic)")
      m[UInt16.self, Lowcore.programCode] = 0
    }
  }

  @Test func `SPKA in the problem state asks the PSW-key mask`() throws {
    let m = BareMachine()
    m.cpu.setControlRegister(3, 0x0400_0000)  // key 5
    m.run("B20A 0050", mask: BareMachine.problem)
    #expect(m.programInterruption == nil)
    #expect(m.cpu.accessKey == 5)
    m.run("B20A 0060", mask: BareMachine.problem)
    #expect(m.programInterruption == .privilegedOperation)
  }

  @Test func `IPK, IVSK, EPAR, ESAR and IAC in the problem state ask the extraction authority`() throws {
    let m = BareMachine()
    let dat = PSW.dat
    try m.mapIdentity()
    for text in ["B20B 0000", "B223 0012", "B226 0010", "B227 0010", "B224 0010"] {
      m.cpu.setControlRegister(0, 0)
      m.run(text, mask: BareMachine.problem | dat)
      #expect(m.programInterruption == .privilegedOperation, "\(text)")
      m.cpu.setControlRegister(0, 1 << 27)
      m.run(text, mask: BareMachine.problem | dat)
      #expect(m.programInterruption == nil, "\(text)")
    }
  }

  @Test func `EPAR, ESAR, IAC, IVSK, MVCP, MVCOS, SAC, PC, PR, PT, BAKR and SSAR want DAT`() throws {
    let m = BareMachine()
    let texts = [
      "B226 0010", "B227 0010", "B224 0010", "B223 0012", "DA12 0000 0000", "C800 0000 0000", "B219 0000", "B218 0000", "0101",
      "B228 0012", "B240 0012", "B225 0010", "E502 0000 0000", "B258 0012", "B2FF 0000",
    ]
    for text in texts {
      m.run(text)
      #expect(m.programInterruption == .specialOperation, "\(text)")
    }
  }
}

import Processor
import Testing

/// Implicit tracing (chapter 4, "Tracing"): what control register 12 makes branches and changes of the mode leave behind.
struct TracingTests {
  static let table: UInt64 = 0x6_0000
  static let branches: UInt64 = 1 << 63, modes: UInt64 = 1 << 62

  private func machine(_ controls: UInt64) -> BareMachine {
    let m = BareMachine()
    m.cpu.setControlRegister(12, Self.table | controls)
    return m
  }
  /// The words of the table that were written, and that the address in the register is behind them.
  private func expectEntry(_ m: BareMachine, _ controls: UInt64, _ words: [UInt32]) {
    for (k, word) in words.enumerated() { #expect(m[UInt32.self, Self.table + 4 * UInt64(k)] == word) }
    #expect(m.cpu.s.pointee.cr[12] == controls | Self.table + 4 * UInt64(words.count))
  }

  @Test(arguments: ["05E2", "0DE2", "0CE2"]) func `a register branch makes an entry of its target's width`(_ text: String) {
    let cases: [(mask: UInt64, target: UInt64, words: [UInt32])] = [
      (0, 0x5000, [0x5000]), (PSW.basicAddressing, 0x8000_5000, [0x8000_5000]),
      (BareMachine.supervisor, 0x5000, [0x8000_5000]),
      (BareMachine.supervisor, 0x1_0000_5000, [0x52C0_0000, 1, 0x5000]),
    ]
    for c in cases {
      // BASSM's target tells its mode.
      if text.hasPrefix("0C") && c.mask == BareMachine.supervisor { continue }
      let m = machine(Self.branches)
      m.gr[2] = c.target
      m.run(text, mask: c.mask)
      expectEntry(m, Self.branches, c.words)
    }
    let m = machine(Self.branches)
    m.run(String(text.prefix(3)) + "0")
    expectEntry(m, Self.branches, [])
  }

  @Test func `branches in the loop are traced once tracing is on`() {
    let m = machine(0)
    m.cpu.watchesEachInstruction = false
    m[UInt64.self, 0x5_0000] = Self.branches | Self.table
    (m.gr[2], m.gr[3]) = (0x5000, 0x5_0000)
    m.code("0DE2 EBCC 3000 002F 0DE2")
    m.code("07FE", at: 0x5000)
    m.load(mask: BareMachine.supervisor, address: BareMachine.codeAddress)
    for _ in 0..<20 where m.psw.instructionAddress != 0x100A { m.turn() }
    expectEntry(m, Self.branches, [0x8000_5000])
  }

  @Test func `going into and out of the 64-bit mode makes a mode-switching entry`() {
    let cases: [(text: String, mask: UInt64, target: UInt64, controls: UInt64, words: [UInt32])] = [
      ("010E", 0, 0, Self.modes, [0x5130_0000, 0x1002]),
      ("010E", PSW.basicAddressing, 0, Self.modes, [0x5130_0000, 0x8000_1002]),
      ("010D", BareMachine.supervisor, 0, Self.modes, [0x5120_0000, 0x1002]),
      ("010C", BareMachine.supervisor, 0, Self.modes, [0x5120_0000, 0x1002]),
      ("010D", 0, 0, Self.modes, []), ("010E", BareMachine.supervisor, 0, Self.modes, []),
      ("0BE2", 0, 0x5001, Self.modes | Self.branches, [0x5130_0000, 0x1002]),
      ("0BE2", 0, 0x8000_5000, Self.modes | Self.branches, []),
      ("0CE2", 0, 0x5001, Self.modes, [0x5130_0000, 0x1002]),
      ("0CE2", 0, 0x5001, Self.modes | Self.branches, [0x51B0_0000, 0x5000]),
      ("0CE2", BareMachine.supervisor, 0x8000_5000, Self.modes | Self.branches, [0x51A0_0000, 0x8000_5000]),
      ("0CE2", PSW.basicAddressing, 0x1_0000_5001, Self.modes | Self.branches, [0x52F0_0000, 1, 0x5000]),
    ]
    for c in cases {
      let m = machine(c.controls)
      m.gr[2] = c.target
      m.run(c.text, mask: c.mask)
      expectEntry(m, c.controls, c.words)
    }
  }

  @Test func `an entry that would cross the page nullifies the branch`() {
    let m = BareMachine()
    m.cpu.setControlRegister(12, Self.branches | 0x6_0FFC)
    (m.gr[2], m.gr[14]) = (0x5000, 7)
    m.run("0DE2")
    #expect(m.programInterruption == .traceTable)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress)
    #expect(m.gr[14] == 7)
    #expect(m.cpu.s.pointee.cr[12] == Self.branches | 0x6_0FFC)
  }

  @Test func `SAM that cannot reach its own address leaves the trace as it was`() {
    let m = BareMachine(megabytes: 17)
    m.cpu.setControlRegister(12, Self.modes | Self.table)
    m.code("010C", at: 0x100_0000)
    m.load(mask: BareMachine.supervisor, address: 0x100_0000)
    m.step()
    #expect(m.programInterruption == .specification)
    #expect(m.cpu.s.pointee.cr[12] == Self.modes | Self.table)
  }

  @Test(arguments: [("9911 3000", 76), ("EB11 3000 000F", 144)] as [(String, UInt64)])
  func `TRACE wants room for sixteen registers, and takes what it needs`(_ text: String, _ most: UInt64) {
    let m = BareMachine()
    m.gr[3] = 0x5_0000
    for left in [most, most + 4] {
      let start = Self.table + 0x1000 - left
      m.cpu.setControlRegister(12, start | 1)
      m.run(text)
      #expect((m.programInterruption == .traceTable) == (left == most))
      let taken: UInt64 = left == most ? 0 : most == 76 ? 16 : 24
      #expect(m.cpu.s.pointee.cr[12] == start + taken | 1)
    }
  }
}

import Processor
import Storage
import Testing

/// What verified blocks may hold, and what they leave out.
@Suite struct VerificationTests {
  private func machine() -> BareMachine {
    let bare = BareMachine.forPrograms(compiling: ExecutionMode.verified.settings)
    (bare[4], bare[5]) = (0x4000, 0x5000)
    return bare
  }
  private func leftOut(_ bare: BareMachine) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: bare.cpu.instructionsNotVerified.map { ($0.name, $0.count) })
  }

  /// Hexadecimal texts, register 4 is 0x4000, 5 is 0x5000.
  static let called = [
    "B27C 4000", "B205 4008", "B278 4010", "B209 4020",  // STCKF, STCK, STCKE, STPT
    "B62F 4100 AD00 4200 AC03 4208 EB00 4300 0025",  // STCTL, STOSM, STNSM, STCTG
    "B711 4108 8000 4200", "B25E 0045", "DD0F 4000 5000", "D20F 4008 4000", "4400 5100", "9BEF 4020 9AEF 4024",
    "F211 4050 4050", "B20A 0000", "0400", "A719 0100 B222 0010 B241 0018", "B29C 4060 B29D 4060",
  ]
  @Test func `called instructions are verified, clocks and masks among them`() {
    let bare = machine()
    bare.code("D207 4000 5000", at: 0x5100)
    for text in VerificationTests.called {
      bare.code(text + "1855 1844 8300 0500", at: 0x2000)
      bare.storage.noteStore(at: AbsoluteAddress(0x2000), count: 64)
      bare.setMask(BareMachine.supervisor)
      #expect(bare.start(at: 0x2000) == nil, "\(text)")
      #expect(bare.services.firstDifference == nil, "\(text)")
    }
    #expect(leftOut(bare) == ["DIAG": VerificationTests.called.count])
  }

  @Test func `supervisor calls and program interruptions are verified to the new PSW`() {
    let bare = machine()
    bare[UInt64.self, Lowcore.supervisorCall.new] = BareMachine.supervisor
    bare[UInt64.self, Lowcore.supervisorCall.new + 8] = 0x3000
    bare[UInt64.self, 0x4000] = BareMachine.problem
    bare[UInt64.self, 0x4008] = 0x2006
    bare.code("1712 B2B2 4000 0A17", at: 0x2000)
    bare.code("8300 0500", at: 0x3000)
    #expect(bare.start(at: 0x2000) == nil)
    #expect(bare[UInt32.self, Lowcore.supervisorCallLength] == 0x0002_0017)
    #expect(bare.old(.supervisorCall) == PSW(mask: BareMachine.problem, instructionAddress: 0x2008))
    #expect(bare.services.firstDifference == nil)
    #expect(bare.cpu.verifiedBlockCount == 2)
    #expect(leftOut(bare) == ["DIAG": 1])
  }

  @Test func `an EXECUTE of what must be left out is left out, once`() {
    let bare = machine()
    bare.code("8300 0500", at: 0x5100)
    bare.code("A739 0007 4400 5100", at: 0x2000)
    #expect(bare.start(at: 0x2000) == nil)
    #expect(bare[3] == 7)
    #expect(bare.psw.instructionAddress == 0x2008)
    #expect(bare.services.firstDifference == nil)
    #expect(leftOut(bare) == ["EX": 1])
  }

  @Test func `an instruction in two pages is compared`() {
    let bare = machine()
    bare.code("A739 0007 8300 0500", at: 0x2FFE)
    #expect(bare.start(at: 0x2FFE) == nil)
    #expect(bare[3] == 7)
    #expect(bare.services.firstDifference == nil)
    #expect(leftOut(bare) == ["DIAG": 1])
  }

  @Test func `stores into code ahead in the same block agree, and take effect`() {
    let bare = machine()
    // LGHI 1,1 becomes LGHI 1,2.
    bare.code("E544 6006 0002 A719 0001 8300 0500", at: 0x2000)
    bare[6] = 0x2002
    #expect(bare.start(at: 0x2000) == nil)
    #expect(bare[1] == 2)
    #expect(bare.services.firstDifference == nil)
  }
}

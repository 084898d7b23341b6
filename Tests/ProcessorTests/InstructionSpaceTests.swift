import Processor
import Testing

/// Operands of RELATIVE LONG are where the instruction is, also in the secondary-space mode, in which others are not.
@Suite struct InstructionSpaceTests {
  private static let secondary = BareMachine.dat | AddressSpace.secondary.rawValue << PSW.addressSpaceShift
  private static let data: UInt64 = 0x2800

  @Test(arguments: ExecutionMode.allCases)
  func `RELATIVE LONG goes to the primary space, others to the secondary one, which has nothing`(_ mode: ExecutionMode) throws {
    let texts: [(text: String, stores: Bool)] = [
      ("C41D", false), ("C418", false), ("C41C", false), ("C41E", false), ("C415", false), ("C414", false), ("C412", false),
      ("C416", false), ("C61D", false), ("C618", false), ("C61C", false), ("C615", false), ("C614", false), ("C61F", false),
      ("C61A", false), ("C61E", false), ("C617", false), ("C616", false), ("C417", true), ("C41F", true), ("C41B", true),
    ]
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: mode.settings)
    try bare.mapIdentity()
    bare.cpu.setControlRegister(7, 0x3E_0000)
    for segment in 0..<UInt64(512) { bare[UInt64.self, 0x3E_0000 + 8 * segment] = 0x20 }
    for (k, (text, stores)) in texts.enumerated() {
      let start = 0x2000 + 0x20 * UInt64(k), halfwords = (Self.data - start) / 2
      bare.code(text + "0000" + String(0x1_0000 | halfwords, radix: 16).dropFirst() + "8300 0500", at: start)
      for _ in 0..<2 {
        bare[UInt64.self, Self.data] = 0x1111_1111_1111_1111
        bare[1] = stores ? 0x2222_2222_2222_2222 : 0x1111_1111_1111_1111
        bare.setMask(Self.secondary)
        #expect(bare.start(at: start) == nil, "\(text)")
        if stores { #expect(bare[UInt16.self, Self.data] == 0x2222, "\(text)") }
      }
    }
    // LG 1,0x800 goes to the secondary space; LGRL under EXECUTE does not.
    bare.code("E310 0800 0004 8300 0500", at: 0x2400)
    bare.code("4400 2008 8300 0500 C418 0000 03FC", at: 0x2480)
    bare[2] = 0x2480
    for _ in 0..<2 {
      bare.setMask(Self.secondary)
      #expect(bare.start(at: 0x2400) == .segmentTranslation)
      bare.setMask(Self.secondary)
      #expect(bare.start(at: 0x2480) == nil)
    }
  }
}

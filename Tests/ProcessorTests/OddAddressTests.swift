import Processor
import Storage
import Testing

/// Instruction addresses that are odd are specification exceptions, whatever lies before them.
@Suite struct OddAddressTests {
  @Test(arguments: ExecutionMode.allCases)
  func `behind an instruction that forgets where instructions come from`(_ mode: ExecutionMode) throws {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: mode.settings)
    try bare.mapIdentity()
    bare.code("A719 009F B20A 0010 07F1", at: 0x3FF6)  // LGHI 1,0x9F; SPKA 16; BR 1: at the end of a page
    bare.code("8300 0500", at: 0x309E)  // nothing of this page is at 0x9F
    for _ in 0..<3 {
      bare.setMask(BareMachine.dat)
      #expect(bare.start(at: 0x3FF6) == .specification)
      #expect(bare.oldPSW.instructionAddress == 0xA1)
    }
  }

  /// LA across two pages, the second of which the key of the second run may not fetch.
  @Test(arguments: ExecutionMode.allCases)
  func `an instruction whose second half is protected is suppressed`(_ mode: ExecutionMode) throws {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: mode.settings)
    try bare.mapIdentity()
    bare.code("4110 0001 8300 0500", at: 0x5FFE)
    bare.storage.setKey(StorageKey(bits: 0x08), at: AbsoluteAddress(0x6000))
    bare.setMask(BareMachine.dat)
    #expect(bare.start(at: 0x5FFE) == nil)
    bare.setMask(BareMachine.dat | 1 << PSW.keyShift)
    #expect(bare.start(at: 0x5FFE) == .protection)
    #expect(bare.oldPSW.instructionAddress == 0x6002)
  }
}

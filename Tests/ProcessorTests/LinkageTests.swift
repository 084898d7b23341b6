import Processor
import Testing

/// The linkage stack and PROGRAM CALL (chapters 5 and 10). The stack is at 0x5_0008: header, room for three entries, trailer.
struct LinkageTests {
  static let header: UInt64 = 0x5_0008, entrySize: UInt64 = 296, aste: UInt64 = 0x2_1000
  static let linkageTable: UInt64 = 0x2_3000, entryTable: UInt64 = 0x2_3400
  static let asnFirst: UInt64 = 0x2_4000, asnSecond: UInt64 = 0x2_5000

  private func machine(room: UInt64 = 3) throws -> BareMachine {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, Self.header - 8] = 0
    m[UInt64.self, Self.header] = 0x0901_0000_0000_0000 | room * Self.entrySize << 32
    m[UInt64.self, Self.header + 8 + room * Self.entrySize] = 0
    m.cpu.setControlRegister(15, Self.header)
    m.cpu.setControlRegister(5, Self.aste)
    m.cpu.setControlRegister(4, 0x0003_0007)
    m.cpu.setControlRegister(3, 0xFF00_0007)
    m[UInt32.self, Self.aste + 24] = 0x8000_0000 | UInt32(Self.linkageTable)  // 32 entries
    m[UInt32.self, Self.linkageTable] = UInt32(Self.entryTable)  // 4 entries
    for k in UInt64(1)..<32 { m[UInt32.self, Self.linkageTable + 4 * k] = 0x8000_0000 }
    for r in 0..<16 {
      m.gr[r] = 0x1111_1111_1111_1111 * UInt64(r)
      m.cpu.s.pointee.ar[r] = UInt32(r)
    }
    m.cpu.s.pointee.ar[0] = 0
    return m
  }

  /// Entry `index`: where to, controls (word 4), ASN and ASTE.
  private func entry(_ m: BareMachine, _ index: UInt64, to address: UInt64, controls: UInt32, asn: UInt32 = 0, aste: UInt64 = 0) {
    let at = Self.entryTable + 32 * index
    m[UInt64.self, at] = address
    m[UInt32.self, at + 8] = 0x8000_0000 | asn
    m[UInt32.self, at + 12] = 0x00FF_0000
    m[UInt32.self, at + 16] = controls
    m[UInt32.self, at + 20] = UInt32(aste)
    m[UInt64.self, at + 24] = 0xAAAA_BBBB_CCCC_DDDD
  }

  @Test func `BAKR and PR save and restore registers 2-14, access registers and PSW`() throws {
    let m = try machine()
    m.gr[3] = 0x4000
    m.code("B240 0003")
    m.load(mask: BareMachine.dat | 2 << PSW.conditionCodeShift, address: BareMachine.codeAddress)
    m.step()
    #expect(m.programInterruption == nil)
    #expect(m.psw.instructionAddress == 0x4000)
    #expect(m.cpu.s.pointee.cr[15] == Self.header + Self.entrySize)
    #expect(m[UInt64.self, Self.header] & 0xFFFF_0000 == Self.entrySize << 16)
    #expect(m[UInt64.self, Self.header + Self.entrySize] == 0x0C01_0000_0000_0000 | 2 * Self.entrySize << 32)
    #expect(m[UInt64.self, Self.header + 8 + 144] == 0x4001)
    for r in 0..<16 { m.gr[r] = 0; m.cpu.s.pointee.ar[r] = 0 }
    m.code("0101", at: 0x4000)
    m.cpu.setCC(0)
    m.step()
    #expect(m.programInterruption == nil)
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 4)
    #expect(m.cc == 2)
    #expect(m.cpu.s.pointee.cr[15] == Self.header)
    #expect(m[UInt64.self, Self.header] & 0xFFFF_0000 == 0)
    for r in 0..<16 {
      let isRestored = r >= 2 && r <= 14
      #expect(m.gr[r] == (isRestored ? r == 3 ? 0x4000 : 0x1111_1111_1111_1111 * UInt64(r) : 0), "\(r)")
      #expect(m.cpu.s.pointee.ar[r] == (isRestored ? UInt32(r) : 0))
    }
  }

  @Test func `BAKR returns in the mode of its first operand`() throws {
    let m = try machine()
    (m.gr[2], m.gr[3]) = (0x8000_5000, 0x4000)
    m.code("0101", at: 0x4000)
    m.run("B240 0023", mask: BareMachine.dat)
    m.step()
    #expect(m.psw.instructionAddress == 0x5000)
    #expect(m.cpu.addressingMode == .bits31)
  }

  @Test func `EREG, EREGG, ESTA and MSTA look at the state entry`() throws {
    let m = try machine()
    m.run("B240 0000", mask: BareMachine.dat)
    for r in 0..<16 { m.gr[r] = 0 }
    m.run("B249 0045", mask: BareMachine.dat)
    #expect(m.gr[4] == 0x4444_4444)
    #expect(m.gr[5] == 0x5555_5555)
    m.run("B90E 0044", mask: BareMachine.dat)
    #expect(m.gr[4] == 0x4444_4444_4444_4444)
    (m.gr[6], m.gr[7]) = (0x1234, 0x5678)
    m.run("B247 0060", mask: BareMachine.dat)
    m.gr[8] = 3
    m.run("B24A 0028", mask: BareMachine.dat)
    #expect(m.cc == 0)
    #expect(m.gr[2] == 0x1234)
    #expect(m.gr[3] == 0x5678)
    m.gr[8] = 4
    m.run("B24A 0028", mask: BareMachine.dat)
    #expect(m.gr[2] == BareMachine.dat)
    #expect(m.gr[3] == BareMachine.codeAddress + 4)
    m.gr[8] = 0
    m.run("B24A 0028", mask: BareMachine.dat)
    #expect(m.gr[3] & 0xFFFF_FFFF == 0x0007)
    #expect(m.gr[2] & 0xFFFF_FFFF == 0xFF00_0007)
    m.gr[8] = 5
    m.run("B24A 0028", mask: BareMachine.dat)
    #expect(m.programInterruption == .specification)
    m.run("B24A 0038", mask: BareMachine.dat)
    #expect(m.programInterruption == .specification)
    for text in ["B24A 0038", "B247 0070"] {
      m.run(text)
      #expect(m.programInterruption == .specialOperation)
    }
    // MSTA stores into nothing but the modifiable area.
    let entry = m.cpu.s.pointee.cr[15] & ~7 - 288
    m.cpu.setControlRegister(9, CPU.PEREvent.storageAlteration)
    for (offset, code) in [(0, 0), (152, 0x80)] as [(UInt64, UInt16)] {
      m[UInt16.self, Lowcore.programCode] = 0
      m.cpu.setControlRegister(10, entry + offset)
      m.cpu.setControlRegister(11, entry + offset + 7)
      m.run("B247 0060", mask: BareMachine.dat | PSW.per)
      #expect(m[UInt16.self, Lowcore.programCode] == code)
    }
  }

  @Test func `a full section goes on in the next one, or is a stack-full exception`() throws {
    let m = try machine(room: 1)
    m.run("B240 0000", mask: BareMachine.dat)
    m.run("B240 0000", mask: BareMachine.dat)
    #expect(m.programInterruption == .stackFull)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress)
    let next: UInt64 = 0x6_0008
    m[UInt64.self, next] = 0x0902_0000_0000_0000 | Self.entrySize << 32
    m[UInt64.self, Self.header + 8 + Self.entrySize] = next | 1
    m.run("B240 0000", mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
    #expect(m.cpu.s.pointee.cr[15] == next + Self.entrySize)
    #expect(m[UInt64.self, next - 8] == Self.header + Self.entrySize | 1)
    // Back across the sections.
    m.run("0101", mask: BareMachine.dat)
    #expect(m.cpu.s.pointee.cr[15] == next)
    m.run("0101", mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
    #expect(m.cpu.s.pointee.cr[15] == Self.header)
    m.run("0101", mask: BareMachine.dat)
    #expect(m.programInterruption == .stackEmpty)
  }

  @Test func `stack exceptions: type, operation, specification`() throws {
    let m = try machine()
    m[UInt64.self, Self.header] = 0x0A00_0000_0000_0000
    m.run("0101", mask: BareMachine.dat)
    #expect(m.programInterruption == .stackType)
    m[UInt64.self, Self.header] = 0x8900_0000_0000_0000
    m.run("0101", mask: BareMachine.dat)
    #expect(m.programInterruption == .stackOperation)
    m[UInt64.self, Self.header] = 0x0900_0003_0000_0000
    m.run("B240 0000", mask: BareMachine.dat)
    #expect(m.programInterruption == .stackSpecification)
  }

  @Test func `stacking PC and PR go to another program and back`() throws {
    let m = try machine()
    // Key 2 replaces, mask ORed, 64-bit.
    entry(m, 1, to: 0x4000, controls: 0xD020_0000)
    m.run("B218 0001", mask: BareMachine.dat | PSW.problemState)
    #expect(m.programInterruption == nil)
    #expect(m.psw.instructionAddress == 0x4000)
    #expect(m.psw.mask & PSW.problemState == 0)
    #expect(m.cpu.accessKey == 2)
    #expect(m.gr[4] == 0xAAAA_BBBB_CCCC_DDDD)
    #expect(m.cpu.s.pointee.cr[3] & 0xFFFF_0000 == 0xFFFF_0000)
    #expect(m[UInt32.self, Self.header + 8 + 148] == 0x8000_0001)
    m.code("0101", at: 0x4000)
    m.step()
    #expect(m.programInterruption == nil)
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 4)
    #expect(m.psw.mask & PSW.problemState != 0)
    #expect(m.cpu.accessKey == 0)
    #expect(m.gr[4] == 0x4444_4444_4444_4444)
    #expect(m.cpu.s.pointee.cr[3] & 0xFFFF_0000 == 0xFF00_0000)
  }

  @Test func `basic PC links in registers 14, 3 and 4; PT goes back`() throws {
    let m = try machine()
    entry(m, 1, to: 0x4000, controls: 0x4000_0000)
    m.run("B218 0001", mask: BareMachine.dat | PSW.problemState)
    #expect(m.psw.instructionAddress == 0x4000)
    #expect(m.gr[14] == BareMachine.codeAddress + 4 | 1)
    #expect(m.gr[3] & 0xFFFF_FFFF == 0xFF00_0007)
    m.code("B228 003E", at: 0x4000)
    m.step()
    #expect(m.programInterruption == nil)
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 4)
    #expect(m.psw.mask & PSW.problemState != 0)
    #expect(m.cpu.s.pointee.cr[3] == 0xFF00_0007)
    // Another space: its authority table must name our index.
    _ = defineSpace(m)
    (m.gr[3], m.gr[14]) = (0xFF00_0042, 0x4000)
    m.run("B228 003E", mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
    #expect(m.cpu.s.pointee.cr[4] == 0x0009_0042)
    m[UInt32.self, Self.asnSecond + 128 + 24] = 0x8000_0000 | UInt32(Self.linkageTable)
    (m.gr[3], m.gr[14]) = (0xFF00_0042, 0x4000)
    m.cpu.setControlRegister(4, 0x0001_0007)
    m.run("B228 003E", mask: BareMachine.dat)
    #expect(m.programInterruption == .primaryAuthority)
    #expect(m.identification == 0x42)
    // The problem state may not go to the supervisor state.
    m.gr[14] = 0x4000
    m.run("B228 003E", mask: BareMachine.dat | PSW.problemState)
    #expect(m.programInterruption == .privilegedOperation)
  }

  /// The words written from 0x6_0000 on, and that CR12 is behind them.
  private func expectTrace(_ m: BareMachine, _ controls: UInt64, _ words: [UInt32]) {
    for (k, word) in words.enumerated() { #expect(m[UInt32.self, 0x6_0000 + 4 * UInt64(k)] == word) }
    #expect(m.cpu.s.pointee.cr[12] == 0x6_0000 + 4 * UInt64(words.count) | controls)
  }

  @Test func `ASN tracing makes entries of PC, PR, PT and SSAR`() throws {
    let m = try machine()
    m.cpu.setControlRegister(12, 0x6_0002)
    entry(m, 1, to: 0x4000, controls: 0xD020_0000)
    m.run("B218 0001", mask: BareMachine.dat | PSW.problemState | 3 << PSW.keyShift)
    expectTrace(m, 2, [0x2230_0001, 0, 0x1005])
    m.code("0101", at: 0x4000)
    m.cpu.setControlRegister(12, 0x6_0002)
    m.step()
    #expect(m.programInterruption == nil)
    // From 64 to 64 bits, both addresses short; the key is that before.
    expectTrace(m, 2, [0x322A_0007, 0x1005, 0x4002])
    m.cpu.setControlRegister(12, 0x6_0002)
    (m.gr[3], m.gr[14]) = (0xFF00_0007, 0x4000)
    m.run("B228 003E", mask: BareMachine.dat)
    expectTrace(m, 2, [0x3108_0007, 0x4000])
    m.cpu.setControlRegister(12, 0x6_0002)
    m.cpu.setControlRegister(14, 0x8_0024)
    m.gr[1] = 7
    m.run("B225 0010", mask: BareMachine.dat)
    expectTrace(m, 2, [0x1000_0007])
  }

  @Test func `BAKR is a traced branch, and one that finds the stack full leaves control register 12`() throws {
    let m = try machine(room: 1)
    let controls: UInt64 = 1 << 63
    m.cpu.setControlRegister(12, controls | 0x6_0000)
    m.gr[3] = 0x4000
    m.run("B240 0003", mask: BareMachine.dat)
    expectTrace(m, controls, [0x8000_4000])
    m.run("B240 0003", mask: BareMachine.dat)
    #expect(m.programInterruption == .stackFull)
    expectTrace(m, controls, [0x8000_4000])
  }

  @Test func `PC-number translation names the number; authority is asked`() throws {
    let m = try machine()
    m.run("B218 0100", mask: BareMachine.dat)
    #expect(m.programInterruption == .lxTranslation)
    #expect(m.identification == 0x100)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress)
    m.run("B218 0004", mask: BareMachine.dat)
    #expect(m.programInterruption == .exTranslation)
    #expect(m.identification == 4)
    entry(m, 1, to: 0x4000, controls: 0xC000_0000)
    m.cpu.setControlRegister(3, 0x00FF_0007)
    m.run("B218 0001", mask: BareMachine.dat | PSW.problemState)
    #expect(m.programInterruption == .privilegedOperation)
    entry(m, 1, to: 0x0100_4000, controls: 0x8000_0000)
    m.run("B218 0001", mask: BareMachine.dat)
    #expect(m.programInterruption == .pcTranslationSpecification)
    m[UInt32.self, Self.aste + 24] = 0
    m.run("B218 0001", mask: BareMachine.dat)
    #expect(m.programInterruption == .specialOperation)
  }

  /// ASN 0x0042: first-table entry 1, second-table entry 2; its authority table lets index 3 in.
  private func defineSpace(_ m: BareMachine) -> UInt64 {
    m.cpu.setControlRegister(14, 0x8_0000 | Self.asnFirst >> 12)
    m[UInt32.self, Self.asnFirst + 4] = UInt32(Self.asnSecond)
    let aste = Self.asnSecond + 128
    m[UInt32.self, aste] = 0x2_6000
    m[UInt32.self, aste + 4] = 0x0009_0000
    m[UInt64.self, aste + 8] = BareMachine.regionFirst | 0xF
    m[UInt8.self, 0x2_6000] = 0x03  // index 3: primary and secondary authority
    return aste
  }

  @Test func `space-switching PC and PR change both spaces`() throws {
    let m = try machine()
    let aste = defineSpace(m)
    // Back to ASN 7 through the tables: first-table entry 0.
    m[UInt32.self, Self.asnFirst] = 0x2_7000
    m[UInt64.self, 0x2_7000 + 7 * 64 + 8] = BareMachine.regionFirst | 0xF
    m[UInt32.self, 0x2_7000 + 7 * 64 + 4] = 0x0003_0000
    m[UInt32.self, 0x2_7000 + 7 * 64 + 24] = 0x8000_0000 | UInt32(Self.linkageTable)
    entry(m, 1, to: 0x4000, controls: 0xC000_0000, asn: 0x42, aste: aste)
    let before = (0..<16).map { m.cpu.s.pointee.cr[$0] }
    m.run("B218 0001", mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
    #expect(m.cpu.s.pointee.cr[4] == 0x0009_0042)
    #expect(m.cpu.s.pointee.cr[5] == aste)
    #expect(m.cpu.s.pointee.cr[3] & 0xFFFF == 7)
    m.code("0101", at: 0x4000)
    m.step()
    #expect(m.programInterruption == nil)
    #expect(m.cpu.s.pointee.cr[4] == 0x0003_0007)
    #expect(m.cpu.s.pointee.cr[5] == 0x2_7000 + 7 * 64)
    #expect(m.cpu.s.pointee.cr[3] & 0xFFFF == 7)
    // With the event's bit in the new space.
    m[UInt64.self, aste + 8] |= 0x40
    m.run("B218 0001", mask: BareMachine.dat)
    #expect(m.programInterruption == .spaceSwitch)
    #expect(m.identification == 7)
    #expect(m.old(.program).instructionAddress == 0x4000)
    // Without it, but with an event of PER, which a branch is.
    m[UInt64.self, aste + 8] ^= 0x40
    for r in [3, 4, 5] { m.cpu.setControlRegister(r, before[r]) }
    m.cpu.setControlRegister(1, before[1])
    m.cpu.setControlRegister(9, CPU.PEREvent.successfulBranching)
    m.run("B218 0001", mask: BareMachine.dat | PSW.per)
    #expect(m.programInterruption == .spaceSwitch)
    #expect(m[UInt16.self, Lowcore.programCode] == 0x9C)
    #expect(m.identification == 7)
  }

  @Test func `SSAR and LASP translate and authorize`() throws {
    let m = try machine()
    let aste = defineSpace(m)
    m.gr[1] = 0x42
    m.run("B225 0010", mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
    #expect(m.cpu.s.pointee.cr[3] & 0xFFFF == 0x42)
    m[UInt8.self, 0x2_6000] = 0x02  // primary authority only
    m.run("B225 0010", mask: BareMachine.dat)
    #expect(m.programInterruption == .secondaryAuthority)
    #expect(m.identification == 0x42)
    m[UInt32.self, aste] |= 0x8000_0000
    m.run("B225 0010", mask: BareMachine.dat)
    #expect(m.programInterruption == .asxTranslation)
    m[UInt32.self, Self.asnFirst + 4] = 0x8000_0000
    m.run("B225 0010", mask: BareMachine.dat)
    #expect(m.programInterruption == .afxTranslation)
    _ = defineSpace(m)
    m[UInt64.self, 0x7_0000] = 0x1234_0042_0005_0042  // PKM, SASN, AX, PASN
    m.gr[2] = 0x7_0000
    m.run("E500 2000 0002", mask: BareMachine.dat)
    #expect(m.cc == 0)
    #expect(m.cpu.s.pointee.cr[4] == 0x0005_0042)
    #expect(m.cpu.s.pointee.cr[3] == 0x1234_0042)
    m[UInt64.self, 0x7_0000] = 0x1234_0042_0005_0099
    m[UInt32.self, Self.asnFirst + 8] = 0x8000_0000
    m.run("E500 2000 0000", mask: BareMachine.dat)
    #expect(m.cc == 1)
  }

  @Test func `BSA reduces authority and returns it`() throws {
    let m = try machine()
    m.cpu.setControlRegister(2, 0x2_0000)
    (m.gr[1], m.gr[2]) = (0x8000_0080, 0x4000)
    m.run("B25A 0012", mask: BareMachine.dat)
    #expect(m.psw.instructionAddress == 0x4000)
    #expect(m.psw.mask & PSW.problemState != 0)
    #expect(m.cpu.accessKey == 8)
    #expect(m.cpu.s.pointee.cr[3] & 0xFFFF_0000 == 0x8000_0000)
    m.code("B25A 0050", at: 0x4000)
    m.step()
    #expect(m.programInterruption == nil)
    #expect(m.psw.instructionAddress == BareMachine.codeAddress + 4)
    #expect(m.psw.mask & PSW.problemState == 0)
    #expect(m.gr[5] == 0x4004)
    #expect(m.cpu.s.pointee.cr[3] & 0xFFFF_0000 == 0xFF00_0000)
  }

  @Test func `RP resumes with PSW, access and general register from storage`() throws {
    let m = try machine()
    m.gr[5] = 0x7_0000
    m[UInt64.self, 0x7_0010] = 0x0000_3001_8000_0000  // cc 3, 64-bit
    m[UInt64.self, 0x7_0018] = 0x4000
    m[UInt32.self, 0x7_0020] = 0xAABB
    m[UInt64.self, 0x7_0028] = 0x1234_5678_9ABC_DEF0
    m.run("B277 5000 0006 0010 0020 0028", mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
    #expect(m.psw.instructionAddress == 0x4000)
    #expect(m.cc == 3)
    #expect(m.cpu.s.pointee.ar[5] == 0xAABB)
    #expect(m.gr[5] == 0x1234_5678_9ABC_DEF0)
    m.gr[5] = 0x7_0000
    m.run("B277 5000 0008 0010 0020 0028", mask: BareMachine.dat)
    #expect(m.programInterruption == .specification)
  }
}

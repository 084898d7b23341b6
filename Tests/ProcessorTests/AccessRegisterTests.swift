import Processor
import Testing

/// Access-register translation (chapter 5) with tables at 0x2_0000: DUCT, access list, ASTE of a second space.
struct AccessRegisterTests {
  static let duct: UInt64 = 0x2_0000, list: UInt64 = 0x2_0100, aste: UInt64 = 0x2_1000, authority: UInt64 = 0x2_2000
  static let otherSegments: UInt64 = 0x32_0000
  static let address: UInt64 = 0x12_3456
  static let mask = BareMachine.dat | AddressSpace.accessRegister.rawValue << PSW.addressSpaceShift

  /// Access-list entry 2 designates a space in which megabyte 1 is our megabyte 2.
  private func machine() throws -> BareMachine {
    let m = BareMachine()
    try m.mapIdentity()
    for segment in UInt64(0)..<512 { m[UInt64.self, Self.otherSegments + 8 * segment] = 0x20 }
    m[UInt64.self, Self.otherSegments + 8] = BareMachine.pages + 0x1000
    m.cpu.setControlRegister(2, Self.duct)
    m[UInt32.self, Self.duct + 16] = UInt32(Self.list)  // 8 entries
    m[UInt32.self, Self.list] = 0x8000_0000
    m[UInt32.self, Self.list + 32] = 0x0005_0000  // sequence number 5
    m[UInt32.self, Self.list + 40] = UInt32(Self.aste)
    m[UInt32.self, Self.list + 44] = 99
    m[UInt32.self, Self.aste] = UInt32(Self.authority)
    m[UInt64.self, Self.aste + 8] = Self.otherSegments
    m[UInt32.self, Self.aste + 20] = 99
    (m[UInt64.self, 0x12_3456], m[UInt64.self, 0x22_3456]) = (1, 2)
    m.gr[2] = Self.address
    m.cpu.s.pointee.ar[2] = 0x0005_0002
    return m
  }

  private func load(_ m: BareMachine, alet: UInt32 = 0x0005_0002) -> ProgramInterruption? {
    m.cpu.s.pointee.ar[2] = alet
    m.run(TranslationTests.load, mask: Self.mask)
    return m.programInterruption
  }

  @Test func `ALETs 0 and 1 are the primary and secondary space; access register 0 is the primary one`() throws {
    let m = try machine()
    m.cpu.setControlRegister(7, Self.otherSegments)
    #expect(load(m, alet: 0) == nil)
    #expect(m.gr[1] == 1)
    #expect(load(m, alet: 1) == nil)
    #expect(m.gr[1] == 2)
    // Base register 0: the address is the displacement, the space the primary one.
    m.cpu.s.pointee.ar[0] = 1
    m[UInt64.self, 0x800] = 3
    m.run("E310 0800 0004", mask: Self.mask)
    #expect(m.gr[1] == 3)
  }

  @Test func `an access-list entry leads to its space`() throws {
    let m = try machine()
    #expect(load(m) == nil)
    #expect(m.gr[1] == 2)
    m.gr[1] = 7
    m.run(TranslationTests.store, mask: Self.mask)
    #expect(m[UInt64.self, 0x22_3456] == 7)
  }

  @Test func `the primary space's list is used with ALET bit 7`() throws {
    let m = try machine()
    m.cpu.setControlRegister(5, 0x2_1800)
    m[UInt32.self, 0x2_1800 + 16] = UInt32(Self.list)
    m[UInt32.self, Self.duct + 16] = 0
    #expect(load(m, alet: 0x0105_0002) == nil)
    #expect(m.gr[1] == 2)
  }

  @Test func `exceptions are recognized in their order and name the access register`() throws {
    let m = try machine()
    func expect(_ exception: ProgramInterruption, alet: UInt32 = 0x0005_0002, isNullified: Bool = true) {
      #expect(load(m, alet: alet) == exception)
      #expect(m[UInt8.self, Lowcore.exceptionAccessIdentification] == 2, "\(exception)")
      #expect(m.old(.program).instructionAddress == BareMachine.codeAddress + (isNullified ? 0 : 6), "\(exception)")
      m[UInt8.self, Lowcore.exceptionAccessIdentification] = 0xFF
    }
    expect(.aletSpecification, alet: 0x0205_0002, isNullified: false)
    expect(.alenTranslation, alet: 0x0005_0008)
    expect(.alenTranslation, alet: 0x0005_0000)
    expect(.aleSequence, alet: 0x0006_0002)
    m[UInt32.self, Self.aste] |= 0x8000_0000
    expect(.asteValidity)
    m[UInt32.self, Self.aste] &= ~0x8000_0000
    m[UInt32.self, Self.aste + 20] = 98
    expect(.asteSequence)
    m[UInt32.self, Self.aste + 20] = 99
    // Private: index 5 in the entry; extended authorization index 9.
    m[UInt32.self, Self.list + 32] = 0x0105_0005
    m.cpu.setControlRegister(8, 9 << 16)
    expect(.extendedAuthority)
    m.cpu.setControlRegister(8, 5 << 16)
    #expect(load(m) == nil)
    m.cpu.setControlRegister(8, 9 << 16)
    m[UInt8.self, Self.authority + 2] = 0x10  // secondary authority of index 9
    #expect(load(m) == nil)
    m.cpu.setControlRegister(8, 16 << 16)  // beyond the authority table
    expect(.extendedAuthority)
  }

  @Test func `a fetch-only entry protects against stores with TEID bits 60 and 61`() throws {
    let m = try machine()
    m[UInt32.self, Self.list + 32] |= 0x0200_0000
    #expect(load(m) == nil)
    m.run(TranslationTests.store, mask: Self.mask)
    #expect(m.programInterruption == .protection)
    #expect(m.identification == Self.address & ~0xFFF | TranslationTests.storing | 13)
    #expect(m[UInt8.self, Lowcore.exceptionAccessIdentification] == 2)
  }

  @Test func `a translation exception in access-register mode names the register`() throws {
    let m = try machine()
    m.gr[2] = 0x45_6000
    #expect(load(m) == .segmentTranslation)
    #expect(m.identification == 0x45_6001 | TranslationTests.fetching)
    #expect(m[UInt8.self, Lowcore.exceptionAccessIdentification] == 2)
  }

  @Test func `TEST ACCESS tells which list an ALET uses`() throws {
    let m = try machine()
    for (alet, cc) in [(UInt32(0), UInt64(0)), (1, 3), (0x0005_0002, 1), (0x0006_0002, 3)] {
      m.cpu.s.pointee.ar[2] = alet
      m.run("B24C 0025")
      #expect(m.cc == cc)
    }
  }

  @Test func `a subspace replaces its base space`() throws {
    let m = try machine()
    // The base space is the ASTE's; the active subspace is the identity.
    m[UInt64.self, Self.aste + 8] |= 0x200
    m[UInt32.self, Self.duct] = UInt32(Self.aste)
    m[UInt32.self, Self.duct + 4] = 0x8000_0000 | 0x2_1400
    m[UInt32.self, Self.duct + 12] = 33
    m[UInt64.self, 0x2_1408] = BareMachine.segments
    m[UInt32.self, 0x2_1414] = 33
    #expect(load(m) == nil)
    #expect(m.gr[1] == 1)
    m[UInt32.self, Self.duct + 12] = 34
    #expect(load(m) == .asteSequence)
    m[UInt32.self, Self.duct + 4] = 0x2_1400
    #expect(load(m) == nil)
    #expect(m.gr[1] == 2)
  }

  @Test func `MVCP, MVCS and MVCOS reach the secondary space`() throws {
    let m = try machine()
    m.cpu.setControlRegister(7, Self.otherSegments)
    m.cpu.setControlRegister(0, CR0.secondarySpace)
    (m.gr[4], m.gr[5]) = (8, 0)
    (m.gr[2], m.gr[3]) = (0x12_4000, Self.address)
    m.run("DA45 2000 3000", mask: BareMachine.dat)
    #expect(m.cc == 0)
    #expect(m[UInt64.self, 0x12_4000] == 2)
    m[UInt64.self, Self.address] = 0x77
    (m.gr[2], m.gr[3]) = (Self.address, Self.address)
    m.run("DB45 2000 3000", mask: BareMachine.dat)
    #expect(m[UInt64.self, 0x22_3456] == 0x77)
    // MVCOS: first operand in the current (primary) space, second in the secondary one.
    m.gr[0] = 0x0000_0081
    m.gr[2] = 0x12_5000
    m.gr[4] = 5000
    m[UInt64.self, 0x22_3456 + 4088] = 0x1234
    m.run("C840 2000 3000", mask: BareMachine.dat)
    #expect(m.cc == 3)
    #expect(m[UInt64.self, 0x12_5000] == 0x77)
    #expect(m[UInt64.self, 0x12_5000 + 4088] == 0x1234)
    #expect(m[UInt8.self, 0x12_6000] == 0)
    // Under a key that does not match.
    m.key(0x22_3456, 0x38)
    m.gr[0] = 0x0000_4083
    m.gr[4] = 8
    m.run("C840 2000 3000", mask: BareMachine.dat)
    #expect(m.programInterruption == .protection)
    m.cpu.setControlRegister(0, 0)
    m.run("DA45 2000 3000", mask: BareMachine.dat)
    #expect(m.programInterruption == .specialOperation)
  }

  @Test func `MVPG moves a page, tells invalid pages by condition code, and names its registers`() throws {
    let m = try machine()
    m[UInt64.self, 0x12_3FF8] = 55
    (m.gr[0], m.gr[4], m.gr[5]) = (0, 0x15_0123, 0x12_3456)
    m.run("B254 0045", mask: BareMachine.dat)
    #expect(m.cc == 0)
    #expect(m[UInt64.self, 0x15_0FF8] == 55)
    m[UInt64.self, m.pageEntry(0x15_0000)] |= 0x400
    m.cpu.flushTLB()
    m.run("B254 0045", mask: BareMachine.dat)
    #expect(m.programInterruption == .pageTranslation)
    #expect(m[UInt8.self, Lowcore.operandAccessIdentification] == 0x45)
    m.gr[0] = 0x100
    m.run("B254 0045", mask: BareMachine.dat)
    #expect(m.cc == 1)
    m[UInt64.self, m.pageEntry(0x12_3000)] |= 0x400
    m.cpu.flushTLB()
    m.run("B254 0045", mask: BareMachine.dat)
    #expect(m.cc == 2)
    m.gr[0] = 0xC00
    m.run("B254 0045", mask: BareMachine.dat)
    #expect(m.programInterruption == .specification)
  }

  @Test func `SAC selects spaces; home is for the supervisor, codes above 3 for nobody`() throws {
    let m = try machine()
    m.cpu.setControlRegister(0, CR0.secondarySpace)
    for (code, space) in [("1", AddressSpace.secondary), ("2", .accessRegister), ("3", .home), ("0", .primary)] {
      m.run("B219 0\(code)00", mask: BareMachine.dat)
      #expect(m.cpu.addressSpace == space)
      m.cpu.setControlRegister(0, CR0.secondarySpace | CR0.extractionAuthority)
      m.code("B224 0010", at: 0x4000)
      m.load(mask: m.psw.mask, address: 0x4000)
      m.step()
      #expect(m.cc == UInt64(code))
      #expect(m.gr[1] >> 8 & 0xFF == UInt64(code))
    }
    m.run("B219 0300", mask: BareMachine.dat | PSW.problemState)
    #expect(m.programInterruption == .privilegedOperation)
    m.run("B219 0400", mask: BareMachine.dat)
    #expect(m.programInterruption == .specification)
    // A space-switch event on the way home.
    m.cpu.setControlRegister(4, 0x1234)
    m.cpu.setControlRegister(1, m.cpu.s.pointee.cr[1] | 0x40)
    m.run("B219 0300", mask: BareMachine.dat)
    #expect(m.programInterruption == .spaceSwitch)
    #expect(m.identification == 0x8000_1234)
    #expect(m.old(.program).mask & PSW.addressSpace == PSW.addressSpace)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress + 4)
  }
}

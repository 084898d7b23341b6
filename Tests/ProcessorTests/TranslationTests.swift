import Processor
import Testing

/// Dynamic address translation (Principles of Operation, chapter 3): exceptions of each table level and what they leave.
struct TranslationTests {
  /// LG %r1,0(%r2)
  static let load = "E310 2000 0004"
  /// STG %r1,0(%r2)
  static let store = "E310 2000 0024"

  struct Level: Sendable {
    let entry: UInt64, exception: ProgramInterruption
  }
  static let address: UInt64 = 0x12_3456
  /// TEID bits 52 and 53: what the access was to do.
  static let fetching: UInt64 = 0x800, storing: UInt64 = 0x400
  static let levels = [
    Level(entry: BareMachine.regionFirst, exception: .regionFirstTranslation),
    Level(entry: BareMachine.regionSecond, exception: .regionSecondTranslation),
    Level(entry: BareMachine.regionThird, exception: .regionThirdTranslation),
    Level(entry: BareMachine.segments + 8, exception: .segmentTranslation),
  ]

  /// The exception of an access to `address`, which must be nullified.
  private func expectNullified(
    _ m: BareMachine, _ exception: ProgramInterruption, _ address: UInt64, space: UInt64 = 0, access: UInt64 = fetching
  ) {
    #expect(m.programInterruption == exception)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress)
    #expect(m.programLength == 6)
    #expect(m.identification == address & ~0xFFF | access | space)
    #expect(m.gr[1] == 0x1111)
  }

  @Test(arguments: levels) func `an invalid table entry is the translation exception of its level`(_ level: Level) throws {
    let m = BareMachine()
    try m.mapIdentity()
    (m.gr[1], m.gr[2]) = (0x1111, Self.address)
    m.run("0700", mask: BareMachine.dat)  // the code's page is known now
    m[UInt64.self, level.entry] |= 0x20
    m.cpu.tlb.flush()
    m.code(Self.load)
    m.load(mask: BareMachine.dat, address: BareMachine.codeAddress)
    if level.exception == .segmentTranslation {
      m.step()
      expectNullified(m, level.exception, Self.address)
    } else {
      // The code's own page is behind the same entry.
      m.step()
      #expect(m.programInterruption == level.exception)
      #expect(m.identification == BareMachine.codeAddress | Self.fetching)
      #expect(m.old(.program).instructionAddress == BareMachine.codeAddress)
    }
  }

  @Test func `an invalid page-table entry is a page-translation exception for loads and stores`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, m.pageEntry(Self.address)] |= 0x400
    (m.gr[1], m.gr[2]) = (0x1111, Self.address)
    m.run(Self.load, mask: BareMachine.dat)
    expectNullified(m, .pageTranslation, Self.address)
    m.run(Self.store, mask: BareMachine.dat)
    expectNullified(m, .pageTranslation, Self.address, access: Self.storing)
  }

  @Test func `the identification names the space of the access`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, m.pageEntry(Self.address)] |= 0x400
    (m.gr[1], m.gr[2]) = (0x1111, Self.address)
    for space in UInt64(0)...3 {
      m.run(Self.load, mask: BareMachine.dat | space << PSW.addressSpaceShift)
      expectNullified(m, .pageTranslation, Self.address, space: space)
    }
  }

  @Test func `an address beyond the top table is an ASCE-type exception`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m.cpu.setControlRegister(1, BareMachine.segments | 3)
    (m.gr[1], m.gr[2]) = (0x1111, 0x8000_0000)
    m.run(Self.load, mask: BareMachine.dat)
    expectNullified(m, .asceType, 0x8000_0000)
    m.cpu.setControlRegister(1, BareMachine.regionThird | 7)
    m.gr[2] = 1 << 42
    m.run(Self.load, mask: BareMachine.dat)
    expectNullified(m, .asceType, 1 << 42)
  }

  @Test func `an index beyond the table's length is the translation exception of the level`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m.cpu.setControlRegister(1, BareMachine.segments)  // 512 entries
    (m.gr[1], m.gr[2]) = (0x1111, 512 << 20)
    m.run(Self.load, mask: BareMachine.dat)
    expectNullified(m, .segmentTranslation, 512 << 20)
  }

  @Test func `a wrong table type is a translation-specification exception, which suppresses`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, BareMachine.segments + 8] |= 4
    (m.gr[1], m.gr[2]) = (0x1111, Self.address)
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == .translationSpecification)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress + 6)
    m[UInt64.self, BareMachine.segments + 8] &= ~4
    m[UInt64.self, m.pageEntry(Self.address)] |= 0x800
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == .translationSpecification)
    // The change-recording override, which EDAT-1 brings.
    m[UInt64.self, m.pageEntry(Self.address)] ^= 0x900
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == .translationSpecification)
    m.cpu.setControlRegister(0, CR0.enhancedDAT)
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
  }

  @Test func `a page that is protected need not be there for a store to be refused`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, m.pageEntry(Self.address)] = 1 << 40 | 0x200
    m.gr[2] = Self.address
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == .addressing)
    m.run(Self.store, mask: BareMachine.dat)
    #expect(m.programInterruption == .protection)
    #expect(m.identification == Self.address & ~0xFFF | 0x404)
  }

  @Test func `a common segment in a private space is a translation-specification exception`() throws {
    let m = BareMachine()
    let asce = try m.mapIdentity()
    m[UInt64.self, BareMachine.segments + 8] |= 0x10
    m.gr[2] = Self.address
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
    m.cpu.setControlRegister(1, asce | 0x100)
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == .translationSpecification)
  }

  @Test func `a table or frame outside storage is an addressing exception`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    (m.gr[1], m.gr[2]) = (0x1111, Self.address)
    m[UInt64.self, m.pageEntry(Self.address)] = 0x7FFF_F000
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == .addressing)
    #expect(m.gr[1] == 0x1111)
    m.cpu.tlb.flush()
    m[UInt64.self, BareMachine.segments + 8] = 0x7FFF_F000
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == .addressing)
  }

  @Test func `DAT protection in a page or a segment entry stops stores and is told in TEID bit 61`() throws {
    for (entry, bit) in [(BareMachine.pages + 0x800 + 8 * 0x23, UInt64(0x200)), (BareMachine.segments + 8, 0x200)] {
      let m = BareMachine()
      try m.mapIdentity()
      m[UInt64.self, entry] |= bit
      (m.gr[1], m.gr[2]) = (0x1111, Self.address)
      m[UInt64.self, Self.address] = 77
      m.run(Self.store, mask: BareMachine.dat)
      #expect(m.programInterruption == .protection)
      #expect(m.identification == Self.address & ~0xFFF | Self.storing | 4)
      #expect(m[UInt64.self, Self.address] == 77)
      m.run(Self.load, mask: BareMachine.dat)
      #expect(m.programInterruption == nil)
      #expect(m.gr[1] == 77)
      // A load that cached the page does not open it for stores.
      m.run(Self.store, mask: BareMachine.dat)
      #expect(m.programInterruption == .protection)
    }
  }

  @Test func `EDAT-1 maps a megabyte by one segment-table entry, and region entries protect`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, BareMachine.segments + 8] = 0x20_0000 | 0x400
    m[UInt64.self, 0x22_3456] = 0xABCD
    m.gr[2] = Self.address
    m.cpu.setControlRegister(0, 1 << 23)
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.gr[1] == 0xABCD)
    m[UInt64.self, BareMachine.regionThird] |= 0x200
    m.cpu.flushTLB()
    m.run(Self.store, mask: BareMachine.dat)
    #expect(m.programInterruption == .protection)
    #expect(m.identification & 4 != 0)
  }

  @Test func `a real-space ASCE translates to the same real address`() throws {
    let m = BareMachine()
    m.cpu.setControlRegister(1, 0x20)
    m.cpu.setPrefix(0x8000)
    m[UInt64.self, 0x8200] = 42
    m.gr[2] = 0x200
    m.code(Self.load, at: 0x9000)  // real 0x1000 lies in the prefix area
    m.load(mask: BareMachine.dat, address: 0x1000)
    m.step()
    #expect(m.gr[1] == 42)
  }

  @Test func `an operand that crosses into an invalid page stores nothing`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, m.pageEntry(0x12_4000)] |= 0x400
    (m.gr[1], m.gr[2]) = (0x1111_2222_3333_4444, 0x12_3FFC)
    m.run(Self.store, mask: BareMachine.dat)
    #expect(m.programInterruption == .pageTranslation)
    #expect(m.identification == 0x12_4000 | Self.storing)
    #expect(m[UInt32.self, 0x12_3FFC] == 0)
  }

  @Test func `an instruction that crosses into an invalid page is nullified with the page's address`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, m.pageEntry(0x12_4000)] |= 0x400
    m.code(Self.load, at: 0x12_3FFE)
    m.load(mask: BareMachine.dat, address: 0x12_3FFE)
    m.step()
    #expect(m.programInterruption == .pageTranslation)
    #expect(m.identification == 0x12_4000 | Self.fetching)
    #expect(m.old(.program).instructionAddress == 0x12_3FFE)
    // Two bytes before the page do not need it.
    m.code("1812", at: 0x12_3FFE)
    m.load(mask: BareMachine.dat, address: 0x12_3FFE)
    m.step()
    #expect(m.programInterruption == nil)
  }

  // MARK: Instructions

  @Test func `LRA and LRAG tell where translation stops`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m.gr[2] = Self.address
    m.run("E310 2000 0003")
    #expect(m.cc == 0)
    #expect(m.gr[1] == Self.address)
    m.gr[1] = 0xFFFF_FFFF_0000_0000
    m.run("B110 2000", mask: PSW.basicAddressing)
    #expect(m.gr[1] == 0xFFFF_FFFF_0000_0000 | Self.address)
    m[UInt64.self, m.pageEntry(Self.address)] |= 0x400
    m.run("E310 2000 0003")
    #expect(m.cc == 2)
    #expect(m.gr[1] == m.pageEntry(Self.address))
    m[UInt64.self, BareMachine.segments + 8] |= 0x20
    m.run("E310 2000 0003")
    #expect(m.cc == 1)
    #expect(m.gr[1] == BareMachine.segments + 8)
    m[UInt64.self, BareMachine.regionThird] |= 0x20
    m.gr[1] = 0x5555_5555_0000_0000
    m.run("E310 2000 0003")
    #expect(m.cc == 3)
    #expect(m.gr[1] == 0x5555_5555_8000_003B)
  }

  @Test func `LRA has a condition code for an entry whose address has no room in 31 bits`() throws {
    let m = BareMachine(megabytes: 2049)
    try m.mapIdentity()
    m[UInt64.self, BareMachine.segments + 8] = 0x8000_0000
    let entry = 0x8000_0000 + (Self.address >> 9 & 0x7F8)
    m[UInt64.self, entry] = 0x400
    m.gr[2] = Self.address
    m.run("B110 2000", mask: PSW.basicAddressing)
    #expect(m.programInterruption == nil)
    #expect(m.cc == 3)
    #expect(m.gr[1] & 0xFFFF_FFFF == 0x8000_0011)
    m.run("E310 2000 0003")
    #expect(m.cc == 2)
    #expect(m.gr[1] == entry)
    m[UInt64.self, entry] = 0x8000_0000
    m.run("B110 2000", mask: PSW.basicAddressing)
    #expect(m.programInterruption == .specialOperation)
  }

  @Test func `LPTEA gives the address of the page-table entry, or of what is invalid above it`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m.gr[2] = Self.address
    m[UInt64.self, m.pageEntry(Self.address)] |= 0x400
    m.run("B9AA 0412")
    #expect(m.cc == 0)
    #expect(m.gr[1] == m.pageEntry(Self.address))
    m[UInt64.self, BareMachine.segments + 8] |= 0x200
    m.run("B9AA 0312")
    #expect(m.cc == 1)
    m[UInt64.self, BareMachine.segments + 8] |= 0x20
    m.run("B9AA 0012")
    #expect(m.cc == 2)
    #expect(m.gr[1] == BareMachine.segments + 8)
    m[UInt64.self, BareMachine.regionThird] |= 0x20
    m.run("B9AA 0012")
    #expect(m.gr[1] == BareMachine.regionThird | 1)
    m.cpu.setControlRegister(1, BareMachine.segments)
    m.gr[2] = 1 << 40
    m.run("B9AA 0012")
    #expect(m.cc == 3)
    #expect(m.gr[1] == 0x38)
    m.run("B9AA 0512")
    #expect(m.programInterruption == .specification)
  }

  @Test func `IPTE invalidates the entry and ends its use`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m.gr[2] = Self.address
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
    (m.gr[3], m.gr[4]) = (BareMachine.pages + 0x800, Self.address)
    m.run("B221 0034", mask: BareMachine.dat)
    #expect(m[UInt64.self, m.pageEntry(Self.address)] & 0x400 != 0)
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == .pageTranslation)
  }

  @Test func `IDTE invalidates segment-table entries, or clears by ASCE`() throws {
    let m = BareMachine()
    let asce = try m.mapIdentity()
    m.gr[2] = Self.address
    m.run(Self.load, mask: BareMachine.dat)
    // Changed behind the TLB's back: still translated, until IDTE clears by ASCE.
    m[UInt64.self, m.pageEntry(Self.address)] |= 0x400
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
    (m.gr[5], m.gr[6]) = (asce, 0x800)
    m.run("B98E 5006", mask: BareMachine.dat)
    m.run(Self.load, mask: BareMachine.dat)
    #expect(m.programInterruption == .pageTranslation)
    // R1: the segment table; R2: its second entry and one more.
    (m.gr[3], m.gr[4]) = (BareMachine.segments, 0x10_0001)
    m.run("B98E 0034", mask: BareMachine.dat)
    #expect(m[UInt64.self, BareMachine.segments + 8] & 0x20 != 0)
    #expect(m[UInt64.self, BareMachine.segments + 16] & 0x20 != 0)
    #expect(m[UInt64.self, BareMachine.segments] & 0x20 == 0)
    m.gr[4] = 0x10_1000
    m.run("B98E 0034", mask: BareMachine.dat)
    #expect(m.programInterruption == .specification)
  }

  @Test func `an instruction fetch in access-register mode is identified as one of that mode, access register 0`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m[UInt64.self, m.pageEntry(0x12_4000)] |= 0x400
    for (space, expected) in [(UInt64(0), UInt64(0)), (1, 1), (2, 0), (3, 3)] {
      m.load(mask: BareMachine.dat | space << PSW.addressSpaceShift, address: 0x12_4000)
      m.step()
      #expect(m.programInterruption == .pageTranslation)
      #expect(m.identification == 0x12_4000 | Self.fetching | expected)
      #expect(m[UInt8.self, Lowcore.exceptionAccessIdentification] == 0)
    }
  }

  @Test func `IDTE looks at bits 44-51 of its address whatever it is to clear`() throws {
    let m = BareMachine()
    for options in [UInt64(0), 0x800] {
      (m.gr[1], m.gr[2], m.gr[3]) = (BareMachine.segments, 0x1000 | options, 0)
      m.run("B98E 3012")
      #expect(m.programInterruption == .specification)
    }
  }

  @Test func `switching ASCEs keeps translations apart`() throws {
    let m = BareMachine()
    let asce = try m.mapIdentity()
    // A second space, in which megabyte 1 is megabyte 2.
    m[UInt64.self, 0x32_0000] = BareMachine.pages
    m[UInt64.self, 0x32_0008] = BareMachine.pages + 0x1000
    for segment in UInt64(2)..<512 { m[UInt64.self, 0x32_0000 + 8 * segment] = 0x20 }
    (m[UInt64.self, 0x12_3456], m[UInt64.self, 0x22_3456]) = (1, 2)
    m.gr[2] = Self.address
    for (space, expected) in [(asce, UInt64(1)), (0x32_0000, 2), (asce, 1), (0x32_0000, 2)] {
      m.cpu.setControlRegister(1, space)
      m.run(Self.load, mask: BareMachine.dat)
      #expect(m.gr[1] == expected)
    }
  }

  @Test func `more address spaces than the TLB has contexts are still told apart`() throws {
    let m = BareMachine()
    let asce = try m.mapIdentity()
    m[UInt64.self, Self.address] = 9
    m.gr[2] = Self.address
    for k in 0..<UInt64(600) {
      // Bits that the walk ignores make another ASCE.
      m.cpu.setControlRegister(1, asce | (k & 1) << 11 | (k >> 1 & 1) << 10 | (k >> 2 & 1) << 4)
      m.cpu.setControlRegister(7, asce ^ (k << 52))
      m.gr[1] = 0
      m.run(Self.load, mask: BareMachine.dat)
      #expect(m.gr[1] == 9)
      m.run("0700", mask: BareMachine.dat | 2 << PSW.addressSpaceShift)
    }
  }

  @Test func `TPROT tells what a key may do`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m.key(Self.address, 0x38)
    (m.gr[1], m.gr[2]) = (Self.address, 0)
    let cases: [(UInt64, UInt64)] = [(0x30, 0), (0x00, 0), (0x40, 2)]
    for (key, cc) in cases {
      m.gr[2] = key
      m.run("E501 1000 2000", mask: BareMachine.dat)
      #expect(m.cc == cc)
    }
    m.key(Self.address, 0x30)
    m.gr[2] = 0x40
    m.run("E501 1000 2000", mask: BareMachine.dat)
    #expect(m.cc == 1)
    m[UInt64.self, m.pageEntry(Self.address)] |= 0x400
    m.run("E501 1000 2000", mask: BareMachine.dat)
    #expect(m.cc == 3)
    #expect(m.programInterruption == nil)
    // A bit that must be zero in a valid entry.
    m[UInt64.self, m.pageEntry(Self.address)] ^= 0xC00
    m.run("E501 1000 2000", mask: BareMachine.dat)
    #expect(m.programInterruption == .translationSpecification)
  }

  @Test func `TPROT sees DAT protection and low-address protection`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    (m.gr[1], m.gr[2]) = (Self.address, 0)
    m[UInt64.self, m.pageEntry(Self.address)] |= 0x200
    m.run("E501 1000 2000", mask: BareMachine.dat)
    #expect(m.cc == 1)
    m.gr[1] = 0x1FF
    m.run("E501 1000 2000", mask: BareMachine.dat)
    #expect(m.cc == 0)
    m.cpu.setControlRegister(0, CR0.lowAddressProtection)
    m.run("E501 1000 2000", mask: BareMachine.dat)
    #expect(m.cc == 1)
    m.gr[1] = 0x200
    m.run("E501 1000 2000", mask: BareMachine.dat)
    #expect(m.cc == 0)
  }
}

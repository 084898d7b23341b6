import Processor
import Storage
import Testing

/// Protection (chapter 3) and storage keys (chapter 10).
struct ProtectionTests {
  static let key4 = BareMachine.supervisor | 4 << PSW.keyShift
  static let address: UInt64 = 0x12_3456

  @Test func `a store under another key than the block's is a protection exception; a fetch is one with fetch protection`() throws
  {
    let m = BareMachine()
    m.key(Self.address, 0x30)
    (m.gr[1], m.gr[2]) = (0x1111, Self.address)
    m[UInt64.self, Self.address] = 5
    m.run(TranslationTests.store, mask: Self.key4)
    #expect(m.programInterruption == .protection)
    #expect(m.old(.program).instructionAddress == BareMachine.codeAddress + 6)
    #expect(m[UInt64.self, Self.address] == 5)
    #expect(m.identification & 4 == 0)
    m.run(TranslationTests.load, mask: Self.key4)
    #expect(m.gr[1] == 5)
    // What a load cached does not permit a store.
    m.run(TranslationTests.store, mask: Self.key4)
    #expect(m.programInterruption == .protection)
    (m.gr[5], m.gr[6]) = (0x38, Self.address)
    m.run("B22B 0056")  // SSKE
    m.run(TranslationTests.load, mask: Self.key4)
    #expect(m.programInterruption == .protection)
    m.run(TranslationTests.load, mask: BareMachine.supervisor | 3 << PSW.keyShift)
    #expect(m.programInterruption == nil)
    m.run(TranslationTests.load)
    #expect(m.programInterruption == nil)
  }

  @Test func `SSKE of many blocks goes to the end of the megabyte and leaves the byte index`() throws {
    let m = BareMachine()
    (m.gr[5], m.gr[6]) = (0x30, 0x1F_E123)
    m.run("B22B 1056")
    #expect((m.key(0x1F_D000), m.key(0x1F_E000), m.key(0x1F_F000), m.key(0x20_0000)) == (0, 0x30, 0x30, 0))
    #expect(m.gr[6] == 0x20_0123)
    #expect(m.cc == 0)
    // With a condition, the condition code is 3 (Linux: arch/s390/kvm/priv.c).
    m.gr[6] = 0x1F_E123
    m.run("B22B 5056")
    #expect(m.cc == 3)
  }

  @Test func `SSKE with a condition sets keys that differ in more than the bits that may differ`() throws {
    let m = BareMachine()
    let cases: [(controls: String, old: UInt8, new: UInt64, cc: UInt64, key: UInt8)] = [
      ("4", 0x34, 0x30, 0, 0x34), ("4", 0x32, 0x30, 1, 0x30), ("2", 0x32, 0x30, 0, 0x32), ("2", 0x34, 0x30, 1, 0x30),
      ("6", 0x36, 0x30, 0, 0x36), ("6", 0x36, 0x40, 1, 0x40), ("6", 0x36, 0x38, 1, 0x38),
    ]
    for c in cases {
      m.key(Self.address, c.old)
      (m.gr[5], m.gr[6]) = (0x7700 | c.new, Self.address)
      m.run("B22B \(c.controls)056")
      #expect(m.cc == c.cc)
      #expect(m.key(Self.address) == c.key)
      #expect(m.gr[5] == UInt64(c.old) << 8 | c.new)
    }
  }

  @Test func `PFMF without the nonquiescing facility refuses its control`() throws {
    let m = BareMachine()
    (m.gr[5], m.gr[6]) = (0x2_0830, Self.address)
    m.run("B9AF 0056")
    #expect(m.programInterruption == .specification)
    m.gr[5] = 0x2_0030
    m.run("B9AF 0056")
    #expect(m.programInterruption == nil)
    #expect(m.key(Self.address) == 0x30)
  }

  @Test func `a large frame's entry with valid access control stands for the keys of its blocks`() throws {
    let m = BareMachine()
    try m.mapIdentity()
    m.cpu.setControlRegister(0, CR0.enhancedDAT)
    m[UInt64.self, BareMachine.segments + 8] = 0x10_0000 | 0x1_0000 | 0x4000 | 0x800 | 0x400  // AV, ACC 4, F, FC
    m.cpu.tlb.flush()
    m.key(Self.address, 0x30)
    m.key(BareMachine.codeAddress, 0x00)
    m.gr[2] = Self.address
    m.run(TranslationTests.store, mask: BareMachine.dat | 4 << PSW.keyShift)
    #expect(m.programInterruption == nil)
    m.run(TranslationTests.load, mask: BareMachine.dat | 3 << PSW.keyShift)
    #expect(m.programInterruption == .protection)
    // Reference and change are recorded in the storage keys as ever.
    #expect(m.key(Self.address) == 0x36)
  }

  @Test func `the storage-protection override opens blocks of key 9`() throws {
    let m = BareMachine()
    m.key(Self.address, 0x98)
    m.gr[2] = Self.address
    m.run(TranslationTests.store, mask: Self.key4)
    #expect(m.programInterruption == .protection)
    m.cpu.setControlRegister(0, CR0.storageProtectionOverride)
    m.run(TranslationTests.store, mask: Self.key4)
    #expect(m.programInterruption == nil)
    m.run(TranslationTests.load, mask: Self.key4)
    #expect(m.programInterruption == nil)
  }

  @Test func `the fetch-protection override opens addresses below 2048 for fetching`() throws {
    let m = BareMachine()
    m.key(0, 0x38)
    m.cpu.setControlRegister(0, CR0.fetchProtectionOverride)
    for (address, exception) in [(UInt64(2040), ProgramInterruption?.none), (2048, .protection)] {
      m.gr[2] = address
      m.run(TranslationTests.load, mask: Self.key4)
      #expect(m.programInterruption == exception)
    }
    m.gr[2] = 1024
    m.run(TranslationTests.store, mask: Self.key4)
    #expect(m.programInterruption == .protection)
  }

  @Test(arguments: ExecutionMode.allCases)
  func `the fetch-protection override ends at 2048, for operands and instructions`(_ mode: ExecutionMode) {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: mode.settings)
    bare.key(0, 0x38)
    bare.key(0x5000, 0x40)
    bare.cpu.setControlRegister(0, CR0.fetchProtectionOverride)
    bare[UInt8.self, 0x7F4] = 0xFF
    let operands: [(text: String, reaches: Bool)] = [
      ("E310 07F8 0004", false), ("E310 07FC 0004", true), ("5810 07FC", false), ("5810 07FE", true),
      ("9823 07F8", false), ("9824 07F8", true), ("D20F 5000 07F0", false), ("D21F 5000 07F0", true),
      ("D50F 07F0 0700", false), ("D50F 0700 07F8", true), ("B25E 0087", false), ("B25E 0089", true),
      ("B255 0057", false), ("B255 0059 A714 FFFE", true), ("0EA6", true), ("DC00 5000 0780", false), ("DC00 5010 0780", true),
    ]
    for (k, (text, reaches)) in operands.enumerated() {
      let start = 0x2000 + 0x40 * UInt64(k)
      // A string from register 7 on ends with FF, one from register 9 on does not before 2048; MVCL moves 32 bytes from 0x7F0.
      (bare[0], bare[5], bare[7], bare[8], bare[9]) = (0xFF, 0x5000, 0x7F0, 0x900, 0x7F8)
      (bare[6], bare[10], bare[11]) = (0x7F0, 0x5000, 32)
      (bare[UInt8.self, 0x5000], bare[UInt8.self, 0x5010]) = (0, 0xFF)
      bare.code(text + "8300 0500", at: start)
      for _ in 0..<2 {
        bare.setMask(Self.key4)
        #expect((bare.start(at: start) == .protection) == reaches, "\(text)")
      }
    }
    // LGHI, at the end; across; a loop that falls through; a branch to what lies behind.
    let texts: [(text: String, start: UInt64, stop: UInt64?)] = [
      ("A719 0001 8300 0500", 0x7F8, nil), ("A719 0001 0700 8300 0500", 0x7FA, 0x800), ("C011 0000 0000 8300 0500", 0x7FE, 0x7FE),
      ("A716 0000 8300 0500", 0x7FC, 0x800), ("A7F4 0004 8300 0500 8300 0500", 0x7F8, 0x800),
    ]
    for (text, start, stop) in texts {
      for _ in 0..<3 {
        bare[1] = 100
        bare.setMask(Self.key4)
        bare.code(text, at: start)
        #expect(bare.start(at: start) == (stop == nil ? nil : .protection), "\(text)")
        if let stop { #expect(bare.oldPSW.instructionAddress - (stop == start ? 6 : 2) == stop, "\(text)") }
      }
    }
  }

  @Test func `low-address protection covers 0-511 and 4096-4607, not private spaces`() throws {
    let m = BareMachine()
    m.cpu.setControlRegister(0, CR0.lowAddressProtection)
    for (address, isProtected) in [
      (UInt64(0), true), (504, true), (512, false), (4096, true), (4600, true), (4608, false), (8192, false),
    ] {
      m.gr[2] = address
      m.gr[1] = m[UInt64.self, address]
      m.run(TranslationTests.store)
      #expect((m.programInterruption == .protection) == isProtected, "\(address)")
    }
    let asce = try m.mapIdentity()
    m.cpu.setControlRegister(1, asce | 0x100)
    m.gr[2] = 256
    m.run(TranslationTests.store, mask: BareMachine.dat)
    #expect(m.programInterruption == nil)
  }

  @Test func `stores set reference and change, loads reference; RRBE resets reference and tells both`() throws {
    let m = BareMachine()
    (m.gr[2], m.gr[6]) = (Self.address, Self.address)
    m.key(Self.address, 0)
    m.run(TranslationTests.load)
    #expect(m.key(Self.address) == 0x04)
    m.run("B22A 0006")
    #expect(m.cc == 2)
    #expect(m.key(Self.address) == 0)
    m.run("B22A 0006")
    #expect(m.cc == 0)
    // The cached page records again.
    m.run(TranslationTests.store)
    #expect(m.key(Self.address) == 0x06)
    m.run("B22A 0006")
    #expect(m.cc == 3)
    m.run("B22A 0006")
    #expect(m.cc == 1)
    m.run(TranslationTests.load)
    #expect(m.key(Self.address) == 0x06)
  }

  @Test func `SSKE with change zero makes the next store record it`() throws {
    let m = BareMachine()
    (m.gr[2], m.gr[5], m.gr[6]) = (Self.address, 0x50, Self.address)
    m.run(TranslationTests.store)
    m.run("B22B 0056")
    #expect(m.key(Self.address) == 0x50)
    m.run(TranslationTests.store)
    #expect(m.key(Self.address) == 0x56)
    m.gr[7] = 0xFFFF
    m.run("B229 0076")  // ISKE
    #expect(m.gr[7] == 0xFF56)
  }

  @Test func `conditional SSKE leaves a key that is near enough and tells the old one`() throws {
    let m = BareMachine()
    m.key(Self.address, 0x36)
    (m.gr[5], m.gr[6]) = (0xFF30, Self.address)
    m.run("B22B 6056")  // MR and MC
    #expect(m.cc == 0)
    #expect(m.gr[5] == 0x3630)
    #expect(m.key(Self.address) == 0x36)
    m.run("B22B 4056")  // MR only: the change bits differ
    #expect(m.cc == 1)
    #expect(m.key(Self.address) == 0x30)
  }

  @Test func `SSKE and PFMF of many blocks end at the megabyte`() throws {
    let m = BareMachine()
    (m.gr[5], m.gr[6]) = (0x70, 0x1F_E000)
    m.run("B22B 1056")
    #expect(m.gr[6] == 0x20_0000)
    #expect(m.key(0x1F_E000) == 0x70)
    #expect(m.key(0x1F_F000) == 0x70)
    #expect(m.key(0x20_0000) == 0)
    m[UInt64.self, 0x1F_F008] = 1
    (m.gr[5], m.gr[6]) = (0x3_1020, 0x1F_F000)  // set key, clear, 1 MiB
    m.run("B9AF 0056")
    #expect(m[UInt64.self, 0x1F_F008] == 0)
    #expect(m.key(0x1F_F000) == 0x20)
    #expect(m.gr[6] == 0x20_0000)
    m.gr[5] = 0x100
    m.run("B9AF 0056")
    #expect(m.programInterruption == .specification)
  }

  @Test func `TEST BLOCK clears the block`() throws {
    let m = BareMachine()
    m[UInt64.self, 0x12_3FF8] = 1
    (m.gr[0], m.gr[6]) = (7, Self.address)
    m.run("B22C 0006")
    #expect(m.cc == 0)
    #expect(m.gr[0] == 0)
    #expect(m[UInt64.self, 0x12_3FF8] == 0)
    m.gr[6] = 0x7FFF_0000
    m.run("B22C 0006")
    #expect(m.programInterruption == .addressing)
  }

  @Test func `real addresses are prefixed both ways`() throws {
    let m = BareMachine()
    m[UInt32.self, 0x2_0000] = 0x1_0000
    m.gr[2] = 0x2_0000
    m.run("B210 2000")
    #expect(m.programInterruption == nil)
    (m[UInt64.self, 0x1_0200], m[UInt64.self, 0x0200]) = (11, 22)
    m.code(TranslationTests.load, at: 0x4000)
    for (address, expected) in [(UInt64(0x200), UInt64(11)), (0x1_0200, 22)] {
      m.gr[2] = address
      m.load(mask: BareMachine.supervisor, address: 0x4000)
      m.step()
      #expect(m.gr[1] == expected)
    }
  }

  @Test func `SPX to an area that is not configured is an addressing exception`() throws {
    let m = BareMachine()
    m[UInt32.self, 0x2_0000] = 0x7FFF_E000
    m.gr[2] = 0x2_0000
    m.run("B210 2000")
    #expect(m.programInterruption == .addressing)
    m.gr[2] = 0x2_0002
    m.run("B210 2000")
    #expect(m.programInterruption == .specification)
  }

  @Test func `MVCK, MVCSK and MVCDK access one operand under the key given`() throws {
    let m = BareMachine()
    m.key(0x5_0000, 0x38)
    m.key(0x6_0000, 0x48)
    m[UInt64.self, 0x5_0000] = 0x0102_0304_0506_0708
    (m.gr[2], m.gr[3]) = (0x6_0000, 0x5_0000)
    (m.gr[4], m.gr[5]) = (8, 0x30)
    m.run("D945 2000 3000", mask: Self.key4)  // MVCK 0(%r4,%r2),0(%r3),%r5
    #expect(m.cc == 0)
    #expect(m[UInt64.self, 0x6_0000] == 0x0102_0304_0506_0708)
    m.gr[5] = 0x20
    m.run("D945 2000 3000", mask: Self.key4)
    #expect(m.programInterruption == .protection)
    (m.gr[0], m.gr[1]) = (3, 0x30)
    m[UInt64.self, 0x6_0000] = 0
    m.run("E50E 2000 3000", mask: Self.key4)  // MVCSK
    #expect(m[UInt64.self, 0x6_0000] == 0x0102_0304_0000_0000)
    m.gr[1] = 0x40
    m.run("E50F 2000 3000", mask: BareMachine.supervisor | 3 << PSW.keyShift)  // MVCDK
    #expect(m.programInterruption == nil)
    m.gr[4] = 257
    m.gr[5] = 0x30
    m.run("D945 2000 3000", mask: Self.key4)
    #expect(m.cc == 3)
  }
}

import Processor
import Testing

/// What INVALIDATE PAGE TABLE ENTRY leaves of translations that compiled code keeps: those of other pages, which is seen because
/// their table entries were changed without a purge, as no program may rely on.
@Suite struct CompiledTranslationTests {
  private static let operand: UInt64 = 0x10_0000, page: UInt64 = 0x11_0000, other: UInt64 = 0x12_5000

  /// LG 1,0(5) at 0x2000, BR 6 at 0x2100, IPTE 3,4 at 0x2200; LGHI 1,n where register 6 points.
  private func machine() throws -> BareMachine {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: ExecutionMode.compiled.settings)
    try bare.mapIdentity()
    bare.code("E310 5000 0004 8300 0500", at: 0x2000)
    bare.code("07F6", at: 0x2100)
    bare.code("B221 0034 8300 0500", at: 0x2200)
    for k in 0..<UInt64(2) {
      bare[UInt64.self, Self.operand + k << 17] = k
      bare.code("A719 000\(k) 8300 0500", at: Self.page + k << 17)
    }
    (bare[5], bare[6]) = (Self.operand, Self.page)
    bare.setMask(BareMachine.dat)
    return bare
  }
  /// Has a page lie 128 KiB further on, and the TLB forget it.
  private func move(_ page: UInt64, _ bare: BareMachine) {
    bare[UInt64.self, bare.pageEntry(page)] = page + 1 << 17
    bare.cpu.tlb.entries[Int(page >> 12) & (TLB.count - 1)].void()
  }
  private func invalidate(_ page: UInt64, _ bare: BareMachine) {
    (bare[3], bare[4]) = (bare.pageEntry(page & ~0xF_FFFF), page)
    #expect(bare.start(at: 0x2200) == nil)
    #expect(bare[UInt64.self, bare.pageEntry(page)] & 0x400 != 0)
  }
  private func value(_ start: UInt64, _ bare: BareMachine) -> UInt64? { bare.start(at: start) == nil ? bare[1] : nil }

  @Test func `IPTE ends translations of a page that instructions ran into without a branch`() throws {
    let bare = try machine(), beyond = Self.page + 1 << 17
    bare.code("A729 0000 A729 0000", at: Self.page - 8)  // LGHI 2,0, twice, then the page
    bare.code("A719 0000 A776 FFFE 8300 0500", at: Self.page)  // LGHI 1,0; BRCT 7 back to it
    // BR 6 is compiled, and nothing but the loop in the page has the jump cache lead there.
    bare[6] = beyond
    for _ in 0..<3 { #expect(value(0x2100, bare) == 1) }
    bare[7] = 100
    #expect(value(Self.page - 8, bare) == 0)
    (bare[6], bare[7]) = (Self.page, 100)
    invalidate(Self.page, bare)
    bare.setMask(BareMachine.dat)
    #expect(bare.start(at: 0x2100) == .pageTranslation)
    bare.setMask(BareMachine.dat)
    move(Self.page, bare)
    #expect(value(0x2100, bare) == 1)
  }

  /// A designation of real space with every bit one, and all keys, at the end of the address space, where no storage is.
  @Test(arguments: [0, 1, 9, 15] as [UInt64]) func `no access at the end of the address space finds a void entry`(_ key: UInt64)
    throws
  {
    let bare = try machine()
    bare.cpu.setControlRegister(1, .max)
    let mask = BareMachine.dat | key << PSW.keyShift
    for address in [0xFFFF_FFFF_FFFF_F000, 0xFFFF_FFFF_FFFF_F007, 0xFFFF_FFFF_FFFF_FFF8, 0xFFFF_FFFF_FFFF_FFF7] as [UInt64] {
      bare[5] = Self.operand
      for k in 0..<4 {
        bare.setMask(mask)
        bare[5] = k < 3 ? Self.operand : address
        #expect(bare.start(at: 0x2000) == (k < 3 ? nil : .addressing))
      }
      bare.setMask(mask)
      bare[6] = address & ~1
      #expect(bare.start(at: 0x2100) == .addressing)
    }
  }

  @Test(arguments: [(operand, 0x2000), (page, 0x2100)] as [(UInt64, UInt64)])
  func `IPTE keeps translations that come from another entry and ends those that come from this one`(
    _ page: UInt64, _ program: UInt64
  ) throws {
    let bare = try machine()
    for _ in 0..<3 { #expect(value(program, bare) == 0) }
    move(page, bare)
    invalidate(Self.other, bare)
    #expect(value(program, bare) == 0)
    invalidate(page, bare)
    bare.setMask(BareMachine.dat)
    #expect(bare.start(at: program) == .pageTranslation)
    bare.setMask(BareMachine.dat)
    move(page, bare)
    #expect(value(program, bare) == 1)
  }
}

import Processor
import Testing

/// Operands, instructions and links at the end of the address space (chapter 3, "Address Wraparound"; chapter 5, "Formation of
/// the Operand Address"), and what the addressing mode leaves of registers (chapters 5 and 7).
@Suite struct AddressWrapTests {
  /// A mode, with the last address that it has and the PSW that selects it.
  struct Mode: Sendable, CustomTestStringConvertible {
    let last: UInt64, mask: UInt64
    var testDescription: String { String(last, radix: 16) }
  }
  static let modes = [
    Mode(last: 0xFF_FFFF, mask: 0), Mode(last: 0x7FFF_FFFF, mask: PSW.basicAddressing),
    Mode(last: ~0, mask: BareMachine.supervisor),
  ]
  static let high: UInt64 = 0x1234_5678 << 32
  /// Where the mode's last page and address zero are in absolute storage.
  static let lastPage: UInt64 = 0x5000, firstPage: UInt64 = 0x6000

  /// A machine that maps the mode's last page and page 0, and the code.
  private func machine(_ mode: Mode) throws -> BareMachine {
    let bare = BareMachine.forPrograms(megabytes: 4)
    try bare.mapIdentity()
    bare[UInt64.self, BareMachine.regionFirst + 8 * 2047] = BareMachine.regionSecond | 0xF
    bare[UInt64.self, BareMachine.regionSecond + 8 * 2047] = BareMachine.regionThird | 0xB
    bare[UInt64.self, BareMachine.regionThird + 8 * 2047] = BareMachine.segments | 0x7
    for segment in [15, 2047] as [UInt64] { bare[UInt64.self, BareMachine.segments + 8 * segment] = BareMachine.pages + 0x1800 }
    bare[UInt64.self, BareMachine.pages + 0x1800 + 8 * 255] = Self.lastPage
    bare[UInt64.self, BareMachine.pages] = Self.firstPage
    bare.cpu.flushTLB()
    bare.setMask(mode.mask | PSW.dat)
    return bare
  }
  /// Puts bytes so that the first `before` of them end the address space.
  private func put(_ bytes: [UInt8], before: Int, _ bare: BareMachine) {
    bare.put(Array(bytes.prefix(before)), at: Self.lastPage + 0x1000 - UInt64(before))
    bare.put(Array(bytes.dropFirst(before)), at: Self.firstPage)
  }
  private func bytes(_ count: Int, before: Int, _ bare: BareMachine) -> [UInt8] {
    bare.bytes(before, at: Self.lastPage + 0x1000 - UInt64(before)) + bare.bytes(count - before, at: Self.firstPage)
  }

  @Test(arguments: modes) func `operands go on at zero behind the last address`(mode: Mode) throws {
    let bare = try machine(mode)
    let data: [UInt8] = (1...64).map { UInt8($0) }
    put(data, before: 3, bare)
    bare[2] = mode.last - 2 | (mode.last == ~0 ? 0 : Self.high)
    #expect(bare.run([0x58, 0x10, 0x20, 0x00]) == nil)  // L 1,0(2)
    #expect(bare[1] & 0xFFFF_FFFF == 0x0102_0304)
    #expect(bare.run([0xE3, 0x10, 0x20, 0x00, 0x00, 0x04]) == nil)  // LG
    #expect(bare[1] == 0x0102_0304_0506_0708)
    #expect(bare.run([0xEB, 0x45, 0x20, 0x00, 0x00, 0x04]) == nil)  // LMG 4,5
    #expect(bare[5] == 0x090A_0B0C_0D0E_0F10)
    bare[3] = 0x8000
    #expect(bare.run([0xD2, 63, 0x30, 0x00, 0x20, 0x00]) == nil)  // MVC 0(64,3),0(2)
    #expect(bare.bytes(64, at: 0x8000) == data)
    #expect(bare.run([0xD7, 31, 0x20, 0x00, 0x30, 0x00]) == nil)  // XC 0(32,2),0(3)
    #expect(bytes(40, before: 3, bare) == [UInt8](repeating: 0, count: 32) + data[32..<40])
    #expect(bare.run([0x90, 0x45, 0x20, 0x00]) == nil)  // STM 4,5
    #expect(bytes(9, before: 3, bare) == [5, 6, 7, 8, 0x0D, 0x0E, 0x0F, 0x10, 0])
    // An index that goes beyond, and a negative displacement that comes back.
    put(data, before: 3, bare)
    bare[6] = 4
    #expect(bare.run([0xE3, 0x16, 0x20, 0x00, 0x00, 0x94]) == nil)  // LLC 1,0(6,2)
    #expect(bare[1] & 0xFF == 5)
    bare[7] = 1
    #expect(bare.run([0xE3, 0x10, 0x7F, 0xFE, 0xFF, 0x94]) == nil)  // LLC 1,-2(7)
    #expect(bare[1] & 0xFF == 3)
  }

  @Test(arguments: modes) func `long moves and searches step their registers over the end`(mode: Mode) throws {
    let bare = try machine(mode)
    let is64 = mode.last == ~0, high = is64 ? 0 : Self.high
    let data: [UInt8] = (1...64).map { UInt8($0) }
    put(data, before: 3, bare)
    bare[0] = 40
    (bare[2], bare[3]) = (high | 0x8000, high | 64)
    (bare[4], bare[5]) = (high | mode.last - 2, high | 64)
    while true {
      #expect(bare.run([0xA8, 0x24, 0x00, 0x00]) == nil)  // MVCLE 2,4,0
      if bare.conditionCode != 3 { break }
    }
    #expect((bare[2], bare[3], bare[4], bare[5]) == (high | 0x8040, high, high | 61, high))
    #expect(bare.bytes(64, at: 0x8000) == data)
    (bare[2], bare[3]) = (high | 0x8000, high | 0xFF00_0000 | 64)
    (bare[4], bare[5]) = (high | mode.last - 2, high | 64)
    #expect(bare.run([0x0F, 0x24]) == nil)  // CLCL 2,4
    #expect((bare.conditionCode, bare[2], bare[4]) == (0, high | 0x8040, high | 61))
    #expect((bare[3], bare[5]) == (high | 0xFF00_0000, high))
    (bare[6], bare[7]) = (high | 61, high | mode.last - 2)
    #expect(bare.run([0xB2, 0x5E, 0x00, 0x67]) == nil)  // SRST 6,7
    #expect((bare.conditionCode, bare[6]) == (1, high | 36))
    (bare[8], bare[9]) = (high | mode.last - 2, high | 8)
    bare[10] = 0
    #expect(bare.run([0xB2, 0x41, 0x00, 0xA8]) == nil)  // CKSM 10,8
    #expect((bare[10], bare[8], bare[9]) == (0x0102_0304 + 0x0506_0708, high | 5, high))
  }

  @Test(arguments: modes) func `an instruction goes on at zero, and so does the link behind it`(mode: Mode) throws {
    let bare = try machine(mode)
    put([0x41, 0x10, 0x01, 0x23] + BareMachine.stopText, before: 2, bare)
    #expect(bare.start(at: mode.last - 1) == nil)  // LA 1,291, two bytes of it behind the end
    #expect(bare[1] & 0xFFFF == 0x123)
    #expect(bare.psw.instructionAddress == 6)
    bare[14] = Self.high
    put([0x0D, 0xE0] + BareMachine.stopText, before: 2, bare)
    #expect(bare.start(at: mode.last - 1) == nil)  // BASR 14,0
    #expect(bare[14] == (mode.last == ~0 ? 0 : Self.high | (mode.mask == 0 ? 0 : 0x8000_0000)))
    put([0xA7, 0xF4, 0x00, 0x04, 0, 0, 0, 0] + BareMachine.stopText, before: 4, bare)
    #expect(bare.start(at: mode.last - 3) == nil)  // J *+8
    #expect(bare.psw.instructionAddress == 8)
  }

  @Test func `LOAD ADDRESS leaves what the mode has no bits for`() {
    let bare = BareMachine.forPrograms()
    for (mask, expected) in [
      (0, Self.high | 0x00CD_F000), (PSW.basicAddressing, Self.high | 0x2BCD_F000),
      (BareMachine.supervisor, 0x1234_5678_ABCD_F000),
    ] as [(UInt64, UInt64)] {
      bare.setMask(mask)
      (bare[1], bare[2]) = (Self.high | 0xFFFF_FFFF, Self.high | 0xABCD_E001)
      #expect(bare.run([0x41, 0x10, 0x2F, 0xFF]) == nil)  // LA 1,4095(2)
      #expect(bare[1] == expected)
      bare[1] = Self.high | 0xFFFF_FFFF
      #expect(bare.run([0x51, 0x10, 0x2F, 0xFF]) == nil)  // LAE
      #expect(bare[1] == expected)
    }
  }

  @Test func `LOAD ADDRESS EXTENDED sets the access register that the space wants`() {
    let bare = BareMachine.forPrograms()
    for (space, base, expected) in [
      (0, 5, 0), (1, 5, 0xBEEF), (1, 0, 0), (2, 5, 1), (3, 5, 2),
    ] as [(UInt64, UInt8, UInt32)] {
      bare.setMask(BareMachine.supervisor | space << PSW.addressSpaceShift)
      bare.cpu.s.pointee.ar[5] = 0xBEEF
      bare.cpu.s.pointee.ar[0] = 0xDEAD
      bare.cpu.s.pointee.ar[1] = 0xFFFF
      #expect(bare.run([0x51, 0x10, base << 4, 0x10]) == nil)
      #expect(bare.cpu.s.pointee.ar[1] == expected)
    }
  }

  // MARK: Linkage

  @Test func `BRANCH AND LINK in the 24-bit mode has length, condition code and program mask in front of the address`() {
    let bare = BareMachine.forPrograms()
    bare.put(BareMachine.stopText, at: 0x3300)
    for target in [0x3100, 0x3200] as [UInt64] { bare.put([0x05, 0x62], at: target) }
    for (text, length) in [
      ([0x05, 0x62], 1), ([0x45, 0x60, 0x20, 0x00], 2), ([0x44, 0x00, 0x70, 0x00], 2), ([0xC6, 0x00, 0, 0, 0x08, 0x80], 3),
    ] as [([UInt8], UInt64)] {
      for code in UInt64(0)..<4 {
        bare.setMask(code << PSW.conditionCodeShift | 0xA << PSW.programMaskShift)
        (bare[2], bare[6], bare[7]) = (0x3300, Self.high | 0xFFFF_FFFF, 0x3200)
        #expect(bare.run(text) == nil)
        #expect(bare[6] == Self.high | (length << 30 | code << 28 | 0xA << 24 | 0x2000 + UInt64(text.count)))
      }
    }
    bare.setMask(PSW.basicAddressing)
    bare[6] = Self.high
    #expect(bare.run([0x05, 0x60]) == nil)
    #expect(bare[6] == Self.high | 0x8000_2002)
    bare.setMask(BareMachine.supervisor)
    #expect(bare.run([0x05, 0x60]) == nil)
    #expect(bare[6] == 0x2002)
  }

  @Test func `BASSM and BSM save one mode and set another`() {
    let bare = BareMachine.forPrograms()
    bare.put(BareMachine.stopText, at: 0x3000)
    let from: [(UInt64, UInt64, UInt64)] = [
      (0, Self.high | 0x2002, Self.high | 0x7FFF_FFFF), (PSW.basicAddressing, Self.high | 0x8000_2002, Self.high | 0xFFFF_FFFF),
      (BareMachine.supervisor, 0x2003, Self.high | 0x7FFF_FFFF),
    ]
    let to: [(UInt64, AddressingMode)] = [(0x3000, .bits24), (0x8000_3000, .bits31), (0x3001, .bits64)]
    for (mask, link, saved) in from {
      for (target, mode) in to {
        bare.setMask(mask)
        (bare[5], bare[6]) = (Self.high, target)
        #expect(bare.run([0x0C, 0x56]) == nil)  // BASSM 5,6
        #expect((bare[5], bare.cpu.addressingMode, bare.psw.instructionAddress) == (link, mode, 0x3004))
        bare.setMask(mask)
        // Bit 63 for the 64-bit mode, bit 32 for the others; the rest of the register stays.
        (bare[5], bare[6]) = (
          Self.high | (mask == 0 ? 0xFFFF_FFFF : mask == PSW.basicAddressing ? 0x7FFF_FFFF : 0x7FFF_FFFE), target
        )
        #expect(bare.run([0x0B, 0x56]) == nil)  // BSM 5,6
        #expect((bare[5], bare.cpu.addressingMode, bare.psw.instructionAddress) == (saved, mode, 0x3004))
      }
    }
    // Register 0 as the second operand: no branch, no other mode.
    bare.setMask(0)
    #expect(bare.run([0x0C, 0x50]) == nil)
    #expect((bare.cpu.addressingMode, bare.psw.instructionAddress) == (.bits24, 0x2006))
  }

  @Test func `MOVE LONG leaves bits 0-31 and clears bits 32-39 in the 24-bit mode`() {
    let bare = BareMachine.forPrograms()
    bare.put([1, 2, 3, 4, 5], at: 0x5000)
    bare.setMask(0)
    (bare[2], bare[3]) = (Self.high | 0xFF00_6000, Self.high | 0xEE00_0008)
    (bare[4], bare[5]) = (Self.high | 0xDD00_5000, Self.high | 0xCC00_0005)
    #expect(bare.run([0x0E, 0x24]) == nil)
    #expect((bare[2], bare[3]) == (Self.high | 0x6008, Self.high | 0xEE00_0000))
    #expect((bare[4], bare[5]) == (Self.high | 0x5005, Self.high | 0xCC00_0000))
    #expect(bare.bytes(8, at: 0x6000) == [1, 2, 3, 4, 5, 0xCC, 0xCC, 0xCC])
    #expect(bare.conditionCode == 2)
    // With lengths of zero the addresses are still those of the mode.
    (bare[2], bare[3], bare[4], bare[5]) = (Self.high | 0xFF00_6000, Self.high, Self.high | 0xDD00_5000, Self.high)
    #expect(bare.run([0x0E, 0x24]) == nil)
    #expect((bare[2], bare[4]) == (Self.high | 0x6000, Self.high | 0x5000))
  }
}

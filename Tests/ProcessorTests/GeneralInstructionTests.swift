import Processor
import Storage
import Testing

/// What the comparison with QEMU does not reach: interruptions, modes, boundaries.
@Suite struct GeneralInstructionTests {
  let bare = BareMachine.forPrograms()

  // MARK: Interruptions

  @Test func `a fixed-point overflow completes the instruction and interrupts when the program mask allows it`() {
    bare[1] = 0x7FFF_FFFF
    #expect(bare.run([0x1A, 0x11]) == nil)  // AR 1,1
    #expect(bare[1] == 0xFFFF_FFFE)
    #expect(bare.conditionCode == 3)
    bare.setMask(PSW.extendedAddressing | PSW.basicAddressing | PSW.fixedPointOverflow)
    bare[1] = 0x7FFF_FFFF
    #expect(bare.run([0x1A, 0x11]) == .fixedPointOverflow)
    #expect(bare[1] == 0xFFFF_FFFE)
    #expect(bare.oldPSW.instructionAddress == 0x2002)
  }

  @Test func `an odd register of a pair and an operand off its boundary are specification exceptions`() {
    bare[13] = 0x3002
    #expect(bare.run([0x1D, 0x12]) == .specification)  // DR 1,2
    #expect(bare.run([0xBA, 0x01, 0xD0, 0x00]) == .specification)  // CS 0,1,0(13)
    #expect(bare.run([0x0E, 0x12]) == .specification)  // MVCL 1,2
    #expect(bare.oldPSW.instructionAddress == 0x2002)
  }

  @Test func `COMPARE AND TRAP leaves data-exception code FF`() {
    bare[1] = 5
    bare[2] = 5
    #expect(bare.run([0xB9, 0x72, 0x80, 0x12]) == .data)  // CRT 1,2,8
    #expect(bare.load(UInt32.self, at: 0x90) == 0xFF)
    #expect(bare.cpu.s.pointee.fpc == 0xFF00)
    #expect(bare.run([0xB9, 0x72, 0x60, 0x12]) == nil)
  }

  @Test func `SET ADDRESSING MODE goes by where EXECUTE is, not by where its target is`() {
    bare.put([0x01, 0x0C], at: 0x8_0000)  // SAM24
    bare[5] = 0x8_0000
    #expect(bare.run([0x44, 0x00, 0x50, 0x00]) == nil)
    #expect(bare.cpu.addressingMode == .bits24)
    bare.setMask(PSW.extendedAddressing | PSW.basicAddressing)
    let high = BareMachine.forPrograms(megabytes: 18)
    high.put([0x01, 0x0C], at: 0x2100)
    high[5] = 0x2100
    #expect(high.run([0x44, 0x00, 0x50, 0x00], at: 0x110_0000) == .specification)
    high.put([0x01, 0x0C], at: 0x110_0100)
    high[5] = 0x110_0100
    #expect(high.run([0x44, 0x00, 0x50, 0x00]) == nil)
  }

  @Test func `MONITOR CALL interrupts for the classes of control register 8`() {
    bare[3] = 0x1234_5678_9ABC
    #expect(bare.run([0xAF, 0x02, 0x30, 0x08]) == nil)
    bare.cpu.s.pointee.cr[8] = 0x2000
    #expect(bare.run([0xAF, 0x02, 0x30, 0x08]) == .monitorEvent)
    #expect(bare.load(UInt16.self, at: 0x94) == 2)
    #expect(bare.load(UInt64.self, at: 0xB0) == 0x1234_5678_9AC4)
    #expect(bare.run([0xAF, 0x10, 0x30, 0x08]) == .specification)
  }

  @Test func `EXECUTE of EXECUTE, of an odd address, and of MOVE LONG`() {
    bare[5] = 0x2100
    bare.put([0x44, 0x00, 0x50, 0x00], at: 0x2100)
    #expect(bare.run([0x44, 0x00, 0x50, 0x00]) == .execute)
    #expect(bare.run([0x44, 0x00, 0x50, 0x01]) == .specification)
    bare.put([0x0E, 0x02], at: 0x2100)  // MVCL 0,2: five pages in pieces, under EXECUTE
    (bare[0], bare[1], bare[2], bare[3]) = (0x10100, 0x5000, 0x20000, 0x5000)
    for k in 0..<UInt64(0x5000) { bare.put([UInt8(truncatingIfNeeded: k &* 7)], at: 0x20000 + k) }
    #expect(bare.run([0x44, 0x00, 0x50, 0x00]) == nil)
    #expect(bare.conditionCode == 0)
    #expect(bare.bytes(0x5000, at: 0x10100) == bare.bytes(0x5000, at: 0x20000))
    #expect((bare[0], bare[1], bare[2], bare[3]) == (0x15100, 0, 0x25000, 0))
  }

  @Test func `ROTATE THEN AND, OR, XOR SELECTED BITS can test without a result`() {
    bare[1] = 0xFF00
    bare[2] = 0x0F
    for (opcode, code) in [(0x54, 1), (0x56, 1), (0x57, 1)] as [(UInt8, UInt64)] {
      #expect(bare.run([0xEC, 0x12, 0x80 | 48, 55, 8, opcode]) == nil)
      #expect((bare[1], bare.conditionCode) == (0xFF00, code))
    }
    bare[2] = 0xFF
    #expect(bare.run([0xEC, 0x12, 0x80 | 48, 55, 8, 0x57]) == nil)
    #expect(bare.conditionCode == 0)
  }

  // MARK: Moves

  @Test func `MOVE with operands one and more bytes apart repeats them, across a page too`() {
    for distance in [1, 2, 3, 7, 8, 100] as [UInt64] {
      let start: UInt64 = 0x3FF0 - distance / 2
      let pattern = (0..<distance).map { UInt8(truncatingIfNeeded: $0 &* 3 &+ 1) }
      bare.put(pattern, at: start)
      bare[1] = start + distance
      bare[2] = start
      #expect(bare.run([0xD2, 0xC7, 0x10, 0x00, 0x20, 0x00]) == nil)
      #expect(bare.bytes(200, at: start + distance) == (0..<200).map { pattern[$0 % Int(distance)] })
    }
  }

  @Test func `MOVE LONG with destructive overlap moves nothing`() {
    bare.put([1, 2, 3, 4], at: 0x3000)
    (bare[2], bare[3], bare[4], bare[5]) = (0x3001, 3, 0x3000, 3)
    #expect(bare.run([0x0E, 0x24]) == nil)
    #expect(bare.conditionCode == 3)
    #expect(bare.bytes(4, at: 0x3000) == [1, 2, 3, 4])
    #expect(bare[3] == 3)
  }

  @Test func `MOVE LONG into storage that is not there stops at its end`() {
    (bare[2], bare[3], bare[4], bare[5]) = (0xFF800, 0x2000, 0, 0xC100_0000)
    #expect(bare.run([0x0E, 0x24]) == .addressing)
    #expect((bare[2], bare[3]) == (0x10_0000, 0x1800))
    #expect(bare.bytes(3, at: 0xFFFFD) == [0xC1, 0xC1, 0xC1])
  }

  @Test func `an access exception on the second page leaves the first unchanged`() {
    bare.put([9, 9, 9, 9], at: 0xFFFFC)
    bare[1] = 0xFFFFC
    bare[2] = 0x3000
    #expect(bare.run([0xD2, 0x07, 0x10, 0x00, 0x20, 0x00]) == .addressing)  // MVC 0(8,1),0(2)
    #expect(bare.run([0xEB, 0x23, 0x10, 0x00, 0x00, 0x24]) == .addressing)  // STMG 2,3,0(1)
    #expect(bare.run([0x50, 0x20, 0x10, 0x02]) == .addressing)  // ST 2,2(1)
    #expect(bare.bytes(4, at: 0xFFFFC) == [9, 9, 9, 9])
    bare[6] = 6
    #expect(bare.run([0xEB, 0x67, 0x10, 0x00, 0x00, 0x04]) == .addressing)  // LMG 6,7,0(1)
    #expect(bare[6] == 6)
  }

  // MARK: Modes

  @Test func `addressing modes are set, tested and left by their branches`() {
    #expect(bare.run([0x01, 0x0D, 0x01, 0x0B]) == nil)  // SAM31, TAM
    #expect(bare.conditionCode == 1)
    #expect(bare.cpu.addressingMode == .bits31)
    bare[1] = 0xFFFF_FFFF_8000_2100
    bare[5] = 0x0102_0304_0000_0000
    bare.put(BareMachine.stopText, at: 0x2100)
    #expect(bare.run([0x0C, 0x51]) == nil)  // BASSM 5,1 from the 31-bit to the 31-bit mode
    #expect(bare[5] == 0x0102_0304_8000_2002)
    bare[1] = 0x2101
    #expect(bare.run([0x0B, 0x01]) == nil)  // BSM 0,1
    #expect(bare.cpu.addressingMode == .bits64)
    #expect(bare.run([0x01, 0x0C]) == nil)  // SAM24
    bare[7] = 0
    bare.conditionCode = 2
    #expect(bare.run([0x05, 0x70]) == nil)  // BALR 7,0
    #expect(bare[7] == 0x6000_2002)
    #expect(bare.run([0x41, 0x70, 0x0F, 0xFF]) == nil)
    bare[7] = 0xAAAA_AAAA_00FF_FFFF
    #expect(bare.run([0x41, 0x70, 0x70, 0x02]) == nil)  // LA 7,2(7) wraps at 16 MiB
    #expect(bare[7] == 0xAAAA_AAAA_0000_0001)
  }

  @Test func `SET PROGRAM MASK and INSERT PROGRAM MASK agree`() {
    bare[1] = 0x3500_0000
    bare[2] = 0xFFFF_FFFF_FFFF_FFFF
    #expect(bare.run([0x04, 0x10, 0xB2, 0x22, 0x00, 0x20]) == nil)
    #expect(bare[2] == 0xFFFF_FFFF_35FF_FFFF)
  }

  // MARK: Clocks

  @Test func `STORE CLOCK gives a greater value each time, and EXTENDED continues it`() {
    bare[1] = 0x3000
    #expect(bare.run([0xB2, 0x05, 0x10, 0x00, 0xB2, 0x05, 0x10, 0x08, 0xB2, 0x78, 0x10, 0x10]) == nil)
    let first = bare.load(UInt64.self, at: 0x3000), second = bare.load(UInt64.self, at: 0x3008)
    let extended = bare.load(UInt64.self, at: 0x3011)
    #expect(first < second && second < extended)
    #expect(bare.bytes(1, at: 0x3010) == [0])
    #expect(bare.load(UInt64.self, at: 0x3018) & 0xFF_FFFF_FFFF_0000 != 0)
    #expect(bare.conditionCode == 0)
  }
}

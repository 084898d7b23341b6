import Processor
import Testing

/// MVCK, MVCP, MVCS and MVCOS: true lengths, keys, spaces (chapter 10).
@Suite struct CrossSpaceMoveTests {
  let bare = BareMachine.forPrograms(megabytes: 4)
  static let moveToPrimary: [UInt8] = [0xDA, 0x45, 0xC0, 0, 0xD0, 0], moveToSecondary: [UInt8] = [0xDB, 0x45, 0xC0, 0, 0xD0, 0]
  static let moveWithKey: [UInt8] = [0xD9, 0x45, 0xC0, 0, 0xD0, 0], optional: [UInt8] = [0xC8, 0x40, 0xC0, 0, 0xD0, 0]

  private func prepare(length: UInt64, mask: UInt64 = BareMachine.dat) throws {
    try bare.mapIdentity()
    bare.cpu.s.pointee.cr[0] |= CR0.secondarySpace
    bare.put((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }, at: 0x10_0FF0)
    bare.put([UInt8](repeating: 0, count: 5000), at: 0x12_0FF8)
    (bare[0], bare[4], bare[5], bare[12], bare[13]) = (0, length, 0, 0x12_0FF8, 0x10_0FF0)
    bare.setMask(mask)
  }

  /// What `text` ends with; in the problem state the program's end is a privileged operation itself.
  private func outcome(_ text: [UInt8]) -> ProgramInterruption? {
    let cause = bare.run(text)
    let hasEnded = bare.oldPSW.instructionAddress == 0x2000 + UInt64(text.count + BareMachine.stopText.count)
    return cause == .privilegedOperation && hasEnded ? nil : cause
  }

  @Test(arguments: [moveToPrimary, moveToSecondary, moveWithKey, optional])
  func `a true length of zero moves nothing, one that is too long moves what it may with condition code 3`(text: [UInt8]) throws {
    let most = text == Self.optional ? 4096 : 256
    for (length, mask, moved, code) in [
      (0, BareMachine.dat, 0, 0), (1, BareMachine.dat, 1, 0), (UInt64(most), BareMachine.dat, most, 0),
      (UInt64(most) + 1, BareMachine.dat, most, 3), (1 << 63, BareMachine.dat, most, 3),
      (0xFF00_0000_0000_0007, PSW.basicAddressing | PSW.dat, 7, 0), (0xFFFF_FFFF, PSW.basicAddressing | PSW.dat, most, 3),
    ] as [(UInt64, UInt64, Int, UInt64)] {
      try prepare(length: length, mask: mask)
      bare.conditionCode = 1
      #expect(bare.run(text) == nil)
      #expect(bare.conditionCode == code)
      #expect(bare.bytes(moved, at: 0x12_0FF8) == bare.bytes(moved, at: 0x10_0FF0))
      #expect(bare.bytes(8, at: 0x12_0FF8 + UInt64(moved)) == [UInt8](repeating: 0, count: 8))
      #expect(bare[4] == length)
    }
  }

  @Test(arguments: [moveToPrimary, moveToSecondary, moveWithKey, optional])
  func `an access exception on the second page moves nothing`(text: [UInt8]) throws {
    for page in [0x12_1000, 0x10_1000] as [UInt64] {
      try prepare(length: 64)
      bare.store(bare.load(UInt64.self, at: bare.pageEntry(page)) | 0x400, at: bare.pageEntry(page))
      #expect(bare.run(text) == .pageTranslation)
      #expect(bare.oldPSW.instructionAddress == 0x2000)
      #expect(bare.bytes(64, at: 0x12_0FF8) == [UInt8](repeating: 0, count: 64))
    }
  }

  @Test(arguments: [moveToPrimary, moveToSecondary])
  func `only primary and secondary space with the control are for MVCP and MVCS`(
    text: [UInt8]
  ) throws {
    for (space, isOn, cause) in [
      (0, true, nil), (2, true, nil), (1, true, .specialOperation), (3, true, .specialOperation), (0, false, .specialOperation),
    ] as [(UInt64, Bool, ProgramInterruption?)] {
      try prepare(length: 0, mask: BareMachine.dat | space << PSW.addressSpaceShift)
      if !isOn { bare.cpu.s.pointee.cr[0] &= ~CR0.secondarySpace }
      #expect(outcome(text) == cause)
    }
    try prepare(length: 0, mask: BareMachine.supervisor)
    #expect(outcome(text) == .specialOperation)
    // The key is asked for in the problem state, also for nothing to move.
    try prepare(length: 0, mask: BareMachine.dat | PSW.problemState)
    bare[5] = 0x50
    #expect(outcome(text) == .privilegedOperation)
    try prepare(length: 0, mask: BareMachine.dat | PSW.problemState)
    bare.cpu.s.pointee.cr[3] = 0x0400_0000
    bare[5] = 0x50
    #expect(outcome(text) == nil)
  }

  @Test func `MVCOS takes spaces and keys as register 0 says, and refuses what it must`() throws {
    let problem = BareMachine.dat | PSW.problemState
    for (control, mask, isOn, cause) in [
      (0, BareMachine.supervisor, true, .specialOperation),  // DAT is off
      (0, BareMachine.dat, false, nil), (0x81, BareMachine.dat, false, .specialOperation),  // secondary without its control
      (0x81 << 16, BareMachine.dat, false, .specialOperation), (0x80, BareMachine.dat, false, nil),  // A is zero: AS is ignored
      (0, BareMachine.dat | 2 << PSW.addressSpaceShift, false, .specialOperation),  // the PSW says secondary
      (0xC1 << 16, BareMachine.dat, true, nil), (0xC1 << 16, problem, true, .specialOperation),  // home
      (0x5002, problem, true, .privilegedOperation), (0x5002 << 16, problem, true, .privilegedOperation),
      (0x5000, problem, true, nil),  // K is zero: the key is ignored
      (0x0002, problem, true, nil),
    ] as [(UInt64, UInt64, Bool, ProgramInterruption?)] {
      try prepare(length: 0, mask: mask)
      if !isOn { bare.cpu.s.pointee.cr[0] &= ~CR0.secondarySpace }
      bare.cpu.s.pointee.cr[3] = 0x8000_0000
      bare[0] = control
      #expect(outcome(Self.optional) == cause, "\(String(control, radix: 16)) \(String(mask, radix: 16))")
    }
    // Each operand under its own key.
    for (control, cause) in [(0x4002, nil), (0x3002, .protection), (0x4002_0000, .protection), (0x4002_0002, .protection)]
      as [(UInt64, ProgramInterruption?)]
    {
      try prepare(length: 8)
      bare.key(0x10_0000, 0x48)
      bare.key(0x12_0000, 0x00)
      bare.key(0x12_1000, 0x00)
      bare[0] = control
      #expect(outcome(Self.optional) == cause, "\(String(control, radix: 16))")
    }
  }
}

import Processor
import Testing

/// Loops in which compiled code keeps the halves of registers apart, of 32-bit instructions alone or with those that look at whole
/// registers and set them: whatever way leads out of them, bits 0-31 are what they should be.
@Suite struct SeparatedHalvesTests {
  /// Those that are set at random, some of which are in no register of the host. Register 6 walks through storage, 5 counts.
  private static let registers: [UInt8] = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14]
  private static let counter = 5
  private static let loopCount = 3000

  private struct Result: Equatable {
    var registers: [UInt64]
    var cause: ProgramInterruption?
    var mask: UInt64
    var address: UInt64
    var instructions: UInt64
  }

  /// One instruction of a loop whose registers are the first `count`.
  private static func instruction(_ generator: inout SequenceGenerator, of count: Int, isMixed: Bool) -> [UInt8] {
    func register() -> UInt8 { registers[generator.below(count)] }
    if isMixed && generator.below(3) == 0 { return wholeInstruction(&generator, register() << 4 | register()) }
    let r = register(), pair = r << 4 | register(), byte = UInt8(generator.below(256))
    let short: [UInt8] = [0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1E, 0x1F]
    switch generator.below(16) {
    case 0...6: return [short[generator.below(short.count)], pair]
    case 7: return [0xB2, 0x52, 0, pair]  // MSR
    case 8: return [0xA7, r << 4 | 0xA, byte, byte]  // AHI
    case 9: return [0xA7, r << 4 | 0x8, byte, byte]  // LHI
    case 10: return [0x88 + UInt8(generator.below(4)), r << 4, 0, byte & 0x3F]  // SRL, SLL, SRA, SLA
    case 11: return [0x58, r << 4, 0x6E, 0x00]  // L from 0xE00 behind register 6
    case 12: return [0x50, r << 4, 0x60, 0x00]  // ST
    case 13: return [0x41, 0x60, 0x60, 0x40]  // LA 6,64(6)
    case 14: return [0xA7, (1 << UInt8(generator.below(4))) << 4 | 4, 0, 0x80]  // BRC out of the loop
    default: return [0xB9, 0x98, 0, pair]  // ALCR
    }
  }

  /// One that looks at whole registers, or sets the first.
  private static func wholeInstruction(_ generator: inout SequenceGenerator, _ pair: UInt8) -> [UInt8] {
    // LPGR, LNGR, LTGR, LCGR, LGR, AGR, SGR, ALGR, SLGR, LGFR, LLGFR, NGR, OGR, XGR, CGR, SGFR, AGFR, LLGCR, LLGHR, LLGTR
    let long: [UInt8] = [0, 1, 2, 3, 4, 8, 9, 0xA, 0xB, 0x14, 0x16, 0x80, 0x81, 0x82, 0x20, 0x19, 0x18, 0x84, 0x85, 0x17]
    switch generator.below(7) {
    case 0: return [0xA7, pair & 0xF0 | 0x9, pair & 4 == 0 ? 0 : 0xFF, pair]  // LGHI
    case 1: return [0xE3, pair & 0xF0, 0x6E, 0x10, 0, 0x04]  // LG from 0xE10 behind register 6
    case 2: return [0xE3, pair & 0xF0, 0x60, 0x10, 0, 0x24]  // STG
    case 3: return [0xE3, pair & 0xF0, 0x6E, 0x17, 0, pair & 1 == 0 ? 0x90 : 0x16]  // LLGC, LLGF
    case 4: return [0xB3, 0xC1, 0, pair & 0x40 | pair & 0xF]  // LDGR
    default: return [0xB9, long[generator.below(long.count)], 0, pair]
    }
  }

  @Test(arguments: [false, true])
  func `loops of 32-bit instructions leave what interpreted ones leave, however they end`(_ isMixed: Bool) {
    let machines = [nil, ExecutionMode.compiled.settings].map { BareMachine.forPrograms(compiling: $0) }
    var generator = SequenceGenerator(seed: 32), causes = 0, branches = 0
    for _ in 0..<SeparatedHalvesTests.loopCount {
      var body: [UInt8] = []
      let registers = isMixed ? 3 + generator.below(11) : SeparatedHalvesTests.registers.count
      for _ in 0..<3 + generator.below(12) {
        body += SeparatedHalvesTests.instruction(&generator, of: registers, isMixed: isMixed)
      }
      let back = UInt16(bitPattern: -Int16(body.count / 2))
      body += [0xA7, UInt8(SeparatedHalvesTests.counter << 4 | 6), UInt8(back >> 8), UInt8(back & 0xFF)]
      let seeds = (0..<16).map { _ in generator.random.next() }, walk = 0xF_F800 - UInt64(generator.below(64)) << 6
      let count = UInt64(2 + generator.below(60))
      let results = machines.map { bare -> Result in
        bare.put(body + BareMachine.stopText, at: 0x2000)
        for k in stride(from: UInt64(0x2100), to: 0x2180, by: 4) { bare.put(BareMachine.stopText, at: k) }
        for r in 0..<16 { bare[r] = seeds[r] }
        bare[6] = walk
        bare[SeparatedHalvesTests.counter] = seeds[SeparatedHalvesTests.counter] & ~0xFFFF_FFFF | count
        bare.load(mask: BareMachine.supervisor, address: 0x2000)
        let before = bare.cpu.s.pointee.instructionCount, cause = bare.start(at: 0x2000)
        return Result(
          registers: (0..<16).map { bare[$0] }, cause: cause, mask: cause == nil ? bare.psw.mask : bare.oldPSW.mask,
          address: cause == nil ? bare.psw.instructionAddress : bare.oldPSW.instructionAddress,
          instructions: bare.cpu.s.pointee.instructionCount &- before)
      }
      #expect(results[0] == results[1], "\(body)")
      if results[0] != results[1] { return }
      causes += results[0].cause == nil ? 0 : 1
      branches += results[0].address >= 0x2100 && results[0].address < 0x2200 ? 1 : 0
    }
    #expect(causes > 20)
    #expect(branches > SeparatedHalvesTests.loopCount / 15)
  }
}

import Processor
import Testing

/// Branches and selections on each mask right behind floating-point instructions that set the condition code, unordered operands and
/// exceptions among them, compiled and interpreted.
@Suite struct FloatingPointBranchTests {
  /// Registers 2 and 4, or storage.
  private static let texts: [[UInt8]] = [
    // COMPARE, COMPARE AND SIGNAL
    [0xB3, 0x09, 0, 0x24], [0xB3, 0x19, 0, 0x24], [0xED, 0x20, 0x50, 8, 0, 0x09], [0xED, 0x20, 0x50, 8, 0, 0x19],
    [0xB3, 0x08, 0, 0x24], [0xB3, 0x18, 0, 0x24], [0xED, 0x20, 0x50, 8, 0, 0x08], [0xED, 0x20, 0x50, 8, 0, 0x18],
    // LOAD AND TEST, LOAD COMPLEMENT, LOAD POSITIVE
    [0xB3, 0x02, 0, 0x24], [0xB3, 0x12, 0, 0x24], [0xB3, 0x13, 0, 0x24], [0xB3, 0x10, 0, 0x24],
    // ADD, SUBTRACT, CONVERT TO FIXED
    [0xB3, 0x0A, 0, 0x24], [0xB3, 0x1A, 0, 0x24], [0xB3, 0x1B, 0, 0x24], [0xB3, 0x99, 0x50, 0x34], [0xB3, 0xA9, 0x50, 0x34],
  ]
  /// Long and short in one: quiet and signaling NaNs, infinity, zeros, a tiny number, ones.
  private static let classes: [UInt64] = [
    0x7FF8_0000_0000_0001, 0xFFF4_0000_0000_0004, 0x7FC0_0001_0000_0000, 0x7F80_0003_0000_0000, 0x7FF0_0000_0000_0000, 0, 1 << 63,
    0x0000_0000_0000_0001, 0x3FF0_0000_0000_0000, 0xBFF8_0000_0000_0001,
  ]
  private struct Outcome: Equatable {
    var branch: UInt64 = 0, selection: UInt64 = 0, conditionCode: UInt64 = 0, control: UInt32 = 0
    var cause: ProgramInterruption?
  }

  @Test(arguments: [.max, 1] as [UInt32]) func `every mask decides as in the interpreter`(_ limit: UInt32) {
    var settings = CompilerSettings.atOnce()
    settings.floatFaultLimit = limit
    let machines = [nil, settings].map { BareMachine.forPrograms(compiling: $0) }
    for text in Self.texts {
      for mask in UInt8(0)...15 {
        // LOCGR 7,8; BRC over AGHI 4,1
        let program = text + [0xB9, 0xE2, mask << 4, 0x78, 0xA7, mask << 4 | 4, 0, 4, 0xA7, 0x4B, 0, 1] + BareMachine.stopText
        for bare in machines { bare.put(program, at: 0x2000) }
        for first in Self.classes {
          for second in Self.classes {
            let outcomes = machines.map { bare in
              (bare.cpu.s.pointee.fpr[2], bare.cpu.s.pointee.fpr[4], bare.cpu.s.pointee.fpc) = (first, second, 0x0008_0000)
              (bare[4], bare[5], bare[7], bare[8]) = (0, 0x8000, 0, 1)
              bare.store(second, at: 0x8008)
              let cause = bare.start(at: 0x2000)
              return Outcome(
                branch: bare[4], selection: bare[7], conditionCode: bare.conditionCode, control: bare.cpu.s.pointee.fpc,
                cause: cause)
            }
            #expect(outcomes[0] == outcomes[1], "\(text) \(mask) \(first) \(second)")
            #expect(outcomes[0].cause == nil)
            if outcomes[0] != outcomes[1] { return }
          }
        }
      }
    }
    #expect(machines[1].cpu.checksFloatingPointResults == (limit == 1))
  }
}

import Processor
import Testing

/// EXECUTE in a compiled loop, of another target than the one that was likely when the loop was compiled: what the loop knew does not
/// hold behind it.
@Suite struct ExecuteTargetTests {
  /// The likely target sets bits 32-63 of register 2, the other one all of it.
  @Test(arguments: [0x2100, 0x2110] as [UInt64])
  func `another target leaves the register that it sets`(_ first: UInt64) {
    let bare = BareMachine.forPrograms(compiling: ExecutionMode.compiled.settings)
    let loop: [UInt8] = [
      0x1A, 0x23,  // AR 2,3
      0x44, 0, 0x60, 0,  // EX 0,0(6)
      0x1A, 0x23,
      0xB9, 0x82, 0, 0x67,  // XGR 6,7
      0xA7, 0x56, 0xFF, 0xFA,  // BRCT 5
    ]
    bare.put(loop + BareMachine.stopText, at: 0x2000)
    bare.put([0x1A, 0x23], at: 0x2100)
    bare.put([0xB9, 0x08, 0, 0x24], at: 0x2110)  // AGR 2,4
    (bare[2], bare[3], bare[4]) = (0x1111_1111_0000_0000, 1, 0x1_0000_0000)
    (bare[5], bare[6], bare[7]) = (1000, first, 0x10)
    bare.load(mask: BareMachine.supervisor, address: 0x2000)
    #expect(bare.start(at: 0x2000) == nil)
    #expect(bare[2] == 0x1111_1111_0000_0000 + 500 << 32 + 2500)
  }

  /// The likely target adds, the other one sets the rounding mode. It does not change it while the loop is compiled; then it does.
  @Test func `another target sets the rounding of what follows`() {
    let machines = [nil, ExecutionMode.compiled.settings].map { BareMachine.forPrograms(compiling: $0) }
    let loop: [UInt8] = [
      0xB3, 0x1A, 0, 0x02,  // ADBR 0,2
      0x44, 0, 0x60, 0,  // EX 0,0(6)
      0xB3, 0x1A, 0, 0x02,
      0xB9, 0x82, 0, 0x67,  // XGR 6,7
      0xA7, 0x56, 0xFF, 0xF8,  // BRCT 5
    ]
    let inexact: UInt64 = 0x8_0000, towardZero: UInt64 = 1
    for first in [0x2100, 0x2110] as [UInt64] {
      for control in [inexact, inexact | towardZero] {
        let sums = machines.map { bare -> UInt64 in
          bare.put(loop + BareMachine.stopText, at: 0x2000)
          bare.put([0xB3, 0x1A, 0, 0x02], at: 0x2100)
          bare.put([0xB3, 0x84, 0, 0x40], at: 0x2110)  // SFPC 4
          (bare[4], bare[5], bare[6], bare[7]) = (control, 1000, first, 0x10)
          bare.cpu.s.pointee.fpr[0] = Double(1).bitPattern
          bare.cpu.s.pointee.fpr[2] = 0.1.bitPattern
          bare.cpu.s.pointee.fpc = UInt32(inexact)
          bare.load(mask: BareMachine.supervisor, address: 0x2000)
          #expect(bare.start(at: 0x2000) == nil)
          return bare.cpu.s.pointee.fpr[0]
        }
        #expect(sums[0] == sums[1], "\(first) \(control)")
      }
    }
  }

  @Test(arguments: ExecutionMode.allCases)
  func `what a target stores is a PER event of the EXECUTE, also where the block was compiled before`(_ mode: ExecutionMode) {
    let bare = BareMachine.forPrograms(compiling: mode.settings)
    bare.code("4400 6000 1811 8300 0500", at: 0x2000)
    bare.code("5030 8000", at: 0x2100)  // ST 3,0(8)
    (bare[6], bare[8]) = (0x2100, 0x5000)
    for value in UInt64(1)...4 {
      bare[3] = value
      #expect(bare.start(at: 0x2000) == nil)
      #expect(bare[UInt32.self, 0x5000] == UInt32(value))
    }
    bare.cpu.setControlRegister(9, CPU.PEREvent.storageAlteration)
    bare.cpu.setControlRegister(10, 0x5000)
    bare.cpu.setControlRegister(11, 0x5003)
    bare[3] = 5
    bare.load(mask: BareMachine.supervisor | PSW.per, address: 0x2000)
    bare.turn()
    #expect(bare[UInt32.self, 0x5000] == 5)
    #expect(bare[UInt16.self, Lowcore.programCode] == 0x80)
    #expect(bare[UInt8.self, Lowcore.perCode] == 0x20)
    #expect(bare[UInt64.self, Lowcore.perAddress] == 0x2000)
    #expect(bare.oldPSW.instructionAddress == 0x2004)
    #expect(bare.services.firstDifference == nil)
  }

  /// JE to the end, which branches itself first; then EXECUTE has it not branch.
  @Test(arguments: ExecutionMode.allCases, [0x2100, 0x3100] as [UInt64])
  func `a target that does not branch leaves the breaking-event address, be it the target's own`(
    _ mode: ExecutionMode, _ target: UInt64
  ) {
    let bare = BareMachine.forPrograms(compiling: mode.settings)
    bare.put([0xA7, 0x84, 0, 4], at: target)
    bare.put([0x44, 0, 0x60, 0] + BareMachine.stopText, at: 0x2000)  // EX 0,0(6)
    bare.put(BareMachine.stopText, at: target + 8)
    bare[6] = target
    for _ in 0..<3 {
      bare.setMask(BareMachine.supervisor)
      #expect(bare.start(at: target) == nil)
      #expect(bare.cpu.s.pointee.breakingEventAddress == target)
      bare.setMask(BareMachine.supervisor | 1 << PSW.conditionCodeShift)
      #expect(bare.start(at: 0x2000) == nil)
      #expect(bare.cpu.s.pointee.breakingEventAddress == target)
    }
    bare.setMask(BareMachine.supervisor)
    #expect(bare.start(at: 0x2000) == nil)
    #expect(bare.cpu.s.pointee.breakingEventAddress == 0x2000)
  }
}

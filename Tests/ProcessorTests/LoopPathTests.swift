import Processor
import Testing

/// Loops of several blocks, which are found at work and become one block along the way around.
@Suite struct LoopPathTests {
  /// Counts register 1 down. Registers 5 and 6 are named by their bits 32-63 only, 8 as a whole; where register 9 is zero, register 6 is
  /// subtracted from 7, otherwise added.
  ///
  ///     2000 AR 6,5 | AHI 6,3 | LTGR 9,9 | JE 2014 | AR 7,6 | J 2016
  ///     2014 SR 7,6
  ///     2016 AGHI 8,1 | BRCT 1,2000 | stop
  private static let text = "1A65 A76A0003 B9020099 A7840005 1A76 A7F40003 1B76 A78B0001 A716FFF3 8300 0500"
  private static let count: UInt64 = 200_000

  private static func run(_ bare: BareMachine, way: UInt64) -> [UInt64] {
    for r in 2..<9 { bare[r] = 0x1111_2222_3333_4444 &* UInt64(r) }
    (bare[1], bare[9]) = (0xFFFF_0000_0000_0000 | count, way)
    bare.load(mask: BareMachine.supervisor, address: 0x2000)
    #expect(bare.start(at: 0x2000) == nil)
    return (1..<10).map { bare[$0] } + [bare.cpu.s.pointee.conditionCode, bare.cpu.s.pointee.breakingEventAddress]
  }

  @Test func `a loop goes around either way as the interpreter goes, and its blocks follow branches`() {
    let interpreted = BareMachine.forPrograms(compiling: nil)
    let compiled = BareMachine.forPrograms(compiling: ExecutionMode.compiled.settings)
    for bare in [interpreted, compiled] { bare.code(LoopPathTests.text, at: 0x2000) }
    // The way around changes after it was compiled, and changes back.
    for way in [0, 1, 1 << 63, 0] as [UInt64] {
      let results = [interpreted, compiled].map { LoopPathTests.run($0, way: way) }
      #expect(results[0] == results[1], "\(way)")
    }
    #expect(compiled.cpu.s.pointee.instructionCount == interpreted.cpu.s.pointee.instructionCount)
    #expect(compiled.cpu.followingBlockCount == 2)
    #expect(interpreted.cpu.followingBlockCount == 0)
  }

  @Test func `a loop that was found at work is given up when its code changes`() {
    let bare = BareMachine.forPrograms(compiling: ExecutionMode.compiled.settings)
    bare.code(LoopPathTests.text, at: 0x2000)
    let before = LoopPathTests.run(bare, way: 0)
    // SR 7,6 becomes XR 7,6.
    bare.put([0x17, 0x76], at: 0x2014)
    let interpreted = BareMachine.forPrograms(compiling: nil)
    interpreted.code(LoopPathTests.text, at: 0x2000)
    interpreted.code("1776", at: 0x2014)
    let after = LoopPathTests.run(bare, way: 0)
    #expect(after == LoopPathTests.run(interpreted, way: 0))
    #expect(after != before)
  }
}

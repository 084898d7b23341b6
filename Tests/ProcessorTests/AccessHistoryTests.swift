import Processor
import Testing

/// Accesses that miss their sites: it is found out whether they wander, and only then their block is compiled again.
@Suite struct AccessHistoryTests {
  /// Register 1 counts down. Its bit in register 7, shifted by register 8, is added to the address in register 2.
  ///
  ///     2000 LGR 6,1 | NGR 6,7 | SLLG 6,6,0(8) | LG 4,0(6,2) | AGR 5,4 | STG 5,8(6,2) | BRCTG 1,2000 | stop
  private static let text = "B9040061 B9800067 EB668000000D E34620000004 B9080054 E35620080024 A717FFF1 8300 0500"

  /// - Parameter bit: of the counter, which decides between two pages: bit 0 changes each time around.
  /// - Returns: what it left in registers and in both pages, and how often blocks were compiled again.
  private static func run(
    bit: UInt64, count: UInt64, compiling: CompilerSettings?
  ) throws -> (results: [UInt64], recompilations: Int) {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: compiling)
    try bare.mapIdentity()
    bare.code(text, at: 0x2000)
    let pages: [UInt64] = [0x10_0000, 0x10_1000]
    for (k, page) in pages.enumerated() { bare[UInt64.self, page] = 0x1234_5678_9ABC_DEF0 &* UInt64(k + 3) }
    (bare[1], bare[2], bare[5]) = (count, pages[0], 0)
    (bare[7], bare[8]) = (1 << bit, 12 - bit)
    bare.load(mask: BareMachine.supervisor | PSW.dat, address: 0x2000)
    #expect(bare.start(at: 0x2000) == nil)
    let stored = pages.flatMap { [bare[UInt64.self, $0], bare[UInt64.self, $0 + 8]] }
    return ((1..<10).map { bare[$0] } + stored, bare.cpu.recompilationCount)
  }

  @Test(arguments: [(0, true), (1, true), (3, true), (7, false), (9, false)] as [(UInt64, Bool)])
  func `accesses that change pages often have their block compiled again, others do not`(bit: UInt64, wanders: Bool) throws {
    let compiled = try AccessHistoryTests.run(bit: bit, count: 60_000, compiling: ExecutionMode.compiled.settings)
    let interpreted = try AccessHistoryTests.run(bit: bit, count: 60_000, compiling: nil)
    #expect(compiled.results == interpreted.results)
    #expect((compiled.recompilations > 0) == wanders)
  }

  /// Register 2 goes through four pages, in register 3's passes.
  ///
  ///     2000 LG 4,0(2) | AGR 5,4 | AGHI 2,512 | BRCTG 3,2000 | stop
  private static let walk = "E34020000004 B9080054 A72B0200 A737FFF9 8300 0500"

  @Test func `an access whose first pass is always in one page wanders, as later passes leave its site in another`() throws {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: ExecutionMode.compiled.settings)
    try bare.mapIdentity()
    bare.code(AccessHistoryTests.walk, at: 0x2000)
    let start: UInt64 = 0x10_0800
    for k in 0..<24 as Range<UInt64> { bare[UInt64.self, start + 512 * k] = k + 1 }
    for _ in 0..<1000 {
      (bare[2], bare[3], bare[5]) = (start, 24, 0)
      bare.load(mask: BareMachine.supervisor | PSW.dat, address: 0x2000)
      #expect(bare.start(at: 0x2000) == nil)
      #expect(bare[5] == 300)
    }
    #expect(bare.cpu.recompilationCount > 0)
  }
}

import Processor
import Testing

/// Compiled accesses to storage whose neighbouring pages lie apart, on and off their boundaries, with translations purged in
/// between: what a site remembers must never be taken for what it does not.
@Suite struct CompiledAccessTests {
  /// The first page whose frames are shuffled, and how many are.
  private static let firstPage: UInt64 = 0x10_0000, pageCount = 64

  private static func machine(_ compiling: CompilerSettings?) throws -> BareMachine {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: compiling)
    try bare.mapIdentity()
    var generator = SeededGenerator(seed: 1)
    let frames = (0..<UInt64(pageCount)).map { firstPage + $0 << 12 }.shuffled(using: &generator)
    for (k, frame) in frames.enumerated() { bare[UInt64.self, bare.pageEntry(firstPage + UInt64(k) << 12)] = frame }
    for k in 0..<UInt64(pageCount) * 512 { bare[UInt64.self, firstPage + 8 * k] = generator.next() }
    bare.setMask(BareMachine.dat)
    bare.cpu.flushTLB()
    return bare
  }

  /// Loads and stores of registers 0-3 and 6-11 by register 5, in every size.
  private static let texts: [[UInt8]] = [
    [0xE3, 0x00, 0x50, 0x00, 0x00, 0x04],  // LG 0
    [0x58, 0x10, 0x50, 0x00],  // L 1
    [0x48, 0x20, 0x50, 0x00],  // LH 2
    [0xE3, 0x30, 0x50, 0x00, 0x00, 0x90],  // LLGC 3
    [0xE3, 0x60, 0x50, 0x00, 0x00, 0x24],  // STG 6
    [0x50, 0x70, 0x50, 0x00],  // ST 7
    [0x40, 0x80, 0x50, 0x00],  // STH 8
    [0x42, 0x90, 0x50, 0x00],  // STC 9
    [0xEB, 0xAB, 0x50, 0x00, 0x00, 0x04],  // LMG 10,11
    [0xEB, 0x68, 0x50, 0x00, 0x00, 0x24],  // STMG 6,8
    [0x98, 0x01, 0x50, 0x00],  // LM 0,1
    [0x90, 0x23, 0x50, 0x00],  // STM 2,3
    [0x68, 0x20, 0x50, 0x00],  // LD 2
    [0x60, 0x40, 0x50, 0x00],  // STD 4
    [0xD2, 0x1F, 0x50, 0x00, 0x50, 0x40],  // MVC 0(32,5),64(5)
    [0xD5, 0x1F, 0x50, 0x00, 0x50, 0x20],  // CLC
    [0xD7, 0x0B, 0x50, 0x00, 0x50, 0x00],  // XC
    [0xE3, 0x60, 0x50, 0x00, 0x00, 0x18],  // AGF 6
  ]

  @Test func `an access finds its bytes wherever it lies and whatever was purged`() throws {
    let interpreter = try CompiledAccessTests.machine(nil), compiler = try CompiledAccessTests.machine(.atOnce())
    var generator = SeededGenerator(seed: 2)
    for (k, text) in CompiledAccessTests.texts.enumerated() {
      let place = 0x2000 + 16 * UInt64(k)
      for bare in [interpreter, compiler] { bare.put(text + BareMachine.stopText, at: place) }
      for _ in 0..<600 {
        let random = generator.next()
        let page = CompiledAccessTests.firstPage + (random & 31) << 12
        let address = random & 32 == 0 ? page + 0xFE0 + random >> 8 & 31 : page + random >> 8 & 0xFF8
        let purges = random >> 60 == 0, values = (0..<4).map { _ in generator.next() }
        for bare in [interpreter, compiler] {
          if purges { bare.cpu.flushTLB() }
          bare[5] = address
          for r in 0..<4 { bare[6 + r] = values[r] }
          #expect(bare.start(at: place) == nil)
        }
        let seen = (0..<16).map { [interpreter[$0], compiler[$0]] }
        #expect(seen.allSatisfy { $0[0] == $0[1] }, "\(text) at \(address)")
      }
    }
    let end = CompiledAccessTests.pageCount << 12
    #expect(
      interpreter.bytes(end, at: CompiledAccessTests.firstPage) == compiler.bytes(end, at: CompiledAccessTests.firstPage))
  }
}

import Processor
import Testing

/// Compiled instructions that lie in two pages: the second one is changed, exchanged and taken away, and the first is at two
/// addresses with different neighbours. Whatever happens, the instruction is what is there now.
@Suite struct CrossingInstructionTests {
  /// Two neighbours at two places; the first page of both is the same frame.
  private static let place: UInt64 = 0x10_0000, alias: UInt64 = 0x12_0000
  private static let first: UInt64 = 0x14_0000, ends: [UInt64] = [0x15_3000, 0x15_8000]

  private static func machine(_ compiling: CompilerSettings?) throws -> BareMachine {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: compiling)
    try bare.mapIdentity()
    bare.setMask(BareMachine.dat)
    for address in [place, alias] { bare[UInt64.self, bare.pageEntry(address)] = first }
    lead(bare, place, to: ends[0])
    lead(bare, alias, to: ends[1])
    return bare
  }
  /// Maps the page behind `address` to a frame, or to none.
  private static func lead(_ bare: BareMachine, _ address: UInt64, to frame: UInt64?) {
    bare[UInt64.self, bare.pageEntry(address + 0x1000)] = frame ?? 0x400
    bare.cpu.flushTLB()
  }
  /// Puts an instruction's text so that `count` bytes of it are in the first page.
  private static func put(_ text: [UInt8], _ count: Int, _ end: Int, _ bare: BareMachine) {
    bare.put(Array(text.prefix(count)), at: first + 0x1000 - UInt64(count))
    bare.put(Array(text.dropFirst(count)) + BareMachine.stopText, at: ends[end])
  }

  /// An instruction and what it becomes when its last two bytes are others.
  private static let texts: [(text: [UInt8], other: [UInt8])] = [
    ([0xA7, 0x3B, 0x12, 0x34], [0x43, 0x21]),  // AGHI 3
    ([0xC2, 0x38, 0x00, 0x01, 0x12, 0x34], [0x00, 0x07]),  // AGFI 3
    ([0xC0, 0x30, 0x00, 0x00, 0x00, 0x20], [0x12, 0x34]),  // LARL 3
    ([0xE3, 0x30, 0x50, 0x00, 0x00, 0x04], [0x00, 0x14]),  // LG 3, LGF 3
    ([0xE3, 0x30, 0x50, 0x08, 0x00, 0x24], [0x00, 0x08]),  // STG 3, AG 3
    ([0xD2, 0x07, 0x50, 0x10, 0x50, 0x18], [0x50, 0x20]),  // MVC
    ([0xEC, 0x36, 0x00, 0x0C, 0x00, 0x7E], [0x00, 0x7C]),  // CIJ, CGIJ
    ([0xA7, 0x14, 0x00, 0x06], [0x00, 0x02]),  // BRC
    ([0xD7, 0x03, 0x50, 0x20, 0x50, 0x24], [0x50, 0x20]),  // XC: called, compiled
    ([0xB9, 0x04, 0x00, 0x35], [0x00, 0x37]),  // LGR 3,5; LGR 3,7
  ]

  /// Runs what is at both places, and compares.
  private func compare(_ machines: [BareMachine], _ count: Int, _ what: String) {
    for address in [Self.place, Self.alias] {
      let ends = machines.map { bare -> [UInt64] in
        bare[3] = 0x1111
        bare[5] = 0x20_0000
        bare[7] = 0x7777
        bare.conditionCode = 2
        let cause = bare.start(at: address + 0x1000 - UInt64(count))
        let old = bare.old(.program)
        let isEnded = cause != nil
        return [
          UInt64(cause?.rawValue ?? 0), isEnded ? old.instructionAddress : bare.psw.instructionAddress,
          isEnded ? UInt64(bare.programLength) : 0, isEnded ? bare.identification : 0, bare[3],
          isEnded ? old.mask : bare.conditionCode,
        ] + (0..<8).map { bare[UInt64.self, 0x20_0000 + 8 * $0] }
      }
      #expect(ends[0] == ends[1], "\(what) at \(String(address, radix: 16))")
    }
  }

  @Test func `an instruction in two pages is what is there when it is executed`() throws {
    let machines = [try Self.machine(nil), try Self.machine(.atOnce())]
    for (text, other) in Self.texts {
      for count in stride(from: 2, to: text.count, by: 2) {
        let changed = text.dropLast(2) + other
        for bare in machines {
          for k in 0..<8 { bare[UInt64.self, 0x20_0000 + 8 * UInt64(k)] = UInt64(k) &* 0x0123_4567_89AB_CDEF }
          Self.put(text, count, 0, bare)
          Self.put(Array(changed), count, 1, bare)
        }
        for k in 0..<3 { compare(machines, count, "\(text) \(count), run \(k)") }
        for bare in machines { Self.lead(bare, Self.place, to: Self.ends[1]) }
        for _ in 0..<2 { compare(machines, count, "\(text) \(count), the other page") }
        for bare in machines { Self.lead(bare, Self.place, to: nil) }
        compare(machines, count, "\(text) \(count), no page")
        for bare in machines {
          Self.lead(bare, Self.place, to: Self.ends[0])
          bare.put(Array(changed.dropFirst(count)), at: Self.ends[0])
          bare.put(Array(text.dropFirst(count)), at: Self.ends[1])
        }
        for _ in 0..<2 { compare(machines, count, "\(text) \(count), changed") }
      }
    }
  }
}

import ServiceProcessor
import Storage
import Testing

@Suite struct ServiceCallFuzzTests {
  /// A repeatable generator (xorshift64*), so that a failure can be found again by its seed.
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return state &* 0x2545_F491_4F6C_DD1D
    }
  }

  private static let commands: [UInt32] = [
    0x0001_0001, 0x0002_0001, 0x0012_0001, 0x0004_0001,
    0x0076_0005, 0x0077_0005, 0x0078_0005, 0x0076_0005, 0x0077_0005, 0x0078_0005,
  ]

  /// An SCCB that is wrong in a random way: noise, or events and masks with some bytes changed.
  private func sccb(_ random: inout Seeded) -> [UInt8] {
    var bytes: [UInt8]
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes = (0..<Int.random(in: 8...600, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    case 1:
      let texts = (0..<Int.random(in: 0..<6, using: &random)).map { [UInt8](repeating: 0x81, count: $0 * 3) }
      let data = Guest.message(texts, type: Bool.random(using: &random) ? 2 : 9) + Guest.event(0x1A, [1, 2, 3])
      bytes = Guest.sccb(8 + data.count, data)
    case 2:
      let mask = (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }
      bytes = Guest.sccb(Int.random(in: 8...4096, using: &random), [0, 0, 0, UInt8.random(in: 0...12, using: &random)] + mask)
    case 3:
      let function = UInt8.random(in: 0...2, using: &random)
      bytes = Guest.sccb(Int.random(in: 8...4096, using: &random), function: function, variable: true)
    default:
      let data = Guest.event(0x0B, [UInt8](repeating: 0x40, count: Int.random(in: 50...90, using: &random)))
      bytes = Guest.sccb(8 + data.count, data)
    }
    for _ in 0..<Int.random(in: 0..<4, using: &random) {
      bytes[Int.random(in: 0..<min(bytes.count, 90), using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    return bytes
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `no SCCB makes the service processor crash or write outside of the length it had`(seed: UInt64) throws {
    var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
    let guest = try Guest(megabytes: 1)
    let page = Guest.page, around: UInt64 = 8192
    let lowest = page - around
    for round in 0..<4000 {
      if round % 7 == 0 { guest.service.enter(line: String(repeating: "%x", count: Int.random(in: 0..<300, using: &random))) }
      if round % 5 == 0 { guest.service.send(bytes: [UInt8](repeating: 7, count: Int.random(in: 0..<6000, using: &random))) }
      if round % 50 == 0 { guest.service.requestShutdown() }
      if round % 60 == 0 { guest.attach(lineMode: Bool.random(using: &random), terminal: Bool.random(using: &random)) }
      if round % 97 == 0 { guest.service.reset() }

      let fill = UInt8.random(in: 0...255, using: &random)
      guest.storage.host(AbsoluteAddress(lowest)).initializeMemory(as: UInt8.self, repeating: fill, count: 5 * 8192)
      let address = page + UInt64.random(in: 0..<512, using: &random) * 8
      let bytes = sccb(&random)
      guest.put(bytes, at: address)
      let length = UInt64(half(bytes, 0))
      let before = guest.get(5 * 8192, at: lowest)

      let command = try #require(Self.commands.randomElement(using: &random))
      let outcome = guest.serviceCall(command, at: address)
      #expect(outcome == (length < 8 ? .specificationException : .accepted))
      let signal = guest.service.takeServiceSignal()
      if outcome == .accepted { #expect(UInt64((signal ?? 0) & ~7) == address) }

      let after = guest.get(5 * 8192, at: lowest), start = Int(address - lowest)
      let end = outcome == .accepted ? start + Int(min(length, 4096)) : start
      let same = before[..<start] == after[..<start] && before[end...] == after[end...]
      try #require(same, "seed \(seed) round \(round) command \(command)")
    }
  }

  @Test func `a service call at any address is an outcome, never a crash`() throws {
    var random = Seeded(state: 99)
    let guest = try Guest(megabytes: 1)
    for _ in 0..<200_000 {
      let shift = UInt64.random(in: 0..<64, using: &random)
      let address = UInt64.random(in: 0...UInt64.max, using: &random) >> shift
      _ = guest.service.serviceCall(
        command: UInt32(truncatingIfNeeded: random.next()), sccb: RealAddress(address),
        prefix: AbsoluteAddress(random.next() & 0x7FFF_E000))
      _ = guest.service.takeServiceSignal()
    }
  }
}

import Ironload
import Processor
import Testing

/// What a guest asks of the machine by DIAGNOSE and SERVC, on a machine of 1 MiB: R1 to R4 have what is asked.
@Suite struct GuestCallTests {
  /// Carries out one instruction at 0x3000, between two of which nothing else happens.
  /// - Returns: the program-interruption code; 0 for none.
  private func interruption(
    _ m: borrowing EmptyMachine, _ instruction: String, _ registers: [UInt64], prefix: UInt64 = 0
  ) throws -> UInt16 {
    try m.program(instruction + "b2b20210", at: 0x3000)
    try m.machine.write([(.prefix, prefix)] + registers.enumerated().map { (.general($0.offset + 1), $0.element) })
    for (place, address) in [(0x1D0, "0bad"), (0x210, "0fed")] as [(UInt64, String)] {
      try m.machine.write(bytes("0002000180000000 000000000000" + address), at: StorageLocation(.real, place))
    }
    try m.machine.write([0, 0], at: StorageLocation(.real, 0x8E))
    try m.machine.start()
    #expect(m.machine.wait(limit: .seconds(10)) == .atRest)
    try m.machine.stop()
    return try m.register(.pswAddress) == 0xFED ? 0 : UInt16(try m.machine.read(2, at: StorageLocation(.real, 0x8E))[1])
  }

  @Test func `an SCCB is below 2 GiB, all of a 64-bit address counts`() throws {
    let m = try EmptyMachine()
    for (high, code) in [(0, 0), (1 << 31, 6), (1 << 32, 6), (1 << 63, 6)] as [(UInt64, UInt16)] {
      try m.machine.write(bytes("1000"), at: StorageLocation(.absolute, 0x8000))
      #expect(try interruption(m, "b2200012", [0x0002_0001, 0x8000 + high]) == code)
    }
  }

  @Test func `pages that a guest releases are zero, those of real addresses, and not the first two`() throws {
    let m = try EmptyMachine(), ones = [UInt8](repeating: 0x11, count: 0x1000)
    let pages: [UInt64] = [0x1000, 0x4000, 0x5000, 0x6000, 0x7000]
    func release(_ first: UInt64, _ last: UInt64, prefix: UInt64 = 0) throws -> (code: UInt16, zero: [UInt64]) {
      for page in pages { try m.machine.write(ones, at: StorageLocation(.absolute, page)) }
      let code = try interruption(m, "83120010", [first, last], prefix: prefix)
      return (code, try pages.filter { try m.machine.read(1, at: StorageLocation(.absolute, $0 + 0xF00)) == [0] })
    }
    #expect(try release(0x5000, 0x6000) == (0, [0x5000, 0x6000]))
    // The second page of the prefix area is absolute 0x1000.
    #expect(try release(0x5000, 0x6000, prefix: 0x4000) == (0, [0x1000, 0x6000]))
    for (first, last, code) in [
      (0, 0, 6), (0x1000, 0x5000, 6), (0x6000, 0x5000, 6), (0x5001, 0x5001, 6), (0x5000, 0x10_0000, 5), (0x5000, ~0xFFF, 5),
    ] as [(UInt64, UInt64, UInt16)] { #expect(try release(first, last) == (code, [])) }
  }

  @Test(arguments: ["0000", "0014", "0024", "00a8", "0250", "0258", "0318", "0500"])
  func `a DIAGNOSE that is not there is a specification exception`(_ code: String) throws {
    let m = try EmptyMachine()
    #expect(try interruption(m, "8312" + code, [0x5000, 0]) == 6)
  }
}

import Foundation
import Ironload
import Processor
import Testing

/// What a guest asks of the machine by DIAGNOSE and SERVC, one call at a time, on a machine of 1 MiB that is stopped between them.
@Suite struct GuestCallTests {
  /// Carries out one instruction with `registers` in R1 and those after it, and INSERT PROGRAM MASK of R9.
  /// - Returns: the program-interruption code, 0 for none, and the condition code.
  private func call(
    _ machine: Machine, _ instruction: String, _ registers: [UInt64], prefix: UInt64 = 0
  ) throws -> (interruption: UInt8, condition: UInt64) {
    func put(_ text: String, _ address: UInt64, _ kind: StorageLocation.Kind = .real) throws {
      try machine.write(bytes(text), at: StorageLocation(kind, address))
    }
    try put(instruction + "b2220090 b2b20210", 0x3000, .absolute)
    try machine.write([(.architecturalMode, 1), (.pswMask, EmptyMachine.mask), (.pswAddress, 0x3000), (.prefix, prefix)])
    try machine.write(registers.enumerated().map { (.general($0.offset + 1), $0.element) })
    try put("0002000180000000 0000000000000bad", 0x1D0)
    try put("0002000180000000 0000000000000fed", 0x210)
    try machine.start()
    #expect(machine.wait(limit: .seconds(10)) == .atRest)
    try machine.stop()
    let end = try machine.read([.pswAddress, .general(9)])
    return (end[0] == 0xFED ? 0 : try machine.read(2, at: StorageLocation(.real, 0x8E))[1], end[1] >> 28 & 3)
  }

  @Test func `an SCCB is below 2 GiB, all of a 64-bit address counts`() throws {
    let m = try EmptyMachine()
    for (high, code) in [(0, 0), (1 << 31, 6), (1 << 32, 6), (1 << 63, 6)] as [(UInt64, UInt8)] {
      try m.machine.write(bytes("1000"), at: StorageLocation(.absolute, 0x8000))
      #expect(try call(m.machine, "b2200012", [0x0002_0001, 0x8000 + high]).interruption == code)
    }
  }

  @Test func `pages that a guest releases are zero, those of real addresses, and not the first two`() throws {
    let m = try EmptyMachine(), ones = [UInt8](repeating: 0x11, count: 0x1000)
    let pages: [UInt64] = [0x1000, 0x4000, 0x5000, 0x6000, 0x7000]
    func release(_ first: UInt64, _ last: UInt64, prefix: UInt64 = 0) throws -> (code: UInt8, zero: [UInt64]) {
      for page in pages { try m.machine.write(ones, at: StorageLocation(.absolute, page)) }
      let code = try call(m.machine, "83120010", [first, last], prefix: prefix).interruption
      return (code, try pages.filter { try m.machine.read(1, at: StorageLocation(.absolute, $0 + 0xF00)) == [0] })
    }
    #expect(try release(0x5000, 0x6000) == (0, [0x5000, 0x6000]))
    // The second page of the prefix area is absolute 0x1000.
    #expect(try release(0x5000, 0x6000, prefix: 0x4000) == (0, [0x1000, 0x6000]))
    for (first, last, code) in [
      (0, 0, 6), (0x1000, 0x5000, 6), (0x6000, 0x5000, 6), (0x5001, 0x5001, 6), (0x5000, 0x10_0000, 5), (0x5000, ~0xFFF, 5),
    ] as [(UInt64, UInt64, UInt8)] { #expect(try release(first, last) == (code, [])) }
  }

  @Test(arguments: ["0000", "0014", "0024", "00a8", "0250", "0258", "0318", "0500"])
  func `a DIAGNOSE that is not there is a specification exception`(_ code: String) throws {
    let m = try EmptyMachine()
    #expect(try call(m.machine, "8312" + code, [0x5000, 0]).interruption == 6)
  }

  /// SSKE 4,2; the instruction; ISKE 5,2.
  @Test(
    arguments: [("b2342000", 3, 0x0001_FFFF), ("b2352000", 3, 0x0001_FFFF), ("b2362000", 0, 0x0001_0000)]
      as [(String, UInt64, UInt64)])
  func `an I-O instruction that stores nothing changes nothing`(_ text: String, _ code: UInt64, _ subchannel: UInt64) throws {
    let m = try EmptyMachine()
    try m.machine.write([(.general(4), 0), (.general(5), ~0)])
    let end = try call(m.machine, "b22b0042" + text + "b2290052", [subchannel, 0x5000])
    #expect(end.interruption == 0 && end.condition == code)
    #expect(try m.register(.general(5)) & 0xFF == 0)
  }

  @Test func `a segment that lost a page is not given again`() throws {
    let folder = try VolumeFolder(), path = try folder.write("segment", [UInt8](repeating: 0, count: 1 << 20))
    let machine = try Machine(
      MachineConfiguration(memory: 1 << 20, nvdimms: [.init(id: "pm0", path: path, share: true)], onStop: .hold))
    defer { machine.close() }
    /// DIAGNOSE 64 with the name PM0 at 0x5000.
    func segment(_ subcode: UInt64) throws -> [UInt64] {
      try machine.write(bytes("d7d4f04040404040"), at: StorageLocation(.absolute, 0x5000))
      let end = try call(machine, "83120064", [0x5000, subcode])
      return [UInt64(end.interruption), end.condition] + (try machine.read([.general(1), .general(2)]))
    }
    let find: UInt64 = 0x2C, load: UInt64 = 0x20, first = try segment(find)
    #expect(Array(first[..<2]) == [0, 1] && first[3] == first[2] + 0xF_FFFF)  // there, not loaded
    #expect(try segment(load) == [0, 0, first[2], first[3]] && segment(find) == [0, 0, first[2], first[3]])
    try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 0)
    try machine.write([(.general(1), first[2]), (.pswMask, EmptyMachine.mask), (.pswAddress, 0x3000)])
    try machine.write(bytes("e32010000004"), at: StorageLocation(.absolute, 0x3000))  // LG 2,0(1)
    try machine.start()
    #expect(machine.wait(limit: .seconds(10)) == .atRest)
    #expect(try machine.status().state == .checkStop)
    machine.systemReset(clear: true)
    #expect(try segment(load) == [0, 2, 0x5000, 174])
  }
}

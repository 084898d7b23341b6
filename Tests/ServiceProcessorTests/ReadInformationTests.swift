import ServiceProcessor
import Testing

@Suite struct ReadInformationTests {
  @Test(arguments: [UInt32(0x0002_0001), 0x0012_0001])
  func `READ SCP INFO has every field at its place and zeros elsewhere`(command: UInt32) throws {
    var description = SystemDescription(
      storageSize: 4 << 20, cpus: [.init(address: 0), .init(address: 5, type: 3, facilities: [0x11, 0x22])], highestCPUAddress: 7)
    description.loadParameter = try #require(LoadParameter("prompt"))
    description.characteristics = [85: 0x02, 99: 44, 116: 0x80, 127: 9, 8: 0xFF, 48: 0xFF, 120: 0xFF, 200: 0xFF, -1: 1]
    let guest = try Guest(description: description)

    var expected = [UInt8](repeating: 0, count: 4096)
    func expect(_ bytes: [UInt8], at offset: Int) { expected.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
    expect([0x10, 0x00, 0x80, 0, 0, 0x80, 0x00, 0x10], at: 0)  // length, function code, control mask, response
    expect([0, 4], at: 8)  // increments
    expect([1], at: 10)  // MiB an increment
    expect([0, 2, 0, 128], at: 16)  // CPUs and their offset
    expect([0xD7, 0xD9, 0xD6, 0xD4, 0xD7, 0xE3, 0x40, 0x40], at: 24)  // PROMPT
    expect(be(UInt64(0x0804_0040_0000_0000)), at: 48)  // facilities
    expect([0x02], at: 85)
    expect([44], at: 99)
    expect(be(UInt32(1)) + be(UInt64(4)), at: 100)  // the wide forms of size and number
    expect([0x80], at: 116)
    expect([0, 7], at: 120)  // highest CPU address
    expect([9], at: 127)
    expect([0, 0], at: 128)
    expect([5, 0, 0x11, 0x22], at: 144)
    expect([3], at: 158)

    var sccb = Guest.sccb(4096, function: 0x80, variable: true, [UInt8](repeating: 0xEE, count: 4088))
    sccb[5] = 0x80
    #expect(try guest.call(command, sccb) == expected)
  }

  @Test func `READ SCP INFO with an SCCB shorter than its answer gets 0300 and no data`() throws {
    for cpus in [1, 2, 8] {
      let guest = try Guest(
        description: SystemDescription(storageSize: 4 << 20, cpus: (0..<cpus).map { .init(address: UInt8($0)) }))
      let needed = 128 + 16 * cpus
      for length in 8..<needed {
        let answer = try guest.call(0x0002_0001, Guest.sccb(length, [UInt8](repeating: 0xEE, count: length - 8)))
        #expect(response(answer) == 0x0300)
        #expect(answer[8...].allSatisfy { $0 == 0xEE })
      }
      #expect(try response(guest.call(0x0002_0001, Guest.sccb(needed))) == 0x0010)
    }
  }

  @Test func `READ CPU INFO has every field at its place`() throws {
    let guest = try Guest(
      description: SystemDescription(storageSize: 4 << 20, cpus: [.init(address: 0), .init(address: 1), .init(address: 2)]))
    let answer = try guest.call(0x0001_0001, Guest.sccb(4096, [UInt8](repeating: 0xEE, count: 4088)))
    #expect(response(answer) == 0x0010)
    #expect([UInt8](answer[8..<24]) == [0, 3, 0, 24, 0, 0, 0, 72] + [UInt8](repeating: 0, count: 8))
    for k in 0..<3 { #expect([UInt8](answer[24 + 16 * k..<40 + 16 * k]) == [UInt8(k)] + [UInt8](repeating: 0, count: 15)) }
    #expect(answer[72...].allSatisfy { $0 == 0 })
  }

  @Test func `READ CPU INFO with an SCCB shorter than its answer gets 0300`() throws {
    let guest = try Guest()
    for length in 8..<40 { #expect(try response(guest.call(0x0001_0001, Guest.sccb(length))) == 0x0300) }
    #expect(try response(guest.call(0x0001_0001, Guest.sccb(40))) == 0x0010)
  }

  @Test(
    arguments: [
      // storage in MiB, increments (0: see the wide form), MiB an increment (0: see the wide form), wide size, wide number
      (1, 1, 1, 1, 1), (1020, 1020, 1, 1, 1020), (1024, 512, 2, 2, 512), (3000, 750, 4, 4, 750), (1025, 1025, 1, 1, 1025),
      (70001, 0, 1, 1, 70001), (1 << 18, 512, 0, 512, 512), (1 << 17, 512, 0, 256, 512), (1 << 16, 512, 128, 128, 512),
    ] as [(UInt64, UInt16, UInt8, UInt32, UInt64)])
  func `increments times their size are all of storage`(
    megabytes: UInt64, number: UInt16, size: UInt8, wideSize: UInt32, wideNumber: UInt64
  ) throws {
    let guest = try Guest(description: SystemDescription(storageSize: megabytes << 20))
    let answer = try guest.call(0x0002_0001, Guest.sccb(4096))
    #expect(half(answer, 8) == number)
    #expect(answer[10] == size)
    #expect(word(answer, 100) == wideSize)
    #expect(UInt64(word(answer, 104)) << 32 | UInt64(word(answer, 108)) == wideNumber)
    // As Linux reads it (sclp_early_facilities_detect).
    let linuxNumber = number != 0 ? UInt64(number) : wideNumber, linuxSize = size != 0 ? UInt64(size) : UInt64(wideSize)
    #expect(linuxNumber * linuxSize == megabytes)
  }

  @Test func `a new description counts from the next call on`() throws {
    let guest = try Guest()
    guest.service.description.loadParameter = try #require(LoadParameter("2"))
    #expect(try [UInt8](guest.call(0x0002_0001, Guest.sccb(4096))[24..<32]) == [0xF2, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40])
  }

  @Test func `load parameters are eight characters of the allowed ones`() throws {
    #expect(LoadParameter().bytes == [UInt8](repeating: 0x40, count: 8))
    #expect(try #require(LoadParameter("a.9 z")).bytes == [0xC1, 0x4B, 0xF9, 0x40, 0xE9, 0x40, 0x40, 0x40])
    #expect(try #require(LoadParameter("a.9 z")).description == "A.9 Z")
    for bad in ["123456789", "a-b", "ä", "ß", "a\n"] { #expect(LoadParameter(bad) == nil) }
  }

  @Test func `code pages are one to one and agree with known characters`() {
    for page in CodePage.allCases {
      #expect(Set((UInt8.min...UInt8.max).map(page.latin1)).count == 256)
      for c in UInt8.min...UInt8.max { #expect(page.latin1(page.ebcdic(c)) == c) }
    }
    #expect(CodePage.ibm037.encode("[!]^|") == [0xBA, 0x5A, 0xBB, 0xB0, 0x4F])
    #expect(CodePage.ibm500.encode("[!]^|") == [0x4A, 0x4F, 0x5A, 0x5F, 0xBB])
    #expect(CodePage.ibm500.encode("Az 09%\\~") == [0xC1, 0xA9, 0x40, 0xF0, 0xF9, 0x6C, 0xE0, 0xA1])
    #expect(CodePage.ibm500.encode("\u{20AC}") == CodePage.ibm500.encode("?"))
  }
}

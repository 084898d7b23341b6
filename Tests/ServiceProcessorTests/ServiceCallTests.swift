import ServiceProcessor
import Storage
import Testing

@Suite struct ServiceCallTests {
  static let readSCPInfo: UInt32 = 0x0002_0001

  @Test func `an SCCB that is not on a doubleword boundary is a specification exception`() throws {
    let guest = try Guest()
    guest.put(Guest.sccb(4000), at: Guest.page)
    for offset in 1..<UInt64(8) {
      #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.page + offset) == .specificationException)
    }
    #expect(guest.service.takeServiceSignal() == nil)
  }

  @Test func `an SCCB in the prefix area, real or absolute, is a specification exception`() throws {
    let guest = try Guest()
    for offset in stride(from: UInt64(0), to: 0x2000, by: 8) {
      #expect(guest.serviceCall(Self.readSCPInfo, at: offset) == .specificationException)
      #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.prefix.value + offset) == .specificationException)
    }
    #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.prefix.value + 0x2000) == .specificationException)  // its length is 0
    guest.put(Guest.sccb(8), at: Guest.prefix.value + 0x2000)
    #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.prefix.value + 0x2000) == .accepted)
  }

  @Test func `an SCCB at 2 GiB or above is a specification exception`() throws {
    let guest = try Guest()
    for bit in 31..<64 {
      #expect(guest.serviceCall(Self.readSCPInfo, at: 1 << bit) == .specificationException)
      #expect(guest.serviceCall(Self.readSCPInfo, at: 1 << bit | Guest.page) == .specificationException)
    }
    #expect(guest.serviceCall(Self.readSCPInfo, at: ~7) == .specificationException)
  }

  @Test func `an SCCB outside of storage is an addressing exception`() throws {
    let guest = try Guest()
    for address in stride(from: UInt64(4 << 20), to: 1 << 31, by: 800_024 & ~7) {
      #expect(guest.serviceCall(Self.readSCPInfo, at: address) == .addressingException)
    }
    #expect(guest.serviceCall(Self.readSCPInfo, at: 0x7FFF_FFF8) == .addressingException)
  }

  @Test func `a length below 8 is a specification exception and writes nothing`() throws {
    let guest = try Guest()
    for length in 0..<8 {
      let sccb = Guest.sccb(length) + [0xAA, 0xAA]
      guest.put(sccb, at: Guest.page)
      #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.page) == .specificationException)
      #expect(guest.get(sccb.count, at: Guest.page) == sccb)
    }
  }

  @Test func `the last doubleword of storage holds an SCCB of 8 bytes`() throws {
    let guest = try Guest()
    #expect(try response(guest.call(Self.readSCPInfo, Guest.sccb(8), at: 4 << 20 - 8)) == 0x0300)
  }

  @Test func `an SCCB that crosses a page boundary gets 0100 and nothing else changes`() throws {
    let guest = try Guest()
    for command in [UInt32(0x0001_0001), 0x0002_0001, 0x0012_0001, 0x0076_0005, 0x0077_0005, 0x0078_0005] {
      for (offset, length) in [(UInt64(0), 4097), (0, 65535), (8, 4089), (4088, 9), (4088, 4096)] {
        let sccb = Guest.sccb(length)
        let answer = try guest.call(command, sccb, at: Guest.page + offset)
        #expect(response(answer) == 0x0100)
        #expect(answer[..<6] == sccb[..<6] && answer[8...] == sccb[8...])
      }
      #expect(try response(guest.call(command, Guest.sccb(8), at: Guest.page + 4088)) != 0x0100)
    }
  }

  @Test func `an unknown command gets 01F0 whatever its length`() throws {
    let guest = try Guest()
    let unknown: [UInt32] = [
      0, 0x0002_0000, 0x0002_0002, 0x0002_00FF, 0xDEAD_0001, 0x0004_0001, 0x0008_0101, 0x000D_0001, 0x0011_0001,
    ]
    for command in unknown {
      for length in [8, 16, 4096, 8192] {
        let sccb = Guest.sccb(length)
        let answer = try guest.call(command, sccb)
        #expect(response(answer) == 0x01F0)
        #expect(answer[..<6] == sccb[..<6] && answer[8...] == sccb[8...])
      }
    }
  }

  @Test func `a second call is busy until the signal of the first is taken`() throws {
    let guest = try Guest()
    guest.put(Guest.sccb(8), at: Guest.page)
    guest.put(Guest.sccb(8), at: Guest.page + 8)
    #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.page) == .accepted)
    #expect(guest.service.isServiceSignalPending)
    #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.page + 8) == .busy)
    #expect(guest.get(2, at: Guest.page + 14) == [0, 0])
    #expect(guest.service.takeServiceSignal() == UInt32(Guest.page))
    #expect(!guest.service.isServiceSignalPending)
    #expect(guest.service.takeServiceSignal() == nil)
    #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.page + 8) == .accepted)
    #expect(guest.signals == 2)
  }

  @Test func `outcomes have SERVC's condition codes`() {
    #expect(ServiceProcessor.Outcome.accepted.conditionCode == 0)
    #expect(ServiceProcessor.Outcome.busy.conditionCode == 2)
    #expect(ServiceProcessor.Outcome.addressingException.conditionCode == nil)
    #expect(ServiceProcessor.Outcome.specificationException.conditionCode == nil)
  }

  @Test func `reset makes a pending signal go away and the service processor free`() throws {
    let guest = try Guest()
    guest.put(Guest.sccb(8), at: Guest.page)
    #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.page) == .accepted)
    guest.service.reset()
    #expect(!guest.service.isServiceSignalPending)
    #expect(guest.service.takeServiceSignal() == nil)
    #expect(guest.serviceCall(Self.readSCPInfo, at: Guest.page) == .accepted)
  }

  @Test func `the page of the SCCB is marked referenced and changed`() throws {
    let guest = try Guest()
    _ = try guest.call(Self.readSCPInfo, Guest.sccb(4096))
    let key = guest.storage.key(at: AbsoluteAddress(Guest.page))
    #expect(key.isReferenced && key.isChanged)
  }
}

import ServiceProcessor
import Testing

@Suite struct EventMaskTests {
  // Type n is bit n - 1 from the left.
  static let operatorCommand: UInt32 = 0x8000_0000, message: UInt32 = 0x4000_0000, stateChange: UInt32 = 0x0100_0000
  static let priority: UInt32 = 0x0080_0000, identification: UInt32 = 0x0020_0000
  static let terminal: UInt32 = 0x0000_0040, quiesce: UInt32 = 0x0000_0008

  @Test func `WRITE EVENT MASK answers with the masks of the attached consoles`() throws {
    for (lineMode, vt220) in [(true, true), (true, false), (false, true), (false, false)] {
      let guest = try Guest(lineMode: lineMode, terminal: vt220)
      let answer = try guest.setMasks(receive: 0x1234_5678, send: 0x9ABC_DEF0)
      #expect(response(answer) == 0x0020)
      #expect(word(answer, 12) == 0x1234_5678 && word(answer, 16) == 0x9ABC_DEF0)
      let receives = Self.identification | (lineMode ? Self.message | Self.priority : 0) | (vt220 ? Self.terminal : 0)
      let lineSends = lineMode ? Self.operatorCommand | Self.priority : 0
      let sends = Self.stateChange | Self.quiesce | lineSends | (vt220 ? Self.terminal : 0)
      #expect(word(answer, 20) == receives)
      #expect(word(answer, 24) == sends)
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 9, 100, 1021])
  func `masks may have any length up to 1021`(length: Int) throws {
    let guest = try Guest()
    let ones = [UInt8](repeating: 0xFF, count: 2 * length)
    let answer = try guest.call(0x0078_0005, Guest.sccb(4096, [0, 0] + be(UInt16(length)) + ones))
    #expect(response(answer) == 0x0020)
    let receives = be(Self.identification | Self.message | Self.priority | Self.terminal) + [UInt8](repeating: 0, count: 1017)
    #expect(answer[12 + 2 * length..<12 + 3 * length] == receives[..<length])
    #expect(answer[12 + 4 * length..<4096].allSatisfy { $0 == 0 })

    // The guest receives what its mask is long enough to name.
    guest.service.send(bytes: [0x41])
    #expect(guest.service.takesBytes == (length >= 4))
    #expect(guest.service.takesLines)
    #expect(guest.service.takeServiceSignal() == (length >= 4 ? 1 : nil))
  }

  @Test func `mask lengths 0 and above 1021 get 74F0 and leave the masks alone`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.terminal)
    for length in [UInt16(0), 1022, 0x8000, 0xFFFF] {
      #expect(try response(guest.call(0x0078_0005, Guest.sccb(4096, [0, 0] + be(length)))) == 0x74F0)
    }
    #expect(guest.service.takesBytes)
  }

  @Test func `an SCCB without room for the four masks gets 0300 and leaves the masks alone`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.terminal)
    for length in 8..<28 { #expect(try response(guest.call(0x0078_0005, Guest.sccb(length, [0, 0, 0, 4]))) == 0x0300) }
    for length in [28, 4095] {
      #expect(try response(guest.call(0x0078_0005, Guest.sccb(length, [0, 0] + be(UInt16(1021))))) == 0x0300)
    }
    #expect(guest.service.takesBytes)
  }

  @Test func `masks last until they are written again or reset`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.terminal | Self.operatorCommand)
    #expect(guest.service.takesBytes && guest.service.takesLines)
    _ = try guest.call(0x0002_0001, Guest.sccb(4096))
    #expect(guest.service.takesBytes && guest.service.takesLines)
    try guest.setMasks(receive: Self.priority)
    #expect(!guest.service.takesBytes && guest.service.takesLines)
    guest.service.reset()
    #expect(!guest.service.takesBytes && !guest.service.takesLines)
  }

  @Test func `an event that waits is signalled with the completion of the call that admits it`() throws {
    let guest = try Guest()
    guest.service.enter(line: "x")
    #expect(guest.service.takeServiceSignal() == nil)
    guest.put(Guest.sccb(28, [0, 0, 0, 4] + be(Self.operatorCommand)), at: Guest.page)
    #expect(guest.serviceCall(0x0078_0005, at: Guest.page) == .accepted)
    #expect(guest.service.takeServiceSignal() == UInt32(Guest.page) | 1)
  }

  @Test func `an event during a completed call joins its signal`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand)
    guest.put(Guest.sccb(8), at: Guest.page)
    #expect(guest.serviceCall(0x0002_0001, at: Guest.page) == .accepted)
    guest.service.enter(line: "x")
    #expect(guest.service.takeServiceSignal() == UInt32(Guest.page) | 1)
    #expect(guest.service.takeServiceSignal() == nil)
  }

  @Test func `an event of its own does not make the service processor busy`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand)
    guest.service.enter(line: "x")
    #expect(guest.service.isServiceSignalPending)
    guest.put(Guest.sccb(8), at: Guest.page)
    #expect(guest.serviceCall(0x0002_0001, at: Guest.page) == .accepted)
    #expect(guest.service.takeServiceSignal() == UInt32(Guest.page) | 1)
  }

  @Test func `consoles that come or go are told by a state change`() throws {
    let guest = try Guest(terminal: false)
    try guest.setMasks(receive: Self.stateChange)
    guest.attach(lineMode: true, terminal: false)
    #expect(guest.service.takeServiceSignal() == nil)
    guest.attach(lineMode: true, terminal: true)
    #expect(guest.service.takeServiceSignal() == 1)
    let (code, events) = try guest.read()
    #expect(code == 0x0020)
    #expect(events.map(\.type) == [8])
    let receives = Self.identification | Self.message | Self.priority | Self.terminal
    let sends = Self.stateChange | Self.quiesce | Self.operatorCommand | Self.priority | Self.terminal
    #expect(events.first?.data == [0x60, 0, 0, 4] + be(UInt64(0)) + be(receives) + be(sends) + [0, 0, 0, 0])
    #expect(try guest.read().response == 0x60F0)
  }
}

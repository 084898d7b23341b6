import ServiceProcessor
import Synchronization
import Testing

@Suite struct ConsoleOutputTests {
  private func ebcdic(_ text: String) -> [UInt8] { CodePage.ibm500.encode(text) }

  @Test func `each message text object becomes a line`() throws {
    let guest = try Guest()
    let answer = try guest.write([Guest.message([ebcdic("[    0.1] Linux!"), [], ebcdic("~ # ")])])
    #expect(response(answer) == 0x0020)
    #expect(answer[11] == 0x80)  // accepted
    #expect(guest.lines == [ConsoleLine(text: "[    0.1] Linux!"), ConsoleLine(text: ""), ConsoleLine(text: "~ # ")])
  }

  @Test func `priority messages, prompts and alarms are marked`() throws {
    let guest = try Guest()
    _ = try guest.write([Guest.message([ebcdic("a")], type: 9), Guest.message([ebcdic("b")], flags: 0x1800, general: 0x4000)])
    #expect(
      guest.lines == [ConsoleLine(text: "a", isPriority: true), ConsoleLine(text: "b", isPrompt: true, soundsAlarm: true)])
  }

  @Test func `a text is divided at new lines and nothing in it can command a terminal`() throws {
    let guest = try Guest()
    // new line, line feed, null, escape, tab, control sequence introducer (C1)
    _ = try guest.write([Guest.message([[0xC1, 0x15, 0xC2, 0x25, 0xC3, 0x00, 0x27, 0x05, 0x3B, 0xC4]])])
    #expect(guest.lines.map(\.text) == ["A", "B", "C .\t.D"])
  }

  @Test func `the code page is the console's`() throws {
    let guest = try Guest(codePage: .ibm037)
    _ = try guest.write([Guest.message([[0xBA, 0x5A, 0xBB]])])
    #expect(guest.lines.map(\.text) == ["[!]"])
  }

  @Test func `boot loaders and early consoles, which take operator commands alone, write code page 037`() throws {
    let guest = try Guest()
    let early: [UInt8] = [0xBA, 0x5A, 0xBB, 0xB0, 0x4F], later = ebcdic("[!]^|")
    #expect(early != later)
    try guest.setMasks(receive: 0x8000_0000, send: 0x4000_0040)  // sclp_early_setup
    _ = try guest.write([Guest.message([early])])
    try guest.setMasks(receive: 0x8180_0048, send: 0x40A0_0040)  // sclp_init_mask, all drivers there
    _ = try guest.write([Guest.message([later])])
    try guest.setMasks(receive: 0)
    _ = try guest.write([Guest.message([later])])
    #expect(guest.lines.map(\.text) == ["[!]^|", "[!]^|", "[!]^|"])
  }

  @Test func `bytes for the VT220 console arrive as they are`() throws {
    let guest = try Guest()
    let bytes = (0..<2000).map { UInt8(truncatingIfNeeded: $0) }
    let answer = try guest.write([Guest.event(0x1A, bytes), Guest.event(0x1A, []), Guest.event(0x1A, [7])])
    #expect(response(answer) == 0x0020)
    #expect(guest.bytes == bytes + [7])
  }

  @Test func `the control program says what it is until a reset`() throws {
    let guest = try Guest()
    var data = [UInt8](repeating: 0, count: 74)
    data.replaceSubrange(2..<10, with: ebcdic("LINUX   "))
    data.replaceSubrange(18..<26, with: ebcdic("GUEST#1 "))
    data.replaceSubrange(34..<42, with: be(UInt64(0x0106_0000_0006_0100)))
    data.replaceSubrange(50..<58, with: ebcdic("        "))
    #expect(try response(guest.write([Guest.event(0x0B, data)])) == 0x0020)
    let identification = try #require(guest.service.controlProgramIdentification)
    #expect(identification.systemType == "LINUX" && identification.systemName == "GUEST#1" && identification.sysplexName.isEmpty)
    #expect(identification.systemLevel == 0x0106_0000_0006_0100)
    #expect(try response(guest.write([Guest.event(0x0B, [UInt8](data[..<57]))])) == 0x73F0)
    guest.service.reset()
    #expect(guest.service.controlProgramIdentification == nil)
  }

  @Test func `events that the service processor does not receive get 40F0`() throws {
    let guest = try Guest()
    for type in UInt8.min...UInt8.max where ![2, 9, 0x0B, 0x1A].contains(type) {
      let answer = try guest.write([Guest.event(type, [UInt8](repeating: 0, count: 90))])
      #expect(response(answer) == 0x40F0)
      #expect(answer[11] == 0)
    }
    for (lineMode, terminal, type) in [(false, true, UInt8(2)), (false, true, 9), (true, false, 0x1A)] {
      let detached = try Guest(lineMode: lineMode, terminal: terminal)
      #expect(try response(detached.write([Guest.event(type, [])])) == 0x40F0)
    }
  }

  @Test func `a function code other than 0 gets 40F0`() throws {
    let guest = try Guest()
    let data = Guest.event(0x1A, [1, 2, 3])
    #expect(try response(guest.call(0x0076_0005, Guest.sccb(8 + data.count, function: 1, data))) == 0x40F0)
    #expect(guest.bytes.isEmpty)
  }

  @Test func `events behind one that fails are not accepted`() throws {
    let guest = try Guest()
    let answer = try guest.write([Guest.event(0x1A, [1]), Guest.event(0x77, [2]), Guest.event(0x1A, [3])])
    #expect(response(answer) == 0x40F0)
    #expect(answer[11] == 0x80 && answer[18] == 0 && answer[25] == 0)
    #expect(guest.bytes == [1])
  }

  @Test func `a wrong length of an event buffer gets 73F0 before anything is written`() throws {
    let guest = try Guest()
    for length in [UInt16(0), 5, 8, 0xFFFF] {
      var data = Guest.event(0x1A, [1]) + Guest.event(0x1A, [2])
      data.replaceSubrange(7..<9, with: be(length))
      #expect(try response(guest.call(0x0076_0005, Guest.sccb(8 + data.count, data))) == 0x73F0)
    }
    for rest in 1..<6 {  // too short for another header
      let data = Guest.event(0x1A, [1]) + [UInt8](repeating: 0, count: rest)
      #expect(try response(guest.call(0x0076_0005, Guest.sccb(8 + data.count, data))) == 0x73F0)
    }
    #expect(guest.bytes.isEmpty)
    #expect(try response(guest.call(0x0076_0005, Guest.sccb(8))) == 0x0020)
  }

  @Test func `contradicting lengths within a message get 72F0 and no line`() throws {
    let guest = try Guest()
    let good = Guest.message([ebcdic("ABC"), ebcdic("DEF")])
    let mdb = 6, general = mdb + 12, text = general + 56, second = text + 13
    let wrong: [(Int, UInt16)] = [
      (mdb, 0), (mdb, 11), (mdb, UInt16(good.count)), (mdb, 0xFFFF), (mdb, 13), (mdb, UInt16(good.count - 7)),
      (general, 0), (general, 3), (general, 0xFFFF), (text, 0), (text, 9), (text, 12), (text, 27), (second, 14), (second, 4),
    ]
    for (offset, value) in wrong {
      var event = good
      event.replaceSubrange(offset..<offset + 2, with: be(value))
      #expect(try response(guest.write([event])) == 0x72F0, "\(value) at \(offset)")
    }
    for count in 0..<12 {
      #expect(try response(guest.write([Guest.event(2, [UInt8](repeating: 0, count: count))])) == 0x72F0)
    }
    #expect(guest.lines.isEmpty)
  }

  // MARK: Consoles that are full

  /// The SCCB of a write of one line.
  private func written(_ line: String) -> [UInt8] {
    let event = Guest.message([ebcdic(line)])
    return Guest.sccb(8 + event.count, event)
  }

  @Test func `what is written to full consoles is completed when they have room`() throws {
    let guest = try Guest(), full = Atomic(true)
    guest.service.consoles.areFull = { full.load(ordering: .relaxed) }
    guest.service.reset()  // no state change
    let page = Guest.page, before = guest.signals
    guest.put(written("one"), at: page)
    #expect(guest.serviceCall(0x0076_0005, at: page) == .accepted)
    #expect(guest.lines.map(\.text) == ["one"])  // full, but nothing is lost
    #expect(!guest.service.isServiceSignalPending && guest.signals == before)
    #expect(guest.serviceCall(0x0076_0005, at: page) == .busy && guest.serviceCall(0x0012_0001, at: page) == .busy)
    guest.service.enter(line: "typed meanwhile")
    #expect(!guest.service.isServiceSignalPending)
    full.store(false, ordering: .relaxed)
    guest.service.consolesHaveRoom()
    #expect(guest.service.isServiceSignalPending && guest.signals == before + 1)
    #expect(guest.service.takeServiceSignal() == UInt32(page))
    guest.service.consolesHaveRoom()  // nothing waits
    #expect(!guest.service.isServiceSignalPending && guest.service.takeServiceSignal() == nil)
    _ = try guest.write([Guest.message([ebcdic("two")])])
    #expect(guest.lines.map(\.text) == ["one", "two"])
  }

  @Test func `room made while the call ends is not missed, and other calls do not wait for it`() throws {
    let guest = try Guest(), service = guest.service
    // The display empties itself exactly when it is asked.
    service.consoles.areFull = { [weak service] in
      service?.consolesHaveRoom()
      return true
    }
    service.reset()
    _ = try guest.write([Guest.message([ebcdic("one")])])
    service.consoles.areFull = { true }
    service.reset()
    _ = try guest.call(0x0012_0001, Guest.sccb(4096))
  }

  @Test func `a reset forgets the call that waits`() throws {
    let guest = try Guest()
    guest.service.consoles.areFull = { true }
    guest.service.reset()
    guest.put(written("one"), at: Guest.page)
    #expect(guest.serviceCall(0x0076_0005, at: Guest.page) == .accepted)
    guest.service.reset()
    guest.service.consolesHaveRoom()
    #expect(!guest.service.isServiceSignalPending)
    #expect(guest.serviceCall(0x0076_0005, at: Guest.page) == .accepted)
  }
}

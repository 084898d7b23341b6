import Foundation
import ServiceProcessor
import Testing

@Suite struct ConsoleInputTests {
  static let operatorCommand: UInt32 = 0x8000_0000, priority: UInt32 = 0x0080_0000
  static let terminal: UInt32 = 0x0000_0040, quiesce: UInt32 = 0x0000_0008

  /// The texts of an operator command, found by the walk through nested vectors that Linux does.
  private func texts(_ data: [UInt8]) -> [[UInt8]] {
    var texts: [[UInt8]] = []
    func vectors(_ from: Int, _ to: Int, _ identifier: UInt16, _ found: (Int, Int) -> Void) {
      var at = from
      while at < to {
        let size = Int(half(data, at))
        guard size >= 4, at + size <= to else { Issue.record("vector of \(size) bytes at \(at)"); return }
        if half(data, at + 2) == identifier { found(at + 4, at + size) }
        at += size
      }
    }
    func subvectors(_ from: Int, _ to: Int, _ key: UInt8, _ found: (Int, Int) -> Void) {
      var at = from
      while at < to {
        let size = Int(data[at])
        guard size >= 2, at + size <= to else { Issue.record("subvector of \(size) bytes at \(at)"); return }
        if data[at + 1] == key { found(at + 2, at + size) }
        at += size
      }
    }
    vectors(0, data.count, 0x1310) { a, b in
      vectors(a, b, 0x1212) { a, b in
        vectors(a, b, 0x1320) { a, b in
          subvectors(a, b, 0x31) { a, b in subvectors(a, b, 0x30) { a, b in texts.append([UInt8](data[a..<b])) } }
        }
      }
    }
    return texts
  }

  /// What a Linux tty gets from a text: case toggling by %, code page 500, control characters, and the end of line.
  private func linux(_ text: [UInt8]) -> String {
    var out: [UInt8] = [], at = 0, toggled = false
    while at < text.count {
      if text[at] == 0x6C {
        if at + 1 < text.count, text[at + 1] == 0x6C { out.append(0x25); at += 1 } else { toggled.toggle() }
      } else {
        let c = CodePage.ibm500.latin1(text[at])
        out.append(toggled && (0x41...0x5A).contains(c) ? c + 32 : c)
      }
      at += 1
    }
    if (2...3).contains(out.count), out[0] == UInt8(ascii: "^") { return "<control>" }
    let line = String(decoding: out, as: UTF8.self)
    return line.hasSuffix("^n") ? String(line.dropLast(2)) : line + "\n"
  }

  /// Reads all that is pending, as Linux does after a signal that says so.
  private func drain(_ guest: Guest) throws -> [(type: UInt8, data: [UInt8])] {
    var all: [(type: UInt8, data: [UInt8])] = []
    while true {
      let (code, events) = try guest.read()
      if code == 0x60F0 { return all }
      try #require(code == 0x0020)
      all += events
    }
  }

  @Test func `lines wait for the control program and arrive in order, one an SCCB`() throws {
    let guest = try Guest()
    for k in 0..<100 { guest.service.enter(line: "line \(k)") }
    #expect(guest.service.heldInput.lines == 100)
    #expect(try guest.read().response == 0x60F0)  // nothing is received yet
    try guest.setMasks(receive: Self.operatorCommand | Self.terminal)
    for k in 0..<100 {
      let (code, events) = try guest.read()
      #expect(code == 0x0020)
      #expect(events.map(\.type) == [1])
      #expect(texts(events[0].data).map(linux) == ["line \(k)\n"])
      #expect(guest.service.heldInput.lines == 99 - k)
    }
    #expect(try guest.read().response == 0x60F0)
  }

  @Test func `the signal says as long as there is more`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand)
    guest.service.enter(line: "a")
    guest.service.enter(line: "b")
    #expect(guest.service.takeServiceSignal() == 1)
    for more in [UInt32(1), 0] {
      guest.put(Guest.sccb(4096), at: Guest.page)
      #expect(guest.serviceCall(0x0077_0005, at: Guest.page) == .accepted)
      #expect(guest.service.takeServiceSignal() == UInt32(Guest.page) | more)
    }
  }

  @Test func `an operator command has its vectors field by field`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand)
    guest.service.enter(line: "ls")
    let answer = try guest.call(0x0077_0005, Guest.sccb(4096, variable: true, [UInt8](repeating: 0xEE, count: 4088)))
    let expected: [UInt8] = [
      0, 32, 0, 0, 0, 0, 0, 0x20, 0, 24, 1, 0x80, 0, 0,
      0, 18, 0x13, 0x10, 0, 14, 0x12, 0x12, 0, 10, 0x13, 0x20, 6, 0x31, 4, 0x30, 0x93, 0xA2,
    ]
    #expect([UInt8](answer[..<32]) == expected)
    #expect(answer[32...].allSatisfy { $0 == 0 })
  }

  @Test func `without variable length the length stays and zeros follow the events`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand)
    guest.service.enter(line: "")
    let answer = try guest.call(0x0077_0005, Guest.sccb(100, [UInt8](repeating: 0xEE, count: 92)))
    #expect(half(answer, 0) == 100)
    #expect(half(answer, 8) == 22)
    #expect(answer[30...].allSatisfy { $0 == 0 })
  }

  @Test func `what is typed is what a Linux tty reads, however long the line`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand | Self.priority)
    var lines = ["", "^c", "date +%s", "%", "%%%", "100% of ^n's"]
    lines += [125, 126, 240, 251].map { String(repeating: "%", count: $0) }
    for length in [119, 120, 121, 122, 123, 124, 240, 241, 250, 251, 252, 253, 254, 255, 360, 361, 362, 363, 490, 5000] {
      var letters: [UInt8] = []
      for k in 0..<length { letters.append(k % 10 == 9 ? UInt8(ascii: "%") : UInt8(65 + k % 26)) }
      lines.append(String(decoding: letters, as: UTF8.self))
      lines.append(String(repeating: "x", count: length - 2) + "^c")
    }
    for line in lines { guest.service.enter(line: line) }
    let events = try drain(guest)
    #expect(events.allSatisfy { $0.type == 1 })
    let read = events.flatMap { texts($0.data) }.map(linux).joined()
    #expect(read == lines.map { $0 == "^c" ? "<control>" : $0 + "\n" }.joined())
  }

  @Test func `the plain convention leaves a line alone and divides one that is too long`() throws {
    let guest = try Guest(lineConvention: .plain)
    try guest.setMasks(receive: Self.operatorCommand)
    let long = String(repeating: "a%", count: 200)
    for line in ["%", "", long] { guest.service.enter(line: line) }
    let got = try drain(guest).flatMap { texts($0.data) }.map { CodePage.ibm500.decode($0) }
    #expect(got == ["%", "", String(long.prefix(251)), String(long.dropFirst(251))])
  }

  @Test func `ends of lines within make several lines`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand)
    guest.service.enter(line: "a\nb\r\nc\rd")
    #expect(try drain(guest).flatMap { texts($0.data) }.map(linux) == ["a\n", "b\n", "c\n", "d\n"])
  }

  @Test func `a control program that takes only priority commands gets lines as such`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.priority)
    guest.service.enter(line: "x")
    let events = try drain(guest)
    #expect(events.map(\.type) == [9])
    #expect(events.flatMap { texts($0.data) }.map(linux) == ["x\n"])
  }

  @Test func `typed bytes arrive whole and in order, more than fits in one SCCB`() throws {
    let guest = try Guest()
    let typed = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    guest.service.send(bytes: typed)
    try guest.setMasks(receive: Self.terminal)
    let events = try drain(guest)
    #expect(events.map(\.type) == [0x1A, 0x1A, 0x1A])
    #expect(events.allSatisfy { $0.data.first == 0 })  // session data
    #expect(events.flatMap { $0.data.dropFirst() } == typed)
    #expect(guest.service.heldInput == (lines: 0, bytes: 0))
  }

  @Test func `an SCCB too small for any event gets 75F0 and loses none`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand | Self.terminal)
    guest.service.enter(line: "abc")
    for length in 8..<14 { #expect(try guest.read(length: length).response == 0x0300) }
    for length in 14..<33 { #expect(try guest.read(length: length).response == 0x75F0) }
    let (code, events) = try guest.read(length: 33)
    #expect(code == 0x0020)
    #expect(events.flatMap { texts($0.data) }.map(linux) == ["abc\n"])
    guest.service.send(bytes: [1, 2, 3])
    #expect(try guest.read(length: 15).response == 0x75F0)
    #expect(try guest.read(length: 16).events.map(\.data) == [[0, 1]])
    #expect(try guest.read(length: 17).events.map(\.data) == [[0, 2, 3]])
  }

  @Test func `one SCCB may carry an event of each type, and what does not fit waits`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand | Self.terminal | Self.quiesce)
    guest.service.enter(line: String(repeating: "a", count: 200))
    guest.service.send(bytes: [9])
    guest.service.requestShutdown()
    let first = try guest.read(length: 100)  // too small for the line
    #expect(first.events.map(\.type) == [0x1D, 0x1A])
    #expect(try drain(guest).map(\.type) == [1])
    guest.service.enter(line: "b")
    guest.service.send(bytes: [9])
    #expect(try guest.read().events.map(\.type) == [1, 0x1A])
  }

  @Test func `a selective read takes only what it selects`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand | Self.terminal)
    guest.service.enter(line: "a")
    guest.service.send(bytes: [9])
    func read(_ mask: UInt32, length: Int = 4096) throws -> [UInt8] {
      try guest.call(0x0077_0005, Guest.sccb(length, function: 1, [0, 0, 0, 0, 0, 0] + be(mask)))
    }
    #expect(try response(read(Self.quiesce)) == 0x70F0)
    #expect(try response(read(Self.terminal | Self.quiesce)) == 0x70F0)
    #expect(try response(guest.call(0x0077_0005, Guest.sccb(17, function: 1))) == 0x0300)
    #expect(try response(guest.call(0x0077_0005, Guest.sccb(4096, function: 2))) == 0x40F0)
    let answer = try read(Self.terminal)
    #expect(response(answer) == 0x0020)
    #expect(answer[10] == 0x1A && half(answer, 16) == 0)
    #expect(try response(read(Self.terminal)) == 0x60F0)
    #expect(guest.service.heldInput.lines == 1)
  }

  @Test func `input outlives a reset`() throws {
    let guest = try Guest()
    guest.service.enter(line: "first")
    try guest.setMasks(receive: Self.operatorCommand)
    guest.service.reset()
    #expect(guest.service.takeServiceSignal() == nil)
    #expect(try guest.read().response == 0x60F0)
    guest.service.enter(line: "second")
    try guest.setMasks(receive: Self.operatorCommand)
    #expect(try drain(guest).flatMap { texts($0.data) }.map(linux) == ["first\n", "second\n"])
  }

  @Test func `a shutdown request is a quiesce event, once, and waits for a listener`() throws {
    let guest = try Guest()
    #expect(!guest.service.requestShutdown())
    try guest.setMasks(receive: Self.quiesce)
    let (code, events) = try guest.read()
    #expect(code == 0x0020)
    #expect(events.map(\.type) == [0x1D])
    #expect(events.first?.data == [0, 0, 0])
    #expect(try guest.read().response == 0x60F0)
    #expect(guest.service.requestShutdown())
    #expect(guest.service.takeServiceSignal() == 1)
    guest.service.reset()
    try guest.setMasks(receive: Self.quiesce)
    #expect(try guest.read().response == 0x60F0)  // it was meant for the control program before
  }

  @Test func `lines entered while the control program reads are neither lost nor changed in order`() throws {
    let guest = try Guest()
    try guest.setMasks(receive: Self.operatorCommand | Self.terminal)
    let count = 2000
    let typist = Thread {
      for k in 0..<count {
        guest.service.enter(line: "\(k)")
        guest.service.send(bytes: [UInt8(truncatingIfNeeded: k)])
      }
    }
    typist.start()
    var lines: [String] = [], bytes: [UInt8] = []
    let end = Date().addingTimeInterval(60)
    while lines.count < count || bytes.count < count, Date() < end {
      for event in try guest.read().events {
        if event.type == 1 { lines += texts(event.data).map(linux) } else { bytes += event.data.dropFirst() }
      }
    }
    #expect(lines == (0..<count).map { "\($0)\n" })
    #expect(bytes == (0..<count).map { UInt8(truncatingIfNeeded: $0) })
  }
}

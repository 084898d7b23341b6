import Ironload
import Processor
import RemoteDebugging
import Testing

/// The remote protocol, packet by packet.
@Suite struct PacketTests {
  /// AGHI 1,1; STG 1,0x2000; J 0x1000: for ever.
  static let loop: [UInt8] = [0xA7, 0x1B, 0x00, 0x01, 0xE3, 0x10, 0x30, 0x00, 0x00, 0x24, 0xA7, 0xF4, 0xFF, 0xFB]
  static let mask = PSW.extendedAddressing | PSW.basicAddressing

  /// A stopped machine at the loop, R3 = 0x2000, and its server.
  private final class Served {
    let machine: Machine
    let server: DebugServer

    init() throws {
      machine = try Machine(MachineConfiguration(memory: 4 << 20, onStop: .hold))
      server = try DebugServer(machine, host: "127.0.0.1", port: 0)
      try server.start()
      try machine.write(PacketTests.loop, at: StorageLocation(.absolute, 0x1000))
      try machine.write([(.architecturalMode, 1), (.pswMask, PacketTests.mask), (.pswAddress, 0x1000), (.general(3), 0x2000)])
    }
    deinit {
      machine.quit()
      server.stop()
      machine.close()
    }
  }

  @Test func `registers, storage and threads are shown and changed`() throws {
    let served = try Served()
    let gdb = try GDBClient(port: served.server.port)
    #expect(gdb.ask("?")?.hasPrefix("T05thread:1;") == true)
    #expect(gdb.ask("p1") == "0000000000001000")
    #expect(gdb.ask("p5") == "0000000000002000")
    #expect(gdb.ask("P3=00000000000000ff") == "OK")
    #expect(gdb.ask("p3") == "00000000000000ff")
    #expect(gdb.ask("m1000,4") == "a71b0001")
    #expect(gdb.ask("M3000,2:beef") == "OK")
    #expect(gdb.ask("m3000,2") == "beef")
    #expect(gdb.ask("m7fffffff0000,4") == "E0e")
    #expect(gdb.ask("m1000,0") == "E01")
    #expect(gdb.ask("qfThreadInfo") == "m1")
    #expect(gdb.ask("T1") == "OK")
    #expect(gdb.ask("T2") == "E0e")
    #expect(gdb.ask("vMustReplyEmpty") == "")
    let all = try #require(gdb.ask("g"))
    #expect(gdb.ask("G" + all) == "OK")
  }

  @Test func `storage at the edge of what there is comes as far as it goes`() throws {
    let served = try Served()
    let gdb = try GDBClient(port: served.server.port)
    #expect(gdb.ask("m400000,8") == "E0e")
    #expect(gdb.ask("m3ff000,1000")?.utf8.count == 0x2000)
    #expect(gdb.ask("m3ff000,2000")?.utf8.count == 0x2000)
  }

  @Test func `somebody else's reset is a stop, and somebody else's breakpoint stays`() throws {
    let served = try Served()
    served.machine.addBreakpoint(0x3000)
    let gdb = try GDBClient(port: served.server.port)
    #expect(gdb.ask("Z0,3000,2") == "OK")
    #expect(gdb.ask("Z0,3008,2") == "OK")
    gdb.send(raw: GDBClient.framed(Array("c".utf8)))
    while try served.machine.status().state != .operating {}
    served.machine.systemReset(clear: false)
    #expect(gdb.next()?.hasPrefix("T11thread:1;") == true)
    #expect(gdb.ask("z0,3000,2") == "OK")
    #expect(served.machine.watched.breakpoints == [0x3000, 0x3008])
    #expect(gdb.ask("D") == "OK")
    #expect(served.machine.wait(limit: .seconds(10)) == .atRest)
    #expect(try served.machine.status().stopCause == .program)
    #expect(served.machine.watched.breakpoints == [0x3000])
  }

  @Test func `a step into a disabled wait says so, and registers can be changed there`() throws {
    let served = try Served()
    let gdb = try GDBClient(port: served.server.port)
    #expect(gdb.ask("P0=0002000180000000") == "OK")
    #expect(gdb.ask("s")?.hasPrefix("O") == true)
    #expect(gdb.next()?.hasPrefix("T06thread:1;") == true)
    #expect(gdb.ask("P3=00000000000000ff") == "OK")
    #expect(gdb.ask("P0=0000000180000000") == "OK")
    #expect(gdb.ask("s")?.hasPrefix("T05") == true)
  }

  @Test func `it steps, stops at breakpoints and at watched storage, and is interrupted`() throws {
    let served = try Served()
    let gdb = try GDBClient(port: served.server.port)
    #expect(gdb.ask("vCont;s:1")?.hasPrefix("T05thread:1;") == true)
    #expect(gdb.ask("p1") == "0000000000001004")
    #expect(gdb.ask("Z0,100a,4") == "OK")
    #expect(gdb.ask("vCont;c")?.contains("swbreak:;") == true)
    #expect(gdb.ask("p1") == "000000000000100a")
    #expect(gdb.ask("z0,100a,4") == "OK")
    #expect(gdb.ask("Z2,2004,4") == "OK")
    #expect(gdb.ask("c")?.contains("watch:2004;") == true)
    #expect(gdb.ask("p1") == "000000000000100a")
    #expect(gdb.ask("z2,2004,4") == "OK")
    gdb.send(raw: GDBClient.framed(Array("c".utf8)))
    #expect(gdb.next(milliseconds: 100) == nil)
    gdb.send(raw: [0x03])
    #expect(gdb.next()?.hasPrefix("T02") == true)
  }

  @Test func `a disabled wait is a stop with a word about it`() throws {
    let served = try Served()
    try served.machine.write([(.pswMask, PacketTests.mask | PSW.wait), (.pswAddress, 0xBAD)])
    let gdb = try GDBClient(port: served.server.port)
    #expect(gdb.ask("c")?.hasPrefix("O") == true)
    #expect(gdb.next()?.hasPrefix("T06") == true)
    #expect(gdb.ask("p1") == "0000000000000bad")
  }

  @Test func `who detaches or vanishes leaves the machine as it was`() throws {
    let served = try Served()
    try served.machine.start()
    var gdb = try GDBClient(port: served.server.port)
    #expect(gdb.ask("?")?.hasPrefix("T05") == true)
    #expect(try served.machine.status().state == .stopped)
    #expect(gdb.ask("Z0,1004,4") == "OK")
    #expect(gdb.ask("D") == "OK")
    #expect(gdb.next(milliseconds: 5000) == nil)
    #expect(try served.machine.status().state == .operating)
    #expect(served.machine.watched.breakpoints == [])

    gdb = try GDBClient(port: served.server.port)
    #expect(gdb.ask("Z1,1004,4") == "OK")
    gdb.end()
    gdb = try GDBClient(port: served.server.port)
    #expect(gdb.ask("?")?.hasPrefix("T05") == true)
    #expect(served.machine.watched.breakpoints == [])
  }

  @Test func `a debugger that connects while another is served waits until that has gone`() throws {
    let served = try Served()
    var first = try GDBClient(port: served.server.port)
    for round in 0..<50 {
      #expect(first.ask("?")?.hasPrefix("T05") == true, "\(round)")
      let second = try GDBClient(port: served.server.port)
      #expect(first.ask("D") == "OK")
      first = second
    }
  }

  @Test func `the monitor takes the operator's commands`() throws {
    let served = try Served()
    let gdb = try GDBClient(port: served.server.port)
    func monitor(_ text: String) -> String? {
      gdb.ask("qRcmd," + text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
    }
    let digits = try #require(monitor("storage 1000 4"))
    #expect(digits.hasPrefix("O303030") && gdb.next() == "OK")
    #expect(monitor("no such command")?.hasPrefix("O") == true)
    #expect(gdb.next() == "OK")
  }

  @Test func `no packet brings the machine or the session down`() throws {
    let served = try Served()
    var generator = SystemRandomNumberGenerator()
    let beginnings = [
      "g", "G", "p", "P", "m", "M", "X", "?", "C05", "s", "S", "vCont", "vCont;s", "vCont?", "Z0,", "z4,", "Z2,0,", "H", "Hg",
      "Hc-", "T",
      "qC", "qfThreadInfo", "qThreadExtraInfo,", "qSupported", "qXfer:features:read:target.xml:", "qAttached", "qRcmd,", "Q", "q",
      "v", "!",
      "m0,ffffffffffffffff", "mffffffffffffffff,10", "X0,10:", "M0,1:0", "G00", "P1=", "Pffffffffffffffff=00", "z9,0,0",
      "Z3,ffffffffffffffff,ffff",
    ]
    let alphabet = Array("0123456789abcdef,;:=-#$}*+".utf8)
    let gdb = try GDBClient(port: served.server.port)
    for round in 0..<3000 {
      var data = Array((beginnings.randomElement(using: &generator) ?? "").utf8)
      for _ in 0..<Int.random(in: 0...12) {
        data.append(
          Bool.random(using: &generator)
            ? alphabet[Int.random(in: 0..<alphabet.count)] : UInt8.random(in: 0...255, using: &generator))
      }
      if Int.random(in: 0..<8) == 0, !data.isEmpty { data[0] = UInt8.random(in: 0...255, using: &generator) }
      // To kill is to quit, and to detach to go; a packet begins anew at each `$`, and what `}` escapes may be either.
      let starts = data.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false).compactMap(\.first)
      if starts.contains(where: { "kDc}".utf8.contains($0) }) { continue }
      switch round % 10 {
      case 0: gdb.send(raw: data)
      case 1: gdb.send(raw: [0x03] + GDBClient.framed(data).dropLast())
      case 2: gdb.send(raw: Array("-+".utf8) + GDBClient.framed(data))
      default: gdb.send(raw: GDBClient.framed(data))
      }
      while gdb.next(milliseconds: 0) != nil {}
    }
    gdb.send(raw: [0x03])
    gdb.send(raw: Array("#00".utf8) + GDBClient.framed([UInt8](repeating: UInt8(ascii: "m"), count: 1 << 20)))
    gdb.send(raw: GDBClient.framed(Array("qXfer:features:read:target.xml:0,1d".utf8)))
    var isAlive = false
    while !isAlive, let text = gdb.next() { isAlive = text.hasPrefix("m<?xml version") }
    #expect(isAlive)
    #expect(try served.machine.status().state == .stopped)
  }
}

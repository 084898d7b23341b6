import Dispatch
import Foundation
import Ironload
import OperatorInterface
import Sockets
import Testing

/// The operator's socket with clients that behave, and with others.
@Suite struct OperatorSocketTests {
  /// A machine, empty and held, and its server at a path of its own.
  private final class Served {
    let machine: Machine
    let server: OperatorServer
    let path: String

    init() throws {
      machine = try Machine(
        MachineConfiguration(memory: 4 << 20, onStop: .hold), consoles: ConsoleSinks(line: { _ in }, terminal: { _ in }))
      path = "/tmp/ironload-op-\(UUID().uuidString.prefix(8))"
      server = try OperatorServer(machine, path: path)
      try server.start()
    }
    deinit {
      machine.quit()
      server.stop()
      machine.close()
    }

    func ask(_ words: String...) throws -> OperatorAnswer {
      let client = try OperatorClient(path: path)
      return try #require(client.ask(try OperatorRequest(words: words))).answer
    }
    /// What comes back for these bytes, up to `lines` lines.
    func raw(_ bytes: [UInt8], lines: Int = 1) throws -> [String] {
      let connection = try SocketConnection(unixPath: path)
      let sender = Thread { connection.send(bytes) }
      sender.start()
      var received: [UInt8] = []
      while received.count(where: { $0 == 0x0A }) < lines {
        guard case .bytes(let more) = connection.receive(milliseconds: 120_000) else { break }
        received += more
      }
      connection.end()
      return String(decoding: received, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    var isAlive: Bool {
      guard let client = try? OperatorClient(path: path) else { return false }
      return client.ask(OperatorRequest(command: "status"))?.answer.ok == true
    }
  }

  @Test func `only its user can connect, and nothing is left behind`() throws {
    var served: Served? = try Served()
    let path = try #require(served).path
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(throws: SocketError.self) { try ListeningSocket(unixPath: path) }
    served = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `a socket of a dead process is replaced, a file is not`() throws {
    let path = "/tmp/ironload-op-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(throws: SocketError.self) { try ListeningSocket(unixPath: path) }
    try FileManager.default.removeItem(atPath: path)
    let process = try Process.run(
      URL(fileURLWithPath: "/usr/bin/env"),
      arguments: ["python3", "-c", "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", path])
    process.waitUntilExit()
    #expect(FileManager.default.fileExists(atPath: path))
    _ = try ListeningSocket(unixPath: path)
  }

  @Test func `storage goes in and out by every kind of address`() throws {
    let served = try Served()
    #expect(try served.ask("alter", "1ffe", "0102", "0304").ok)
    for kind in ["absolute", "real", "logical"] {
      let answer = try served.ask("storage", "1ffe", "4", "--kind", kind)
      #expect(answer.result?["bytes"]?.text == "01020304", "\(kind)")
    }
    #expect(
      try served.ask("storage", "0x1FFE", "4").text == "0000000000001ffe  01020304" + String(repeating: " ", count: 29) + "....")
    let outside = try served.ask("storage", "400000")
    #expect(!outside.ok && outside.status == 65 && outside.error?.kind == "address")
  }

  @Test func `registers are set when the CPU is stopped, and shown by name and kind`() throws {
    let served = try Served()
    #expect(try served.ask("set", "r7", "deadbeef").ok)
    #expect(
      try served.ask("registers", "r7,prefix").result
        == .object(["r7": .string("00000000deadbeef"), "prefix": .string("00000000")]))
    #expect(try served.ask("registers", "general").text?.split(separator: "\n").count == 4)
    #expect(try served.ask("set", "r16", "1").error?.kind == "request")
    #expect(try served.ask("set", "prefix", "1").error?.kind == "value")
  }

  @Test func `a wait says what came`() throws {
    let served = try Served()
    #expect(try served.ask("wait", "--limit", "5").result?["outcome"]?.text == "at-rest")
    #expect(try served.ask("alter", "1000", "a7f40000").ok)
    #expect(try served.ask("set", "mode", "1").ok)
    #expect(try served.ask("psw", "0000000180000000", "1000").ok)
    #expect(try served.ask("start").ok)
    let answer = try served.ask("wait", "--limit", "0")
    #expect(answer.ok && answer.status == 1 && answer.result?["outcome"]?.text == "time-limit")
    #expect(try served.ask("set", "r1", "1").error?.kind == "state")
    #expect(try served.ask("stop").ok)
    #expect(try served.ask("wait", "--text", "never", "--limit", "5").status == 2)
  }

  @Test(arguments: [
    "", "{", "nonsense", "[]", "{}", "{\"command\":5}", "{\"command\":\"\\u0000\"}", "{\"command\":\"storage\"}",
    "{\"command\":\"storage\",\"arguments\":[]}", "{\"command\":\"storage\",\"arguments\":{\"address\":{}}}",
    "{\"command\":\"storage\",\"arguments\":{\"address\":\"-1\"}}", "{\"command\":\"storage\",\"arguments\":{\"address\":-1}}",
    "{\"command\":\"storage\",\"arguments\":{\"address\":\"0\",\"count\":1e99}}",
    "{\"command\":\"storage\",\"arguments\":{\"address\":\"0\",\"count\":99999999}}",
    "{\"command\":\"storage\",\"arguments\":{\"address\":\"0\",\"cpu\":18446744073709551615}}",
    "{\"command\":\"step\",\"arguments\":{\"cpu\":70000}}", "{\"command\":\"load\",\"arguments\":{\"device\":\"12345\"}}",
    "{\"command\":\"wait\",\"arguments\":{\"text\":\"\"}}", "{\"command\":\"trace\",\"arguments\":{\"classes\":\"x\"}}",
    "{\"command\":\"status\",\"arguments\":{\"more\":1}}", "\u{FFFD}\u{FFFD}",
  ])
  func `what is no request is answered with why, on one line`(text: String) throws {
    let served = try Served()
    let lines = try served.raw(Array((text + "\n{\"command\":\"status\",\"id\":7}\n").utf8), lines: text.isEmpty ? 1 : 2)
    #expect(lines.count == (text.isEmpty ? 1 : 2))
    if !text.isEmpty { #expect(lines.first?.contains("\"ok\":false") == true, "\(lines)") }
    #expect(lines.last?.contains("\"id\":7") == true && lines.last?.contains("\"ok\":true") == true)
  }

  @Test(arguments: ["0.2", "1.5", "99999999999999999999", "-1"]) func `a number that counts nothing is a wrong argument`(
    number: String
  ) throws {
    let served = try Served()
    let line = try #require(
      try served.raw(Array("{\"command\":\"wait\",\"arguments\":{\"limit\":\(number)}}\n".utf8)).first)
    #expect(line.contains("wait: limit is wrong; it takes a whole number") && line.contains("\"status\":64"), "\(line)")
  }

  @Test func `a step of no instructions is refused`() throws {
    let served = try Served()
    let answer = try served.ask("step", "0")
    #expect(answer.status == 64 && answer.error?.message.contains("say at least 1") == true)
  }

  @Test func `one client too many is told that the machine is busy`() throws {
    let served = try Served()
    var clients: [OperatorClient] = []
    for _ in 0..<16 {
      let client = try OperatorClient(path: served.path)
      #expect(client.ask(OperatorRequest(command: "status"))?.answer.ok == true)
      clients.append(client)
    }
    for _ in 0..<20 {
      let answer = try served.ask("status")
      #expect(answer.status == 75 && answer.error?.kind == "busy" && answer.error?.message.contains("try again") == true)
    }
    clients.removeLast()
    let deadline = ContinuousClock.now + .seconds(20)
    // Asked once more, it might find the last question's connection still counted.
    var isAlive = false
    while !isAlive && ContinuousClock.now < deadline {
      isAlive = served.isAlive
      if !isAlive { usleep(10_000) }
    }
    #expect(isAlive)
    withExtendedLifetime(clients) {}
  }

  @Test func `deeply nested requests are refused`() throws {
    let served = try Served()
    let deep = String(repeating: "[", count: 200_000)
    #expect(try served.raw(Array(("{\"command\":" + deep + "\n").utf8)).first?.contains("\"ok\":false") == true)
    #expect(served.isAlive)
  }

  @Test func `a request of 64 MiB is refused once, and the next is answered`() throws {
    let served = try Served()
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 20)
    let lines = try served.raw(long + Array("\n{\"command\":\"status\"}\n".utf8), lines: 2)
    #expect(lines.count == 2)
    #expect(lines.first?.contains("at most") == true && lines.last?.contains("\"ok\":true") == true)
  }

  @Test func `half a request and a client that goes are no harm`() throws {
    let served = try Served()
    let half = try SocketConnection(unixPath: served.path)
    half.send(Array("{\"command\":\"sta".utf8))
    #expect(served.isAlive)
    half.end()
    for _ in 0..<40 {
      // Storage is asked for many times and not read: the server cannot send it all.
      let greedy = try SocketConnection(unixPath: served.path)
      let request = "{\"command\":\"storage\",\"arguments\":{\"address\":\"0\",\"count\":65536}}\n"
      greedy.send(Array(String(repeating: request, count: 3).utf8))
      _ = greedy.receive(atMost: 100, milliseconds: 1000)
      greedy.end()
    }
    let deadline = ContinuousClock.now + .seconds(20)
    while !served.isAlive && ContinuousClock.now < deadline { usleep(50_000) }
    #expect(served.isAlive)
  }

  @Test func `random bytes neither end nor stop the machine`() throws {
    let served = try Served()
    var generator = SystemRandomNumberGenerator()
    let names = OperatorCommand.all.map(\.name).filter { $0 != "quit" && $0 != "wait" }
    for _ in 0..<300 {
      var line = Array(
        "{\"command\":\"\(names.randomElement() ?? "")\",\"arguments\":{\"address\":\"\(UInt32.random(in: 0...UInt32.max))\"}}"
          .utf8)
      for _ in 0..<Int.random(in: 0...3) { line[Int.random(in: 0..<line.count)] = UInt8.random(in: 0...255, using: &generator) }
      line.removeAll { $0 == 0x0A }
      _ = try served.raw(line + [0x0A])
    }
    #expect(served.isAlive)
  }

  @Test func `quit answers, and ends the run`() throws {
    let served = try Served()
    #expect(try served.ask("quit").ok)
    #expect(served.machine.waitUntilEnded() == .quit)
  }

  @Test func `two machines have each their socket`() throws {
    let a = try Served(), b = try Served()
    #expect(try a.ask("alter", "500", "ff").ok)
    #expect(try b.ask("storage", "500", "1").result?["bytes"]?.text == "00")
    #expect(try a.ask("quit").ok)
    #expect(b.isAlive)
  }
}

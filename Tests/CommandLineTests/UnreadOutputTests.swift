import CommandLine
import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing

/// What the guest writes while nobody reads it.
@Suite struct UnreadOutputTests {
  private let line = [UInt8]("0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnop\n".utf8)

  @Test func `whoever writes does not wait, learns that there is no room, and when there is; all of it arrives in order`() throws
  {
    let (read, write) = try FileDescriptor.pipe(), output = StreamOutput(write)
    let rooms = Mutex(0)
    output.onRoom { rooms.withLock { $0 += 1 } }
    var written: [UInt8] = []
    while !output.isFull {
      let next = Array("\(written.count) ".utf8) + line
      output.write(next)
      written += next
    }
    #expect(written.count >= StreamOutput.capacity)
    output.write(Array("end".utf8))
    #expect(try readAll(read, until: "end") == String(decoding: written + "end".utf8, as: UTF8.self))
    output.finish()
    #expect(!output.isFull && rooms.withLock { $0 } > 0)
    try write.close()
    try read.close()
  }

  @Test func `what nobody holds back is bounded, and what was dropped is counted`() throws {
    let (read, write) = try FileDescriptor.pipe(), output = StreamOutput(write)
    let chunk = [UInt8](repeating: 0x2E, count: 100_000)
    for _ in 0..<100 { output.write(chunk) }
    let text = try readAll(read, until: "as nobody read what came before\n")
    let words = text.split(separator: "\n").last?.split(separator: " ") ?? []
    let dropped = try #require(Int(words.dropFirst().first ?? ""))
    #expect(text.count(where: { $0 == "." }) + dropped == 10_000_000 && dropped > 8_000_000)
    output.finish()
    try write.close()
    try read.close()
  }

  @Test func `the end waits for a reader as long as it may`() throws {
    let (read, write) = try FileDescriptor.pipe(), output = StreamOutput(write)
    while !output.isFull { output.write(line) }
    output.finish(patience: .milliseconds(50))
    // Given up: nothing waits any more, and nothing more is taken.
    output.write(line)
    output.finish()
    #expect(try readAll(read, until: "never", seconds: 0.5).utf8.count <= 2 * StreamOutput.capacity + 2 * line.count)
    try write.close()
    try read.close()
  }

  @Test func `whoever writes in turn loses nothing that is read, and waits for nobody for long`() throws {
    let (read, write) = try FileDescriptor.pipe(), output = StreamOutput(write)
    let all = 100 * StreamOutput.capacity
    let reader = Mutex(0)
    let thread = Thread { [line] in
      var buffer = [UInt8](repeating: 0, count: 4096)
      while reader.withLock({ $0 }) < all + line.count {
        let count = (try? buffer.withUnsafeMutableBytes { try read.read(into: $0) }) ?? 0
        reader.withLock { $0 += count }
        if count == 0 { break }
      }
    }
    thread.start()
    let block = [UInt8](repeating: 0x2E, count: 1024)
    for _ in 0..<all / block.count { output.writeInTurn(block) }
    output.write(line)
    output.finish()
    for _ in 0..<1000 where reader.withLock({ $0 }) < all + line.count { usleep(10_000) }
    #expect(reader.withLock { $0 } == all + line.count)
    // Nobody reads any more: one write waits a second, the others do not.
    let start = ContinuousClock.now
    for _ in 0..<10_000 { output.writeInTurn(block) }
    #expect(ContinuousClock.now - start < .seconds(5))
    output.giveUp()
    // Lets the output's thread go.
    _ = try readAll(read, until: "never", seconds: 0.5)
    try read.close()
    try write.close()
  }

  @Test func `a reader that has gone away is no reason to fail`() throws {
    let (read, write) = try FileDescriptor.pipe(), output = StreamOutput(write)
    let before = signal(SIGPIPE, SIG_IGN)  // as `ironload run` does
    defer { signal(SIGPIPE, before) }
    try read.close()
    for _ in 0..<10_000 { output.write(line) }
    output.finish()
    #expect(!output.isFull)
    try write.close()
  }

  @Test func `a terminal that nobody reads still obeys`() throws {
    let terminal = try PseudoTerminal(), received = Received()
    let session = TerminalSession(keyboard: .vt220, input: terminal.inner, output: terminal.inner)
    session.start(
      TerminalSession.Handlers(
        enterLine: { received.add(line: $0) }, typeBytes: { received.add(bytes: $0) },
        requestShutdown: { received.addShutdown() }, quit: { received.addQuit() }))
    while !session.output.isFull { session.show(bytes: line) }
    session.show(notice: "nor does a notice wait")
    try terminal.type("\u{1}x")
    #expect(received.wait { $0.quits == 1 })
    session.stop(patience: .milliseconds(50))
    #expect(!terminal.isRaw)
  }

  @Test func `the operator gives up a run that has ended and whose last words nobody reads`() throws {
    let terminal = try PseudoTerminal(), received = Received()
    let session = TerminalSession(keyboard: .vt220, input: terminal.inner, output: terminal.inner)
    session.start(
      TerminalSession.Handlers(
        enterLine: { _ in }, typeBytes: { _ in }, requestShutdown: {}, quit: { received.addQuit() }))
    while !session.output.isFull { session.show(bytes: line) }
    let typist = Typist(terminal)
    session.stop()
    #expect(typist.hasTyped && !terminal.isRaw)
  }

  /// Types Ctrl-a x on a thread of its own, a little later.
  private final class Typist: Sendable {
    private let flag = Atomic(false)
    var hasTyped: Bool { flag.load(ordering: .acquiring) }
    init(_ terminal: PseudoTerminal) {
      Task.detached { [self] in
        try? await Task.sleep(for: .milliseconds(100))
        flag.store(true, ordering: .releasing)
        try? terminal.type("\u{1}x")
      }
    }
  }
}

import CHost
import CommandLine
import Glibc
import SystemPackage
import Testing

@Suite struct TerminalSessionTests {
  private func handlers(_ received: Received) -> TerminalSession.Handlers {
    TerminalSession.Handlers(
      enterLine: { received.add(line: $0) }, typeBytes: { received.add(bytes: $0) },
      requestShutdown: { received.addShutdown() }, quit: { received.addQuit() })
  }

  /// A session on a terminal.
  private func start(_ keyboard: TerminalSession.Keyboard) throws -> (PseudoTerminal, TerminalSession, Received) {
    let terminal = try PseudoTerminal(), received = Received()
    let session = TerminalSession(keyboard: keyboard, input: terminal.inner, output: terminal.inner)
    session.start(handlers(received))
    return (terminal, session, received)
  }

  @Test func `the terminal is raw while the session lasts and gets back the mode it had`() throws {
    let terminal = try PseudoTerminal()
    var before = termios()
    tcgetattr(terminal.inner.rawValue, &before)
    let session = TerminalSession(keyboard: .vt220, input: terminal.inner, output: terminal.inner)
    #expect(!terminal.isRaw)
    session.start(handlers(Received()))
    #expect(terminal.isRaw)
    session.stop()
    var after = termios()
    tcgetattr(terminal.inner.rawValue, &after)
    #expect(after.c_lflag == before.c_lflag && after.c_iflag == before.c_iflag && after.c_oflag == before.c_oflag)
    #expect(after.c_cflag == before.c_cflag)
  }

  @Test func `a session that is forgotten gives the terminal back`() throws {
    let terminal = try PseudoTerminal()
    var mode = TerminalMode(raw: terminal.inner)
    #expect(mode != nil && terminal.isRaw)
    mode = nil
    #expect(!terminal.isRaw)
  }

  @Test func `raw terminals are raw again after the process was stopped`() throws {
    let (terminal, session, received) = try start(.vt220)
    defer { session.stop() }
    var mode = termios()
    tcgetattr(terminal.inner.rawValue, &mode)
    mode.c_lflag |= tcflag_t(ICANON | ECHO)
    tcsetattr(terminal.inner.rawValue, TCSANOW, &mode)
    #expect(!terminal.isRaw)
    kill(getpid(), SIGCONT)  // not raise: this thread may have it blocked
    #expect(received.wait { _ in terminal.isRaw })
  }

  @Test func `signals that end the process pass through a handler`() throws {
    let (_, session, _) = try start(.vt220)
    defer { session.stop() }
    for number in [SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGABRT, SIGILL, SIGTRAP, SIGTSTP, SIGCONT] {
      #expect(handler(of: number) > 1, "signal \(number)")
    }
  }

  #if arch(x86_64)
    @Test func `floating-point exceptions of compiled code stay its own, whoever comes first`() async {
      await #expect(processExitsWith: .success) {
        #expect(chost_handle_float_faults() == 0)
        let own = handler(of: SIGFPE)
        let terminal = try PseudoTerminal()
        #expect(TerminalMode(raw: terminal.inner) != nil)
        #expect(handler(of: SIGFPE) == own)
      }
      await #expect(processExitsWith: .success) {
        let terminal = try PseudoTerminal()
        #expect(TerminalMode(raw: terminal.inner) != nil)
        let terminals = handler(of: SIGFPE)
        #expect(chost_handle_float_faults() == 0)
        #expect(handler(of: SIGFPE) != terminals)
      }
    }
  #endif

  @Test func `keys go to the VT220 console one by one, control characters and all`() throws {
    let (terminal, session, received) = try start(.vt220)
    defer { session.stop() }
    try terminal.type("a\u{3}\u{4}\u{1A}\r\u{1B}[A\u{11}\u{13}")
    #expect(received.wait { $0.bytes.count == 10 })
    #expect(received.bytes == [0x61, 3, 4, 0x1A, 0x0D, 0x1B, 0x5B, 0x41, 0x11, 0x13])
    #expect(received.lines.isEmpty)
  }

  @Test func `lines go to the line-mode console when they are whole`() throws {
    let (terminal, session, received) = try start(.lineMode)
    defer { session.stop() }
    try terminal.type("lx\u{7F}s -l")
    _ = try terminal.screen(until: "ls -l")
    #expect(received.lines.isEmpty)
    try terminal.type("\ränother\r\u{3}")
    #expect(received.wait { $0.lines.count == 3 })
    #expect(received.lines == ["ls -l", "änother", "^c"])
    #expect(received.bytes.isEmpty)
  }

  @Test func `Ctrl-a x ends, s asks for shutdown, a sends itself, ? helps, others do nothing`() throws {
    let (terminal, session, received) = try start(.vt220)
    defer { session.stop() }
    try terminal.type("\u{1}a\u{1}\u{1}\u{1}z\u{1}s\u{1}?\u{1}xq")
    #expect(received.wait { $0.quits == 1 && $0.bytes.last == 0x71 })
    #expect(received.bytes == [1, 1, 0x71])
    #expect(received.shutdowns == 1)
    let screen = try terminal.screen(until: "this help")
    #expect(screen.contains("ironload: Ctrl-a x  end the machine at once"))
  }

  @Test func `Ctrl-a c moves the keyboard to the other console and back`() throws {
    let (terminal, session, received) = try start(.lineMode)
    defer { session.stop() }
    try terminal.type("one\r\u{1}ctwo\r\u{1}cthree\r")
    #expect(received.wait { $0.lines.count == 2 && $0.bytes.count == 4 })
    #expect(received.lines == ["one", "three"])
    #expect(received.bytes == [UInt8]("two\r".utf8))
  }

  @Test func `output on a terminal leaves the cursor behind a prompt and the typed line at the bottom`() throws {
    let (terminal, session, received) = try start(.lineMode)
    defer { session.stop() }
    session.show(line: "hello")
    session.show(line: "~ # ")
    #expect(try terminal.screen(until: "# ") == "hello\r\n~ # ")
    try terminal.type("ls")
    #expect(try terminal.screen(until: "ls") == "ls")
    session.show(line: "a message")
    #expect(try terminal.screen(until: "message\r\nls") == "\r\u{1B}[J~ # \r\na message\r\nls")
    try terminal.type("\r")
    #expect(received.wait { $0.lines == ["ls"] })
    session.show(line: "ls")  // the echo of Linux is not shown twice
    session.show(line: "file")
    session.show(line: "ls")
    #expect(try terminal.screen(until: "file\r\nls\r\n") == "\r\nfile\r\nls\r\n")
  }

  @Test func `bytes of the VT220 console reach a terminal as they are`() throws {
    let (terminal, session, _) = try start(.vt220)
    defer { session.stop() }
    session.show(bytes: [UInt8]("\u{1B}[2Jlogin: ".utf8))
    #expect(try terminal.screen(until: "login: ") == "\u{1B}[2Jlogin: ")
  }

  // MARK: Pipes

  @Test func `on pipes lines and bytes go out plainly, those of the other console until the keyboard's is written to`() throws {
    let (read, write) = try FileDescriptor.pipe(), null = try FileDescriptor.open("/dev/null", .readOnly)
    let session = TerminalSession(keyboard: .lineMode, input: null, output: write)
    session.start(handlers(Received()))
    session.show(bytes: [0x1B, 0x41, 0x0A])
    session.show(line: "one")
    session.show(line: "~ # ")
    session.show(bytes: [0x42, 0x0A])
    session.show(line: "two", isPrompt: true)
    session.stop()
    try write.close()
    #expect(try readAll(read, until: "never", seconds: 5) == "\u{1B}A\none\n~ # \ntwo\n")
    try read.close()
    try null.close()
  }

  @Test func `what asks the terminal for an answer is left out when the input is a pipe, even in pieces`() throws {
    let (read, write) = try FileDescriptor.pipe(), null = try FileDescriptor.open("/dev/null", .readOnly)
    let session = TerminalSession(keyboard: .vt220, input: null, output: write)
    session.start(handlers(Received()))
    for piece in ["a\u{1B}[6nb\u{1B}", "[", "5", "nc\u{1B}[0cd\u{1B}Ze\u{1B}[1;32mnc\u{1B}[K\u{1B}", "[?6n.\n"] {
      session.show(bytes: Array(piece.utf8))
    }
    session.stop()
    try write.close()
    #expect(try readAll(read, until: "never", seconds: 5) == "abcde\u{1B}[1;32mnc\u{1B}[K.\n")
    try read.close()
    try null.close()
  }

  @Test func `lines from a pipe wait for a prompt each, and its end ends nothing`() throws {
    let (read, write) = try FileDescriptor.pipe(), null = try FileDescriptor.open("/dev/null", .writeOnly)
    let received = Received()
    let patience = PacedInput.Patience(atFirst: .seconds(1000), later: .seconds(1000))
    let session = TerminalSession(keyboard: .lineMode, input: read, output: null, patience: patience)
    session.start(handlers(received))
    try write.writeAll("one\n\u{1}x\nthree".utf8)
    try write.close()
    session.show(line: "[    1.234567] Linux version: 6.1")
    usleep(50_000)
    #expect(received.lines.isEmpty)
    session.show(line: "~ # ")
    #expect(received.wait { $0.lines == ["one"] })
    usleep(50_000)
    #expect(received.lines == ["one"])
    session.show(line: "~ # ")
    #expect(received.wait { $0.lines == ["one", "\u{1}x"] })  // no commands of the operator from a pipe
    session.show(line: "login: ")
    #expect(received.wait { $0.lines == ["one", "\u{1}x", "three"] })
    session.show(line: "~ # ")
    usleep(50_000)
    #expect(received.lines.count == 3 && received.quits == 0)
    session.stop()
    try read.close()
    try null.close()
  }

  @Test func `without a prompt silence lets lines through`() throws {
    let (read, write) = try FileDescriptor.pipe(), null = try FileDescriptor.open("/dev/null", .writeOnly)
    let received = Received()
    let patience = PacedInput.Patience(atFirst: .milliseconds(100), later: .milliseconds(20))
    let session = TerminalSession(keyboard: .vt220, input: read, output: null, patience: patience)
    session.start(handlers(received))
    try write.writeAll("one\ntwo\n\nfour".utf8)
    try write.close()
    #expect(received.wait { $0.bytes == [UInt8]("one\ntwo\n\nfour".utf8) })
    session.stop()
    try read.close()
    try null.close()
  }
}

/// The address of what handles a signal.
private func handler(of number: Int32) -> Int {
  var action = sigaction()
  sigaction(number, nil, &action)
  return unsafeBitCast(action.__sigaction_handler, to: Int.self)
}

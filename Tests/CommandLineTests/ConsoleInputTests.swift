import CommandLine
import Testing

@Suite struct ConsoleInputTests {
  /// An editor that can be used within an expectation.
  private final class Editor {
    private var editor = LineEditor()
    var text: String { editor.text }
    func take(_ byte: UInt8) -> String? { editor.take(byte) }
    func lines(_ keys: String) -> [String] { keys.utf8.compactMap { editor.take($0) } }
  }

  private final class Watch {
    private var watch = PromptWatch()
    func take(_ bytes: some Sequence<UInt8>) -> Bool { watch.take(bytes) }
  }

  /// Paced input on a clock of its own, in seconds.
  private final class Paced {
    private let start = ContinuousClock.now
    private var paced: PacedInput
    init(atFirst: Int, later: Int) { paced = PacedInput(.init(atFirst: .seconds(atFirst), later: .seconds(later)), now: start) }
    var wantsMore: Bool { paced.wantsMore }
    func take(_ text: String) { paced.take(text.utf8) }
    func guestWrote(isPrompt: Bool, at second: Int) { paced.guestWrote(isPrompt: isPrompt, now: start + .seconds(second)) }
    func next(at second: Int) -> String? { paced.next(now: start + .seconds(second)).map { String(decoding: $0, as: UTF8.self) } }
    func wait(at second: Int) -> Duration? { paced.wait(now: start + .seconds(second)) }
  }

  @Test func `the line editor edits`() {
    let editor = Editor()
    #expect(editor.lines("abc\u{7F}\u{8}x\r") == ["ax"])
    #expect(editor.lines("one two  \u{17}three\n") == ["one three"])
    #expect(editor.lines("gone\u{15}kept\r") == ["kept"])
    #expect(editor.lines("\u{7F}\u{17}\u{15}\r") == [""])
    #expect(editor.lines("naïve \u{1F600}\u{7F}x\r") == ["naïve x"])
    #expect(editor.lines("half") == [] && editor.text == "half")
  }

  @Test func `the arrows recall earlier lines`() {
    let editor = Editor()
    #expect(editor.lines("one\rtwo\rtwo\r") == ["one", "two", "two"])
    #expect(editor.lines("\u{1B}[A\u{1B}[A\r") == ["one"])
    #expect(editor.lines("\u{1B}OA\u{1B}OA\u{1B}OB\r") == ["one"])
    #expect(editor.lines("\u{1B}[A\u{1B}[B\r") == [""])
    #expect(editor.lines("\u{1B}[B\u{1B}[1;5C\u{1B}[3~x\r") == ["x"])
  }

  @Test func `control keys become the lines that Linux takes for them`() {
    let editor = Editor()
    #expect(editor.lines("abc\u{3}") == ["^c"])
    #expect(editor.text.isEmpty)
    #expect(editor.lines("\u{4}\u{1A}") == ["^d", "^z"])
    #expect(editor.lines("a\u{4}\u{1A}\r") == ["a"])
  }

  @Test func `bytes that are no UTF-8 spoil neither the line nor the next`() {
    let editor = Editor()
    for byte in [0xFF, 0xFE, 0xFF, 0xFE] as [UInt8] { #expect(editor.take(byte) == nil) }
    #expect(editor.lines("ok\r") == ["ok"])
    #expect(editor.take(0xC3) == nil)
    #expect(editor.lines("\rnext\r") == ["", "next"])
  }

  @Test(arguments: [
    "~ # ", "$ ", "root@ironload:~# ", "> ", "login: ", "Password: ", "Really? ", "Please choose:",
    "Please choose (default will boot in 10 seconds):",
  ])
  func `prompts are seen`(line: String) {
    #expect(PromptWatch.isPrompt(line))
    let watch = Watch()
    if line.hasSuffix(" ") {
      #expect(watch.take(("[  1.0] x: \r\n\u{1B}[1;32m" + line + "\u{1B}[0m").utf8))
      #expect(!watch.take("x".utf8))
    }
  }

  @Test(arguments: [
    "", " ", "#", "[    0.000000] Zone ranges:", "BOOT-OK uptime=3", "Kernel panic - not syncing", "done. ", "a b ",
  ])
  func `messages are no prompts`(line: String) { #expect(!PromptWatch.isPrompt(line)) }

  @Test func `a prompt may come in pieces and ends with its line`() {
    let watch = Watch()
    #expect(!watch.take("logi".utf8))
    #expect(!watch.take("n:".utf8))
    #expect(watch.take(" ".utf8))
    #expect(!watch.take("\r\n".utf8))
    #expect(!watch.take([UInt8](repeating: 0x61, count: 100_000)))
  }

  @Test func `paced input gives a line a prompt, and what silence allows`() {
    let paced = Paced(atFirst: 30, later: 1)
    #expect(paced.wait(at: 0) == nil)
    paced.take("one\ntw")
    #expect(paced.next(at: 29) == nil)
    #expect(paced.wait(at: 10) == .seconds(20))
    paced.guestWrote(isPrompt: false, at: 20)
    #expect(paced.next(at: 49) == nil)  // the silence starts anew
    paced.guestWrote(isPrompt: true, at: 49)
    #expect(paced.next(at: 49) == "one\n")
    #expect(paced.wait(at: 60) == nil)
    paced.take("o\nthree")
    #expect(paced.next(at: 49) == nil)
    #expect(paced.next(at: 50) == "two\n")
    paced.take("")
    #expect(!paced.wantsMore)
    paced.guestWrote(isPrompt: true, at: 50)
    #expect(paced.next(at: 50) == "three")
    #expect(paced.wait(at: 99) == nil)
  }

  @Test func `paced input holds little of a large file`() {
    let paced = Paced(atFirst: 1, later: 1)
    for _ in 0..<64 { paced.take("x\n") }
    #expect(!paced.wantsMore)
    let long = Paced(atFirst: 0, later: 0)
    long.take(String(repeating: "a", count: 1 << 16))
    #expect(long.wantsMore)
    #expect(long.next(at: 0)?.utf8.count == 1 << 16)
  }
}

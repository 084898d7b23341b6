import Foundation
import OperatorInterface
import Testing

/// `ironload operate` and `disassemble` as their users type them.
@Suite struct OperatingTests {
  private static let document = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Documentation/Operating.md")

  /// The lines of the document's consoles, block after block.
  private static func session() throws -> [String] {
    var lines: [String] = [], isInside = false
    for line in try String(contentsOf: document, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { isInside = line == "```console" } else if isInside { lines.append(String(line)) }
    }
    return lines
  }

  /// Runs a script with `ironload` in its path, in a folder of its own.
  private func bash(_ script: String) throws -> (status: Int32, output: String) {
    let place = FileManager.default.temporaryDirectory.appending(path: "ironload-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    let process = Process(), out = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments = ["120", "bash", "-c", script]
    process.currentDirectoryURL = place
    let path = CommandRun.executable.deletingLastPathComponent().path + ":/usr/bin:/bin"
    // Sanitizers have their options there.
    process.environment = ProcessInfo.processInfo.environment.merging(["PATH": path]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = out
    process.standardError = out
    try process.run()
    let output = String(decoding: try out.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }

  /// Whether `line` is what `pattern` says; `...` in a pattern is anything, and blanks at an end do not count.
  private func matches(_ line: String, _ pattern: String) -> Bool {
    func withoutTrailingBlanks(_ text: String) -> Substring { text[...(text.lastIndex { $0 != " " } ?? text.startIndex)] }
    if !line.isEmpty && !pattern.isEmpty && withoutTrailingBlanks(line) == withoutTrailingBlanks(pattern) { return true }
    var rest = line[...]
    let parts = pattern.split(separator: "...", omittingEmptySubsequences: false)
    for (k, part) in parts.enumerated() {
      if k == 0 {
        guard rest.hasPrefix(part) else { return false }
        rest = rest.dropFirst(part.count)
      } else {
        // The last part ends the line: what is written like an ellipsis may be dots.
        let isLast = k == parts.count - 1
        guard let found = part.isEmpty ? rest.endIndex..<rest.endIndex : rest.range(of: part, options: isLast ? .backwards : [])
        else { return false }
        rest = rest[found.upperBound...]
      }
    }
    return rest.allSatisfy { $0 == " " }
  }

  @Test func `the session of Operating.md goes as it says`() throws {
    let session = try Self.session()
    let script = session.filter { $0.hasPrefix("$ ") }.map { line -> String in
      let command = String(line.dropFirst(2))
      // The machine in the background says nothing here; the rest of the session waits for its socket.
      if command.hasSuffix("&") {
        return
          "echo '\(line)'; \(command.dropLast()) >machine.log 2>&1 </dev/null & for k in $(seq 200); do [ -S op.sock ] && break; sleep 0.05; done"
      }
      return "echo '\(line.replacing("'", with: "'\\''"))'; \(command)"
    }
    let (_, output) = try bash(script.joined(separator: "\n") + "\nwait")
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast()
    for (line, wanted) in zip(lines, session) where !matches(line, wanted) {
      Issue.record("the document says\n\(wanted)\nand here it is\n\(line)")
      break
    }
    #expect(lines.count == session.count, "\(output)")
  }

  @Test func `Operating.md has an example of every command`() throws {
    let session = try Self.session()
    for command in OperatorCommand.all {
      #expect(session.contains { $0.hasPrefix("$ ironload operate op.sock \(command.name)") }, "\(command.name)")
    }
  }

  @Test func `a script runs twenty instructions from raw bytes and checks the result`() throws {
    let (status, output) = try bash(
      """
      set -e
      ironload run --memory 16M --operator op.sock </dev/null >run.log 2>&1 &
      for k in $(seq 200); do [ -S op.sock ] && break; sleep 0.05; done
      operate() { ironload operate op.sock "$@"; }
      # The restart new PSW, and the PSW of the end.
      operate alter 0 00080000 80001000
      operate alter 310 000a0000 80000600
      # The sum of 1 to 6 and their product, the long way: R1 counts, R2 is the sum, R3 the product.
      operate alter 1000 a7180001 a7280000 a7380001 \\
        1a21 b2520031 a71a0001 1a21 b2520031 a71a0001 1a21 b2520031 a71a0001 \\
        1a21 b2520031 a71a0001 1a21 b2520031 50200300 50300304 82000310
      operate restart
      operate wait --limit 20
      operate status --json
      [ "$(operate storage 300 8 --json | sed 's/.*"bytes":"\\([0-9a-f]*\\)".*/\\1/')" = 0000000f00000078 ]
      operate quit
      wait $! && status=0 || status=$?
      echo "ended with $status"
      """)
    #expect(status == 0, "\(output)")
    #expect(
      output.contains("disabled-wait") && output.contains("20 instructions") && output.contains("ended with 4"), "\(output)")
  }

  @Test func `clients say what is wrong in one line`() throws {
    try CommandRun("operate", "/nowhere/op.sock", "status").expectFailure(69, "does a machine run there")
    try CommandRun("operate", "/nowhere/op.sock", "dance").expectFailure(64, "there is no command dance")
    try CommandRun("operate", "/nowhere/op.sock", "storage", "zz").expectFailure(
      64, "address zz is wrong; it takes hexadecimal digits")
    try CommandRun("operate", "/nowhere/op.sock", "storage", "0", "--kind", "true")
      .expectFailure(64, "it takes one of absolute, real, logical")
    try CommandRun("disassemble", "--bytes", "0").expectFailure(64, "pairs of hexadecimal digits")
    try CommandRun("disassemble", "/nowhere/file").expectFailure(66, "/nowhere/file")
    try CommandRun("run", "--memory", "16M").expectFailure(64, "only with --operator or --gdb")
    try CommandRun("run", "--load", "0120", "--wait").expectFailure(64, "say --operator PATH or --gdb HOST:PORT")
    try CommandRun("run", "--gdb", "nowhere").expectFailure(64, "--gdb")
    try CommandRun("run", "--operator", String(repeating: "x", count: 200)).expectFailure(64, "107 bytes")
  }

  /// What bash offers for the last of the words, by the script that we print and as bash calls it.
  private func completions(_ words: String...) throws -> Set<String> {
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    let (status, output) = try bash(
      """
      ironload --generate-completion-script bash >completion && source ./completion || exit 1
      touch deck.bin
      COMP_WORDS=(ironload \(line)); COMP_CWORD=\(words.count); COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
      function=$(complete -p ironload | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
      "$function" ironload "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """)
    #expect(status == 0, "\(output)")
    return Set(output.split(separator: "\n").map(String.init))
  }

  @Test func `bash completes commands, options, their values, registers and files`() throws {
    #expect(try completions("operate", "op.sock", "sto") == ["storage", "stop", "store-status"])
    #expect(try completions("operate", "op.sock", "storage", "0", "--k") == ["--kind"])
    #expect(try completions("operate", "op.sock", "storage", "0", "--kind", "re") == ["real"])
    #expect(try completions("operate", "op.sock", "watch", "300", "4", "--on", "") == ["store", "fetch", "both"])
    #expect(try completions("operate", "op.sock", "set", "pre") == ["prefix"])
    #expect(try completions("operate", "op.sock", "place", "400", "de") == ["deck.bin"])
    #expect(try completions("run", "--kernel", "de") == ["deck.bin"])
    #expect(try completions("run", "--load-k") == ["--load-kind"])
    #expect(try completions("load", "--explain", "v.ckd", "--channel", "prefetch") == ["prefetch-required", "prefetch-always"])
    #expect(try completions("nvdimm", "").contains("check"))
  }

  @Test func `help of a command of operate says what its parameters are`() throws {
    let one = try CommandRun("operate", "/nowhere", "storage", "--help")
    #expect(one.status == 0 && one.output.contains("storage ADDRESS [COUNT]") && one.output.contains("--cpu: the CPU's address"))
    let all = try CommandRun("operate", "/nowhere", "--help")
    #expect(all.status == 0 && OperatorCommand.all.allSatisfy { all.output.contains("  \($0.synopsis)") }, "\(all.output)")
  }
}

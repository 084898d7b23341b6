import Foundation
import Testing

/// `ironload load --explain` as a user runs it.
@Suite struct LoadCommandTests {
  private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-explain-\(UUID().uuidString)")

  /// Makes a volume in a directory of its own, which `work` may use.
  private func withVolume(boot: Bool, _ work: (_ volume: String, _ directory: URL) throws -> Void) throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let volume = directory.appendingPathComponent("v.ckd").path, kernel = directory.appendingPathComponent("kernel").path
    #expect(try CommandRun("dasd", "create", volume, "--cylinders", "8").status == 0)
    if boot {
      var bytes = [UInt8](repeating: 0x07, count: 400_000)
      bytes.replaceSubrange(0..<8, with: [0, 8, 0, 0, 0x80, 1, 0, 0])
      // BASR 1,0; LPSW 14(1): a disabled wait.
      bytes.replaceSubrange(0x10000..<0x10006, with: [0x0D, 0x10, 0x82, 0, 0x10, 0x0E])
      bytes.replaceSubrange(0x10010..<0x10018, with: [0, 10, 0, 0, 0x80, 0, 0, 0])
      bytes.replaceSubrange(0x10008..<0x1000E, with: Array("S390EP".utf8))
      try Data(bytes).write(to: URL(fileURLWithPath: kernel))
      let run = try CommandRun("dasd", "boot", volume, "--kernel", kernel)
      #expect(run.status == 0, "\(run.error)")
    }
    try work(volume, directory)
  }

  @Test func `text, JSON and HTML of a volume that loads`() throws {
    try withVolume(boot: true) { volume, directory in
      let text = try CommandRun("load", "--explain", volume)
      #expect(text.status == 0, "\(text.error)")
      #expect(text.output.contains("dynamic segment 1"))
      #expect(
        text.output.contains(
          "  4  000000   load  02 READ IPL               CC SLI          24  000000        0     0    1  24 bytes to 000000-000017"
        ))
      #expect(text.output.contains("PSW 00080000 80010000, the first instruction at 0x010000"))

      let json = directory.appendingPathComponent("v.json")
      #expect(try CommandRun("load", "--explain", volume, "--format", "json", "-o", json.path).status == 0)
      let object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
      #expect((object["loaded"] as? [String: Any])?["psw"] as? String == "0008000080010000")
      #expect((object["steps"] as? [[String: Any]])?.allSatisfy { $0["kind"] is String } == true)

      let html = directory.appendingPathComponent("v.html")
      #expect(try CommandRun("load", "--explain", volume, "--format", "html", "-o", html.path).status == 0)
      let page = try String(contentsOf: html, encoding: .utf8)
      #expect(page.contains("<svg") && page.contains("The load succeeds.") && page.contains("id=\"step4\""))
      // Nothing is fetched from elsewhere.
      #expect(!page.contains("src=") && !page.contains("<link") && !page.contains("@import"))
      #expect(page.components(separatedBy: "<svg").count == 2 && page.components(separatedBy: "</svg>").count == 2)
    }
  }

  @Test func `a volume that does not load: status 3, and why`() throws {
    try withVolume(boot: false) { volume, directory in
      let text = try CommandRun("load", "--explain", volume)
      // What `dasd create` writes loads a disabled wait, as dasdfmt's does.
      #expect(text.status == 0 && text.output.contains("but the PSW is a disabled wait"))
      // Without any record on track 0.
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: volume))
      try handle.seek(toOffset: 512 + 21)
      try handle.write(contentsOf: Data(repeating: 0xFF, count: 8))
      try handle.close()
      let broken = try CommandRun("load", "--explain", volume)
      #expect(broken.status == 3)
      #expect(
        broken.output.contains(
          "The load fails: 0120: CCW at 0x000000 (READ IPL), cylinder 0 head 0 record 1: the volume has no IPL1"))
      let html = try CommandRun(
        "load", "--explain", volume, "--format", "html", "-o", directory.appendingPathComponent("x.html").path)
      #expect(html.status == 3 && html.error.hasPrefix("ironload: 0120: CCW at 0x000000"))
    }
  }

  @Test func `a channel that prefetches loads with the procedure for it, and not the hardware's way`() throws {
    try withVolume(boot: true) { volume, _ in
      let good = try CommandRun("load", "--explain", volume, "--channel", "prefetch-required")
      #expect(good.status == 0, "\(good.error)")
      #expect(good.output.contains("IPL2 ") && good.output.contains("dynamic segment 1"), "\(good.output)")
      let hardware = try CommandRun("load", "--explain", volume, "--channel", "prefetch-always", "--procedure", "hardware")
      #expect(hardware.status == 3 && hardware.output.contains("The load fails: "))
    }
  }

  @Test func `a volume that is not there, and a page that cannot be written`() throws {
    try CommandRun("load", "--explain", "/nowhere/v.ckd").expectFailure(66, "--explain /nowhere/v.ckd: ")
    try withVolume(boot: true) { volume, _ in
      try CommandRun("load", "--explain", volume, "-o", "/nowhere/x").expectFailure(73, "--output /nowhere/x")
    }
  }

  @Test func `the same records for a running guest go to a file`() throws {
    try withVolume(boot: true) { volume, directory in
      let trace = directory.appendingPathComponent("t.jsonl")
      let run = try CommandRun(
        "run", "--memory", "64M", "--dasd", "0120=\(volume)", "--load", "0120", "--trace", "ccw,io,load", "--trace-file",
        trace.path)
      #expect(run.status == 1, "\(run.error)")
      let lines = try String(contentsOf: trace, encoding: .utf8).split(separator: "\n")
      let kinds = try lines.map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["kind"] as? String
      }
      #expect(kinds.prefix(4) == ["load", "load", "start", "ccw"] && kinds.suffix(2) == ["end", "load"])
      #expect(kinds.filter { $0 == "ccw" }.count > 10)
    }
    try CommandRun("run", "--load", "0120", "--trace-file", "/tmp/t").expectFailure(64, "--trace-file /tmp/t")
  }
}

import DASD
import Foundation
import Ironload
import SystemPackage
import Testing

/// What `ironload run` says to bad input: one line, and a status of sysexits.h; no byte of a volume changes.
@Suite struct RunCommandTests {
  /// A directory of one test's own, with volumes in it.
  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-run-\(UUID().uuidString)")
    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }
    subscript(name: String) -> String { url.appendingPathComponent(name).path }

    func volume(_ name: String, _ format: (inout Track) -> Void) throws -> String {
      try CKDImage.create(path: FilePath(self[name]), geometry: try #require(CKDGeometry(cylinders: 1)), format: format)
      return self[name]
    }
    /// A volume that could be loaded.
    func loadable() throws -> String {
      try volume("good.ckd") { track in
        if track.address == TrackAddress(cylinder: 0, head: 0) {
          // A PSW that waits, and a no-operation, which ends the program.
          let psw: [UInt8] = [0, 0x0A, 0, 0, 0, 0, 0x12, 0x34], noOperation: [UInt8] = [3, 0, 0, 0, 0x20, 0, 0, 1]
          track.append(record: 1, data: psw + noOperation + [UInt8](repeating: 0, count: 8))
        }
      }
    }
    func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
    func put(_ name: String, _ bytes: Data) throws -> String {
      try bytes.write(to: url.appendingPathComponent(name))
      return self[name]
    }
  }

  /// What the demonstration guest writes goes to standard output, the trace to standard error.
  @Test(arguments: ["2>&-", ">&-"])
  func `what is closed does not lead into a volume`(_ closed: String) throws {
    let scratch = try Scratch(), demo = scratch["demo.ckd"]
    try DemoVolume.create(at: demo)
    let before = try scratch.contents(demo), process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "exec \"$0\" run --memory 16M --dasd 0120=\"$1\" --load 0120 --console vt220 --trace load,ccw \(closed)",
      CommandRun.executable.path, demo,
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try scratch.contents(demo) == before)
  }

  @Test func `options that make no sense`() throws {
    let scratch = try Scratch(), good = try scratch.loadable()
    let dasd = "0120=\(good)"
    let cases: [(arguments: [String], text: String)] = [
      ([], "--load, --kernel or --ins"), (["--load", "0120", "--kernel", good], "--load, --kernel or --ins"),
      (["--load", "120g"], "--load"), (["--load", ""], "--load"), (["--load", "12345"], "--load"),
      (["--load", "0120", "--memory", "0"], "--memory"), (["--load", "0120", "--memory", "1.5G"], "--memory"),
      (["--load", "0120", "--memory", "5000G"], "--memory"), (["--load", "0120", "--memory", "100"], "--memory"),
      (["--load", "0120", "--memory", "99999999999999999999G"], "--memory"),
      (["--load", "0120", "--dasd", good], "--dasd"), (["--load", "0120", "--dasd", "0120="], "--dasd"),
      (["--load", "0120", "--dasd", dasd + ",read-only"], "--dasd"),
      (["--load", "0120", "--dasd", dasd + ",sync=yes"], "--dasd"),
      (["--load", "0120", "--dasd", dasd, "--dasd", dasd], "0120: this device number is given twice"),
      (["--load", "0120", "--dasd", dasd, "--loadparm", "123456789"], "--loadparm"),
      (["--load", "0120", "--dasd", dasd, "--console", "3270"], "--console"),
      (["--load", "0120", "--dasd", dasd, "--trace", "everything"], "--trace"), (["--lode", "0120"], "--lode"),
    ]
    for (arguments, text) in cases { try CommandRun(arguments: ["run"] + arguments).expectFailure(64, text) }
  }

  @Test func `images that are none`() throws {
    let scratch = try Scratch(), good = try scratch.contents(try scratch.loadable())
    func run(_ path: String) throws -> CommandRun { try CommandRun("run", "--dasd", "0120=\(path)", "--load", "0120") }
    try run(scratch["missing.ckd"]).expectFailure(66, "missing.ckd: no such file")
    try run(scratch.url.path).expectFailure(65, "directory")
    try run(scratch.put("empty.ckd", Data())).expectFailure(65, "it is empty")
    try run(scratch.put("text.ckd", Data(repeating: 0x41, count: 100_000))).expectFailure(65, "not a CKD DASD image")
    try run(scratch.put("short.ckd", good.dropLast(1000))).expectFailure(65, "truncated")
    var odd = good
    odd[8] = 14
    try run(scratch.put("odd.ckd", odd)).expectFailure(65, "not a 3390 volume")
  }

  @Test func `volumes without an IPL record, and devices that are not there`() throws {
    let scratch = try Scratch()
    let blank = try scratch.volume("blank.ckd") { _ in }
    try CommandRun("run", "--dasd", "0120=\(blank)", "--load", "0120").expectFailure(65, "blank.ckd: has no IPL program")
    let fresh = scratch["fresh.ckd"]
    #expect(try CommandRun("dasd", "create", fresh, "--cylinders", "4").status == 0)
    let before = try scratch.contents(fresh)
    try CommandRun("run", "--dasd", "0120=\(fresh)", "--load", "0120").expectFailure(65, "fresh.ckd: has no IPL program")
    #expect(try scratch.contents(fresh) == before)
    try CommandRun("run", "--dasd", "0120=\(fresh)", "--load", "0130").expectFailure(69, "0130 failed: there is no such device")
    try CommandRun("run", "--kernel", scratch["vmlinuz"]).expectFailure(66, "vmlinuz")
  }

  @Test func `an image in use, and one whose first track is damaged`() throws {
    let scratch = try Scratch(), good = try scratch.loadable()
    do {
      let user = try CKDImage(path: FilePath(good))
      try CommandRun("run", "--dasd", "0120=\(good)", "--load", "0120").expectFailure(75, "in use by another process")
      withExtendedLifetime(user) {}
    }
    var bytes = try scratch.contents(good)
    bytes.replaceSubrange(512 + 21..<512 + 29, with: [0, 0, 0, 0, 1, 0, 0xFF, 0xF0])
    let damaged = try scratch.put("damaged.ckd", bytes)
    try CommandRun("run", "--dasd", "0120=\(damaged)", "--load", "0120")
      .expectFailure(69, "load 0120 failed: unit status 0e")
    #expect(try scratch.contents(damaged) == bytes)
  }

  @Test func `a disabled wait ends the run with PSW and meaning`() throws {
    let scratch = try Scratch(), good = try scratch.loadable()
    let run = try CommandRun("run", "--memory", "1M", "--dasd", "0120=\(good),ro", "--load", "0120")
    #expect(run.status == 1)
    #expect(run.error.contains("disabled wait: PSW") && run.error.contains("0000000000001234"), "\(run.error)")
  }

  @Test func `help teaches with an example`() throws {
    let verbs = ["run", "load", "operate", "disassemble", "demo", "dasd", "nvdimm", "nvdimm check"]
    for verb in verbs {
      let help = try CommandRun(arguments: ["help"] + verb.split(separator: " ").map(String.init))
      // An example is a line of its own, of a command that the help is about.
      let examples = help.output.split(separator: "\n").filter {
        $0.hasPrefix("  ironload \(verb) ") || $0 == "  ironload \(verb)"
      }
      #expect(help.status == 0 && help.error == "" && !examples.isEmpty, "\(verb): \(help.output)")
    }
    let all = try CommandRun("--help")
    #expect(all.status == 0 && verbs.dropLast().allSatisfy { all.output.contains("  \($0) ") })
    for status in [64, 65, 66, 69, 70, 71, 73, 74, 75, 77, 78] { #expect(all.output.contains("\(status)"), "\(status)") }
    try CommandRun("help", "nosuch").expectFailure(64, "there is no command nosuch; see `ironload --help`")
    try CommandRun("help", "dasd", "mend").expectFailure(64, "there is no command mend; see `ironload dasd --help`")
  }

  @Test func `the check of a backend says what a segment takes of it`() throws {
    let scratch = try Scratch()
    for (size, text) in [(5000, "refused: a segment's size is a multiple of 1 MiB"), (3 << 20 + 4096, "3 MiB of it")] {
      let path = try scratch.put("backend", Data(count: size))
      let check = try CommandRun("nvdimm", "check", path)
      #expect(check.status == 1 && check.output.contains("  as segment      \(text)"), "\(check.output)")
    }
    let asked = try CommandRun("nvdimm", "check", scratch["backend"], "--size", "4096")
    #expect(asked.output.contains("  as segment      refused"), "\(asked.output)")
  }

  @Test func `an option with properties says which of them is wrong`() throws {
    for (option, text) in [
      ("--dasd=120", "say a device number and an image"), ("--dasd=xyzw=v.ckd", "xyzw is no device number"),
      ("--dasd=120=v.ckd,channel=fast", "a channel is architected, prefetch-required, prefetch-always"),
      ("--dasd=120=v.ckd,fast", "fast is none of ro"), ("--dasd=120=v.ckd,", "an empty option"),
      ("--nvdimm=id=a", "path= is missing"), ("--nvdimm=id=a,path=/x,fast=on", "there is no property fast"),
      ("--nvdimm=id=a,path=/x,share=yes", "share is on or off"),
      ("--nvdimm=id=a,path=/x,size=-1", "size=-1 is no number of bytes"),
      ("--nvdimm=id=a,path=/x,attach=usb", "attach is dcss:NAME or scm"),
      ("--nvdimm=id=a,path=/x,share", "share is no name=value"),
      ("--nvdimm=id=a,path=/x,id=b", "id= is there twice"), ("--dasd=120=v.ckd,ro,rw", "rw says anew"),
      ("--dasd=120=v.ckd,sync=on,prefix=on,sync=off", "sync=off says anew"),
    ] { try CommandRun("run", "--load", "120", option).expectFailure(64, text) }
  }

  @Test func `a comma in a path is written twice`() throws {
    let scratch = try Scratch()
    try FileManager.default.moveItem(atPath: try scratch.loadable(), toPath: scratch["a,b.ckd"])
    let path = scratch["a,b.ckd"].replacingOccurrences(of: ",", with: ",,")
    #expect(try CommandRun("run", "--memory", "1M", "--dasd", "0120=\(path),ro", "--load", "0120").status == 1)
  }

  @Test func `long work shows how far it is, on a terminal only`() throws {
    let scratch = try Scratch(), terminal = try PseudoTerminal()
    let process = Process()
    process.executableURL = CommandRun.executable
    process.arguments = ["dasd", "create", scratch["big.ckd"], "--cylinders", "200"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(fileDescriptor: terminal.inner.rawValue, closeOnDealloc: false)
    try process.run()
    let shown = try terminal.screen(until: "\u{1B}[K")
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(shown.contains("\rformatting \(scratch["big.ckd"]) 50%") && shown.contains(" 100%"), "\(shown)")
    let quiet = try CommandRun("dasd", "create", scratch["other.ckd"], "--cylinders", "200")
    #expect(quiet.error == "")
  }
}

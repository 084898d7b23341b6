import DASD
import Foundation
import SystemPackage
import Testing

/// `ironload dasd` as a user runs it.
@Suite struct DASDCommandTests {
  /// A directory of its own for one test, removed with it.
  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-command-\(UUID().uuidString)")
    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }
    subscript(name: String) -> String { url.appendingPathComponent(name).path }
    func put(_ name: String, _ bytes: [UInt8]) throws -> String {
      try Data(bytes).write(to: url.appendingPathComponent(name))
      return self[name]
    }
    func contents(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }
  }

  private func volume(_ scratch: Scratch, _ cylinders: Int = 4) throws -> String {
    let path = scratch["volume.ckd"]
    let run = try CommandRun("dasd", "create", path, "--cylinders", "\(cylinders)", "--volser", "test01")
    #expect(run.status == 0, "\(run.error)")
    return path
  }

  private func kernel(_ size: Int) -> [UInt8] {
    var bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) }
    bytes.replaceSubrange(0x10008..<0x1000E, with: Array("S390EP".utf8))
    bytes.replaceSubrange(0x10430..<0x10438, with: [0, 0, 0, 0, 0, 0, 16, 0])
    return bytes
  }

  @Test func `create, import, boot, export and check work on one volume in any order`() throws {
    let orders = [["import", "boot"], ["boot", "import"], ["boot", "import", "boot"]]
    for order in orders {
      let scratch = try Scratch(), path = try volume(scratch, 8)
      let root = try scratch.put("root.img", (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 13) })
      let kernel = try scratch.put("vmlinuz", kernel(200_000))
      for step in order {
        let run =
          step == "import"
          ? try CommandRun("dasd", "import", path, "--partition", "1", root)
          : try CommandRun("dasd", "boot", path, "--kernel", kernel, "--initrd", root, "--parm", "root=/dev/dasda1")
        #expect(run.status == 0, "\(step): \(run.error)")
        #expect(run.error == "")
      }
      let info = try CommandRun("dasd", "info", path)
      #expect(info.output.contains("serial TEST01") && info.output.contains("by `ironload dasd boot`, PSW 00080000 80010000"))
      #expect(try CommandRun("dasd", "export", path, "--partition", "1", scratch["out.img"]).status == 0)
      let out = try scratch.contents("out.img")
      #expect(out.prefix(300_000) == (try scratch.contents("root.img")))
      #expect(out.dropFirst(300_000).allSatisfy { $0 == 0 })
      let check = try CommandRun("dasd", "check", path)
      #expect(check.status == 0 && check.output.contains("120 tracks, no faults"))
    }
  }

  @Test func `ls shows partitions, data sets and free space, and every DSCB`() throws {
    let scratch = try Scratch(), path = try volume(scratch)
    let list = try CommandRun("dasd", "ls", path).output
    #expect(list.contains("   1        2       44       43  LINUX.VTEST01.PART0001.NATIVE"))
    #expect(list.contains("   -       45       59       15  (free)"))
    let blocks = try CommandRun("dasd", "ls", "--vtoc", path).output
    #expect(blocks.contains("cylinder 0 head 1 record 2  format 5  free: tracks 45 to 59"))
    #expect(blocks.split(separator: "\n").count == 12)
  }

  @Test func `an exported file system is one that e2fsck calls clean`() throws {
    let scratch = try Scratch(), path = try volume(scratch), root = try scratch.put("root.img", [])
    func tool(_ arguments: String...) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = arguments
      process.environment = ["PATH": "/usr/sbin:/sbin:/usr/bin:/bin"]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    #expect(try tool("mke2fs", "-q", "-t", "ext4", "-b", "4096", root, "1500k") == 0)
    #expect(try CommandRun("dasd", "import", path, root).status == 0)
    #expect(try CommandRun("dasd", "export", path, scratch["out.img"]).status == 0)
    #expect(try tool("e2fsck", "-fn", scratch["out.img"]) == 0)
  }

  @Test(arguments: ["0", "-1", "65521", "9223372036854775807"]) func `absurd sizes are refused`(cylinders: String) throws {
    let scratch = try Scratch()
    let run = try CommandRun("dasd", "create", scratch["x.ckd"], "--cylinders=\(cylinders)")
    run.expectFailure(64, "a volume has 1 to 65520 cylinders")
    #expect(!FileManager.default.fileExists(atPath: scratch["x.ckd"]))
  }

  @Test func `bad options are one line with the way to help`() throws {
    let scratch = try Scratch()
    try CommandRun("dasd", "create", scratch["x.ckd"], "--cylinders", "many").expectFailure(64, "ironload dasd create --help")
    try CommandRun("dasd", "create", "--cylinders", "3").expectFailure(64, "Missing expected argument '<path>'")
    try CommandRun("dasd", "mend").expectFailure(64, "mend")
    try CommandRun("dasd", "create", scratch["x.ckd"], "--cylinders", "3", "--volser", "TOO LONG").expectFailure(64, "--volser")
    try CommandRun("dasd", "create", scratch["x.ckd"], "--cylinders", "3", "--boot-cylinders", "3")
      .expectFailure(64, "--boot-cylinders 3")
    try CommandRun("dasd", "create", scratch["no/such/x.ckd"], "--cylinders", "3").expectFailure(73, "cannot create")
    let path = try volume(scratch)
    try CommandRun("dasd", "create", path, "--cylinders", "3").expectFailure(73, "exists already")
  }

  @Test(arguments: ["info", "ls", "check", "export", "import", "boot"])
  func `bad images are refused by every verb`(verb: String) throws {
    let scratch = try Scratch()
    let kernel = try scratch.put("vmlinuz", kernel(100_000))
    func run(_ path: String) throws -> CommandRun {
      switch verb {
      case "export": try CommandRun("dasd", verb, path, scratch["out.img"])
      case "import": try CommandRun("dasd", verb, path, kernel)
      case "boot": try CommandRun("dasd", verb, path, "--kernel", kernel)
      default: try CommandRun("dasd", verb, path)
      }
    }
    try run(scratch["missing.ckd"]).expectFailure(66, "no such file")
    try run(try scratch.put("empty.ckd", [])).expectFailure(65, "it is empty")
    try run(try scratch.put("text.ckd", Array(repeating: 0x41, count: 100_000))).expectFailure(65, "not a CKD DASD image")
    try run(scratch.url.path).expectFailure(65, "directory")
    let path = try volume(scratch)
    let good = try Data(contentsOf: URL(fileURLWithPath: path))
    try run(try scratch.put("short.ckd", Array(good.dropLast(1000)))).expectFailure(65, "truncated")
    var odd = Array(good)
    odd[8] = 14
    try run(try scratch.put("odd.ckd", odd)).expectFailure(65, "3390")
    #expect(!FileManager.default.fileExists(atPath: scratch["out.img"]))
  }

  @Test func `a blank volume has no partitions, and info and check say so`() throws {
    let scratch = try Scratch(), path = scratch["blank.ckd"]
    try CKDImage.create(path: FilePath(path), geometry: try #require(CKDGeometry(cylinders: 1)))
    try CommandRun("dasd", "ls", path).expectFailure(65, "no volume label")
    try CommandRun("dasd", "export", path, scratch["out.img"]).expectFailure(65, "no volume label")
    let info = try CommandRun("dasd", "info", path)
    #expect(info.status == 0 && info.output.contains("no volume label") && info.output.contains("nothing: no IPL records"))
    let check = try CommandRun("dasd", "check", path)
    #expect(check.status == 0 && check.output.contains("no faults; no volume label"))
  }

  @Test func `a volume in use is refused, one that is read may be read`() throws {
    let scratch = try Scratch(), path = try volume(scratch), data = try scratch.put("data", [1])
    do {
      let writer = try CKDImage(path: FilePath(path))
      try CommandRun("dasd", "info", path).expectFailure(75, "in use by another process")
      try CommandRun("dasd", "import", path, data).expectFailure(75, "in use by another process")
      withExtendedLifetime(writer) {}
    }
    let reader = try CKDImage(path: FilePath(path), readOnly: true)
    #expect(try CommandRun("dasd", "info", path).status == 0)
    try CommandRun("dasd", "import", path, data).expectFailure(75, "in use by another process")
    withExtendedLifetime(reader) {}
  }

  @Test func `nothing is written when a check fails`() throws {
    let scratch = try Scratch(), path = try volume(scratch)
    let before = try scratch.contents("volume.ckd")
    let large = try scratch.put("large.img", [UInt8](repeating: 1, count: 43 * 12 * 4096 + 1))
    try CommandRun("dasd", "import", path, large).expectFailure(65, "do not fit in partition 1")
    try CommandRun("dasd", "import", path, "--partition", "2", large).expectFailure(65, "no partition 2")
    try CommandRun("dasd", "import", path, scratch["nothing"]).expectFailure(66, "cannot open it")
    try CommandRun("dasd", "import", path, try scratch.put("empty", [])).expectFailure(65, "is empty")
    try CommandRun("dasd", "boot", path, "--kernel", large).expectFailure(65, "neither a Linux kernel")
    try CommandRun("dasd", "boot", path, "--kernel", try scratch.put("vmlinuz", kernel(900_000)))
      .expectFailure(73, "no room for the loader")
    try CommandRun("dasd", "boot", path, "--kernel", scratch["vmlinuz"], "--initrd-address", "here").expectFailure(64, "here")
    try CommandRun("dasd", "boot", path, "--kernel", scratch["vmlinuz"], "--initrd-address", "0x2000000")
      .expectFailure(64, "--initrd-address 0x2000000: goes with --initrd")
    #expect(try scratch.contents("volume.ckd") == before)
  }

  @Test func `the partition that the volume loads from is not imported into`() throws {
    let scratch = try Scratch(), path = try volume(scratch, 8), data = try scratch.put("data", [1])
    let kernel = try scratch.put("vmlinuz", kernel(200_000))
    #expect(try CommandRun("dasd", "boot", path, "--kernel", kernel).status == 0)
    let before = try scratch.contents("volume.ckd")
    try CommandRun("dasd", "import", path, "--partition", "2", data).expectFailure(65, "is what `ironload dasd boot` loads from")
    #expect(try scratch.contents("volume.ckd") == before)
    #expect(try CommandRun("dasd", "import", path, data).status == 0)
  }

  @Test func `a FIFO is no file and is not waited for`() throws {
    let scratch = try Scratch(), path = try volume(scratch), fifo = scratch["fifo"]
    #expect(mkfifo(fifo, 0o600) == 0)
    for verb in ["info", "ls", "check"] { try CommandRun("dasd", verb, fifo).expectFailure(65, "neither a plain file nor") }
    try CommandRun("dasd", "import", path, fifo).expectFailure(66, "\(fifo): not a plain file")
    try CommandRun("dasd", "boot", path, "--kernel", fifo).expectFailure(66, "--kernel \(fifo): not a plain file")
    try CommandRun("run", "--kernel", fifo).expectFailure(66, "--kernel \(fifo): not a plain file")
    try CommandRun("disassemble", fifo).expectFailure(66, "\(fifo): not a plain file")
  }

  @Test func `a damaged track stops an import before it begins`() throws {
    let scratch = try Scratch(), path = try volume(scratch)
    var bytes = Array(try scratch.contents("volume.ckd"))
    // The count of record 1 of the partition's last track.
    bytes[512 + 44 * CKDGeometry.trackSize + 21] = 0x77
    _ = try scratch.put("volume.ckd", bytes)
    let data = try scratch.put("data", [UInt8](repeating: 1, count: 100_000))
    try CommandRun("dasd", "import", path, data).expectFailure(65, "cylinder 2 head 14")
    #expect(try scratch.contents("volume.ckd") == Data(bytes))
    try CommandRun("dasd", "export", path, scratch["out.img"]).expectFailure(65, "cylinder 2 head 14")
    #expect(!FileManager.default.fileExists(atPath: scratch["out.img"]))
    let check = try CommandRun("dasd", "check", path)
    #expect(check.status == 65 && check.output.contains("cylinder 2 head 14") && check.error.contains("1 fault"))
  }

  @Test func `every verb has help with an example`() throws {
    for verb in ["create", "info", "ls", "export", "import", "boot", "check"] {
      let help = try CommandRun("dasd", verb, "--help")
      #expect(help.status == 0 && help.output.contains("ironload dasd \(verb) "), "\(verb)")
    }
  }
}

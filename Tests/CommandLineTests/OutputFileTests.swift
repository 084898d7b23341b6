import DASD
import Foundation
import SystemPackage
import Testing

/// Files that a command writes anew, and what they must not be.
@Suite struct OutputFileTests {
  /// A directory of one test's own, with a volume that waits disabled when it is loaded.
  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-output-\(UUID().uuidString)")
    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      for name in ["v.ckd", "other.ckd"] {
        #expect(try CommandRun("dasd", "create", self[name], "--cylinders", "2").status == 0)
      }
    }
    deinit { try? FileManager.default.removeItem(at: url) }
    subscript(name: String) -> String { url.appendingPathComponent(name).path }
    func contents(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }
    func put(_ name: String, _ size: Int) throws -> String {
      try Data(repeating: 0x41, count: size).write(to: url.appendingPathComponent(name))
      return self[name]
    }
    func trace(to path: String, _ arguments: String...) throws -> CommandRun {
      try CommandRun(arguments: ["run", "--memory", "1M", "--trace", "ccw", "--trace-file", path] + arguments)
    }
  }

  @Test func `a volume that a running guest uses is refused, and keeps its contents`() throws {
    let scratch = try Scratch(), before = try scratch.contents("other.ckd")
    let user = try CKDImage(path: FilePath(scratch["other.ckd"]))
    try scratch.trace(to: scratch["other.ckd"], "--kernel", scratch["nosuch"])
      .expectFailure(75, "--trace-file \(scratch["other.ckd"]): in use by another process")
    try CommandRun("load", "--explain", scratch["v.ckd"], "-o", scratch["other.ckd"])
      .expectFailure(75, "--output \(scratch["other.ckd"]): in use by another process")
    withExtendedLifetime(user) {}
    #expect(try scratch.contents("other.ckd") == before)
  }

  @Test func `a file that the machine is made from is refused by whatever name, and keeps its contents`() throws {
    let scratch = try Scratch(), before = try scratch.contents("v.ckd")
    let memory = try scratch.put("pm", 1 << 20), kernel = try scratch.put("kernel", 4096)
    try FileManager.default.createSymbolicLink(atPath: scratch["link"], withDestinationPath: scratch["v.ckd"])
    try FileManager.default.linkItem(atPath: kernel, toPath: scratch["hard"])
    let dasd = "--dasd=0120=\(scratch["v.ckd"])", nvdimm = "--nvdimm=id=pm0,path=\(memory)"
    try scratch.trace(to: scratch["link"], dasd, "--kernel", kernel).expectFailure(64, "--dasd 0120 names the same file")
    try scratch.trace(to: memory, nvdimm, "--kernel", kernel).expectFailure(64, "--nvdimm pm0 names the same file")
    for option in ["--kernel", "--ins"] {
      try scratch.trace(to: scratch["hard"], option, kernel).expectFailure(64, "\(option) names the same file")
    }
    try Data("kernel 0x00000000\n".utf8).write(to: URL(fileURLWithPath: scratch["kernel.ins"]))
    try scratch.trace(to: kernel, "--ins", scratch["kernel.ins"]).expectFailure(64, "the list of --ins names the same file")
    try CommandRun("load", "--explain", scratch["v.ckd"], "-o", scratch["link"])
      .expectFailure(64, "--explain names the same file")
    #expect(try scratch.contents("v.ckd") == before)
    #expect(try scratch.contents("pm").count == 1 << 20 && scratch.contents("kernel").count == 4096)
  }

  @Test func `an earlier trace goes when a run begins, and stays when none does`() throws {
    let scratch = try Scratch(), trace = try scratch.put("trace", 10)
    try scratch.trace(to: trace, "--kernel", scratch["nosuch"]).expectFailure(66, "nosuch")
    #expect(try scratch.contents("trace").count == 10)
    let kernel = scratch["kernel"]
    // LPSWE at 8 of a disabled wait at 16.
    let image: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 8, 0xB2, 0xB2, 0, 0x10, 0, 0, 0, 0, 0, 2, 0, 1, 0x80, 0, 0, 0]
    try Data(image + [UInt8](repeating: 0, count: 8)).write(to: URL(fileURLWithPath: kernel))
    let run = try scratch.trace(to: trace, "--kernel", kernel)
    #expect(run.status == 1, "\(run.error)")
    #expect(try scratch.contents("trace").isEmpty, "without a device there are no channel programs")
  }

  @Test func `a FIFO that nobody reads is not waited for`() throws {
    let scratch = try Scratch(), fifo = scratch["fifo"]
    #expect(mkfifo(fifo, 0o600) == 0)
    try scratch.trace(to: fifo, "--kernel", scratch["nosuch"]).expectFailure(73, "nobody reads there")
  }
}

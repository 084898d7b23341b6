import DASD
import Foundation
import Ironload
import Synchronization
import SystemPackage
import Testing

/// The bare-metal guests of Tests/Guests, each loaded from a volume of its own. They state code, ILC, old PSW, TEID and untouched
/// operands from the Principles of Operation and say PASS, FAIL or SKIP a case.
@Suite(.enabled(if: DemoGuestTests.assemblerIsThere, "needs Debian's binutils-s390x-linux-gnu"))
struct GuestTests {
  @Test(arguments: [
    "access-registers", "interruptions", "invalid-wait", "linkage", "per", "privileged", "program", "protection", "psw",
    "semiprivileged",
    "translation",
  ])
  func `A guest finds what the Principles say`(name: String) throws {
    let lines = try run(name)
    #expect(lines.filter { $0.hasPrefix("FAIL") } == [])
    let last = lines.last ?? "nothing"
    #expect(last.hasPrefix("DONE \(name): ") && last.hasSuffix(" 0 failed"), "ended with: \(last)")
  }

  @Test func `Every guest has its test`() throws {
    let sources = try FileManager.default.contentsOfDirectory(
      atPath: DemoGuestTests.checkout.appending(path: "Tests/Guests").path())
    let guests = try sources.filter { $0.hasSuffix(".s") }.filter {
      try String(contentsOf: DemoGuestTests.checkout.appending(path: "Tests/Guests/\($0)"), encoding: .utf8).contains(
        "\n  guest ")
    }
    #expect(guests.count == 11)
  }

  /// Assembles and loads a guest.
  /// - Returns: the lines that it printed.
  private func run(_ name: String) throws -> [String] {
    let place = FileManager.default.temporaryDirectory.appending(path: "ironload-guest-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let build = try Process.run(
      DemoGuestTests.checkout.appending(path: "Tests/Guests/build"), arguments: [place.path(), name])
    build.waitUntilExit()
    try #require(build.terminationStatus == 0)

    let volume = FilePath(place.appending(path: "guest.ckd").path())
    let image = FilePath(place.appending(path: "\(name).img").path())
    let geometry = try #require(CKDGeometry(cylinders: 2))
    try LabelledVolume.create(path: volume, geometry: geometry, serial: "GUEST1", partition: nil, date: .today())
    let storage = try LinuxKernel.layOut(
      kernel: [UInt8](try Data(contentsOf: place.appending(path: "\(name).img"))), path: image, initrd: nil, arguments: nil)
    do { _ = try LabelledVolume(CKDImage(path: volume)).install(LoadProgram(storage, path: image), date: .today()) }

    let output = Output()
    let machine = try Machine(
      MachineConfiguration(memory: 64 << 20, dasds: [.init(deviceNumber: 0x120, path: volume.string)]),
      consoles: ConsoleSinks(terminal: { output.append($0) }))
    defer { machine.close() }
    let watchdog = DispatchWorkItem { machine.quit() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: watchdog)
    defer { watchdog.cancel() }
    try machine.load(from: 0x120)
    _ = machine.waitUntilEnded()
    return output.lines
  }

  /// What the VT220 console got.
  private final class Output: Sendable {
    private let bytes = Mutex([UInt8]())
    func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }
    var lines: [String] {
      String(decoding: bytes.withLock { $0 }, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
  }
}

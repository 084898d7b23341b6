import DASD
import Foundation
import Ironload
import Synchronization
import SystemPackage
import Testing

/// A bare-metal guest with a saved segment (Tests/Guests/segment.s): what it is refused, the log it leaves, and how a machine ends whose
/// memory fails.
@Suite(.enabled(if: DemoGuestTests.assemblerIsThere, "needs Debian's binutils-s390x-linux-gnu"))
struct SegmentTests {
  /// A folder with the guest's volume and a file of `size` bytes.
  private final class Place: Sendable {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ironload-segment-\(UUID().uuidString)")
    var file: String { folder.appending(path: "segment").path() }
    var volume: String { folder.appending(path: "guest.ckd").path() }

    init(size: UInt64 = 2 << 20) throws {
      let build = try Process.run(
        DemoGuestTests.checkout.appending(path: "Tests/Guests/build"), arguments: [folder.path(), "segment"])
      build.waitUntilExit()
      try #require(build.terminationStatus == 0)
      let geometry = try #require(CKDGeometry(cylinders: 2)), image = folder.appending(path: "segment.img")
      try LabelledVolume.create(path: FilePath(volume), geometry: geometry, serial: "GUEST1", partition: nil, date: .today())
      let storage = try LinuxKernel.layOut(
        kernel: [UInt8](try Data(contentsOf: image)), path: FilePath(image.path()), initrd: nil, arguments: nil)
      _ = try LabelledVolume(CKDImage(path: FilePath(volume))).install(
        LoadProgram(storage, path: FilePath(image.path())), date: .today())
      FileManager.default.createFile(atPath: file, contents: nil)
      try setSize(size)
    }
    func setSize(_ size: UInt64) throws { try #require(FileHandle(forWritingAtPath: file)).truncate(atOffset: size) }
    deinit { try? FileManager.default.removeItem(at: folder) }
  }

  /// What the VT220 console got; `onLine` hears each line.
  private final class Output: Sendable {
    private let bytes = Mutex([UInt8]())
    let onLine = Mutex<(@Sendable (String) -> Void)?>(nil)
    func append(_ more: [UInt8]) {
      bytes.withLock { $0 += more }
      if let last = lines.last { onLine.withLock { $0 }?(last) }
    }
    var lines: [String] {
      String(decoding: bytes.withLock { $0 }, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
  }

  private func configuration(_ place: Place, _ change: (inout MachineConfiguration.NVDIMM) -> Void = { _ in })
    -> MachineConfiguration
  {
    var nvdimm = MachineConfiguration.NVDIMM(id: "pm0", path: place.file, share: true)
    change(&nvdimm)
    return MachineConfiguration(
      memory: 64 << 20, dasds: [.init(deviceNumber: 0x120, path: place.volume, isReadOnly: true)], nvdimms: [nvdimm])
  }

  private func run(_ configuration: MachineConfiguration, onLine: (@Sendable (String) -> Void)? = nil) throws
    -> (lines: [String], end: EndReason, start: [String])
  {
    let output = Output()
    output.onLine.withLock { $0 = onLine }
    let machine = try Machine(configuration, consoles: ConsoleSinks(terminal: { output.append($0) }))
    defer { machine.close() }
    let watchdog = DispatchWorkItem { machine.quit() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 120, execute: watchdog)
    defer { watchdog.cancel() }
    try machine.load(from: 0x120)
    let end = machine.waitUntilEnded()
    return (output.lines, end, machine.startLines)
  }

  @Test func `a segment is found, loaded, written and purged; before and after it cannot be addressed`() throws {
    let place = try Place()
    let (lines, end, start) = try run(configuration(place))
    #expect(end == .poweredOff)
    #expect(start.count == 1 && start[0].contains("not guaranteed: survives the emulator, not the host"), "\(start)")
    #expect(Array(lines.prefix(5)) == ["NO-SUCH 244", "TYPE 4", "BEFORE-LOAD 5", "LOADED 0", "STORE 0"])
    #expect(Array(lines.suffix(3)) == ["ACK 200000", "PURGED 5", "END"])
    let log = try Data(contentsOf: URL(fileURLWithPath: place.file))
    #expect(Array(log[0..<8]) == [0, 0, 0, 0, 0x02, 0x00, 0x00, 0x0C].map { UInt8($0) }, "200000 as a packed number")
  }

  @Test func `an unarmed device is read-only: a store is a protection exception`() throws {
    let place = try Place()
    defer { withExtendedLifetime(place) {} }
    let (lines, end, _) = try run(configuration(place) { ($0.unarmed, $0.pmem) = (true, true) })
    #expect(end == .poweredOff)
    #expect(lines == ["NO-SUCH 244", "TYPE 2", "BEFORE-LOAD 5", "LOADED 0", "STORE 4", "PURGED 5", "END"])
  }

  @Test func `a private copy leaves the file alone`() throws {
    let place = try Place()
    let (lines, _, _) = try run(configuration(place) { $0.share = false })
    #expect(lines.last == "END" && lines.contains("TYPE 4"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: place.file)).allSatisfy { $0 == 0 })
  }

  @Test func `a file that is shortened while in use is a machine check and the end, not a crash`() throws {
    let place = try Place()
    let (lines, end, _) = try run(configuration(place)) { line in
      if line == "ACK 500" { try? place.setSize(1 << 20) }
    }
    guard case .storageFailed(let text) = end else {
      Issue.record("ended with \(end)")
      return
    }
    #expect(text.contains(place.file) && text.contains("shortened"))
    #expect(lines.last.map { $0.hasPrefix("ACK") } == true)
  }

  private static let canShutDown: Bool =
    FileManager.default.isWritableFile(atPath: "/dev/loop-control")
    && ["/usr/sbin/mkfs.xfs", "/usr/sbin/xfs_io"].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: canShutDown, "needs root, loop devices and xfsprogs: no write-back was made to fail"))
  func `a write-back that the host refuses is a machine check and the end`() throws {
    let place = try Place()
    let mount = place.folder.appending(path: "mnt").path(), image = place.folder.appending(path: "xfs").path()
    @Sendable func shell(_ script: String) throws {
      let process = try Process.run(URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", script])
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "\(script)")
    }
    try shell("mkdir \(mount); truncate -s 320M \(image); /usr/sbin/mkfs.xfs -q \(image) && mount -o loop \(image) \(mount)")
    defer { try? shell("umount -l \(mount)") }
    try shell("truncate -s 2M \(mount)/segment")
    // The last line before the guest purges the segment: it is not back from it until the file system is gone.
    let (lines, end, _) = try run(configuration(place) { $0.path = mount + "/segment" }) { line in
      if line == "ACK 200000" { try? shell("/usr/sbin/xfs_io -x -c shutdown \(mount)") }
    }
    guard case .storageFailed(let text) = end else {
      Issue.record("ended with \(end)")
      return
    }
    #expect(text.contains("\(mount)/segment"), "\(text)")
    #expect(lines.contains("ACK 200000") && !lines.contains("END"))
  }

  @Test func `two machines do not share a file`() throws {
    let place = try Place()
    let first = try Machine(configuration(place))
    defer { first.close() }
    var second = configuration(place)
    second.dasds = []
    let error = #expect(throws: ConfigurationError.self) { try Machine(second) }
    #expect(error?.kind == .inUse)
  }

  @Test func `a file that is too small, misaligned or not persistent is refused`() throws {
    let place = try Place()
    func refusal(_ change: (inout MachineConfiguration.NVDIMM) -> Void) -> ConfigurationError? {
      #expect(throws: ConfigurationError.self) { try Machine(configuration(place, change)) }
    }
    #expect(refusal { $0.size = 4 << 20 }?.kind == .badData)
    #expect(refusal { $0.size = 4096 }?.kind == .usage)
    #expect(refusal { $0.offset = 100 }?.kind == .usage)
    #expect(refusal { $0.path += "x" }?.kind == .noInput)
    let unmet = refusal { $0.pmem = true }
    #expect(unmet?.kind == .unmet)
    #expect(unmet?.description.contains("MAP_SYNC") == true && unmet?.description.contains("pmem=off") == true)
  }

  @Test func `configurations that make no sense`() {
    func refusal(_ identity: MachineIdentity?, _ nvdimms: MachineConfiguration.NVDIMM...) -> ConfigurationError? {
      #expect(throws: ConfigurationError.self) { try MachineConfiguration(nvdimms: nvdimms, identity: identity).validate() }
    }
    let one = MachineConfiguration.NVDIMM(id: "pm0", path: "/x")
    #expect(refusal(nil, one, one)?.description.contains("given twice") == true)
    #expect(refusal(.lpar, one)?.description.contains("z/VM") == true)
    #expect(
      refusal(nil, one, .init(id: "b", path: "/y", attachment: .savedSegment(name: "PM0")))?.description.contains("PM0") == true)
    #expect(refusal(nil, .init(id: "far-too-long", path: "/x"))?.kind == .usage)
    #expect(MachineConfiguration(nvdimms: [one]).effectiveIdentity == .zvm)
    #expect(
      MachineConfiguration(nvdimms: [.init(id: "a", path: "/x", attachment: .storageClassMemory)]).effectiveIdentity == .lpar)
  }
}

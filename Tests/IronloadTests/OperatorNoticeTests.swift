import DASD
import Foundation
import Ironload
import Synchronization
import SystemPackage
import Testing

@Suite struct OperatorNoticeTests {
  final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func append(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  @Test func `an image that the host cannot read fails the load with equipment check, and the operator is told why`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "ironload-notice-\(UUID().uuidString).ckd").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try CKDImage.create(path: FilePath(path), geometry: try #require(CKDGeometry(cylinders: 1)))
    let notices = Lines()
    let machine = try Machine(
      MachineConfiguration(memory: 1 << 20, dasds: [.init(deviceNumber: 0x120, path: path)]),
      consoles: ConsoleSinks(notice: { notices.append($0) }))
    defer { machine.close() }
    try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 512)
    let failure = #expect(throws: LoadFailure.self) { try machine.load(from: 0x120) }
    #expect(failure?.description.contains("sense 1080") == true, "\(failure?.description ?? "")")
    #expect(
      notices.all == ["--dasd 0120: \(path): ends before cylinder 0 head 0: shortened while in use; restore it from a copy"])
  }
}

import Foundation
import Ironload
import Testing

@Suite struct DemoGuestTests {
  /// The checkout that this file was compiled in.
  static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static var assemblerIsThere: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/s390x-linux-gnu-as") }

  @Test(.enabled(if: assemblerIsThere, "needs Debian's binutils-s390x-linux-gnu"))
  func `The demo guest's bytes are what its source assembles to`() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "ironload-demo-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let build = try Process.run(Self.checkout.appending(path: "Tests/Guests/build"), arguments: [place.path(), "demo"])
    build.waitUntilExit()
    #expect(build.terminationStatus == 0)

    let image = [UInt8](try Data(contentsOf: place.appending(path: "demo.img")))
    let loadPSW = image.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    #expect(loadPSW == DemoGuest.loadPSW)
    #expect(Array(image.dropFirst(DemoGuest.address)) == DemoGuest.program, "run Scripts/embed-demo")
  }
}

import Ironload
import Foundation
import Testing

/// Machine code is written out in these tests: each is a few instructions.
@Suite struct KernelLoadTests {
  /// Writes `bytes` to a file that lives as long as the closure.
  private func withFile<T>(_ bytes: [UInt8], _ body: (String) throws -> T) throws -> T {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("ironload-\(UUID().uuidString)").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  @Test func `a flat image is entered by the PSW at 0, and its disabled wait is reported`() throws {
    var image = [UInt8](repeating: 0, count: 0x300)
    image[6] = 0x02  // PSW at 0: address 0x200
    image.replaceSubrange(0x200..<0x204, with: [0xB2, 0xB2, 0x02, 0x10])  // LPSWE 0x210
    image.replaceSubrange(0x210..<0x220, with: [0, 2, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0B, 0xAD])
    let end = try withFile(image) { path in
      let machine = try Machine(MachineConfiguration(memory: 1 << 20))
      defer { machine.close() }
      try machine.load(kernel: path)
      return machine.waitUntilEnded()
    }
    #expect(end == .disabledWait(mask: 0x0002_0001_8000_0000, address: 0x0BAD))
  }

  @Test func `noise with an ELF mark is refused or loaded, never worse`() throws {
    var generator = SystemRandomNumberGenerator()
    let machine = try Machine(MachineConfiguration(memory: 1 << 20))
    defer { machine.close() }
    for _ in 0..<300 {
      var bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }
      bytes.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 2])
      bytes.replaceSubrange(18..<20, with: [0, 22])
      bytes.replaceSubrange(32..<40, with: [0, 0, 0, 0, 0, 0, 0, 64])
      bytes.replaceSubrange(54..<58, with: [0, 56, 0, 1])
      try withFile(bytes) { path in
        do { try machine.load(kernel: path) } catch { #expect(error is ConfigurationError) }
      }
    }
  }
}

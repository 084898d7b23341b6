import Foundation
import Ironload
import Testing

/// Lists as the Hardware Management Console has them.
@Suite struct LoadListTests {
  private func end(_ list: String, _ files: [String: [UInt8]] = [:]) throws -> EndReason {
    let folder = try VolumeFolder()
    for (name, bytes) in files { _ = try folder.write(name, bytes) }
    let path = try folder.write("linux.ins", Array(list.utf8))
    let machine = try Machine(MachineConfiguration(memory: 1 << 20))
    defer { machine.close() }
    try machine.load(list: path)
    return machine.waitUntilEnded()
  }

  /// The PSW at 0 leads to 0x200, in ESA/390 mode: LPSW 0x208.
  private static let first: [UInt8] =
    [0, 8, 0, 0, 0x80, 0, 2, 0] + [UInt8](repeating: 0, count: 0x1F8) + [0x82, 0, 0x02, 0x08, 0, 0, 0, 0]

  @Test func `files go to their addresses and the PSW at 0 begins`() throws {
    let ended = try end(
      "* a remark\n\nkernel.img 0x00000000\r\n  psw.img\t0x00000208\n",
      ["kernel.img": Self.first, "psw.img": [0, 0xA, 0, 0, 0x80, 0, 0x04, 0x56]])
    #expect(ended == .disabledWait(mask: 0x0002_0000_8000_0000, address: 0x456))
  }

  @Test(arguments: [
    ("kernel.img", "line 1"), ("* x\nkernel.img 4096", "line 2"), ("kernel.img 0xZZ", "line 1"), ("* nothing", "names no file"),
    ("kernel.img 0x00000000 0x1", "line 1"), ("kernel.img 0x100", "no valid PSW at 0"),
    ("kernel.img 0xFFFFFFFFFFFFFFF0", "does not fit"),
    ("nowhere.img 0x0", "nowhere.img"),
  ])
  func `a list that is wrong is refused, and the line is named`(_ list: String, _ text: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try end(list, ["kernel.img": Self.first]) }
    #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
  }

  @Test func `noise is refused or loaded, never worse`() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let noise = (0..<Int.random(in: 0...60, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(throws: ConfigurationError.self) { try end(String(decoding: noise, as: UTF8.self)) }
    }
  }
}

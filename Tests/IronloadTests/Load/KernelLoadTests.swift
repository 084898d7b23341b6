import Foundation
import Ironload
import Storage
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

  /// A Linux kernel that loops at 0x10000, with what it says is the longest parameter line.
  private func linux(longestLine: UInt64) -> [UInt8] {
    var image = [UInt8](repeating: 0, count: 0x1_1000)
    image.replaceSubrange(0x1_0000..<0x1_0004, with: [0xA7, 0xF4, 0, 0])
    image.replaceSubrange(0x1_0008..<0x1_000E, with: Array("S390EP".utf8))
    image.replaceSubrange(0x1_0430..<0x1_0438, with: withUnsafeBytes(of: longestLine.bigEndian) { Array($0) })
    image.replaceSubrange(0x1_0480..<0x1_0484, with: Array("old!".utf8))
    return image
  }

  @Test func `a kernel that ends before its parameter line is refused, as dasd boot does`() throws {
    let folder = try VolumeFolder(), whole = linux(longestLine: 0)
    let machine = try Machine(MachineConfiguration(memory: 16 << 20))
    defer { machine.close() }
    let short = try folder.write("short", Array(whole.prefix(0x1_0487)))
    let error = #expect(throws: ConfigurationError.self) { try machine.load(kernel: short) }
    #expect(error?.kind == .badData && error?.description.contains("the file is cut short") == true)
    try machine.load(kernel: folder.write("kernel", Array(whole.prefix(0x1_0488))))
  }

  @Test func `Linux gets its parameters and the place of its initrd`() throws {
    let folder = try VolumeFolder()
    let kernel = try folder.write("kernel", linux(longestLine: 0)), initrd = try folder.write("initrd", [1, 2, 3])
    let machine = try Machine(MachineConfiguration(memory: 16 << 20))
    defer { machine.close() }
    func text(_ count: Int) -> String {
      String(decoding: UnsafeRawBufferPointer(start: machine.storage.base + 0x1_0480, count: count), as: UTF8.self)
    }
    try machine.load(kernel: kernel, initrd: initrd, commandLine: "a=b")
    #expect(text(4) == "a=b\0")
    #expect(machine.storage.load(UInt64.self, at: AbsoluteAddress(0x1_0408)) == 0x80_0000)
    #expect(machine.storage.load(UInt64.self, at: AbsoluteAddress(0x1_0410)) == 3)
    #expect(machine.storage.load(UInt32.self, at: AbsoluteAddress(0x80_0000)) == 0x0102_0300)
    try machine.load(kernel: kernel)
    #expect(text(1) == "\0", "QEMU writes an empty line when there is none")
  }

  @Test(arguments: [(UInt64(0), 895), (16, 15), (4096, 4095)])
  func `a parameter line is as long as the kernel says, or 895 characters`(_ limit: UInt64, _ longest: Int) throws {
    let folder = try VolumeFolder(), kernel = try folder.write("kernel", linux(longestLine: limit))
    let machine = try Machine(MachineConfiguration(memory: 16 << 20))
    defer { machine.close() }
    try machine.load(kernel: kernel, commandLine: String(repeating: "x", count: longest))
    let error = #expect(throws: ConfigurationError.self) {
      try machine.load(kernel: kernel, commandLine: String(repeating: "x", count: longest + 1))
    }
    #expect(error?.description.contains("takes \(longest)") == true)
  }

  @Test func `a program that is no Linux takes no command line`() throws {
    let folder = try VolumeFolder(), kernel = try folder.write("flat", [UInt8](repeating: 0, count: 64))
    let machine = try Machine(MachineConfiguration(memory: 1 << 20))
    defer { machine.close() }
    let error = #expect(throws: ConfigurationError.self) { try machine.load(kernel: kernel, commandLine: "a") }
    #expect(error?.kind == .usage)
  }

  /// An ELF file of one segment that goes to `address`, entered at `entry`.
  private func elf(entry: UInt64, address: UInt64, _ code: [UInt8]) -> [UInt8] {
    func bytes(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 2, 1] + [UInt8](repeating: 0, count: 9) + [0, 2, 0, 22, 0, 0, 0, 1]
    file += bytes(entry) + bytes(64) + bytes(0) + [0, 0, 0, 0, 0, 64, 0, 56, 0, 1, 0, 0, 0, 0, 0, 0]
    file += [0, 0, 0, 1, 0, 0, 0, 7] + bytes(120) + bytes(0x77_0000) + bytes(address)
    return file + bytes(UInt64(code.count)) + bytes(UInt64(code.count) + 64) + bytes(8) + code
  }

  @Test(arguments: [(UInt64(0x2_0000), UInt64(0x2_0000)), (0x800, 0x1_0000)])
  func `an ELF file goes to its physical addresses and is entered at its entry, where 0x800 means 0x10000`(
    _ entry: UInt64, _ address: UInt64
  ) throws {
    let folder = try VolumeFolder()
    let kernel = try folder.write("elf", elf(entry: entry, address: address, Array(HandMadeVolume.payload.prefix(24))))
    let machine = try Machine(MachineConfiguration(memory: 1 << 20))
    defer { machine.close() }
    try machine.load(kernel: kernel)
    #expect(machine.waitUntilEnded() == .disabledWait(mask: 0x0002_0001_8000_0000, address: 0xF00D))
  }
}

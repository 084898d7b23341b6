import DASD
import SystemPackage
import Testing

/// Volumes with a loader, loaded by a channel that knows nothing of how it was written.
@Suite struct LoadProgramTests {
  private static let kernelPath = FilePath("vmlinuz")

  /// Bytes without a pattern (xorshift), other ones each time.
  private func random(_ count: Int) -> [UInt8] {
    var state = UInt64.random(in: 1...(.max))
    return [UInt8](unsafeUninitializedCapacity: count) { bytes, done in
      while done < count {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        bytes.initializeElement(at: done, to: UInt8(truncatingIfNeeded: state >> 32))
        done += 1
      }
    }
  }

  /// Random bytes with what makes Linux of them.
  private func kernel(_ size: Int, lineLimit: UInt64 = 4096) -> [UInt8] {
    var bytes = random(size)
    bytes.replaceSubrange(0x10008..<0x1000E, with: Array("S390EP".utf8))
    bytes.replaceSubrange(0x10430..<0x10438, with: withUnsafeBytes(of: lineLimit.bigEndian) { Array($0) })
    return bytes
  }

  private func volume(_ scratch: ScratchDirectory, _ cylinders: Int, boot: Int) throws -> CKDImage {
    let geometry = try #require(CKDGeometry(cylinders: cylinders)), path = scratch.path("volume.ckd")
    try LabelledVolume.create(
      path: path, geometry: geometry, serial: "LOAD01", partition: 2..<(cylinders - boot) * 15, date: .never)
    return try CKDImage(path: path)
  }

  private func install(_ image: CKDImage, _ storage: StorageImage) throws -> LoadProgram {
    let program = try LoadProgram(storage, path: Self.kernelPath)
    _ = try LabelledVolume(image).install(program, date: .never)
    return program
  }

  /// What must be in storage, by the files alone.
  private func expected(_ size: Int, kernel: [UInt8], initrd: [UInt8], at address: Int, line: String) -> [UInt8] {
    var storage = [UInt8](repeating: 0, count: size)
    storage.replaceSubrange(0x10000..<kernel.count, with: kernel[0x10000...])
    storage.replaceSubrange(0x10480..<0x10481 + line.utf8.count, with: Array(line.utf8) + [0])
    if !initrd.isEmpty {
      for (offset, value) in [(0x10408, address), (0x10410, initrd.count)] {
        storage.replaceSubrange(offset..<offset + 8, with: withUnsafeBytes(of: UInt64(value).bigEndian) { Array($0) })
      }
    }
    storage.replaceSubrange(address..<address + initrd.count, with: initrd)
    return storage
  }

  /// Compares all of storage but what the loader may use: the 24 bytes of IPL1 and the work area.
  private func compare(_ channel: LoadingChannel, _ expected: [UInt8]) {
    #expect(channel.storage[0..<8].elementsEqual([0, 8, 0, 0, 0x80, 1, 0, 0]))
    #expect(channel.storage[0x2000 - 8..<0x2000].allSatisfy { $0 == 0 })
    #expect(channel.storage[0x98..<0x2000].allSatisfy { $0 == 0 })
    #expect(channel.storage[0x5000...] == expected[0x5000...])
  }

  @Test(arguments: [0x10481 + 7, 0x30000, 700_001, 2_000_000, 5_066_752])
  func `a load puts kernel, initrd and parameters where Linux looks for them`(size: Int) throws {
    let scratch = try ScratchDirectory(), image = try volume(scratch, 20, boot: 16)
    let kernel = kernel(max(size, 0x10488)), initrd = random(300_123), line = "root=/dev/dasda1 ro"
    let storage = try LinuxKernel.layOut(kernel: kernel, path: Self.kernelPath, initrd: initrd, arguments: line)
    let program = try install(image, storage)
    #expect(!program.usesIDAWs)
    var channel = LoadingChannel(image, storage: 16 << 20)
    try channel.load()
    #expect(channel.indirect == 0)
    compare(channel, expected(16 << 20, kernel: kernel, initrd: initrd, at: 0x80_0000, line: line))
  }

  @Test func `a volume below 16 MiB also loads over a channel that copies programs ahead`() throws {
    let scratch = try ScratchDirectory(), image = try volume(scratch, 20, boot: 16)
    let kernel = kernel(3_500_000), initrd = random(2_000_000)
    _ = try install(image, try LinuxKernel.layOut(kernel: kernel, path: Self.kernelPath, initrd: initrd, arguments: nil))
    var channel = LoadingChannel(image, storage: 16 << 20)
    channel.prefetches = true
    try channel.loadBreakingChains()
    #expect(channel.longestChain <= 256)
    compare(channel, expected(16 << 20, kernel: kernel, initrd: initrd, at: 0x80_0000, line: ""))
  }

  @Test func `the hardware's procedure fails over a channel that copies programs ahead`() throws {
    let scratch = try ScratchDirectory(), image = try volume(scratch, 20, boot: 4)
    _ = try install(image, try LinuxKernel.layOut(kernel: kernel(0x20000), path: Self.kernelPath, initrd: nil, arguments: nil))
    var channel = LoadingChannel(image, storage: 16 << 20)
    channel.prefetches = true
    #expect(throws: LoadingChannel.Failure.programCheck("a CCW that was not there", ccw: 8)) { try channel.load() }
  }

  @Test(arguments: [0xFF_F000, 0x100_0000, 0x200_0000]) func `beyond 16 MiB it uses IDAWs`(address: Int) throws {
    let scratch = try ScratchDirectory(), image = try volume(scratch, 20, boot: 8)
    let kernel = kernel(500_000), initrd = random(1_000_001), line = String(repeating: "x", count: 4095)
    let storage = try LinuxKernel.layOut(
      kernel: kernel, path: Self.kernelPath, initrd: initrd, arguments: line, initrdAddress: address)
    let program = try install(image, storage)
    #expect(program.usesIDAWs)
    var channel = LoadingChannel(image, storage: 48 << 20)
    try channel.load()
    #expect(channel.indirect >= 244)
    compare(channel, expected(48 << 20, kernel: kernel, initrd: initrd, at: address, line: line))
  }

  @Test func `an initrd across 16 MiB that begins at any byte is placed exactly`() throws {
    let scratch = try ScratchDirectory(), image = try volume(scratch, 20, boot: 8)
    let region = StorageImage.Region("odd", at: (1 << 24) - 10_001, random(1_500_000))
    let program = try install(image, StorageImage(psw: LinuxKernel.psw, regions: [region]))
    #expect(program.segmentCount == 3)
    var channel = LoadingChannel(image, storage: 20 << 20)
    try channel.load()
    #expect(channel.storage[region.range].elementsEqual(region.bytes))
    #expect(channel.storage[0x5000..<region.range.lowerBound].allSatisfy { $0 == 0 })
    #expect(channel.storage[region.range.upperBound...].allSatisfy { $0 == 0 })
  }

  @Test func `a flat image with its own PSW is loaded from byte 8 on`() throws {
    let scratch = try ScratchDirectory(), image = try volume(scratch, 20, boot: 4)
    let flat: [UInt8] = [0, 8, 0, 0, 0x80, 0, 0x10, 0] + random(0x9000)
    let storage = try LinuxKernel.layOut(kernel: flat, path: Self.kernelPath, initrd: nil, arguments: nil)
    let program = try install(image, storage)
    #expect(program.workArea == 0xA000)
    var channel = LoadingChannel(image, storage: 1 << 20)
    try channel.load()
    #expect(channel.storage[0..<flat.count].elementsEqual(flat))
  }

  @Test func `a second loader replaces the first and leaves the partition alone`() throws {
    let scratch = try ScratchDirectory(), image = try volume(scratch, 20, boot: 10)
    let before = try LabelledVolume(image)
    let partition = try before.partition(1)
    let contents = random(partition.size)
    var offset = 0
    try before.fill(partition) { size in
      offset += size
      return Array(contents[offset - size..<offset])
    }
    _ = try install(image, try LinuxKernel.layOut(kernel: kernel(4_000_000), path: Self.kernelPath, initrd: nil, arguments: "a"))
    let small = kernel(100_000)
    _ = try install(image, try LinuxKernel.layOut(kernel: small, path: Self.kernelPath, initrd: nil, arguments: "b"))
    let volume = try LabelledVolume(image)
    #expect(volume.vtoc.datasets.map(\.name) == ["LINUX.VLOAD01.PART0001.NATIVE", "LINUX.VLOAD01.PART0002.IRONLOAD"])
    #expect(volume.vtoc.datasets.map(\.partition) == [1, 2])
    #expect(volume.checkContents() == [])
    #expect(try image.check() == [])
    var read: [UInt8] = []
    try volume.export(partition) { read += $0 }
    #expect(read == contents)
    var channel = LoadingChannel(image, storage: 16 << 20)
    try channel.load()
    compare(channel, expected(16 << 20, kernel: small, initrd: [], at: 0x80_0000, line: "b"))
  }

  @Test func `a loader that does not fit is refused and nothing is written`() throws {
    let scratch = try ScratchDirectory(), image = try volume(scratch, 20, boot: 1)
    let before = try tracks(image)
    let storage = try LinuxKernel.layOut(kernel: kernel(1_000_000), path: Self.kernelPath, initrd: nil, arguments: nil)
    #expect { try install(image, storage) } throws: { ($0 as? VolumeError)?.kind == .noRoom }
    #expect(try tracks(image) == before)
  }

  @Test func `a loader is refused when a track it needs is damaged, and nothing is written`() throws {
    let scratch = try ScratchDirectory(), image = try volume(scratch, 20, boot: 4)
    try image.writeTrack(Track(empty: address(19, 13)))
    let before = try tracks(image)
    let storage = try LinuxKernel.layOut(kernel: kernel(1_000_000), path: Self.kernelPath, initrd: nil, arguments: nil)
    #expect { try install(image, storage) } throws: { ($0 as? VolumeError)?.kind == .unsuitable }
    #expect(try tracks(image) == before)
  }

  @Test(arguments: [
    ("ELF", [0x7F, 0x45, 0x4C, 0x46]), ("gzip", [0x1F, 0x8B]), ("neither a Linux kernel", Array("#!/bin/sh".utf8)),
    ("hold no PSW", [1]),
  ])
  func `what is no kernel is refused by name`(why: String, begin: [UInt8]) {
    let file = begin.count < 2 ? begin : begin + [UInt8](repeating: 0, count: 70_000)
    #expect { try LinuxKernel.layOut(kernel: file, path: Self.kernelPath, initrd: nil, arguments: nil) } throws: {
      guard let error = $0 as? VolumeError else { return false }
      return error.kind == .badInput && error.description.contains(why)
    }
  }

  @Test func `parameters that the kernel would not take are refused`() throws {
    let limits: [(UInt64, Int)] = [(0, 895), (4096, 4095), (64, 63)]
    for (limit, longest) in limits {
      let kernel = kernel(0x20000, lineLimit: limit)
      let fits = String(repeating: "a", count: longest)
      _ = try LinuxKernel.layOut(kernel: kernel, path: Self.kernelPath, initrd: nil, arguments: fits)
      #expect(throws: VolumeError.self) {
        try LinuxKernel.layOut(kernel: kernel, path: Self.kernelPath, initrd: nil, arguments: fits + "a")
      }
    }
    #expect(throws: VolumeError.self) {
      try LinuxKernel.layOut(kernel: kernel(0x20000), path: Self.kernelPath, initrd: nil, arguments: "größe=1")
    }
  }

  @Test(arguments: [0x100, 0x20000, 0x20_0001, 1 << 31]) func `an initrd in the kernel's way is refused`(address: Int) {
    #expect(throws: VolumeError.self) {
      try LinuxKernel.layOut(
        kernel: kernel(0x20000), path: Self.kernelPath, initrd: [1], arguments: nil, initrdAddress: address)
    }
  }

  @Test func `storage beyond 2 GiB is refused`() {
    let region = StorageImage.Region("end", at: (1 << 31) - 1, [1, 2])
    #expect { try LoadProgram(StorageImage(psw: 0, regions: [region]), path: Self.kernelPath) } throws: {
      ($0 as? VolumeError)?.kind == .noRoom
    }
  }

  private func tracks(_ image: CKDImage) throws -> [[UInt8]] {
    try (0..<image.geometry.tracks).map { Array(try image.track(try #require(TrackAddress(index: $0))).bytes) }
  }
}

import DASD
import Foundation
import Ironload
import Processor
import SystemPackage
import Testing

/// DIAGNOSE 308 from kernels of a few instructions, in z/Architecture mode at 0x200. R2 is the block, R5 the subcode; the machine
/// ends in a disabled wait whose address is what is to be seen.
@Suite struct Diagnose308Tests {
  /// A flat image with `code` at 0x200, whose last instruction is LPSWE of a disabled wait with the address at 0x218.
  private func image(_ code: [UInt8], _ more: (inout [UInt8]) -> Void = { _ in }, size: Int = 0x300) -> [UInt8] {
    var image = [UInt8](repeating: 0, count: size)
    image[6] = 0x02
    let whole = code + [0xB2, 0xB2, 0x02, 0x10]
    image.replaceSubrange(0x200..<0x210, with: [0xA7, 0xF4, 0x00, 0x10] + [UInt8](repeating: 0, count: 12))
    image.replaceSubrange(0x210..<0x218, with: [0, 2, 0, 1, 0x80, 0, 0, 0])
    image.replaceSubrange(0x220..<0x220 + whole.count, with: whole)
    more(&image)
    return image
  }
  private func load(_ r: UInt8, _ value: Int16) -> [UInt8] {
    [0xA7, r << 4 | 9, UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }
  private let diagnose: [UInt8] = [0x83, 0x25, 0x03, 0x08]
  private func storeGrande(_ r: UInt8, _ displacement: UInt16) -> [UInt8] {
    [0xE3, r << 4, UInt8(displacement >> 8), UInt8(displacement & 0xFF), 0, 0x24]
  }
  /// Counts at 0x800, and waits with the count once it is 2: before, it asks for a start anew.
  private func counting(_ subcode: Int16) -> [UInt8] {
    [0xE3, 0x60, 0x08, 0x00, 0x00, 0x04, 0xA7, 0x6B, 0x00, 0x01] + storeGrande(6, 0x800)
      + [0xA7, 0x6F, 0x00, 0x02, 0xA7, 0xA4, 0x00, 0x06] + load(5, subcode) + diagnose + storeGrande(6, 0x218)
  }

  private func end(
    _ image: [UInt8], dasds: [MachineConfiguration.DASD] = [], hasESA390Mode: Bool = true
  ) throws -> EndReason {
    let folder = try VolumeFolder(), kernel = try folder.write("kernel", image)
    var configuration = MachineConfiguration(memory: 1 << 20, dasds: dasds)
    configuration.hasESA390Mode = hasESA390Mode
    let machine = try Machine(configuration)
    defer { machine.close() }
    try machine.load(kernel: kernel)
    return machine.waitUntilEnded()
  }
  private func wait(_ address: UInt64) -> EndReason { .disabledWait(mask: 0x0002_0001_8000_0000, address: address) }

  @Test(arguments: [1, 4] as [Int16])
  func `a step that asks for a load ends before the first instruction of what is loaded`(_ subcode: Int16) throws {
    let folder = try VolumeFolder()
    let again = image(load(5, subcode) + diagnose, { $0.replaceSubrange(0..<8, with: [0, 8, 0, 1, 0x80, 0, 2, 0]) })
    var configuration = MachineConfiguration(memory: 1 << 20, onStop: .hold)
    configuration.hasESA390Mode = false
    let machine = try Machine(configuration)
    defer { machine.close() }
    try machine.load(kernel: try folder.write("kernel", again), starts: false)
    for _ in 0..<20 {
      let addresses = try (0..<3).map { _ in try machine.step().psw.instructionAddress }
      #expect(addresses == [0x220, 0x224, 0x200])
      #expect(try machine.status().state == .stopped)
    }
  }

  @Test func `subcode 6 says that there is no block when nothing was loaded from a device`() throws {
    #expect(try end(image(load(2, 0x4000) + load(5, 6) + diagnose + storeGrande(3, 0x218))) == wait(0x102))
  }

  @Test(arguments: [0, 1] as [Int16])
  func `subcodes 0 and 1 load the PSW at 0, which can be a 64-bit one where there is no ESA/390 mode`(_ subcode: Int16) throws {
    let again = image(counting(subcode), { $0.replaceSubrange(0..<8, with: [0, 8, 0, 1, 0x80, 0, 2, 0]) })
    #expect(try end(again, hasESA390Mode: false) == wait(2))
  }

  @Test(arguments: [4, 7] as [Int16])
  func `without a block the machine starts anew as it was started, and storage stays`(_ subcode: Int16) throws {
    #expect(try end(image(counting(subcode))) == wait(2))
  }

  @Test func `subcode 3 reads the kernel's file again, and one that is gone ends the machine`() throws {
    let folder = try VolumeFolder(), kernel = try folder.write("kernel", image(counting(3)))
    let machine = try Machine(MachineConfiguration(memory: 1 << 20))
    defer { machine.close() }
    try machine.load(kernel: kernel)
    try FileManager.default.removeItem(atPath: kernel)
    guard case .restartFailed(let error) = machine.waitUntilEnded() else {
      Issue.record("did not fail")
      return
    }
    #expect(error.kind == .noInput)
  }

  @Test(arguments: [3, 4, 7] as [Int16])
  func `a machine that was never loaded has nothing to load again, and says so`(_ subcode: Int16) throws {
    let machine = try Machine(MachineConfiguration(memory: 1 << 20))
    defer { machine.close() }
    try machine.write(load(5, subcode) + diagnose, at: StorageLocation(.absolute, 0x200))
    try machine.write([(.architecturalMode, 1), (.pswMask, 0x1_8000_0000), (.pswAddress, 0x200)])
    try machine.start([0])
    guard case .restartFailed(let error) = machine.waitUntilEnded() else {
      Issue.record("did not fail")
      return
    }
    #expect(error.kind == .usage)
  }

  /// A block of type CCW for device 0120.
  private func block(type: UInt8 = 2, length: UInt8 = 200, set: UInt8 = 0, device: UInt8 = 0x20) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 200)
    block[3] = length
    block[11] = 192
    block[12] = type
    block[13] = 0x80
    block.replaceSubrange(16..<24, with: [0xC1, 0xC2, 0xC3, 0x40, 0x40, 0x40, 0x40, 0x40])
    block[109] = set
    block[110] = 0x01
    block[111] = device
    return block
  }

  @Test(
    arguments: [(2, 200, 0, 0x0001), (0, 200, 0, 0x0402), (2, 16, 0, 0x0402), (2, 199, 0, 0x0402), (2, 200, 1, 0x0402)]
      as [(UInt8, UInt8, UInt8, UInt64)])
  func `subcode 5 takes a block of type CCW in subchannel set 0`(_ type: UInt8, _ length: UInt8, _ set: UInt8, _ code: UInt64)
    throws
  {
    let code308 = image(
      load(2, 0x1000) + load(5, 5) + diagnose + storeGrande(3, 0x218),
      { $0.replaceSubrange(0x1000..<0x10C8, with: block(type: type, length: length, set: set)) }, size: 0x2000)
    #expect(try end(code308) == wait(code))
  }

  @Test(arguments: [3, 4] as [Int16])
  func `subcodes 5 and 3 or 4 load from another device, whose program finds the block that was set`(_ subcode: Int16) throws {
    let folder = try VolumeFolder(), path = folder.path("volume.ckd")
    // In ESA/390 mode: BASR 1,0; LHI 2,0x4000; LHI 5,6; DIAG 2,5,0x308; IC 6,128(,2); STC 6,0x25(,1); LPSW 0x1E(1) of a disabled
    // wait whose address ends with the first of the parameters for a guest of z/VM.
    let guest = bytes("0d10 a7284000 a7580006 83250308 43602080 42601025 8200101e 000000000000 000a0000 80000c00")
    var set = block()
    set.replaceSubrange(128..<130, with: [0xAB, 0xCD])
    let whole = set
    let geometry = try #require(CKDGeometry(cylinders: 2))
    try LabelledVolume.create(path: path, geometry: geometry, serial: "OTHER0", partition: nil, date: .today())
    let program = try LoadProgram(
      StorageImage(psw: 0x0008_0000_8000_5000, regions: [.init("guest", at: 0x5000, guest)]), path: path)
    do { _ = try LabelledVolume(CKDImage(path: path)).install(program, date: .today()) }
    let code = image(
      load(2, 0x1000) + load(5, 5) + diagnose + load(5, subcode) + diagnose,
      { $0.replaceSubrange(0x1000..<0x10C8, with: whole) }, size: 0x2000)
    let ended = try end(code, dasds: [.init(deviceNumber: 0x120, path: path.string)])
    #expect(ended == .disabledWait(mask: 0x0002_0000_8000_0000, address: 0xCAB))
  }

  @Test func `a load from a device that is not there ends the machine and says so`() throws {
    let code = image(
      load(2, 0x1000) + load(5, 5) + diagnose + load(5, 3) + diagnose,
      { $0.replaceSubrange(0x1000..<0x10C8, with: block(device: 0x99)) }, size: 0x2000)
    guard case .loadFailed(let failure) = try end(code) else {
      Issue.record("loaded")
      return
    }
    #expect(failure.problem == .noDevice && failure.deviceNumber == 0x199)
  }
}

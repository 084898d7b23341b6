import Foundation
import Ironload
import SystemPackage
import Testing

/// QEMU's firmware, unchanged, on a hand-made volume; Linux through it is `LinuxGuest/firmware`'s.
@Suite struct FirmwareTests {
  static let firmware = "/usr/share/qemu/s390-ccw.img"
  static var isHere: Bool { FileManager.default.fileExists(atPath: firmware) }

  private func end(
    _ volume: HandMadeVolume, _ channel: MachineConfiguration.Channel, firmware: String = firmware
  ) throws -> EndReason {
    let folder = try VolumeFolder(), path = folder.path("volume.ckd")
    try volume.create(path)
    var dasd = MachineConfiguration.DASD(deviceNumber: 0x120, path: path.string)
    dasd.channel = channel
    var configuration = MachineConfiguration(memory: 16 << 20, dasds: [dasd])
    configuration.hasESA390Mode = false
    let machine = try Machine(configuration)
    defer { machine.close() }
    try machine.load(firmware: firmware, from: 0x120)
    return machine.waitUntilEnded()
  }

  @Test(.enabled(if: isHere, "needs Debian's qemu-system-data"), arguments: MachineConfiguration.Channel.allCases)
  func `QEMU's firmware gets over dynamic segments on each channel`(_ channel: MachineConfiguration.Channel) throws {
    #expect(try end(HandMadeVolume.threeSegments(), channel) == .disabledWait(mask: 0x0002_0001_8000_0000, address: 0xF00D))
  }

  @Test func `a firmware that is none is refused`() throws {
    let folder = try VolumeFolder(), path = try folder.write("firmware", Array("not ELF at all".utf8))
    let error = #expect(throws: ConfigurationError.self) {
      try end(HandMadeVolume.threeSegments(), .architected, firmware: path)
    }
    #expect(error?.kind == .badData)
  }

  @Test func `a machine with ESA/390 mode does not take a firmware`() throws {
    let machine = try Machine(MachineConfiguration(memory: 16 << 20))
    defer { machine.close() }
    let error = #expect(throws: ConfigurationError.self) { try machine.load(firmware: Self.firmware, from: 0x120) }
    #expect(error?.kind == .usage)
  }
}

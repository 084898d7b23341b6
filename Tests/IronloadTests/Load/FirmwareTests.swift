import Foundation
import Ironload
import SystemPackage
import Testing

/// What is refused as a firmware; QEMU's own, at work, is `LinuxGuest/firmware`'s.
@Suite struct FirmwareTests {
  static let firmware = "/usr/share/qemu/s390-ccw.img"

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

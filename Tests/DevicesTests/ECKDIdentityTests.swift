import ChannelIO
import DASD
import Devices
import Testing

@Suite struct ECKDIdentityTests {
  @Test func `The device says what Linux wants to know`() throws {
    let volume = try Volume()
    #expect(volume.run([.command(0xE4)]).read == [[0xFF, 0x39, 0x90, 0xE9, 0x33, 0x90, 0x02, 0, 0x40, 0xFA, 0x01, 0x00]])
    let characteristics = volume.run([.command(0x64)]).read[0]
    #expect(characteristics.count == 64)
    #expect(Array(characteristics[0..<6]) == [0x39, 0x90, 0xE9, 0x33, 0x90, 0x02])
    #expect(characteristics[6] & 0x40 != 0)  // READ TRACK in LOCATE RECORD: raw-track access
    #expect(Array(characteristics[12..<20]) == [0, 3, 0, 15, 224, 0, 0xE5, 0xA2])
    #expect(Array(characteristics[60..<64]) == [0, 0, 0, 3])
    let configuration = volume.run([.command(0xFA)]).read[0]
    #expect(configuration.count == 256)
    #expect(configuration[0] >> 6 == 3 && configuration[1] == 1)  // the device's element descriptor
    #expect(configuration[224] >> 6 == 2)  // the general qualifier
    #expect(
      Array(configuration[18..<32]) == [0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xC1, 0xC2, 0xC3, 0xF1, 0xF2, 0xF3, 0x01, 0x20])
  }

  @Test func `Models follow the size`() throws {
    for (cylinders, model) in [(1, UInt8(0x02)), (1_113, 0x02), (1_114, 0x06), (3_339, 0x0A), (3_340, 0x0C), (65_520, 0x0C)] {
      #expect(ECKDDevice.model(of: try #require(CKDGeometry(cylinders: cylinders))).model == model)
    }
  }

  @Test func `Sense is kept until it is taken once`() throws {
    let volume = try Volume()
    volume.device.beginChannelProgram()
    let zeros = [UInt8](repeating: 0, count: 32)
    #expect(volume.device.takeSense() == zeros)
    #expect(volume.device.execute(0xFF, ProgramTransfer()) == [.channelEnd, .deviceEnd, .unitCheck])
    let transfer = ProgramTransfer()
    volume.device.beginChannelProgram()
    #expect(volume.device.execute(0x04, transfer) == .normalEnd)
    #expect(transfer.received == sense(0x80, 0, 1))
    #expect(volume.device.takeSense() == zeros)
  }

  @Test func `Sense has no short addresses on a volume of more than 4,095 cylinders`() {
    let bytes = UnitCheck.noRecordFound.sense(at: at(0x1234, 5), cylinders: 10_017)
    #expect(Array(bytes[4..<8]) == [0, 0xFF, 0xFF, 0])
    #expect(Array(bytes[27...]) == [0x80, 0, 0x12, 0x34, 5])
    #expect(Array(UnitCheck.noRecordFound.sense(at: at(0x0234, 5), cylinders: 3_339)[4..<8]) == [0, 0x34, 0x25, 0])
  }

  @Test func `A path group is set, sensed and disbanded`() throws {
    let volume = try Volume()
    let id = [UInt8](1...11)
    #expect(volume.run([.command(0x34)]).read == [[UInt8](repeating: 0, count: 12)])
    #expect(volume.run([.command(0xAF, [0x80] + id)]).isNormal)
    #expect(volume.run([.command(0x34)]).read == [[0xC8] + id])
    #expect(volume.run([.command(0xB4)]).isNormal)
    #expect(volume.run([.command(0x34)]).read == [[0xF8] + id])
    #expect(volume.run([.command(0x94)]).isNormal)
    #expect(volume.run([.command(0xAF, [0x20] + id)]).isNormal)
    #expect(volume.run([.command(0x34)]).read == [[0x80] + [UInt8](repeating: 0, count: 11)])
    #expect(volume.run([.command(0xAF, [0x60] + id)]).sense == sense(0x80, 0, 4))
  }

  @Test func `A system reset forgets path group, reservation and sense; a selective one does not`() throws {
    let volume = try Volume()
    let id = [UInt8](1...11)
    #expect(volume.run([.command(0xAF, [0x80] + id)]).isNormal)
    #expect(volume.run([.command(0xB4)]).isNormal)
    #expect(volume.device.execute(0xFF, ProgramTransfer()).contains(.unitCheck))
    volume.device.reset(.selective)
    #expect(volume.run([.command(0x34)]).read == [[0xF8] + id])
    #expect(volume.device.takeSense() == sense(0x80, 0, 1))
    #expect(volume.device.execute(0xFF, ProgramTransfer()).contains(.unitCheck))
    volume.device.reset(.system)
    #expect(volume.run([.command(0x34)]).read == [[UInt8](repeating: 0, count: 12)])
    #expect(volume.device.takeSense() == [UInt8](repeating: 0, count: 32))
  }

  @Test func `Subsystem data is read right behind its preparation, and unknown orders are invalid parameters`() throws {
    let volume = try Volume()
    let prepare = { (suborder: UInt8) in Command.command(0x27, [0x18, 0, 0, 0, 0, 0, suborder, 0, 1, 2, 3, 4]) }
    #expect(volume.run([prepare(0x03), .command(0x3E)]).read.last == [0, 9, 0, 0, 1, 2, 3, 4, 0])
    let configuration = volume.run([prepare(0x0E), .command(0x3E)]).read.last
    #expect(configuration?.count == 512 && configuration?.filter { $0 == 1 }.count == 1)
    #expect(volume.run([prepare(0x41), .command(0x03)]).sense == sense(0x80, 0, 2))
    #expect(volume.run([prepare(0x41), .command(0x3E), .command(0x3E)]).sense == sense(0x80, 0, 2))
    for suborder: UInt8 in [0x10, 0x15, 0x1C] { #expect(volume.run([prepare(suborder)]).sense == sense(0x80, 0, 4)) }
    #expect(volume.run([.command(0x27, [0x1D, 0, 0, 0, 0, 0, 0xC8] + [UInt8](repeating: 0, count: 59))]).isNormal)
    #expect(volume.run([.command(0x27, [0x33, 0])]).sense == sense(0x80, 0, 4))
  }
}

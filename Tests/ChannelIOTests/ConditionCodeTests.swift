import ChannelIO
import Testing

/// The condition code of every I/O instruction in every state of a subchannel (chapter 14).
@Suite struct ConditionCodeTests {
  /// SSCH, HSCH, CSCH, RSCH, XSCH, MSCH, TSCH.
  static let table: [(SubchannelState, [UInt8])] = [
    (.notEnabled, [3, 3, 3, 3, 3, 0, 3]),
    (.idle, [0, 0, 0, 2, 2, 0, 1]),
    (.startPending, [2, 0, 0, 2, 0, 2, 1]),
    (.active, [2, 0, 0, 2, 2, 2, 1]),
    (.activeIntermediate, [1, 0, 0, 1, 1, 1, 0]),
    (.suspendedIntermediate, [1, 0, 0, 1, 1, 1, 0]),
    (.suspended, [2, 0, 0, 0, 0, 2, 1]),
    (.suspendedResumable, [2, 0, 0, 0, 2, 2, 1]),
    (.finalStatus, [1, 1, 0, 1, 1, 1, 0]),
    (.primaryStatus, [1, 1, 0, 1, 1, 1, 0]),
    (.awaitingDeviceEnd, [0, 0, 0, 2, 2, 0, 1]),
    (.alertStatus, [1, 1, 0, 1, 1, 1, 0]),
    (.statusAlone, [1, 1, 0, 1, 1, 1, 0]),
    (.halting, [2, 2, 0, 2, 2, 2, 1]),
    (.clearing, [2, 2, 0, 2, 2, 2, 1]),
  ]

  static let instructions: [(name: String, execute: @Sendable (Rig) -> UInt8?)] = [
    ("SSCH", { $0.subsystem.startSubchannel($0.id, $0.orb()).conditionCode }),
    ("HSCH", { $0.subsystem.haltSubchannel($0.id).conditionCode }),
    ("CSCH", { $0.subsystem.clearSubchannel($0.id).conditionCode }),
    ("RSCH", { $0.subsystem.resumeSubchannel($0.id).conditionCode }),
    ("XSCH", { $0.subsystem.cancelSubchannel($0.id).conditionCode }),
    (
      "MSCH",
      { rig in
        guard let block = rig.subsystem.storeSubchannel(rig.id).block else { return nil }
        return rig.subsystem.modifySubchannel(rig.id, block).conditionCode
      }
    ),
    ("TSCH", { $0.subsystem.testSubchannel($0.id).outcome.conditionCode }),
  ]

  @Test(arguments: SubchannelState.allCases, 0..<7)
  func `condition code`(_ state: SubchannelState, _ n: Int) throws {
    let gate = Gate()
    defer { gate.open() }
    let rig = try state.make(gate)
    let expected = try #require(Self.table.first { $0.0 == state }).1[n]
    #expect(Self.instructions[n].execute(rig) == expected, "\(Self.instructions[n].name)")
  }

  @Test func `SSCH places the ORB's path mask and parameter in the PMCW`() throws {
    let rig = try Rig()
    rig.write([CCW(3)])
    _ = try rig.run(rig.orb { $0.pathMask = 0xC0 })
    let p = try #require(rig.subsystem.storeSubchannel(rig.id).block).pathManagement
    #expect([p.logicalPathMask, p.lastPathUsedMask] == [0xC0, 0x80])
    #expect(p.interruptionParameter == 0xCAFE_F00D)
  }

  @Test func `a start that waits for the device end of the one before can be canceled, and the device end still comes`() throws {
    let gate = Gate()
    defer { gate.open() }
    let rig = try SubchannelState.awaitingDeviceEnd.make(gate)
    rig.write([CCW(3)])
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb()) == .started)
    #expect(rig.status.activity == [.startPending, .deviceActive])
    #expect(rig.subsystem.cancelSubchannel(rig.id) == .canceled)
    #expect(rig.status.activity == .deviceActive && rig.status.function == [])
    rig.subsystem.presentStatus(.deviceEnd, subchannel: 0)
    _ = try rig.interruption()
    #expect(rig.status.status == [.secondary, .pending])
  }

  @Test func `a subchannel that is not provided is not operational`() throws {
    let rig = try Rig()
    let id: UInt32 = 0x0001_0001
    #expect(rig.subsystem.startSubchannel(id, rig.orb()).conditionCode == 3)
    #expect(rig.subsystem.testSubchannel(id).outcome.conditionCode == 3)
    #expect(rig.subsystem.storeSubchannel(id).outcome.conditionCode == 3)
    #expect(rig.subsystem.modifySubchannel(id, SCHIB()).conditionCode == 3)
    #expect(rig.subsystem.haltSubchannel(id).conditionCode == 3)
    #expect(rig.subsystem.clearSubchannel(id).conditionCode == 3)
    #expect(rig.subsystem.resumeSubchannel(id).conditionCode == 3)
    #expect(rig.subsystem.cancelSubchannel(id).conditionCode == 3)
    #expect(rig.subsystem.resetChannelPath(0x77).conditionCode == 3)
  }

  @Test(arguments: [0, 0x0000_0001, 0x0009_0000, 0x0101_0000, 0x8001_0000, 0x0011_0000, 0x0003_0000] as [UInt32])
  func `an invalid subsystem-identification word is an operand exception`(_ id: UInt32) throws {
    let rig = try Rig()
    #expect(rig.subsystem.startSubchannel(id, rig.orb()) == .operandException)
    #expect(rig.subsystem.testSubchannel(id).outcome == .operandException)
    #expect(rig.subsystem.storeSubchannel(id).outcome == .operandException)
    #expect(rig.subsystem.modifySubchannel(id, SCHIB()) == .operandException)
    #expect(rig.subsystem.haltSubchannel(id) == .operandException)
    #expect(rig.subsystem.clearSubchannel(id) == .operandException)
    #expect(rig.subsystem.resumeSubchannel(id) == .operandException)
    #expect(rig.subsystem.cancelSubchannel(id) == .operandException)
  }

  @Test(arguments: [0x0004_FF00, 0x0000_FF20, 0x0000_FF02, 0x0000_FF3E] as [UInt32])
  func `reserved bits of the ORB are an operand exception`(_ control: UInt32) throws {
    let rig = try Rig()
    #expect(rig.subsystem.startSubchannel(rig.id, ORB(control: control, programAddress: 0x1000)) == .operandException)
  }

  @Test func `bit 0 of the channel-program address is an operand exception`() throws {
    let rig = try Rig()
    #expect(rig.subsystem.startSubchannel(rig.id, ORB(programAddress: 0x8000_1000)) == .operandException)
  }

  @Test(arguments: [0x8000, 0x4000, 0x0200, 0x0100, 0x0060] as [UInt16])
  func `reserved bits of the PMCW and limit mode 3 are an operand exception`(_ flags: UInt16) throws {
    let rig = try Rig()
    var block = try #require(rig.subsystem.storeSubchannel(rig.id).block)
    block.pathManagement.flags |= flags
    #expect(rig.subsystem.modifySubchannel(rig.id, block) == .operandException)
  }

  @Test(arguments: [0x0000_0008, 0x0010_0000, 0x8000_0000, 0x0000_0002] as [UInt32])
  func `reserved bits of the PMCW's last word are an operand exception`(_ word: UInt32) throws {
    let rig = try Rig()
    var block = try #require(rig.subsystem.storeSubchannel(rig.id).block)
    block.pathManagement.characteristics |= word
    #expect(rig.subsystem.modifySubchannel(rig.id, block) == .operandException)
  }

  @Test func `a format-1 measurement block is on a 64-byte boundary`() throws {
    let rig = try Rig()
    var block = try #require(rig.subsystem.storeSubchannel(rig.id).block)
    block.pathManagement.characteristics |= 4
    block.measurementBlockAddress = 0x8020
    #expect(rig.subsystem.modifySubchannel(rig.id, block) == .operandException)
    block.measurementBlockAddress = 0x8040
    #expect(rig.subsystem.modifySubchannel(rig.id, block) == .modified)
    #expect(rig.subsystem.storeSubchannel(rig.id).block == block)
  }

  @Test func `MSCH changes what a program may change and nothing else`() throws {
    let rig = try Rig()
    let before = try #require(rig.subsystem.storeSubchannel(rig.id).block)
    var block = before
    block.pathManagement.interruptionParameter = 0x1234_5678
    block.pathManagement.flags = (0x28FE | 0x0400) & ~0x60  // bit 5 is ignored
    block.pathManagement.deviceNumber = 0x9999
    block.pathManagement.logicalPathMask = 0x40
    block.pathManagement.pathNotOperationalMask = 0xFF
    block.pathManagement.lastPathUsedMask = 0xFF
    block.pathManagement.pathInstalledMask = 0xFF
    block.pathManagement.measurementBlockIndex = 7
    block.pathManagement.pathOperationalMask = 0x80
    block.pathManagement.pathAvailableMask = 0xFF
    block.pathManagement.channelPaths = count(8)
    block.pathManagement.characteristics = 1
    block.status.count = 99
    #expect(rig.subsystem.modifySubchannel(rig.id, block) == .modified)
    var expected = before
    expected.pathManagement.interruptionParameter = 0x1234_5678
    expected.pathManagement.flags = 0x289F
    expected.pathManagement.logicalPathMask = 0x40
    expected.pathManagement.measurementBlockIndex = 7
    expected.pathManagement.pathOperationalMask = 0x80
    expected.pathManagement.characteristics = 1
    #expect(rig.subsystem.storeSubchannel(rig.id).block == expected)
  }

  @Test(arguments: [0x0000_0004, 0x0800_0000] as [UInt32])
  func `reserved bits of SCHM are an operand exception`(_ control: UInt32) throws {
    #expect(try Rig().subsystem.setChannelMonitor(control, origin: 0) == .operandException)
  }

  @Test func `the measurement-block origin is on a 32-byte boundary`() throws {
    let rig = try Rig()
    #expect(rig.subsystem.setChannelMonitor(2, origin: 0x8010) == .operandException)
    #expect(rig.subsystem.setChannelMonitor(0, origin: 0x8010) == .done)
  }

  @Test(arguments: [0x8000_0000, 0x0000_0001, 0x0000_8000] as [UInt32])
  func `reserved bits of SAL are an operand exception`(_ operand: UInt32) throws {
    #expect(try Rig().subsystem.setAddressLimit(operand) == .operandException)
  }

  @Test func `reserved bits of RCHP are an operand exception`() throws {
    #expect(try Rig().subsystem.resetChannelPath(0x101) == .operandException)
  }
}

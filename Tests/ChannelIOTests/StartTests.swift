import ChannelIO
import Storage
import Testing

@Suite struct StartTests {
  @Test func `a read ends with channel end and device end, and its bytes are in storage`() throws {
    let rig = try Rig()
    rig.write([CCW(0x02, count: 16, dataAddress: 0x2000)])
    let block = try rig.run(rig.orb())
    var expected = SCSW()
    expected.flags = 0x0080
    expected.function = .start
    expected.status = [.primary, .secondary, .pending]
    expected.ccwAddress = 0x1008
    expected.deviceStatus = .normalEnd
    #expect(block.status == expected)
    #expect(rig.bytes(0x2000, 16) == Array(0..<16))
  }

  @Test func `the load procedure gets its status without an interruption`() throws {
    let rig = try Rig()
    rig.put([0x02, 0, 0, 0, 0x60, 0, 0, 24], at: 0)
    // The CCW at 8 is what the first one reads: a no-operation.
    let device = ScriptedDevice([
      0x02: { $1.give($0, [0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0x20, 0, 0, 1] + Array(repeating: 9, count: 8)) }
    ])
    let number = try #require(rig.subsystem.attach(device: device, number: 0x0121))
    let done = try #require(rig.subsystem.runToStatus(subchannel: number, orb: ORB()))
    #expect(done.response.status.deviceStatus == .normalEnd)
    #expect(done.response.status.subchannelStatus == [])
    #expect(done.ccwAddress == 8)
    #expect(device.commands == [2, 3])
    #expect(rig.subsystem.pendingInterruptions == 0)
  }
}

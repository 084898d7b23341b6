import ChannelIO
import Storage
import Testing

/// Suspend, resume, halt, clear and cancel, at each moment, and what TEST SUBCHANNEL shows and clears (chapters 14 and 15).
@Suite struct FunctionTests {
  let gate = Gate()

  /// Waits for an interruption and tests: the SCSW in words.
  func test(_ rig: Rig) throws -> String {
    _ = try rig.interruption()
    return try testNow(rig)
  }
  func testNow(_ rig: Rig) throws -> String {
    let (outcome, block) = rig.subsystem.testSubchannel(rig.id)
    #expect(outcome == .statusWasPending)
    return scswWords(try #require(block))
  }
  func expectIdle(_ rig: Rig, sourceLocation: SourceLocation = #_sourceLocation) {
    let (outcome, block) = rig.subsystem.testSubchannel(rig.id)
    #expect(outcome == .statusNotPending, sourceLocation: sourceLocation)
    #expect(block?.status.function == [], sourceLocation: sourceLocation)
    #expect(block?.status.activity == [], sourceLocation: sourceLocation)
    #expect(rig.subsystem.pendingInterruptions == 0, sourceLocation: sourceLocation)
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb(0x1F00)) == .started, sourceLocation: sourceLocation)
  }

  // MARK: Program-controlled and initial-status interruptions

  @Test func `a PCI is intermediate status while the program goes on`() throws {
    let rig = try SubchannelState.activeIntermediate.make(gate)
    let taken = try rig.interruption()
    #expect(taken.encode() == [0, 1, 0, 0, 0xCA, 0xFE, 0xF0, 0x0D, 0x18, 0, 0, 0])
    #expect(try testNow(rig) == "008040C9 00001008 00800000")
    #expect(scswWords(IRB(status: rig.status)) == "008040C0 00001008 00000000")
    gate.open()
    #expect(try test(rig) == "00804007 00001008 0C000000")
  }

  @Test func `a PCI that nobody tested is part of the final status`() throws {
    let rig = try SubchannelState.activeIntermediate.make(gate)
    gate.open()
    try #require(rig.poll { rig.status.activity.isEmpty ? true : nil } == true)
    #expect(try test(rig) == "0080400F 00001008 0C800000")
    #expect(rig.subsystem.takeInterruption(0xFF) == nil)
  }

  @Test func `final status interrupts again when the PCI's interruption was taken but not tested`() throws {
    let rig = try SubchannelState.activeIntermediate.make(gate)
    _ = try rig.interruption()
    gate.open()
    #expect(try test(rig) == "0080400F 00001008 0C800000")
  }

  @Test func `initial-status interruption: Z when the device accepts the first command`() throws {
    let gate = gate
    let rig = try Rig(
      ScriptedDevice([
        0x02: { transfer, device in
          let status = device.give(transfer, count(16))
          gate.pass()
          return status
        }
      ]))
    rig.write([CCW(2, count: 16, dataAddress: 0x2000)])
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb { $0.initialStatusInterruption = true }) == .started)
    #expect(try test(rig) == "00A440C9 00001008 00000010")
    gate.open()
    #expect(try test(rig) == "00A04007 00001008 0C000000")
  }

  @Test func `initial-status interruption: none for an immediate operation`() throws {
    let rig = try Rig()
    rig.write([CCW(3)])
    #expect(scswWords(try rig.run(rig.orb { $0.initialStatusInterruption = true })) == "00A04007 00001008 0C000000")
  }

  // MARK: Suspend and resume

  @Test func `a suspended program interrupts and tells where`() throws {
    let rig = try SubchannelState.suspendedIntermediate.make(gate)
    #expect(try test(rig) == "08804029 00001008 00000000")
    // The start function is still in progress.
    #expect(scswWords(IRB(status: rig.status)) == "08804020 00001008 00000000")
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb()) == .busy)
  }

  @Test func `resumption fetches the CCW again, which may now be a transfer in channel`() throws {
    let rig = try SubchannelState.suspended.make(gate)
    rig.write([CCW(8, dataAddress: 0x1100)])
    rig.write([CCW(2, count: 16, dataAddress: 0x2000)], at: 0x1100)
    #expect(rig.subsystem.resumeSubchannel(rig.id) == .initiated)
    #expect(try test(rig) == "08884007 00001108 0C000000")
    #expect(rig.bytes(0x2000, 16) == count(16))
  }

  @Test func `for the device the resumed commands are a chain of their own`() throws {
    let rig = try Rig()
    rig.write([CCW(2, flags: .chainCommand, count: 16, dataAddress: 0x2000), CCW(3, flags: .suspend)])
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb { $0.suspendControl = true }) == .started)
    #expect(try test(rig) == "08804029 00001010 00000000")
    #expect(rig.device.beginnings == 1)
    rig.write([CCW(3)], at: 0x1008)
    #expect(rig.subsystem.resumeSubchannel(rig.id) == .initiated)
    #expect(try test(rig) == "08804007 00001010 0C000000")
    #expect(rig.device.beginnings == 2)
  }

  @Test func `a CCW with the S flag is never executed`() throws {
    let rig = try SubchannelState.suspended.make(gate)
    #expect(rig.subsystem.resumeSubchannel(rig.id) == .initiated)
    try #require(rig.poll { rig.status.activity == .suspended ? true : nil } == true)
    #expect(rig.device.commands == [])
    rig.write([CCW(3)])
    #expect(rig.subsystem.resumeSubchannel(rig.id) == .initiated)
    #expect(try test(rig) == "08884007 00001008 0C000000")
    #expect(rig.device.commands == [3])
  }

  @Test func `a resumption asked for early is used up by the S flag`() throws {
    let gate = gate
    let rig = try Rig(
      ScriptedDevice([
        0x07: { _, _ in
          gate.pass()
          return .normalEnd
        }
      ]))
    rig.write([CCW(7, flags: .chainCommand), CCW(3, flags: .suspend)])
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb { $0.suspendControl = true }) == .started)
    try #require(rig.poll { gate.wasReached ? true : nil } == true)
    #expect(rig.subsystem.resumeSubchannel(rig.id) == .initiated)
    #expect(rig.subsystem.resumeSubchannel(rig.id) == .notApplicable)
    gate.open()
    #expect(try test(rig) == "08804029 00001010 00000000")
    #expect(rig.device.commands == [7])
  }

  @Test func `PCI with the S flag is presented with the suspension even when that is suppressed`() throws {
    let rig = try Rig()
    rig.write([CCW(3, flags: [.suspend, .programControlledInterruption])])
    let orb = rig.orb {
      $0.suspendControl = true
      $0.suppressesSuspendedInterruption = true
    }
    #expect(rig.subsystem.startSubchannel(rig.id, orb) == .started)
    #expect(try test(rig) == "08884029 00001008 00800000")
  }

  // MARK: Halt

  @Test func `halt of an idle subchannel makes status pending alone`() throws {
    let rig = try SubchannelState.idle.make(gate)
    #expect(rig.subsystem.haltSubchannel(rig.id) == .initiated)
    #expect(try test(rig) == "00002001 00000000 00000000")
    #expect(rig.device.resets == [.selective])
    expectIdle(rig)
  }

  @Test func `halt of a start that waits for the device`() throws {
    let rig = try SubchannelState.startPending.make(gate)
    #expect(rig.subsystem.haltSubchannel(rig.id) == .initiated)
    #expect(try test(rig) == "00806401 00000000 00000000")
    expectIdle(rig)
  }

  @Test func `halt of an active program ends it with its command`() throws {
    let gate = gate
    let rig = try Rig(
      ScriptedDevice([
        0x07: { _, _ in
          gate.pass()
          return .normalEnd
        }
      ]))
    rig.write([CCW(7, flags: .chainCommand), CCW(3)])
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb()) == .started)
    try #require(rig.poll { gate.wasReached ? true : nil } == true)
    #expect(rig.subsystem.haltSubchannel(rig.id) == .initiated)
    #expect(scswWords(IRB(status: rig.status)) == "008062C0 00000000 00000000")
    gate.open()
    #expect(try test(rig) == "00806007 00001008 0C000000")
    #expect(rig.device.commands == [7])
    expectIdle(rig)
  }

  @Test func `halt of an active program takes back its intermediate status`() throws {
    let rig = try SubchannelState.activeIntermediate.make(gate)
    #expect(rig.subsystem.haltSubchannel(rig.id) == .initiated)
    #expect(rig.subsystem.testSubchannel(rig.id).outcome == .statusNotPending)
    #expect(rig.subsystem.pendingInterruptions == 0)
    gate.open()
    #expect(try test(rig) == "00806007 00001008 0C000000")
    expectIdle(rig)
  }

  @Test func `halt of a suspended program`() throws {
    let rig = try SubchannelState.suspended.make(gate)
    #expect(rig.subsystem.haltSubchannel(rig.id) == .initiated)
    #expect(try test(rig) == "08886021 00001008 00000000")
    expectIdle(rig)
  }

  @Test func `halt of a suspended program whose status was not tested`() throws {
    let rig = try SubchannelState.suspendedIntermediate.make(gate)
    #expect(rig.subsystem.haltSubchannel(rig.id) == .initiated)
    try #require(rig.poll { rig.status.activity == .suspended ? true : nil } == true)
    #expect(try test(rig) == "08806029 00001008 00000000")
    expectIdle(rig)
  }

  // MARK: Clear

  static let clearable: [SubchannelState] = SubchannelState.allCases.filter { $0 != .notEnabled }

  @Test(arguments: clearable) func `clear ends everything`(_ state: SubchannelState) throws {
    let rig = try state.make(gate)
    #expect(rig.subsystem.clearSubchannel(rig.id) == .initiated)
    gate.open()
    try #require(rig.poll { rig.status.status == .pending ? true : nil } == true)
    #expect(try test(rig) == "00001001 00000000 00000000")
    #expect(rig.subsystem.takeInterruption(0xFF) == nil)
    expectIdle(rig)
  }

  @Test func `a transfer-in-channel loop does not keep halt and clear out`() throws {
    let rig = try Rig()
    rig.write([CCW(3, flags: .chainCommand), CCW(8, dataAddress: 0x1000)])
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb()) == .started)
    try #require(rig.poll { rig.device.commands.count > 100 ? true : nil } == true)
    #expect(rig.subsystem.haltSubchannel(rig.id) == .initiated)
    #expect(try test(rig) == "00806007 00001008 0C000000")
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb()) == .started)
    #expect(rig.subsystem.clearSubchannel(rig.id) == .initiated)
    #expect(try test(rig) == "00001001 00000000 00000000")
  }

  // MARK: Cancel

  @Test(arguments: [SubchannelState.startPending, .suspended]) func `cancel leaves no trace`(_ state: SubchannelState) throws {
    let rig = try state.make(gate)
    #expect(rig.subsystem.cancelSubchannel(rig.id) == .canceled)
    expectIdle(rig)
  }

  // MARK: Deferred condition codes, busy devices, device end later

  @Test func `no available path: deferred condition code 3`() throws {
    let rig = try Rig()
    rig.write([CCW(3)])
    #expect(scswWords(try rig.run(rig.orb { $0.pathMask = 0x7F })) == "03804411 00000000 00000000")
    #expect(rig.device.beginnings == 0)
    expectIdle(rig)
  }

  @Test func `a busy device starts when it presents device end`() throws {
    let rig = try SubchannelState.startPending.make(gate)
    rig.subsystem.presentStatus(.deviceEnd, subchannel: 0)
    #expect(try test(rig) == "00804007 00001008 0C000000")
    #expect(rig.device.commands == [0x0F, 0x0F])
  }

  @Test func `busy with attention: deferred condition code 1`() throws {
    let rig = try Rig(ScriptedDevice([0x03: { _, _ in [.attention, .busy] }]))
    rig.write([CCW(3)])
    #expect(scswWords(try rig.run(rig.orb())) == "01804411 00001008 90000000")
    expectIdle(rig)
  }

  @Test func `channel end alone is primary status, device end later is secondary`() throws {
    let rig = try SubchannelState.primaryStatus.make(gate)
    #expect(try test(rig) == "00804045 00001008 08000000")
    rig.subsystem.presentStatus(.deviceEnd, subchannel: 0)
    #expect(try test(rig) == "00800003 00001008 04000000")
    expectIdle(rig)
  }

  @Test func `device end that comes before primary status is tested waits`() throws {
    let rig = try SubchannelState.primaryStatus.make(gate)
    rig.subsystem.presentStatus([.deviceEnd, .unitCheck], subchannel: 0)
    #expect(try test(rig) == "00804045 00001008 08000000")
    #expect(try test(rig) == "00800013 00001008 06000000")
  }

  @Test func `command chaining waits for device end`() throws {
    let rig = try Rig(ScriptedDevice([0x0B: { _, _ in .channelEnd }]))
    rig.write([CCW(0x0B, flags: .chainCommand), CCW(2, count: 16, dataAddress: 0x2000)])
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb()) == .started)
    try #require(rig.poll { rig.device.commands == [0x0B] ? true : nil } == true)
    #expect(rig.subsystem.testSubchannel(rig.id).outcome == .statusNotPending)
    rig.subsystem.presentStatus(.deviceEnd, subchannel: 0)
    #expect(try test(rig) == "00804007 00001010 0C000000")
  }

  // MARK: Attention

  @Test func `attention of an idle device is alert status with nothing of the start before`() throws {
    let rig = try Rig()
    rig.write([CCW(2, flags: .suppressLengthIndication, count: 20, dataAddress: 0x2000)])
    _ = try rig.run(rig.orb())
    rig.subsystem.presentStatus(.attention, subchannel: 0)
    #expect(try test(rig) == "00000011 00000000 80000000")
    expectIdle(rig)
  }

  @Test func `attention during a program comes after its status`() throws {
    let rig = try SubchannelState.active.make(gate)
    rig.subsystem.presentStatus(.attention, subchannel: 0)
    gate.open()
    #expect(try test(rig) == "00804007 00001008 0C000000")
    #expect(try test(rig) == "00000011 00000000 80000000")
  }

  @Test func `attention of a subchannel that is not enabled is forgotten`() throws {
    let rig = try SubchannelState.notEnabled.make(gate)
    rig.subsystem.presentStatus(.attention, subchannel: 0)
    var block = try #require(rig.subsystem.storeSubchannel(rig.id).block)
    #expect(block.status == SCSW())
    block.pathManagement.isEnabled = true
    #expect(rig.subsystem.modifySubchannel(rig.id, block) == .modified)
    #expect(rig.subsystem.testSubchannel(rig.id).outcome == .statusNotPending)
  }

  // MARK: Sense

  @Test func `sense is fetched by a command of its own`() throws {
    let rig = try Rig()
    rig.write([CCW(0x55, count: 4)])
    let block = try rig.run(rig.orb())
    #expect(scswWords(block) == "00804017 00001008 0E000004")
    #expect(Array(block.encode()[12...]) == [0, 0x80, 0, 0] + Array(repeating: 0, count: 48))
    rig.write([CCW(4, count: 32, dataAddress: 0x2000)])
    #expect(scswWords(try rig.run(rig.orb())) == "00804007 00001008 0C000000")
    #expect(rig.bytes(0x2000, 32) == [0x80] + Array(repeating: 0, count: 31))
  }

  @Test func `concurrent sense comes with the status, and the device has it no more`() throws {
    let rig = try Rig(concurrentSense: true)
    rig.write([CCW(0x55, count: 4)])
    let block = try rig.run(rig.orb())
    #expect(scswWords(block) == "00824017 00001008 0E000004")
    #expect(
      Array(block.encode()[12...]) == [0, 0x80, 0, 0, 1, 0x20] + Array(repeating: 0, count: 14) + [0x80]
        + Array(repeating: 0, count: 31))
    #expect(rig.device.takeSense() == Array(repeating: 0, count: 32))
    rig.write([CCW(3)])
    let next = try rig.run(rig.orb())
    #expect(scswWords(next) == "00804007 00001008 0C000000")
    #expect(next.extendedControl == [])
  }
}

extension IRB {
  init(status: SCSW) {
    self.init()
    self.status = status
  }
}

import ChannelIO
import Dispatch
import Storage
import Synchronization
import Testing

/// I/O interruptions, channel reports, resets, measurement (chapters 16 and 17).
@Suite struct InterruptionTests {
  /// Subchannels 0 to `n` - 1, enabled, with the given subclasses, and an alert pending at each in order.
  func alerts(_ subclasses: [UInt8]) throws -> ChannelSubsystem {
    let storage = try #require(AbsoluteStorage(size: 1 << 20))
    let subsystem = ChannelSubsystem(storage: storage)
    for (n, isc) in subclasses.enumerated() {
      subsystem.attach(device: ScriptedDevice(), number: UInt16(0x200 + n))
      let id = SubsystemIdentification(subchannel: UInt16(n)).word
      var block = try #require(subsystem.storeSubchannel(id).block)
      block.pathManagement.isEnabled = true
      block.pathManagement.interruptionSubclass = isc
      block.pathManagement.interruptionParameter = UInt32(0xA0 + n)
      #expect(subsystem.modifySubchannel(id, block) == .modified)
      subsystem.presentStatus(.attention, subchannel: UInt16(n))
    }
    return subsystem
  }

  @Test func `interruptions are taken by subclass, then by age, under a mask`() throws {
    let subsystem = try alerts([5, 2, 5, 7, 2])
    #expect(subsystem.pendingInterruptions == 0b0010_0101)
    #expect(subsystem.takeInterruption(0b1101_1010) == nil)
    let order = [(0xFF, 1), (0x04, 0), (0x01, 3), (0xFF, 4), (0xFF, 2)]
    for (mask, subchannel) in order {
      #expect(subsystem.takeInterruption(UInt8(mask))?.identification.subchannel == UInt16(subchannel))
    }
    #expect(subsystem.takeInterruption(0xFF) == nil)
    #expect(subsystem.pendingInterruptions == 0)
  }

  @Test func `the interruption code has identification, parameter and subclass`() throws {
    let subsystem = try alerts([6, 3])
    #expect(subsystem.takeInterruption(0x10)?.encode() == [0, 1, 0, 1, 0, 0, 0, 0xA1, 0x18, 0, 0, 0])
    #expect(subsystem.takeInterruption(0x10) == nil)
    // The subchannel stays status pending.
    #expect(subsystem.testSubchannel(0x0001_0001).outcome == .statusWasPending)
  }

  @Test func `status that is tested or cleared interrupts no more`() throws {
    let subsystem = try alerts([1, 1, 1])
    #expect(subsystem.testSubchannel(0x0001_0001).outcome == .statusWasPending)
    #expect(subsystem.takeInterruption(0xFF)?.identification.subchannel == 0)
    #expect(subsystem.takeInterruption(0xFF)?.identification.subchannel == 2)
    #expect(subsystem.takeInterruption(0xFF) == nil)
  }

  @Test func `the machine hears of each interruption`() throws {
    let rig = try Rig()
    rig.write([CCW(3)])
    _ = try rig.run(rig.orb())
    _ = try rig.run(rig.orb())
    #expect(rig.wakes.count.load(ordering: .acquiring) == 2)
  }

  @Test func `resetting a channel path makes a solicited report`() throws {
    let rig = try Rig()
    #expect(rig.subsystem.storeChannelReportWord() == nil)
    #expect(rig.subsystem.resetChannelPath(0x01) == .initiated)
    let report = rig.poll { rig.subsystem.storeChannelReportWord() }
    #expect(report?.encode() == [0x44, 0x02, 0x00, 0x01])
    #expect(rig.wakes.reports.load(ordering: .acquiring) == 1)
    #expect(rig.device.resets == [.system])
    #expect(rig.subsystem.storeChannelReportWord() == nil)
  }

  @Test func `resetting a channel path ends the program on it with interface-control check`() throws {
    let gate = Gate()
    let rig = try Rig(
      ScriptedDevice([
        0x07: { _, _ in
          gate.pass()
          return .normalEnd
        }
      ]))
    rig.write([CCW(7, flags: .chainCommand), CCW(8, dataAddress: 0x1000)])
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb()) == .started)
    try #require(rig.poll { gate.wasReached ? true : nil } == true)
    #expect(rig.subsystem.resetChannelPath(0x01) == .initiated)
    #expect(rig.subsystem.resetChannelPath(0x01) == .busy)
    gate.open()
    _ = try rig.interruption()
    let (_, block) = rig.subsystem.testSubchannel(rig.id)
    #expect(block.map(scswWords) == "04804017 00001008 00020000")
    #expect(block?.extendedStatus.logout == 0x0080_4C00)
    #expect(rig.poll { rig.subsystem.storeChannelReportWord() }?.word == 0x4402_0001)
    #expect(rig.device.resets == [.system])
  }

  @Test func `reports wait in order, and one machine check announces them`() throws {
    let rig = try Rig()
    for n in 1...3 { rig.subsystem.attach(device: ScriptedDevice(), number: UInt16(0x300 + n), announce: true) }
    #expect(rig.wakes.reports.load(ordering: .acquiring) == 1)
    for n in 1...3 { #expect(rig.subsystem.storeChannelReportWord()?.word == 0x0304_0000 + UInt32(n)) }
    #expect(rig.subsystem.storeChannelReportWord() == nil)
    rig.subsystem.attach(device: ScriptedDevice(), number: 0x400, announce: true)
    #expect(rig.wakes.reports.load(ordering: .acquiring) == 2)
  }

  @Test(arguments: SubchannelState.allCases) func `I/O-system reset leaves a subchannel as it was made`(_ state: SubchannelState)
    throws
  {
    let gate = Gate()
    let rig = try state.make(gate)
    gate.open()
    rig.subsystem.resetIO()
    #expect(rig.device.resets.last == .system)
    let fresh = try Rig()
    fresh.subsystem.resetIO()
    #expect(rig.subsystem.storeSubchannel(rig.id).block == fresh.subsystem.storeSubchannel(rig.id).block)
    #expect(
      rig.subsystem.storeSubchannel(rig.id).block?.encode() == [
        0, 0, 0, 0, 0, 3, 0x01, 0x20, 0x80, 0, 0, 0x80, 0, 0, 0xFF, 0x80, 1,
      ] + Array(repeating: 0, count: 35))
    #expect(rig.subsystem.pendingInterruptions == 0)
    #expect(rig.subsystem.testSubchannel(rig.id).outcome == .notOperational)
  }

  private final class Flag: Sendable { let value = Atomic(false) }

  @Test func `a load that waits is told of a reset`() throws {
    let gate = Gate()
    let device = ScriptedDevice([
      0x07: { _, _ in
        gate.pass()
        return .normalEnd
      }
    ])
    let rig = try Rig(device)
    rig.write([CCW(7, flags: .chainCommand), CCW(8, dataAddress: 0x1000)])
    let subsystem = rig.subsystem, orb = rig.orb()
    // A thread of its own: the test runner's few may all be blocked like this one.
    let ended = DispatchSemaphore(value: 0), wasTold = Flag()
    DispatchQueue.global().async {
      wasTold.value.store(subsystem.runToStatus(subchannel: 0, orb: orb) == nil, ordering: .releasing)
      ended.signal()
    }
    try #require(rig.poll { gate.wasReached ? true : nil } == true)
    gate.open()
    subsystem.resetIO()
    ended.wait()
    let told = wasTold.value.load(ordering: .acquiring)
    #expect(told)
  }

  @Test(arguments: [false, true]) func `the measurement block counts starts and samples`(_ isFormat1: Bool) throws {
    let rig = try Rig(
      ScriptedDevice([
        0x0B: { _, _ in
          for _ in 0..<20 { pause() }
          return .normalEnd
        }
      ]))
    var block = try #require(rig.subsystem.storeSubchannel(rig.id).block)
    block.pathManagement.flags |= 0x18
    block.pathManagement.measurementBlockIndex = 2
    if isFormat1 {
      block.pathManagement.characteristics |= 4
      block.measurementBlockAddress = 0x8040
    }
    #expect(rig.subsystem.modifySubchannel(rig.id, block) == .modified)
    rig.write([CCW(0x0B)])
    _ = try rig.run(rig.orb())
    #expect(rig.bytes(0x8040, 64) == Array(repeating: 0, count: 64))
    rig.storage.setKey(StorageKey(bits: 0x30), at: AbsoluteAddress(0x8000))
    #expect(rig.subsystem.setChannelMonitor(0x3000_0003, origin: 0x8000) == .done)
    for _ in 0..<3 { _ = try rig.run(rig.orb()) }
    func word(_ address: UInt64) -> UInt32 { rig.storage.load(UInt32.self, at: AbsoluteAddress(address)) }
    if isFormat1 {
      #expect([word(0x8040), word(0x8044)] == [3, 3])
    } else {
      #expect(word(0x8040) == 0x0003_0003)
    }
    // Three times two milliseconds at least, in units of 128 microseconds.
    #expect(word(isFormat1 ? 0x8048 : 0x8044) >= 46)
    let last = try rig.run(rig.orb())
    #expect(last.extendedStatus.logout & 0xFFFF >= 15)
    #expect(last.extendedStatus.logout >> 16 == 0x80)
    // A program that is suspended is a sample, as its resumption is a start.
    rig.write([CCW(0x0B, flags: .suspend)])
    #expect(rig.subsystem.startSubchannel(rig.id, rig.orb { $0.suspendControl = true }) == .started)
    let samples = isFormat1 ? { word(0x8044) } : { word(0x8040) & 0xFFFF }
    #expect(rig.poll { samples() == 5 ? true : nil } == true)
    #expect(rig.subsystem.clearSubchannel(rig.id) == .initiated)
    _ = try rig.interruption()
    #expect(rig.subsystem.testSubchannel(rig.id).block?.extendedStatus.logout == 0)  // no path was used since
    rig.write([CCW(0x0B)])
    // A block that the key does not open ends the updates.
    rig.storage.setKey(StorageKey(bits: 0x40), at: AbsoluteAddress(0x8000))
    _ = try rig.run(rig.orb())
    #expect(rig.subsystem.storeSubchannel(rig.id).block?.pathManagement.updatesMeasurementBlock == false)
  }
}

import ChannelIO
import Storage
import Synchronization
import Testing
import Tracing

/// A channel subsystem with 1 MiB of storage and one enabled device, 0120, and what a program on a CPU would do with it.
struct Rig {
  let storage: AbsoluteStorage
  let subsystem: ChannelSubsystem
  let device: ScriptedDevice
  let wakes = Wakes()
  /// Subchannel 0.
  let id: UInt32 = 0x0001_0000

  final class Wakes: Sendable {
    let count = Atomic<Int>(0)
    let reports = Atomic<Int>(0)
  }

  init(_ device: ScriptedDevice = ScriptedDevice(), concurrentSense: Bool = false, tracer: Tracer = .off) throws {
    storage = try #require(AbsoluteStorage(size: 1 << 20))
    subsystem = ChannelSubsystem(storage: storage, tracer: tracer)
    self.device = device
    subsystem.attach(device: device, number: 0x0120)
    let wakes = self.wakes
    subsystem.onInterruptionPending { wakes.count.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    subsystem.onChannelReportPending { wakes.reports.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    var block = try #require(subsystem.storeSubchannel(id).block)
    block.pathManagement.isEnabled = true
    block.pathManagement.hasConcurrentSense = concurrentSense
    block.pathManagement.interruptionSubclass = 3
    #expect(subsystem.modifySubchannel(id, block) == .modified)
  }

  /// Writes format-1 CCWs from `address` on.
  func write(_ ccws: [CCW], at address: UInt64 = 0x1000, format1: Bool = true) {
    for (n, ccw) in ccws.enumerated() {
      storage.store(format1 ? ccw.format1 : ccw.format0, at: AbsoluteAddress(address + UInt64(n) * 8))
    }
  }

  func orb(_ address: UInt32 = 0x1000, format1: Bool = true, _ change: (inout ORB) -> Void = { _ in }) -> ORB {
    var orb = ORB(interruptionParameter: 0xCAFE_F00D, programAddress: address)
    orb.isFormat1 = format1
    change(&orb)
    return orb
  }

  /// Polls as a CPU would until an interruption is there.
  func interruption(subclasses: UInt8 = 0xFF) throws -> IOInterruption {
    let taken = poll { subsystem.takeInterruption(subclasses) }
    return try #require(taken, "no interruption within 10 s")
  }

  /// Polls until `value` is there, for 10 s.
  func poll<T>(_ value: () -> T?) -> T? {
    for _ in 0..<100_000 {
      if let found = value() { return found }
      pause()
    }
    return nil
  }

  /// Starts, waits for the interruption, tests: the IRB.
  func run(_ orb: ORB) throws -> IRB {
    #expect(subsystem.startSubchannel(id, orb) == .started)
    _ = try interruption()
    let (outcome, block) = subsystem.testSubchannel(id)
    #expect(outcome == .statusWasPending)
    return try #require(block)
  }

  func bytes(_ address: UInt64, _ count: Int) -> [UInt8] {
    [UInt8](UnsafeRawBufferPointer(start: storage.host(AbsoluteAddress(address)), count: count))
  }
  func put(_ bytes: [UInt8], at address: UInt64) {
    for (n, byte) in bytes.enumerated() { storage.store(byte, at: AbsoluteAddress(address + UInt64(n))) }
  }
}

import ChannelIO
import Storage
import Synchronization
import Testing

/// A door that a device's script waits at.
final class Gate: Sendable {
  private let isOpen = Atomic<Bool>(false)
  private let isReached = Atomic<Bool>(false)
  func open() { isOpen.store(true, ordering: .releasing) }
  var wasReached: Bool { isReached.load(ordering: .acquiring) }
  /// For ten seconds at most, so that a failing test ends.
  func pass() {
    isReached.store(true, ordering: .releasing)
    for _ in 0..<100_000 where !isOpen.load(ordering: .acquiring) { pause() }
  }
}

/// A state of a subchannel in which every instruction is tried.
enum SubchannelState: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case notEnabled = "not enabled"
  case idle
  case startPending = "start pending, the device busy"
  case active
  case activeIntermediate = "active with intermediate status pending"
  case suspendedIntermediate = "suspended with status pending"
  case suspended
  case suspendedResumable = "active with suspend control"
  case finalStatus = "status pending with primary and secondary"
  case primaryStatus = "status pending with primary alone"
  case awaitingDeviceEnd = "idle, device end owed"
  case alertStatus = "status pending with alert"
  case statusAlone = "status pending alone"
  case halting = "halt pending"
  case clearing = "clear pending"

  var testDescription: String { rawValue }

  /// A rig whose subchannel is in this state. `gate` must be opened in the end.
  func make(_ gate: Gate) throws -> Rig {
    let rig = try Rig(
      ScriptedDevice([
        0x07: { _, _ in
          gate.pass()
          return .normalEnd
        },
        0x0B: { _, _ in .channelEnd },
        0x0F: { _, device in device.commands.count(where: { $0 == 0x0F }) == 1 ? .busy : .normalEnd },
      ]))
    func start(_ ccws: [CCW], _ change: (inout ORB) -> Void = { _ in }) {
      rig.write(ccws)
      #expect(rig.subsystem.startSubchannel(rig.id, rig.orb(0x1000, change)) == .started)
    }
    func settle(_ isThere: (SCSW) -> Bool) throws {
      try #require(rig.poll { isThere(rig.status) ? true : nil } == true, "\(rawValue) was not reached")
    }
    switch self {
    case .notEnabled:
      var block = try #require(rig.subsystem.storeSubchannel(rig.id).block)
      block.pathManagement.isEnabled = false
      #expect(rig.subsystem.modifySubchannel(rig.id, block) == .modified)
    case .idle: break
    case .startPending:
      start([CCW(0x0F)])
      try settle { _ in rig.device.commands == [0x0F] }
      try settle { $0.activity == .startPending }
    case .active:
      start([CCW(7)])
      try settle { _ in gate.wasReached }
    case .activeIntermediate:
      start([CCW(7, flags: .programControlledInterruption)])
      try settle { $0.status == [.intermediate, .pending] && gate.wasReached }
    case .suspendedIntermediate:
      start([CCW(3, flags: .suspend)]) { $0.suspendControl = true }
      try settle { $0.status == [.intermediate, .pending] }
    case .suspended:
      start([CCW(3, flags: .suspend)]) {
        $0.suspendControl = true
        $0.suppressesSuspendedInterruption = true
      }
      try settle { $0.activity == .suspended }
    case .suspendedResumable:
      start([CCW(7)]) { $0.suspendControl = true }
      try settle { _ in gate.wasReached }
    case .finalStatus:
      start([CCW(3)])
      try settle { $0.status == [.primary, .secondary, .pending] }
    case .primaryStatus, .awaitingDeviceEnd:
      start([CCW(0x0B)])
      try settle { $0.status == [.primary, .pending] }
      if self == .awaitingDeviceEnd { #expect(rig.subsystem.testSubchannel(rig.id).outcome == .statusWasPending) }
    case .alertStatus:
      rig.subsystem.presentStatus(.attention, subchannel: 0)
      try settle { $0.status == [.alert, .pending] }
    case .statusAlone:
      #expect(rig.subsystem.clearSubchannel(rig.id) == .initiated)
      try settle { $0.status == .pending }
    case .halting:
      start([CCW(7)])
      try settle { _ in gate.wasReached }
      #expect(rig.subsystem.haltSubchannel(rig.id) == .initiated)
    case .clearing:
      start([CCW(7)])
      try settle { _ in gate.wasReached }
      #expect(rig.subsystem.clearSubchannel(rig.id) == .initiated)
    }
    return rig
  }
}

extension Rig {
  /// The SCSW as STORE SUBCHANNEL shows it.
  var status: SCSW { subsystem.storeSubchannel(id).block?.status ?? SCSW() }
}

import ChannelIO
import Dispatch
import Processor
import ServiceProcessor
import Storage
import Synchronization
import Tracing

/// Load: the operator's initial program load (chapter 17, "Initial Program Loading").
extension Machine {
  /// Whether a load clears storage first.
  public enum LoadKind: String, Codable, Sendable { case normal, clear }

  /// Loads from the device, the hardware's way, and starts CPU 0 with the PSW that was read.
  /// - Parameter starts: false leaves it stopped before its first instruction, as if the operator had stopped it there.
  /// - Throws: what went wrong; the load indicator stays on and the CPUs are stopped.
  public func load(from deviceNumber: UInt16, kind: LoadKind = .clear, starts: Bool = true) throws(LoadFailure) {
    let failure: LoadFailure? = control.sync {
      do throws(LoadFailure) {
        try performLoad(from: deviceNumber, kind: kind, starts: starts)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// The load itself; on `control`.
  func performLoad(from deviceNumber: UInt16, kind: LoadKind, starts: Bool = true) throws(LoadFailure) {
    tracer.trace(.load, LoadEvent(.begins, deviceNumber, "load \(kind.rawValue)"))
    state.withLock { $0.isLoading = true }
    defer {
      state.withLock { $0.isLoading = false }
      observers.tell(.reset)
    }
    resetSystem(clear: kind == .clear)
    guard let subchannel = channelSubsystem.subchannel(deviceNumber: deviceNumber) else {
      throw LoadFailure(
        deviceNumber: deviceNumber,
        description: "load \(deviceNumber.deviceNumberText): there is no such device; name one that --dasd attaches")
    }
    complex.signals[0].state = .load
    try runImplicitProgram(deviceNumber, subchannel)
    storage.store(SubsystemIdentification(subchannel: subchannel).word, at: AbsoluteAddress(Lowcore.subsystemIdentification))
    storage.store(UInt32(0), at: AbsoluteAddress(Lowcore.ioParameter))
    state.withLock { state in
      state.loadParameterBlock = LoadParameterBlock(
        deviceNumber: deviceNumber, loadParameter: serviceProcessor.description.loadParameter)
    }
    start(withPSWAt: 0, deviceNumber, starts: starts)
  }

  /// CPU 0 begins with the eight-byte PSW at absolute `address`.
  private func start(withPSWAt address: UInt64, _ deviceNumber: UInt16, starts: Bool) {
    let short = storage.load(UInt64.self, at: AbsoluteAddress(address))
    tracer.trace(.load, LoadEvent(.loadsPSW, deviceNumber, address: address, count: 8, "PSW \(hex(short))"))
    perform(on: 0) { cpu in
      cpu.load(PSW(short: short))
      cpu.begin(starts: starts)
    }
  }

  /// System reset: CPUs stopped and reset, I/O reset, nothing pending; with `clear`, storage and registers too.
  func resetSystem(clear: Bool) {
    state.withLock { $0.isOperatorStopping = true }
    for k in complex.signals.indices {
      perform(on: k) { cpu in
        if clear { cpu.clearReset() } else { cpu.initialReset() }
      }
    }
    channelSubsystem.resetIO()
    serviceProcessor.reset()
    complex.clearFloatingConditions()
    if clear { storage.clear() }
    state.withLock { $0.isOperatorStopping = false }
    observers.tell(.reset)
  }

  /// The implied channel program: Read IPL (02) of 24 bytes into 0, command chaining and SLI, at location 0, and an ORB
  /// that is zero but for the path mask. Execution runs on into what was read.
  private func runImplicitProgram(_ deviceNumber: UInt16, _ subchannel: UInt16) throws(LoadFailure) {
    storage.store(UInt64(0x0200_0000_6000_0018), at: AbsoluteAddress(0))
    tracer.trace(
      .load, LoadEvent(.stores, deviceNumber, address: 0, count: 8, "READ IPL of 24 bytes to 0, command chaining and SLI"))
    guard let ended = channelSubsystem.runToStatus(subchannel: subchannel, orb: ORB(control: 0xFF00)) else {
      throw LoadFailure(
        deviceNumber: deviceNumber,
        description: "load \(deviceNumber.deviceNumberText): the device did not accept the start; try the load again")
    }
    let status = ended.response.status
    guard status.deviceStatus == .normalEnd, status.subchannelStatus.isEmpty else {
      throw LoadFailure(deviceNumber: deviceNumber, description: explain(deviceNumber, ended))
    }
  }

  /// One line: status, the CCW that ended the program, sense.
  private func explain(_ deviceNumber: UInt16, _ ended: ChannelSubsystem.CompletedStart) -> String {
    let status = ended.response.status
    let address = AbsoluteAddress(UInt64(ended.ccwAddress))
    let ccw = storage.contains(address, count: 8) ? hex(storage.load(UInt64.self, at: address)) : "outside storage"
    var text =
      "load \(deviceNumber.deviceNumberText) failed: unit status \(hex(UInt64(status.deviceStatus.rawValue), digits: 2)), "
      + "subchannel status \(hex(UInt64(status.subchannelStatus.rawValue), digits: 2)) "
      + "at the CCW at \(hex(address.value, digits: 6)): \(ccw)"
    if !ended.sense.isEmpty { text += ", sense " + ended.sense.map { hex(UInt64($0), digits: 2) }.joined() }
    return text + "; does the volume have an IPL record? `ironload dasd boot` writes one"
  }
}

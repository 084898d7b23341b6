import ChannelIO
import Dispatch
import Processor
import ServiceProcessor
import Storage
import Synchronization
import Tracing

/// Load: the operator's initial program load from a device (chapter 17, "Initial Program Loading").
extension Machine {
  /// Whether a load clears storage first.
  public enum LoadKind: String, Codable, Sendable, CaseIterable { case normal, clear }

  /// Loads from the device and starts CPU 0 with the PSW that was read.
  /// - Parameters:
  ///   - kind: load clear zeros storage and registers first; load normal leaves what was there.
  ///   - procedure: by default the configuration's; see `MachineConfiguration.procedure(for:)`.
  ///   - starts: false leaves the CPU stopped before its first instruction, as if the operator had stopped it there.
  /// - Throws: what went wrong; the load indicator stays on and the CPUs are stopped.
  public func load(
    from deviceNumber: UInt16, kind: LoadKind = .clear, procedure: LoadProcedure? = nil, starts: Bool = true
  ) throws(LoadFailure) {
    try onControl { () throws(LoadFailure) in
      try self.performLoad(from: deviceNumber, kind: kind, procedure: procedure, starts: starts)
    }
  }

  /// The load itself; on `control`.
  func performLoad(
    from deviceNumber: UInt16, kind: LoadKind, procedure: LoadProcedure? = nil, starts: Bool = true
  ) throws(LoadFailure) {
    let procedure = procedure ?? configuration.procedure(for: deviceNumber)
    tracer.trace(.load, LoadEvent(.begins, deviceNumber, "load \(kind.rawValue), \(procedure.rawValue) procedure"))
    state.withLock { $0.isLoading = true }
    defer {
      state.withLock { $0.isLoading = false }
      observers.tell(.reset)
    }
    resetSystem(clear: kind == .clear)
    guard let subchannel = channelSubsystem.subchannel(deviceNumber: deviceNumber) else {
      throw LoadFailure(deviceNumber: deviceNumber, problem: .noDevice)
    }
    complex.signals[0].state = .load
    let channel = loadChannel(deviceNumber, subchannel)
    do throws(LoadProblem) {
      switch procedure {
      case .hardware: try HardwareProcedure(channel: channel).run()
      case .prefetch: try PrefetchProcedure(channel: channel).run()
      }
    } catch { throw LoadFailure(deviceNumber: deviceNumber, problem: error) }
    storage.store(SubsystemIdentification(subchannel: subchannel).word, at: AbsoluteAddress(Lowcore.subsystemIdentification))
    storage.store(UInt32(0), at: AbsoluteAddress(Lowcore.ioParameter))
    state.withLock { state in
      state.wayIn = .device
      state.loadParameterBlock = LoadParameterBlock(
        deviceNumber: deviceNumber, loadParameter: serviceProcessor.description.loadParameter)
    }
    let psw = storage.load(UInt64.self, at: AbsoluteAddress(0))
    tracer.trace(.load, LoadEvent(.loadsPSW, deviceNumber, address: 0, count: 8, "PSW \(hex(psw))"))
    begin(with: PSW(short: psw), starts: starts)
  }

  private func loadChannel(_ deviceNumber: UInt16, _ subchannel: UInt16) -> LoadChannel {
    LoadChannel(
      storage: storage, subsystem: channelSubsystem, subchannel: subchannel, deviceNumber: deviceNumber, tracer: tracer,
      prefetches: configuration.prefetches(deviceNumber),
      isAbandoned: { [weak self] in self?.state.withLock { $0.end == .quit || $0.isClosed } ?? true })
  }

  /// CPU 0 begins with a PSW, or stops in front of its first instruction.
  func begin(with psw: PSW, starts: Bool = true) {
    perform(on: 0) { cpu in
      cpu.load(psw)
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
}

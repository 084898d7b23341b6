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
  /// - Parameter block: the guest's, when it asked for the load.
  func performLoad(
    from deviceNumber: UInt16, block: LoadParameterBlock? = nil, kind: LoadKind, procedure: LoadProcedure? = nil,
    starts: Bool = true
  ) throws(LoadFailure) {
    let procedure = procedure ?? configuration.procedure(for: deviceNumber)
    tracer.trace(.load, LoadEvent(.begins, deviceNumber, "load \(kind.rawValue), \(procedure.rawValue) procedure"))
    state.withLock { $0.isLoading = true }
    defer {
      state.withLock { $0.isLoading = false }
      observers.tell(.reset)
    }
    resetSystem(clear: kind == .clear)
    complex.signals[0].state = .load
    guard let subchannel = channelSubsystem.subchannel(deviceNumber: deviceNumber) else {
      throw LoadFailure(deviceNumber: deviceNumber, problem: .noDevice)
    }
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
      state.loadParameterBlock =
        block
        ?? LoadParameterBlock(deviceNumber: deviceNumber, loadParameter: serviceProcessor.description.loadParameter)
    }
    guard let psw = loadedPSW else {
      throw LoadFailure(deviceNumber: deviceNumber, problem: .invalidPSW(storage.load(UInt64.self, at: AbsoluteAddress(0))))
    }
    tracer.trace(.load, LoadEvent(.loadsPSW, deviceNumber, address: 0, count: 8, "PSW \(hex(psw.short))"))
    begin(with: psw, starts: starts)
  }

  /// The PSW at absolute 0 after a load; nil when no CPU could begin with it.
  var loadedPSW: PSW? {
    let psw = PSW(short: storage.load(UInt64.self, at: AbsoluteAddress(0)))
    return psw.isInvalid(isZArchitecture: complex.isZArchitectureOnly) ? nil : psw
  }

  private func loadChannel(_ deviceNumber: UInt16, _ subchannel: UInt16) -> LoadChannel {
    LoadChannel(
      storage: storage, subsystem: channelSubsystem, subchannel: subchannel, deviceNumber: deviceNumber, tracer: tracer,
      prefetches: configuration.prefetches(deviceNumber),
      isAbandoned: { [weak self] in self?.state.withLock { $0.end == .quit || $0.isClosed } ?? true })
  }

  /// CPU 0 begins with a PSW, or stops in front of its first instruction, as it does when the guest asked for the load of a
  /// machine that somebody holds.
  func begin(with psw: PSW, starts: Bool = true) {
    perform(on: 0) { [self] cpu in
      cpu.load(psw)
      let goesOn = state.withLock { state in
        state.isHeld = !starts || state.isReloading && state.isHeld
        return !state.isHeld
      }
      cpu.begin(starts: goesOn)
    }
  }

  /// System reset: CPUs stopped and reset, I/O reset, nothing pending; with `clear`, storage and registers too (chapter 4, the
  /// table of manual operations).
  /// - Parameter loads: part of a load, for which CPU 0 is reset initially.
  func resetSystem(clear: Bool, loads: Bool = true) {
    state.withLock { $0.isOperatorStopping = true }
    for k in complex.signals.indices {
      perform(on: k) { cpu in
        if clear { cpu.clearReset() } else if loads && k == 0 { cpu.initialReset() } else { cpu.systemReset() }
      }
    }
    channelSubsystem.resetIO()
    virtualMachine?.purgeAll()
    serviceProcessor.reset()
    complex.clearFloatingConditions()
    if clear { storage.clear() }
    state.withLock { $0.isOperatorStopping = false }
    observers.tell(.reset)
  }
}

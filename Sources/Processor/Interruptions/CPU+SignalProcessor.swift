import Storage
import Synchronization

/// SIGNAL PROCESSOR, the sender's side and the addressed CPU's.
extension CPU {
  /// - Parameters: `r1` receives status; the odd register of its pair has the parameter; `r3` has the CPU address.
  mutating func signalProcessor(_ r1: Int, _ r3: Int, order code: UInt8) {
    let parameter = gr32(r1 | 1)
    switch signal(UInt16(truncatingIfNeeded: gr(r3)), code, parameter) {
    case .accepted: setCC(0)
    case .status(let status):
      setGR32(r1, UInt64(status.rawValue))
      setCC(1)
    case .busy: setCC(2)
    case .notOperational: setCC(3)
    }
  }

  private mutating func signal(_ target: UInt16, _ code: UInt8, _ parameter: UInt64) -> SignalProcessorOutcome {
    guard let order = SignalProcessorOrder(rawValue: code) else {
      return Int(target) < complex.signals.count ? .status(.invalidOrder) : .notOperational
    }
    // SET ARCHITECTURE concerns all CPUs; its address is ignored.
    if order == .setArchitecture { return signalSetArchitecture(UInt8(truncatingIfNeeded: parameter)) }
    guard Int(target) < complex.signals.count else { return .notOperational }
    let other = complex.signals[Int(target)]
    switch order {
    case .cpuReset, .initialCPUReset:
      other.post(order == .cpuReset ? .reset : .initialReset)
      return .accepted
    case _ where other.isObeying: return .busy
    case .sense: return sense(other)
    case .senseRunningStatus: return other.state == .operating ? .accepted : .status(.notRunning)
    case .externalCall:
      return other.makeExternalCallPending(from: address) ? .accepted : .status(.externalCallPending)
    case .emergencySignal:
      other.makeEmergencySignalPending(from: address)
      return .accepted
    case .conditionalEmergencySignal: return signalConditionally(other, asn: UInt16(truncatingIfNeeded: parameter))
    case .start: return obey(other, .start)
    case .stop: return obey(other, .stop)
    case .stopAndStoreStatus: return obey(other, .stopAndStoreStatus)
    case .restart: return obey(other, .restart)
    case .setPrefix: return signalSetPrefix(other, prefixField(parameter))
    case .storeStatusAtAddress: return signalStoreStatus(other, parameter & 0x7FFF_FE00)
    case .setArchitecture: return .notOperational
    }
  }

  private func sense(_ other: CPUSignals) -> SignalProcessorOutcome {
    var status: SignalProcessorStatus = []
    if other.pending.contains(.externalCall) { status.insert(.externalCallPending) }
    if other.state == .stopped { status.insert(.stopped) }
    if other.state == .checkStop { status.insert(.checkStop) }
    return status.isEmpty ? .accepted : .status(status)
  }

  /// An order that changes the addressed CPU's state. A CPU in the check-stop state obeys none.
  private func obey(_ other: CPUSignals, _ condition: PendingConditions) -> SignalProcessorOutcome {
    if other.state == .checkStop { return .status(.checkStop) }
    other.post(condition)
    return .accepted
  }

  // MARK: Orders that the other CPU's thread carries out

  /// Hands the order over and waits until it is done.
  private mutating func perform(_ order: CPUOrder, on other: CPUSignals) -> SignalProcessorStatus {
    other.hand(order)
    waitWhile { other.isObeying }
    return SignalProcessorStatus(rawValue: other.orderStatus.load(ordering: .acquiring))
  }

  private mutating func signalSetPrefix(_ other: CPUSignals, _ prefix: UInt64) -> SignalProcessorOutcome {
    guard isPrefixAreaAvailable(prefix) else { return .status(.invalidParameter) }
    guard other.state == .stopped else { return .status(.incorrectState) }
    let status = perform(.setPrefix(prefix), on: other)
    return status.isEmpty ? .accepted : .status(status)
  }

  private mutating func signalStoreStatus(_ other: CPUSignals, _ origin: UInt64) -> SignalProcessorOutcome {
    guard storage.contains(AbsoluteAddress(origin), count: 512) else { return .status(.invalidParameter) }
    guard other.state == .stopped else { return .status(.incorrectState) }
    let status = perform(.storeStatus(at: origin), on: other)
    return status.isEmpty ? .accepted : .status(status)
  }

  private mutating func signalConditionally(_ other: CPUSignals, asn: UInt16) -> SignalProcessorOutcome {
    if other.state != .stopped {
      other.makeEmergencySignalPending(from: address)
      return .accepted
    }
    let status = perform(.conditionalEmergencySignal(asn: asn, from: address), on: other)
    return status.isEmpty ? .accepted : .status(status)
  }

  private mutating func signalSetArchitecture(_ code: UInt8) -> SignalProcessorOutcome {
    guard code <= 2, s.pointee.isZArchitecture != (code != 0), code != 0 || !complex.isZArchitectureOnly else {
      return .status(.invalidParameter)
    }
    let others = complex.signals.enumerated().filter { $0.offset != Int(address) }.map(\.element)
    if others.contains(where: { $0.state != .stopped && $0.state != .checkStop }) { return .status(.incorrectState) }
    for other in others {
      _ = perform(.setArchitecture(isZArchitecture: code != 0, keepsPSW: code != 2), on: other)
    }
    setArchitecture(isZArchitecture: code != 0)
    return .accepted
  }

  // MARK: The addressed CPU

  /// Carries out the order that another CPU handed over.
  mutating func obeyOrder() {
    guard let order = signals.handedOrder else { return }
    var status: SignalProcessorStatus = []
    switch order {
    case .setPrefix(let prefix):
      if signals.state == .stopped { setPrefix(prefix) } else { status = .incorrectState }
    case .storeStatus(let origin):
      if signals.state == .stopped { storeStatus(atAddress: origin) } else { status = .incorrectState }
    case .setArchitecture(let isZ, let keepsPSW):
      setArchitecture(isZArchitecture: isZ, keepsPSW: keepsPSW)
    case .conditionalEmergencySignal(let asn, let source):
      if wantsEmergencySignal(asn: asn) { signals.makeEmergencySignalPending(from: source) } else { status = .incorrectState }
    }
    signals.finishOrder(status.rawValue)
  }

  /// Whether the conditions of the conditional emergency signal are met in this CPU (QEMU: target/s390x/sigp.c).
  private func wantsEmergencySignal(asn: UInt16) -> Bool {
    let both = PSW.io | PSW.external, mask = s.pointee.pswMask
    if signals.state != .stopped || mask & both != both { return true }
    if mask & PSW.wait != 0 { return s.pointee.nextAddress != 0 }
    return asn == UInt16(truncatingIfNeeded: s.pointee.cr[4]) || asn == UInt16(truncatingIfNeeded: s.pointee.cr[3])
  }
}

public import Processor
import Synchronization

/// What a CPU is doing at one moment, between two instructions.
public struct CPUStatus: Hashable, Sendable {
  /// The states of chapter 4, with the operating state told apart by what the PSW says.
  public enum State: String, Hashable, Sendable, Codable {
    /// Executes instructions.
    case operating
    /// Waits for an interruption.
    case waiting = "wait"
    /// Waits with every interruption disabled: for ever.
    case disabledWait = "disabled-wait"
    /// Executes nothing until it is started.
    case stopped
    /// A load is in progress, or failed.
    case load
    /// Only a reset helps.
    case checkStop = "check-stop"
  }
  /// The CPU's address.
  public let cpu: Int
  /// What it is doing.
  public let state: State
  /// Why it is stopped, when it is.
  public let stopCause: StopCause?
  /// Its PSW; the address is that of the next instruction.
  public let psw: PSW
  /// z/Architecture, or else ESA/390.
  public let isZArchitecture: Bool
  /// Instructions executed since the machine was made.
  public let instructionCount: UInt64
}

extension Machine {
  /// How many CPUs the machine has; their addresses begin at 0.
  public var cpuCount: Int { complex.signals.count }

  /// What CPU `cpu` is doing.
  public func status(of cpu: Int = 0) throws(OperationError) -> CPUStatus {
    let cause: StopCause? = state.withLock { state in
      guard state.rests.indices.contains(cpu), case .stopped(let cause)? = state.rests[cpu] else { return nil }
      return cause
    }
    return try inspect(cpu) { CPUStatus($0, cause) }
  }
}

extension CPUStatus {
  fileprivate init(_ processor: borrowing CPU, _ cause: StopCause?) {
    let psw = processor.psw
    state =
      switch processor.signals.state {
      case .stopped: .stopped
      case .load: .load
      case .checkStop: .checkStop
      case .operating where psw.mask & PSW.wait == 0: .operating
      case .operating: psw.mask & (PSW.io | PSW.external | PSW.machineCheck) == 0 ? .disabledWait : .waiting
      }
    cpu = Int(processor.address)
    stopCause = state == .stopped ? cause ?? .program : nil
    self.psw = psw
    isZArchitecture = processor.s.pointee.isZArchitecture
    instructionCount = processor.s.pointee.instructionCount
  }
}

package import Storage
import Synchronization
package import Tracing

/// The service-call logical processor (SCLP): answers SERVC, tells the control program about the machine, and carries its
/// consoles. There is no published description of it; the facts are those on which Linux (drivers/s390/char/sclp*.c),
/// zipl, QEMU (hw/s390x/sclp.c, event-facility.c), kvm-unit-tests (s390x/sclp.c) and Hercules (service.c) agree.
///
/// A call is completed when `serviceCall` returns, or if it wrote to consoles that are full then, when they have room. A service
/// signal, an external interruption with code 2401, becomes pending. It is floating: any CPU that is enabled for it (CR0 bit 54)
/// takes it with `takeServiceSignal`. Until then, the service processor is busy.
///
/// Concurrency: every method may be called on any thread. `state` is guarded by its lock, which is never held while a sink
/// of a console or `onServiceSignal` runs. `State.isCalling` admits one service call at a time; only that call touches its SCCB.
package final class ServiceProcessor: Sendable {
  /// What SERVC does: a condition code, or a program interruption that the CPU throws.
  package enum Outcome: Hashable, Sendable {
    /// Condition code 0: carried out, with a response code in the SCCB; a service signal follows.
    case accepted
    /// Condition code 2: another call is in progress or its service signal has not been taken.
    case busy
    /// Program interruption 0005.
    case addressingException
    /// Program interruption 0006.
    case specificationException

    /// Nil for a program interruption.
    package var conditionCode: UInt8? {
      switch self {
      case .accepted: 0
      case .busy: 2
      case .addressingException, .specificationException: nil
      }
    }
  }

  struct State {
    var description: SystemDescription
    var consoles: Consoles
    var events = EventQueue()
    var identification: ControlProgramIdentification?
    var isCalling = false
    /// The address of the SCCB of a call that waits for the consoles; it is still the call in progress.
    var held: UInt32?
    /// The address of the SCCB of a completed call whose signal has not been taken; zero when there is none.
    var completed: UInt32 = 0
    var eventSignal = false
    var onServiceSignal: @Sendable () -> Void = {}

    /// The code page in which the control program writes lines: 037 while it takes operator commands and nothing else, as
    /// zipl's loader and Linux's early console do, which know no other; else the console's. (Linux's own driver always takes
    /// state changes, too.)
    var messageCodePage: CodePage { events.receiveMask == EventMask(.operatorCommand) ? .ibm037 : consoles.codePage }
  }

  let state: Mutex<State>
  private let signal = Atomic<Bool>(false)
  private let storage: AbsoluteStorage
  private let tracer: Tracer

  package init(storage: AbsoluteStorage, description: SystemDescription, consoles: Consoles, tracer: Tracer) {
    self.storage = storage
    self.tracer = tracer
    state = Mutex(State(description: description, consoles: consoles))
  }

  // MARK: SERVC

  /// Carries out SERVC (B220) for a CPU in the supervisor state.
  /// - Parameters:
  ///   - command: bits 32-63 of the register that R1 designates.
  ///   - sccb: the real address of the SCCB, from the register that R2 designates; below 2 GiB and on a doubleword.
  ///   - prefix: the CPU's prefix; an SCCB may lie neither where it is nor in the real locations it replaces.
  package func serviceCall(command: UInt32, sccb: RealAddress, prefix: AbsoluteAddress) -> Outcome {
    let address = sccb.value, block = address & ~0x1FFF
    guard address & ~0x7FFF_FFF8 == 0, block != 0, block != prefix.value & ~0x1FFF else { return .specificationException }
    // Outside of both prefix areas, real and absolute addresses are the same.
    let absolute = AbsoluteAddress(address)
    guard storage.contains(absolute, count: UInt64(SCCB.headerLength)), !storage.isReadOnly(absolute) else {
      return .addressingException
    }
    let length = Int(storage.load(UInt16.self, at: absolute))
    guard length >= SCCB.headerLength else { return .specificationException }
    guard beginCall() else { return .busy }

    let response = carryOut(command, at: absolute, length: length)
    tracer.trace(.service, "SERVC \(hex(command)) SCCB \(hex(address)) length \(length) response \(hex(response.rawValue))")
    endCall(UInt32(truncatingIfNeeded: address), awaitsConsoles: ServiceCommand(word: command) == .writeEventData)
    return .accepted
  }

  private func carryOut(_ word: UInt32, at address: AbsoluteAddress, length: Int) -> ResponseCode {
    storage.recordChange(address)
    guard let command = ServiceCommand(word: word) else { return respond(.invalidCommand, at: address) }
    guard Int(address.value & 0xFFF) + length <= 0x1000 else { return respond(.boundaryViolation, at: address) }
    // Within a page whose first bytes are configured, all of the SCCB is: storage ends at a multiple of 1 MiB.
    var sccb = SCCB(bytes: [UInt8](UnsafeRawBufferPointer(start: storage.host(address), count: length)))
    sccb.response = carryOut(command, &sccb)
    storage.store(Array(sccb.bytes), at: address)
    return sccb.response
  }

  /// Refuses a command: nothing of the SCCB changes but the response code.
  private func respond(_ response: ResponseCode, at address: AbsoluteAddress) -> ResponseCode {
    storage.store(response.rawValue, at: address + 6)
    return response
  }

  private func carryOut(_ command: ServiceCommand, _ sccb: inout SCCB) -> ResponseCode {
    switch command {
    case .readSCPInfo, .readSCPInfoForced: readSCPInfo(&sccb)
    case .readCPUInfo: readCPUInfo(&sccb)
    case .writeEventMask: writeEventMask(&sccb)
    case .writeEventData: writeEventData(&sccb)
    case .readEventData: readEventData(&sccb)
    }
  }

  private func beginCall() -> Bool {
    state.withLock { state in
      if state.isCalling || state.completed != 0 { return false }
      state.isCalling = true
      return true
    }
  }

  private func endCall(_ address: UInt32, awaitsConsoles: Bool) {
    let areFull = state.withLock { state in
      state.held = address
      return awaitsConsoles ? state.consoles.areFull : nil
    }
    // The call is held before this is asked, so that room made in between is not missed.
    if areFull?() != true { completeHeldCall() }
  }

  /// The consoles were full and have room again.
  package func consolesHaveRoom() { completeHeldCall() }

  private func completeHeldCall() {
    let notify: (@Sendable () -> Void)? = state.withLock { state in
      guard let address = state.held.take() else { return nil }
      state.isCalling = false
      state.completed = address
      state.eventSignal = state.events.hasPending
      signal.store(true, ordering: .releasing)
      return state.onServiceSignal
    }
    notify?()
  }

  // MARK: The service signal

  /// Whether a service signal is pending: an atomic that CPUs may poll.
  package var isServiceSignalPending: Bool { signal.load(ordering: .acquiring) }

  /// Called, without a lock, whenever a service signal becomes pending: the Machine wakes a CPU that is enabled for it.
  package var onServiceSignal: @Sendable () -> Void {
    get { state.withLock { $0.onServiceSignal } }
    set { state.withLock { $0.onServiceSignal = newValue } }
  }

  /// A CPU accepts the service signal, which is then no longer pending.
  /// - Returns: the interruption parameter (real locations 128-131): the address of the SCCB whose call is completed, if one
  ///   is, and in bit 31 whether events wait for READ EVENT DATA. Nil when another CPU was faster.
  package func takeServiceSignal() -> UInt32? {
    state.withLock { state in
      let parameter = state.completed | (state.eventSignal ? 1 : 0)
      (state.completed, state.eventSignal) = (0, false)
      signal.store(false, ordering: .releasing)
      return parameter == 0 ? nil : parameter
    }
  }

  /// Changes the queue of events and signals what the control program can now read.
  func changeEvents(_ change: (inout State) -> Void) {
    let notify: (@Sendable () -> Void)? = state.withLock { state in
      change(&state)
      guard !state.isCalling, state.events.hasPending else { return nil }  // else the end of the call tells
      state.eventSignal = true
      signal.store(true, ordering: .releasing)
      return state.onServiceSignal
    }
    notify?()
  }

  // MARK: Reset

  /// Subsystem reset, part of every system reset and load: masks, pending signals, a call that waits for the consoles, requests
  /// to the control program and what it said of itself are gone. Input that no control program took is kept. The CPUs are
  /// stopped meanwhile.
  package func reset() {
    state.withLock { state in
      state.events.reset()
      state.identification = nil
      // No other call is in progress while the CPUs are stopped.
      (state.held, state.isCalling) = (nil, false)
      (state.completed, state.eventSignal) = (0, false)
      signal.store(false, ordering: .releasing)
    }
  }
}

private func hex(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, min(8, value.bitWidth / 4) - digits.count)) + digits
}

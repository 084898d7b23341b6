internal import Storage
internal import Synchronization
internal import Tracing

/// What the subchannel hears from its program while it runs.
protocol ChannelProgramListener: Sendable {
  /// A CCW with the PCI flag took control, or the device accepted the first command and the ORB asked to hear it.
  func intermediateStatus(_ subchannel: Subchannel, programControlled: Bool, ccwAddress: UInt32, count: UInt16)
  /// Hears of CCWs.
  var tracer: Tracer { get }
}

/// The execution of one channel program (chapter 15, "Execution of I/O Operations"): CCWs, chaining, and the ending status.
/// How a command's data find storage is in `ChannelProgram+Transfer.swift`; how CCWs are fetched and judged in
/// `ChannelProgram+Fetch.swift`.
///
/// Concurrency: belongs to the worker that serves the subchannel, or lies still in its state while it is suspended or waits
/// for device end.
final class ChannelProgram: DataTransfer, @unchecked Sendable {
  /// Why `run` returned.
  enum Step {
    /// The program is over: final status.
    case ended(Ending)
    /// A valid S flag. Resumed by `run` again.
    case suspended(Ending)
    /// Halt or clear asked for it, between two commands; or before the first, and then there is no ending.
    case stopped(Ending?)
    /// Channel end without device end while command chaining is specified; `run(deviceEnd:)` goes on.
    case awaitsDeviceEnd
    /// The device was busy at the first command and will present device end.
    case deviceBusy
  }

  /// What becomes the SCSW.
  struct Ending {
    var deviceStatus: UnitStatus
    var subchannelStatus: SubchannelStatus
    /// Of the last CCW used, plus 8.
    var ccwAddress: UInt32
    var count: UInt16
    /// That CCW as the channel had it, in the form of the ORB's format; nil when it could not be fetched.
    var ccw: UInt64?
    var deferredConditionCode: UInt8 = 0
  }

  unowned let subchannel: Subchannel
  let device: any Device
  let orb: ORB
  let storage: ChannelStorage
  let source: any ProgramSource
  let listener: any ChannelProgramListener

  // The CCW in control; see the extensions.
  var nextAddress: UInt32
  var ccwAddress: UInt32 = 0
  var ccw = CCW(0)
  /// The doubleword that `ccw` was made of; nil when it could not be fetched.
  var ccwWord: UInt64?
  var kind = CommandKind.invalid
  /// The command code that the device executes; CCWs that chain data have codes of their own, which mean nothing.
  var command: UInt8 = 0
  /// Bytes of the current CCW's count not yet transferred.
  var remaining = 0
  var area: DataArea?
  /// Nil while CCWs are not traced.
  var observation: CCWObservation?
  var check: SubchannelStatus = []
  /// The device had or wanted more than the program's count.
  var isLong = false
  /// The device began to transfer: the command was no immediate operation.
  var transferBegan = false
  var isFirstFetch = true
  var isFirstCommand = true
  /// The last command's ending status while the program goes on.
  private var chainedStatus: UnitStatus = []

  init(
    _ subchannel: Subchannel, _ device: any Device, _ orb: ORB, storage: ChannelStorage, source: any ProgramSource,
    listener: any ChannelProgramListener
  ) {
    self.subchannel = subchannel
    self.device = device
    self.orb = orb
    self.storage = storage
    self.source = source
    self.listener = listener
    nextAddress = orb.programAddress
  }

  /// Carries out commands until the program is over or must wait.
  func run() -> Step {
    while true {
      if subchannel.stopRequested.load(ordering: .acquiring) { return .stopped(isFirstFetch ? nil : ending(chainedStatus)) }
      if let failed = fetchCommand() {
        check.insert(failed.status)
        trace([])
        return .ended(ending([]))
      }
      if ccw.flags.contains(.suspend) { return suspend() }
      if let step = execute() { return step }
    }
  }

  /// Device end has come for a command that ended without it, with more status or not.
  func run(deviceEnd status: UnitStatus) -> Step { chain(after: status) ?? run() }

  /// Resumption fetches the CCW again; it may now be a TIC.
  private func suspend() -> Step {
    nextAddress = ccwAddress
    var ending = ending([])
    if ccw.flags.contains(.programControlledInterruption) { ending.subchannelStatus.insert(.programControlledInterruption) }
    return .suspended(ending)
  }

  /// - Returns: nil when the program goes on with the next CCW.
  private func execute() -> Step? {
    announcePCI()
    subchannel.counters.count(command)
    let status = device.execute(command, self)
    let wasFirst = isFirstCommand
    isFirstCommand = false
    if wasFirst, !transferBegan, status.contains(.busy) { return busy(status) }
    if status.isEmpty { check.insert(.interfaceControlCheck) }
    if isIncorrectLength(status) { check.insert(.incorrectLength) }
    trace(status)
    return chain(after: status)
  }

  /// A busy device starts the program later; with other status the start is over, with deferred condition code 1.
  private func busy(_ status: UnitStatus) -> Step {
    trace(status)
    if status == .busy || status == [.busy, .statusModifier] {
      isFirstCommand = true
      isFirstFetch = true
      nextAddress = orb.programAddress
      return .deviceBusy
    }
    var ending = ending(status)
    ending.deferredConditionCode = 1
    return .ended(ending)
  }

  /// Decides what follows a command that ended with `status` (chapter 15, "Command Chaining").
  private func chain(after status: UnitStatus) -> Step? {
    let isUnusual = !status.isDisjoint(with: [.attention, .busy, .unitCheck, .unitException])
    guard ccw.flags.contains(.chainCommand), !ccw.flags.contains(.chainData), check.isEmpty, !isUnusual else {
      return .ended(ending(status))
    }
    guard status.contains(.deviceEnd) else { return .awaitsDeviceEnd }
    // Status modifier: the next CCW is passed over, whatever it is.
    if status.contains(.statusModifier) { nextAddress &+= CCW.size }
    chainedStatus = status
    return nil
  }

  /// Chapter 16, "Incorrect Length". Without a transfer the command was an immediate operation, which in format 0, and in
  /// format 1 when the ORB says so, has no length; the device that rejected a command had none either.
  private func isIncorrectLength(_ status: UnitStatus) -> Bool {
    guard check.isEmpty else { return false }
    let isSuppressed = ccw.flags.contains(.suppressLengthIndication) && !ccw.flags.contains(.chainData)
    if transferBegan { return (remaining != 0 || isLong || ccw.flags.contains(.chainData)) && !isSuppressed }
    guard status.contains(.channelEnd), !status.contains(.unitCheck), remaining != 0 else { return false }
    return orb.isFormat1 && !orb.suppressesIncorrectLength && !isSuppressed
  }

  func ending(_ status: UnitStatus) -> Ending {
    Ending(
      deviceStatus: status, subchannelStatus: check, ccwAddress: ccwAddress &+ CCW.size,
      count: UInt16(truncatingIfNeeded: remaining), ccw: ccwWord)
  }

  /// The PCI flag of the CCW that has just taken control.
  func announcePCI() {
    guard ccw.flags.contains(.programControlledInterruption) else { return }
    listener.intermediateStatus(
      subchannel, programControlled: true, ccwAddress: ccwAddress &+ CCW.size, count: UInt16(truncatingIfNeeded: remaining))
  }

  /// Traces the CCW in control, unless it came into control while CCWs were not traced.
  func trace(_ status: UnitStatus?) {
    guard let observation else { return }
    listener.tracer.trace(
      .ccw,
      CCWEvent(
        deviceNumber: subchannel.deviceNumber, subchannel: subchannel.number, address: ccwAddress, isFormat1: orb.isFormat1,
        ccw: ccwWord == nil ? nil : ccw, command: command, commandName: status == [] ? nil : device.name(of: command),
        deviceStatus: status, subchannelStatus: check, residual: remaining, spans: observation.spans, isInput: kind.isInput,
        firstBytes: observation.firstBytes, position: status == [] ? nil : device.position))
  }
}

/// `value` in `digits` upper-case hexadecimal digits, for messages.
func hex(_ value: some FixedWidthInteger & UnsignedInteger, _ digits: Int) -> String {
  let text = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}

/// What a control unit answers to SENSE ID, READ CONFIGURATION DATA's node addresses excepted.
package struct DeviceIdentification: Hashable, Sendable {
  /// Control-unit type and model, for example 0x3990 and 0xC2.
  package var controlUnitType: UInt16, controlUnitModel: UInt8
  /// Device type and model, for example 0x3390 and 0x0A; zero when the device has none.
  package var deviceType: UInt16, deviceModel: UInt8
  /// Command-information words, as SENSE ID returns them: 0x40 | type, command code, count.
  package var commandInformationWords: [UInt32]
  package init(
    controlUnitType: UInt16, controlUnitModel: UInt8, deviceType: UInt16, deviceModel: UInt8,
    commandInformationWords: [UInt32] = []
  ) {
    self.controlUnitType = controlUnitType
    self.controlUnitModel = controlUnitModel
    self.deviceType = deviceType
    self.deviceModel = deviceModel
    self.commandInformationWords = commandInformationWords
  }
}

/// Unit status (device status), SCSW byte 8 (Principles of Operation, chapter 16, "Device-Status Field").
package struct UnitStatus: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let attention = UnitStatus(rawValue: 0x80)
  package static let statusModifier = UnitStatus(rawValue: 0x40)
  package static let controlUnitEnd = UnitStatus(rawValue: 0x20)
  package static let busy = UnitStatus(rawValue: 0x10)
  package static let channelEnd = UnitStatus(rawValue: 0x08)
  package static let deviceEnd = UnitStatus(rawValue: 0x04)
  package static let unitCheck = UnitStatus(rawValue: 0x02)
  package static let unitException = UnitStatus(rawValue: 0x01)
  /// Channel end and device end: the normal end.
  package static let normalEnd: UnitStatus = [.channelEnd, .deviceEnd]
}

/// The stream between a device and the storage that the channel program designates, for one command.
/// Counts, data chaining, IDAWs, MIDAWs, SKIP, keys and residuals are the channel's business behind it.
package protocol DataTransfer: AnyObject {
  /// Device to storage (read, read backward, sense). The device offers all it has; the channel takes what the
  /// program has room for, and notes an incorrect length when that is less.
  /// - Returns: the number of bytes taken. Less than offered: the device may stop offering.
  func send(_ bytes: UnsafeRawBufferPointer) -> Int
  /// Storage to device (write, control). The device asks for what the command needs.
  /// - Returns: the number of bytes put into `bytes`; less than asked when the program's count is used up.
  func receive(into bytes: UnsafeMutableRawBufferPointer) -> Int
  /// Whether the counts of the command's CCWs are used up. For commands whose length the program decides: asking for a byte
  /// more than there is would be an incorrect length. (A control unit knows the count of each CCW from its channel.)
  var isUsedUp: Bool { get }
  /// Whether a check that the channel detected (program, protection, chaining) has ended the transfer. What `receive` came short
  /// of then is not there, other than with a count that is used up.
  var isTerminated: Bool { get }
}

extension DataTransfer {
  package func send(_ bytes: [UInt8]) -> Int { bytes.withUnsafeBytes { send($0) } }
  /// Asks for `count` bytes; the result is shorter when the program has fewer.
  package func receive(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, n in n = receive(into: UnsafeMutableRawBufferPointer(buffer)) }
  }
}

/// Where a device with tracks is: what a trace says of a command.
package struct DevicePosition: Hashable, Sendable, CustomStringConvertible {
  package var cylinder: UInt16
  package var head: UInt16
  /// The number of the record that passed last; nil in front of all records of the track.
  package var record: UInt8?
  package init(cylinder: UInt16, head: UInt16, record: UInt8? = nil) {
    self.cylinder = cylinder
    self.head = head
    self.record = record
  }
  package var description: String {
    "cylinder \(cylinder) head \(head)" + (record.map { " record \($0)" } ?? "")
  }
}

/// Why a device is told to stop (chapter 17, "Resets").
package enum ResetSignal: Sendable {
  /// Halt or clear reached the device.
  case selective
  /// The configuration, or the device's channel path, was reset.
  case system
}

/// A device behind a subchannel of the I/O type: it sees commands and a stream of bytes, never CCWs.
///
/// Concurrency: the channel calls one method of a device at a time, from any of its threads.
package protocol Device: AnyObject, Sendable {
  var identification: DeviceIdentification { get }
  /// A channel program starts, or goes on behind a suspension: forget the chain before it (orientation, extent, domain).
  func beginChannelProgram()
  /// Carries out one command. The channel has already answered codes that no device sees (TIC, invalid 0).
  ///
  /// A command that calls `send` or `receive`, be it with no bytes, has been accepted and transfers; one that does not and ends
  /// with channel end is an immediate operation, whose count means less. Input commands send, the others receive.
  /// - Returns: the ending status, never empty. Unit check has its sense ready for `takeSense`. Channel end without device end
  ///   promises a later `ChannelSubsystem.presentStatus` with device end. `busy` alone for the first command of a program, without
  ///   any transfer, does so too: the program then starts again.
  func execute(_ command: UInt8, _ transfer: any DataTransfer) -> UnitStatus
  /// The sense bytes of the last unit check, which they end; 32 zero bytes when there are none. Used for the SENSE
  /// command (04), which devices answer themselves, and for concurrent sense.
  func takeSense() -> [UInt8]
  /// Forget the program in progress; a system reset also forgets what programs before it left: path groups, reservations, sense.
  func reset(_ signal: ResetSignal)
  /// Where the device is, for traces: asked after a command, and when a CCW of its data chain has been used up.
  var position: DevicePosition? { get }
  /// What manuals call this command; nil when the device does not know it.
  func name(of command: UInt8) -> String?
}

extension Device {
  package var position: DevicePosition? { nil }
  package func name(of command: UInt8) -> String? { nil }
}

import ChannelIO
import Devices

/// What an operator sees of a device, with what it has done since the machine was made.
public struct DeviceStatus: Hashable, Sendable {
  /// How often a command was carried out.
  public struct CommandCount: Hashable, Sendable {
    /// The command code of the CCW.
    public let code: UInt8
    /// What the code means to this device, as in `READ DATA`; empty when it is none of its commands.
    public let name: String
    /// How often.
    public let count: UInt64
  }
  /// As the guest knows the device.
  public let deviceNumber: UInt16
  /// The subchannel's number.
  public let subchannel: UInt16
  /// Type and model, as in `3390-0c`.
  public let type: String
  /// The guest has enabled the subchannel.
  public let isEnabled: Bool
  /// A function is in progress.
  public let isBusy: Bool
  /// Status waits for the guest to take it.
  public let isStatusPending: Bool
  /// By command code, ascending.
  public let commands: [CommandCount]
  /// Bytes from the device to storage.
  public let bytesRead: UInt64
  /// Bytes from storage to the device.
  public let bytesWritten: UInt64
}

extension Machine {
  /// All devices, in the order of their subchannels.
  public var devices: [DeviceStatus] { channelSubsystem.overview.map { DeviceStatus($0) } }
}

extension DeviceStatus {
  fileprivate init(_ overview: DeviceOverview) {
    let statistics = overview.statistics, identification = overview.identification
    deviceNumber = statistics.deviceNumber
    subchannel = statistics.subchannel
    type = "\(hex(UInt64(identification.deviceType), digits: 4))-\(hex(UInt64(identification.deviceModel), digits: 2))"
    isEnabled = overview.isEnabled
    isBusy = overview.isBusy
    isStatusPending = overview.isStatusPending
    let names = identification.controlUnitType == 0x3990 ? DeviceStatus.eckdNames : [:]
    commands = statistics.commands.map { CommandCount(code: $0.code, name: names[$0.code] ?? "", count: $0.count) }
    bytesRead = statistics.bytesRead
    bytesWritten = statistics.bytesWritten
  }

  private static let eckdNames = Dictionary(
    ECKDCommand.rows.map { ($0.code, "\($0.name)") }, uniquingKeysWith: { first, _ in first })
}

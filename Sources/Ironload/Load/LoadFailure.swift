import ChannelIO

/// Why a load did not succeed; the load indicator stays on.
public struct LoadFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The device that was to be loaded from.
  public let deviceNumber: UInt16
  /// What happened, as a value.
  public let problem: LoadProblem

  /// What happened and what to do, in one line.
  public var description: String { "load \(deviceNumber.deviceNumberText) failed: \(problem)" }
}

/// What a load can meet.
public enum LoadProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// No device has this number.
  case noDevice
  /// The device did not accept the start, or a reset came meanwhile.
  case notStarted
  /// The operator ended the load.
  case abandoned
  /// The channel refused the program that begins at `programAddress`.
  case refused(programAddress: UInt32, allowsPrefetch: Bool, reason: String)
  /// The channel carried out what it had copied before the program read something else over it.
  case fetchedAhead(ccwAddress: UInt32, copied: UInt64, stored: UInt64, status: Status)
  /// A command did not end normally.
  case status(Status)
  /// The CCW of IPL1 at 8 is no READ that is chained to the next CCW.
  case noReadInIPL1(ccw: UInt64)
  /// The CCW of IPL1 at 0x10 is no TRANSFER IN CHANNEL.
  case noTransferInIPL1(ccw: UInt64)
  /// IPL1 transfers to address 0.
  case transferToZero
  /// IPL1 transfers to here, where no CCW is.
  case noProgramInIPL2(address: UInt32)
  /// The chain of CCWs leaves storage, or what a CCW of format 0 can address.
  case chainLeavesStorage(address: UInt32)
  /// The chain of CCWs comes back to where it was without anything that could end it.
  case chainWithoutEnd(address: UInt32)
  /// What was loaded has no PSW at 0 that a CPU could begin with.
  case invalidPSW(UInt64)
  /// Nowhere below 16 MiB is room for the procedure's own program that IPL1's READ leaves alone.
  case noRoom

  /// How a channel program ended.
  public struct Status: Hashable, Sendable, CustomStringConvertible {
    /// SCSW byte 8.
    public let unitStatus: UInt8
    /// SCSW byte 9.
    public let subchannelStatus: UInt8
    /// The last CCW used.
    public let ccwAddress: UInt32
    /// That CCW as the channel had it; nil when it could not be fetched.
    public let ccw: UInt64?
    /// Sense bytes; empty without unit check.
    public let sense: [UInt8]

    /// Status, CCW and sense, in words.
    public var description: String {
      var text =
        "unit status \(hex(UInt64(unitStatus), digits: 2)), subchannel status \(hex(UInt64(subchannelStatus), digits: 2)) "
        + "at the CCW at \(hex(UInt64(ccwAddress), digits: 6)): \(ccw.map { hex($0) } ?? "cannot be fetched")"
      if !sense.isEmpty { text += ", sense " + sense.map { hex(UInt64($0), digits: 2) }.joined() }
      return text
    }
  }

  /// What it is and what to do, in one line.
  public var description: String {
    switch self {
    case .noDevice: "there is no such device; name one that --dasd attaches"
    case .notStarted: "the device did not accept the start; try the load again"
    case .abandoned: "ended by the operator"
    case .refused(let address, let allowsPrefetch, let reason): Self.refusal(address, allowsPrefetch, reason)
    case .fetchedAhead(let address, let copied, let stored, let status): Self.staleness(address, copied, stored, status)
    case .status(let status): "\(status); does the volume have an IPL record? `ironload dasd boot` writes one"
    case .noReadInIPL1(let ccw): "IPL1 is malformed: its CCW at 000008, \(hex(ccw)), is no READ that is chained; \(Self.remedy)"
    case .noTransferInIPL1(let ccw):
      "IPL1 is malformed: its CCW at 000010, \(hex(ccw)), is no TRANSFER IN CHANNEL; \(Self.remedy)"
    case .transferToZero: "IPL1 is malformed: it transfers to address 0; \(Self.remedy)"
    case .noProgramInIPL2(let address):
      "IPL2 is malformed: IPL1 transfers to \(hex(UInt64(address), digits: 6)), where no CCW is; \(Self.remedy)"
    case .chainLeavesStorage(let address):
      "the chain of CCWs leaves storage at \(hex(UInt64(address), digits: 6)); \(Self.remedy)"
    case .chainWithoutEnd(let address):
      "the chain of CCWs comes back to \(hex(UInt64(address), digits: 6)) and has no end; \(Self.remedy)"
    case .invalidPSW(let psw): "it leaves no valid PSW at 0: \(hex(psw)); \(Self.remedy)"
    case .noRoom: "IPL1's READ leaves no room for the procedure's own program below 16 MiB; use --procedure hardware"
    }
  }

  private static let remedy = "make the volume loadable again"

  private static func refusal(_ address: UInt32, _ allowsPrefetch: Bool, _ reason: String) -> String {
    let text = "the channel refused the program at \(hex(UInt64(address), digits: 6)): \(reason)"
    guard !allowsPrefetch else { return text + "; use channel=architected for this volume" }
    return text + "; the hardware's procedure never allows it: use --procedure prefetch"
  }

  private static func staleness(_ address: UInt32, _ copied: UInt64, _ stored: UInt64, _ status: Status) -> String {
    var text =
      "the channel had copied the program before its first command, and did not see what it read over itself: "
      + "at \(hex(UInt64(address), digits: 6)) it carried out \(hex(copied)), where storage has \(hex(stored)) by now "
      + "(unit status \(hex(UInt64(status.unitStatus), digits: 2)), subchannel status \(hex(UInt64(status.subchannelStatus), digits: 2))); "
    if address == 8 {
      text += "READ IPL's own chain into IPL1 cannot work so: use --procedure prefetch"
    } else {
      text += "such a program needs channel=architected"
    }
    return text
  }
}

/// A piece of absolute storage in an explanation.
public struct StoragePiece: Hashable, Sendable {
  /// Its first byte.
  public let address: UInt64
  /// Bytes.
  public let count: UInt64
  /// The first byte behind it.
  public var end: UInt64 { address &+ count }
  /// `count` bytes from `address` on.
  public init(address: UInt64, count: UInt64) {
    self.address = address
    self.count = count
  }
}

/// A place on a volume.
public struct VolumePlace: Encodable, Hashable, Sendable, CustomStringConvertible {
  /// Cylinder and head of the track.
  public let cylinder: UInt16, head: UInt16
  /// The record's number; nil when no record had passed.
  public let record: UInt8?
  /// In words.
  public var description: String { "cylinder \(cylinder) head \(head)" + (record.map { " record \($0)" } ?? "") }
}

/// One step of a load, in the order in which they happened.
public struct LoadStep: Sendable {
  /// Counted from 1. Other steps and segments refer to it.
  public let number: Int
  /// What happened.
  public let action: Action

  /// What a step can be.
  public enum Action: Sendable {
    /// The load procedure did something itself.
    case procedure(Procedure)
    /// A channel program began, or was refused.
    case start(Start)
    /// A CCW was executed, or failed.
    case command(Command)
    /// A transfer in channel.
    case transfer(Transfer)
    /// The channel program was over.
    case end(End)
  }

  /// What the load procedure does without the channel.
  public struct Procedure: Encodable, Sendable {
    /// `begins`, `stores`, `breaksChain` or `loadsPSW`.
    public let step: String
    /// What it stored or changed; nil when nothing.
    public let piece: StoragePiece?
    /// In words.
    public let text: String

    /// The load is done: a PSW was loaded.
    public var isEnd: Bool { step == LoadEvent.Step.loadsPSW.rawValue }
    /// It turned off the chaining flags of a CCW.
    public var breaksChain: Bool { step == LoadEvent.Step.breaksChain.rawValue }
  }

  /// A start.
  public struct Start: Sendable {
    /// The channel-program address.
    public let address: UInt32
    /// The ORB's word 1.
    public let control: UInt32
    /// Why the channel refused it.
    public let refusal: String?
  }

  /// A CCW.
  public struct Command: Sendable {
    /// Where it stood.
    public let address: UInt32
    /// The fields as the channel had them; nil when it could not be fetched.
    public let ccw: Fields?
    /// The command's name; of the chain's first CCW when data are chained.
    public let name: String
    /// Whether it goes on with the data of the CCW before.
    public let continuesData: Bool
    /// The step that brought the CCW into storage during this load.
    public let broughtBy: Int?
    /// The channel executed a CCW that is no longer in storage, since it had copied the program before.
    public let isCopy: Bool
    /// How many times a search was repeated until it was satisfied or given up.
    public internal(set) var passes: Int
    /// Bytes of the count that were not transferred.
    public internal(set) var residual: Int
    /// Where data went.
    public let stored: [StoragePiece]
    /// Where arguments came from.
    public let fetched: [StoragePiece]
    /// The first bytes transferred, at most 32.
    public let firstBytes: [UInt8]
    /// Where the device was afterwards.
    public internal(set) var place: VolumePlace?
    /// Unit status; nil while data are chained, 0 when no device saw the command.
    public internal(set) var unitStatus: UInt8?
    /// Subchannel status.
    public internal(set) var subchannelStatus: UInt8

    /// A CCW's own fields.
    public struct Fields: Hashable, Sendable {
      /// Command code.
      public let code: UInt8
      /// Flag byte.
      public let flags: UInt8
      /// Count.
      public let count: UInt16
      /// Data address, or that of the list of IDAWs or MIDAWs.
      public let dataAddress: UInt32
      /// The short names of the flags that are on.
      public var flagNames: [String] {
        zip(["CD", "CC", "SLI", "SKIP", "PCI", "IDA", "S", "MIDA"], 0...).filter { flags & (0x80 >> $0.1) != 0 }.map(\.0)
      }
    }

    /// Bytes that went into storage.
    public var storedCount: UInt64 { stored.reduce(0) { $0 &+ $1.count } }
    /// Whether the channel or the device ended the program here.
    public var hasFailed: Bool { subchannelStatus & 0x7F != 0 || (unitStatus ?? 0) & 0x93 != 0 }
  }

  /// A transfer in channel.
  public struct Transfer: Sendable {
    /// Where it stood.
    public let address: UInt32
    /// Where it led.
    public let target: UInt32
    /// The step that brought the transfer into storage during this load.
    public let broughtBy: Int?
    /// The step that brought what stands at the target.
    public let targetBroughtBy: Int?
  }

  /// The end of a channel program.
  public struct End: Sendable {
    /// Why it is over.
    public let reason: String
    /// Unit status and subchannel status.
    public let unitStatus: UInt8, subchannelStatus: UInt8
    /// Of the last CCW, plus 8.
    public let ccwAddress: UInt32
  }
}

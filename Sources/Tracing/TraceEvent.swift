/// The classes of events that can be traced; an option set so that one mask test decides.
public struct TraceClass: OptionSet, Hashable, Sendable {
  /// One bit a class.
  public let rawValue: UInt32
  /// The classes whose bits are on.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// Each CCW with its ending status.
  public static let ccw = TraceClass(rawValue: 1)
  /// I/O instructions, their condition codes, and I/O interruptions.
  public static let io = TraceClass(rawValue: 2)
  /// The load procedure.
  public static let load = TraceClass(rawValue: 4)
  /// Interruptions other than I/O.
  public static let interruption = TraceClass(rawValue: 8)
  /// Service calls.
  public static let service = TraceClass(rawValue: 16)
  /// Each instruction.
  public static let instruction = TraceClass(rawValue: 32)
}

/// The classes of events that can be traced; an option set so that one mask test decides.
public struct TraceClass: OptionSet, Hashable, Sendable {
  /// One bit a class.
  public let rawValue: UInt32
  /// The classes whose bits are on.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// Each CCW with its ending status, transfers in channel, and where programs start and end.
  public static let ccw = TraceClass(rawValue: 1)
  /// I/O instructions, their condition codes, and I/O interruptions.
  public static let io = TraceClass(rawValue: 2)
  /// The load procedure.
  public static let load = TraceClass(rawValue: 4)
  /// Program interruptions.
  public static let interruption = TraceClass(rawValue: 8)
  /// Service calls.
  public static let service = TraceClass(rawValue: 16)
  /// Each instruction.
  public static let instruction = TraceClass(rawValue: 32)

  /// The classes by the names that command lines and trace files use.
  public static let names: [(name: String, value: TraceClass)] = [
    ("ccw", .ccw), ("io", .io), ("load", .load), ("interruption", .interruption), ("service", .service),
    ("instruction", .instruction),
  ]
}

/// Something that happened, as a value. Its description is the line that a trace in text has for it; encoded, it is the
/// record of a trace in JSON.
public protocol TraceEvent: Encodable, Sendable, CustomStringConvertible {
  /// The name of this kind of event, one word: what a reader of records selects by.
  static var kind: String { get }
}

/// An event that is nothing but its line.
public struct TraceLine: TraceEvent {
  /// "line".
  public static let kind = "line"
  /// The line, without its newline.
  public let text: String
  /// An event that reads `text`.
  public init(_ text: String) { self.text = text }
  /// The line.
  public var description: String { text }
}

/// An event as it reaches a trace's sink.
public struct TraceRecord: Sendable {
  /// The classes that the event belongs to.
  public let classes: TraceClass
  /// Since the tracer was made.
  public let time: Duration
  /// What happened.
  public let event: any TraceEvent
}

extension TraceRecord: Encodable {
  private enum Key: CodingKey { case nanoseconds, `class`, kind, event }

  /// An object of time, class, kind, and the event's own fields under `event`.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    let (seconds, attoseconds) = time.components
    try object.encode(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, forKey: .nanoseconds)
    try object.encode(TraceClass.names.first { classes.contains($0.value) }?.name ?? "", forKey: .class)
    try object.encode(type(of: event).kind, forKey: .kind)
    try object.encode(event, forKey: .event)
  }
}

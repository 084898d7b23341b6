/// Where a guest's consoles write. A console without a sink is not there for the guest.
///
/// Concurrency: called on a CPU's thread, one call at a time each; while a sink blocks, that CPU waits, and does not obey the
/// operator. A sink that has no room should keep what it is given all the same, and say so by `areFull`.
public struct ConsoleSinks: Sendable {
  /// A line of the line-mode console (ttyS0), without its end.
  public var line: (@Sendable (String) -> Void)?
  /// Bytes of the VT220 console (ttysclp0).
  public var terminal: (@Sendable ([UInt8]) -> Void)?
  /// A line for the operator that no guest wrote: the host's error behind a unit check, a channel's refusal of a program.
  /// Called on a channel thread.
  public var notice: (@Sendable (String) -> Void)?
  /// Whether the consoles want no more for now. What a guest wrote is then not completed before `Machine.consolesHaveRoom`,
  /// and a guest writes nothing before that; it can do other work.
  public var areFull: (@Sendable () -> Bool)?

  /// The consoles that have a sink here; the others are not there.
  public init(
    line: (@Sendable (String) -> Void)? = nil, terminal: (@Sendable ([UInt8]) -> Void)? = nil,
    notice: (@Sendable (String) -> Void)? = nil, areFull: (@Sendable () -> Bool)? = nil
  ) {
    self.line = line
    self.terminal = terminal
    self.notice = notice
    self.areFull = areFull
  }
}

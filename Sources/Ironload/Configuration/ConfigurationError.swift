/// A configuration that cannot be, or something of the host's that it needs and that is not there: one line for the
/// operator, saying what, where and what to do.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whose fault it is; the command line makes an exit status of it.
  public enum Kind: Hashable, Sendable {
    /// A value that makes no sense.
    case usage
    /// A file that is not there or cannot be read.
    case noInput
    /// A file whose contents are wrong.
    case badData
    /// Somebody else uses it now.
    case inUse
    /// Not allowed.
    case noPermission
    /// The host cannot give what is asked.
    case host
    /// A condition of the configuration does not hold on this host.
    case unmet
  }
  /// Whose fault it is.
  public let kind: Kind
  /// What, where and what to do, in one line.
  public let description: String

  /// An error of `kind` with its line.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}

/// Why the machine did not do what the operator asked: one line that says what, where and what to do. Nothing was changed.
public struct OperationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: String, Hashable, Sendable, Codable {
    /// No such CPU, register, device.
    case unknown
    /// The address is outside storage or cannot be translated.
    case address
    /// The machine or a CPU is not in the state for it.
    case state
    /// A value that makes no sense.
    case value
    /// A file of the host cannot be read.
    case file
    /// A load did not succeed.
    case load
    /// The machine has been closed.
    case closed
  }
  /// What kind of trouble it is.
  public let kind: Kind
  /// What, where and what to do, in one line.
  public let description: String

  /// An error of `kind` with its line.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  static let closed = OperationError(.closed, "the machine has ended")
}

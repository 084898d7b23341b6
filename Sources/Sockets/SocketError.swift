import Glibc

/// A socket that cannot be had: one line that says what, where and what to do.
package struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whose trouble it is.
  package enum Kind: Hashable, Sendable {
    /// An address that cannot be one.
    case address
    /// Somebody listens there already.
    case inUse
    /// Nobody listens there.
    case refused
    /// The host does not allow it.
    case permission
    /// Anything else that the host says.
    case host
  }
  package let kind: Kind
  package let description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// What the host's error number says of `place`.
  init(errno number: Int32, _ place: String, _ advice: String) {
    let kind: Kind =
      switch number {
      case EADDRINUSE: .inUse
      case ECONNREFUSED, ENOENT: .refused
      case EACCES, EPERM: .permission
      default: .host
      }
    self.init(kind, "\(place): \(String(cString: strerror(number))); \(advice)")
  }
}

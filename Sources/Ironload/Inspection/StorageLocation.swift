/// Where in storage the operator means, and by which kind of address.
public struct StorageLocation: Hashable, Sendable {
  /// How an address leads to absolute storage.
  public enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    /// As it is.
    case absolute
    /// By the CPU's prefix.
    case real
    /// As the CPU's current PSW means it for data: real without DAT, else by the ASCE of its space; the primary one in the
    /// access-register mode.
    case logical
    /// By the ASCE of control register 1, whatever the PSW says.
    case primary
    /// By the ASCE of control register 7.
    case secondary
    /// By the ASCE of control register 13.
    case home
  }
  /// How `address` leads to absolute storage.
  public var kind: Kind
  /// The first byte's address.
  public var address: UInt64
  /// The CPU whose prefix, PSW and control registers count.
  public var cpu: Int

  /// `address`, taken as `kind` says, of CPU `cpu`.
  public init(_ kind: Kind = .absolute, _ address: UInt64, cpu: Int = 0) {
    self.kind = kind
    self.address = address
    self.cpu = cpu
  }
}

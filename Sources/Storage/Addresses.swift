/// An address as a program writes it, before DAT (Principles of Operation, chapter 3, "Address Types").
public struct LogicalAddress: Hashable, Sendable {
  public var value: UInt64
  @inlinable public init(_ value: UInt64) { self.value = value }
}

/// An address after DAT and before prefixing.
public struct RealAddress: Hashable, Sendable {
  public var value: UInt64
  @inlinable public init(_ value: UInt64) { self.value = value }
}

/// An address after prefixing: the one that all CPUs and the channel subsystem share.
public struct AbsoluteAddress: Hashable, Comparable, Sendable {
  public var value: UInt64
  @inlinable public init(_ value: UInt64) { self.value = value }
  @inlinable public static func < (a: AbsoluteAddress, b: AbsoluteAddress) -> Bool { a.value < b.value }
  @inlinable public static func + (a: AbsoluteAddress, displacement: UInt64) -> AbsoluteAddress {
    AbsoluteAddress(a.value &+ displacement)
  }
}

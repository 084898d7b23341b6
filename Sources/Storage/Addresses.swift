/// An address after DAT and before prefixing (Principles of Operation, chapter 3, "Address Types").
public struct RealAddress: Hashable, Sendable {
  /// The address as an unsigned binary integer; all 64 bits count.
  public var value: UInt64
  /// The real address whose number is `value`.
  @inlinable public init(_ value: UInt64) { self.value = value }
}

/// An address after prefixing: the one that all CPUs and the channel subsystem share.
public struct AbsoluteAddress: Hashable, Comparable, Sendable {
  /// The address as an unsigned binary integer; all 64 bits count.
  public var value: UInt64
  /// The absolute address whose number is `value`.
  @inlinable public init(_ value: UInt64) { self.value = value }
  /// Whether `a` lies before `b` in storage.
  @inlinable public static func < (a: AbsoluteAddress, b: AbsoluteAddress) -> Bool { a.value < b.value }
  /// The address `displacement` bytes behind `a`, modulo 2^64.
  @inlinable public static func + (a: AbsoluteAddress, displacement: UInt64) -> AbsoluteAddress {
    AbsoluteAddress(a.value &+ displacement)
  }
}

/// The seven-bit key of a 4-KiB block, as INSERT STORAGE KEY EXTENDED shows it:
/// bits 0-3 access-control bits, 4 fetch protection, 5 reference, 6 change, 7 zero (chapter 3, "Storage Key").
public struct StorageKey: Hashable, Sendable {
  /// The key as the instructions that set and insert keys have it; bit 7 is zero.
  public var bits: UInt8
  /// The key in `bits`; its bit 7 is ignored.
  @inlinable public init(bits: UInt8) { self.bits = bits & 0xFE }

  /// ACC, 0-15: the access key that may store here.
  @inlinable public var accessControl: UInt8 { bits >> 4 }
  /// F: other access keys may not even fetch.
  @inlinable public var isFetchProtected: Bool { bits & 0x08 != 0 }
  /// R: something in the block was fetched or stored since R was reset.
  @inlinable public var isReferenced: Bool { bits & 0x04 != 0 }
  /// C: something in the block was stored since C was reset.
  @inlinable public var isChanged: Bool { bits & 0x02 != 0 }

  package static let referenceBit: UInt8 = 0x04
  package static let changeBit: UInt8 = 0x02

  /// Key-controlled protection: may an access with `accessKey` (0-15) store here?
  @inlinable package func permitsStore(accessKey: UInt8) -> Bool { accessKey == 0 || accessKey == accessControl }
  /// Key-controlled protection: may an access with `accessKey` (0-15) fetch from here?
  @inlinable package func permitsFetch(accessKey: UInt8) -> Bool {
    accessKey == 0 || !isFetchProtected || accessKey == accessControl
  }
}

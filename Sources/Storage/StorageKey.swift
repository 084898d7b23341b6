/// The seven-bit key of a 4-KiB block, as INSERT STORAGE KEY EXTENDED shows it:
/// bits 0-3 access-control bits, 4 fetch protection, 5 reference, 6 change, 7 zero (chapter 3, "Storage Key").
public struct StorageKey: Hashable, Sendable {
  public var bits: UInt8
  @inlinable public init(bits: UInt8) { self.bits = bits & 0xFE }

  @inlinable public var accessControl: UInt8 { bits >> 4 }
  @inlinable public var isFetchProtected: Bool { bits & 0x08 != 0 }
  @inlinable public var isReferenced: Bool { bits & 0x04 != 0 }
  @inlinable public var isChanged: Bool { bits & 0x02 != 0 }

  package static let fetchProtectionBit: UInt8 = 0x08
  package static let referenceBit: UInt8 = 0x04
  package static let changeBit: UInt8 = 0x02

  /// Key-controlled protection: may an access with `accessKey` (0-15) store here?
  @inlinable package func permitsStore(accessKey: UInt8) -> Bool { accessKey == 0 || accessKey == accessControl }
  /// Key-controlled protection: may an access with `accessKey` (0-15) fetch from here?
  @inlinable package func permitsFetch(accessKey: UInt8) -> Bool {
    accessKey == 0 || !isFetchProtected || accessKey == accessControl
  }
}

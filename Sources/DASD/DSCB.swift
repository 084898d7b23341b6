/// A data set control block: one record of the VTOC, 44 bytes of key and 96 of data, seen as 140 bytes. The first byte of
/// the data says which format it is. A block of zeros is free.
package struct DSCB: Hashable, Sendable {
  package static let keySize = 44
  package static let dataSize = 96
  package static let size = keySize + dataSize
  static let formatOffset = keySize

  package enum Format: UInt8, Sendable {
    case free = 0x00
    /// A data set.
    case format1 = 0xF1
    case format2 = 0xF2
    /// More extents of a data set.
    case format3 = 0xF3
    /// The VTOC itself.
    case format4 = 0xF4
    /// Free space on volumes of up to 65,536 tracks.
    case format5 = 0xF5
    case format6 = 0xF6
    /// Free space on larger volumes.
    case format7 = 0xF7
    /// A data set on a volume of more than 65,520 cylinders; laid out as format 1.
    case format8 = 0xF8
    case format9 = 0xF9
  }

  package internal(set) var fields: BigEndianFields

  /// A free block.
  package init() { fields = BigEndianFields(count: Self.size) }

  /// - Returns: nil when key and data are not those of a DSCB.
  package init?(key: some Collection<UInt8>, data: some Collection<UInt8>) {
    guard key.count == Self.keySize, data.count == Self.dataSize else { return nil }
    fields = BigEndianFields(Array(key) + Array(data))
  }

  init(_ fields: BigEndianFields) { self.fields = fields }

  /// Nil for a format nobody knows.
  package var format: Format? { Format(rawValue: fields[Self.formatOffset]) }
  package var key: [UInt8] { fields[0..<Self.keySize] }
  package var data: [UInt8] { fields[Self.keySize..<Self.size] }
}

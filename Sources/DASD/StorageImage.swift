/// What a load is to leave in absolute storage.
package struct StorageImage: Hashable, Sendable {
  /// Consecutive bytes of storage.
  package struct Region: Hashable, Sendable {
    /// For people: `kernel`, `initrd`...
    package let name: String
    package let address: Int
    package let bytes: [UInt8]

    package init(_ name: String, at address: Int, _ bytes: [UInt8]) {
      self.name = name
      self.address = address
      self.bytes = bytes
    }

    package var range: Range<Int> { address..<address + bytes.count }
  }

  /// The eight bytes at 0 when the load is done: an ESA/390 PSW.
  package let psw: UInt64
  /// In the order of loading; where two overlap the later one counts.
  package let regions: [Region]

  package init(psw: UInt64, regions: [Region]) {
    self.psw = psw
    self.regions = regions.filter { !$0.bytes.isEmpty }
  }

  /// Where the storage behind the last byte begins.
  package var end: Int { regions.map(\.range.upperBound).max() ?? 0 }
}

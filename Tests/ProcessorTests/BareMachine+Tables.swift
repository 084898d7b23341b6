import Processor
import Testing

/// Translation tables for tests: megabyte 3 of storage holds them.
extension BareMachine {
  static let regionFirst: UInt64 = 0x30_0000, regionSecond: UInt64 = 0x30_4000, regionThird: UInt64 = 0x30_8000
  static let segments: UInt64 = 0x30_C000, pages: UInt64 = 0x31_0000

  /// Maps the first 3 megabytes to themselves by five levels of tables, in primary, secondary and home space.
  /// - Returns: the ASCE.
  @discardableResult func mapIdentity() throws -> UInt64 {
    self[UInt64.self, Self.regionFirst] = Self.regionSecond | 0xF
    self[UInt64.self, Self.regionSecond] = Self.regionThird | 0xB
    self[UInt64.self, Self.regionThird] = Self.segments | 0x7
    for segment in 0..<UInt64(3) {
      self[UInt64.self, Self.segments + 8 * segment] = Self.pages + 0x800 * segment
      for page in 0..<UInt64(256) {
        self[UInt64.self, Self.pages + 0x800 * segment + 8 * page] = segment << 20 | page << 12
      }
    }
    for segment in 3..<UInt64(2048) { self[UInt64.self, Self.segments + 8 * segment] = 0x20 }
    let asce = Self.regionFirst | 0xF
    for r in [1, 7, 13] { cpu.setControlRegister(r, asce) }
    cpu.flushTLB()
    return asce
  }

  /// The page-table entry of an address below 3 megabytes.
  func pageEntry(_ address: UInt64) -> UInt64 { Self.pages + 0x800 * (address >> 20) + 8 * (address >> 12 & 0xFF) }

  static let dat = supervisor | PSW.dat
}

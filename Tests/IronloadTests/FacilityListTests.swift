import Ironload
import Processor
import Testing

/// What STFLE says and what the instruction table has.
@Suite struct FacilityListTests {
  /// Facilities of other things than instructions, or that extend instructions of another facility.
  private static let withoutRows: Set<Facility> = [.zArchitecture, .compareAndSwapAndStore2, .enhancedDAT1]

  private static func isAnnounced(_ facility: Facility) -> Bool {
    let bit = facility.rawValue
    return FacilityList.doublewords.indices.contains(bit / 64)
      && FacilityList.doublewords[bit / 64] >> UInt64(63 - bit % 64) & 1 != 0
  }

  @Test func `every facility that is announced has its instructions`() {
    let present = Set(InstructionSet<CPU>().rows.map(\.facility))
    for facility in Facility.allCases where Self.isAnnounced(facility) && !Self.withoutRows.contains(facility) {
      #expect(present.contains(facility), "\(facility)")
    }
  }

  @Test func `no instruction is there whose facility is not announced`() {
    for row in InstructionSet<CPU>().rows { #expect(Self.isAnnounced(row.facility), "\(row.mnemonic) of \(row.facility)") }
  }
}

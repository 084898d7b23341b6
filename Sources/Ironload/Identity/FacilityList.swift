import Processor

/// What STFLE and STFL announce. A bit stands for all its instructions, each with rows and tests.
package enum FacilityList {
  /// Bits that stand for more than one facility enum case, or for none with rows of its own, with what they mean.
  private static let announced: [(bit: Int, name: String)] = [
    (0, "N3 instructions in ESA/390"),
    (1, "z/Architecture installed"),
    (2, "z/Architecture active"),
    (3, "DAT enhancement 1: IDTE"),
    (7, "STFLE"),
    (8, "EDAT-1"),
    (9, "sense running status"),
    (10, "conditional SSKE"),
    (16, "extended translation 2"),
    (18, "long displacement"),
    (19, "long displacement is fast"),
    (20, "HFP multiply-and-add/subtract"),
    (21, "extended immediate"),
    (22, "extended translation 3"),
    (24, "extended translation 2 enhancement"),
    (25, "STCKF"),
    (26, "parsing enhancement"),
    (27, "MVCOS"),
    (30, "extended translation 3 enhancement"),
    (31, "extract CPU time"),
    (32, "compare and swap and store"),
    (33, "compare and swap and store 2"),
    (34, "general-instructions extension"),
    (35, "execute extensions"),
    (37, "floating-point extension"),
    (41, "floating-point support enhancements"),
    (45, "distinct operands, high word, interlocked access 1, load/store on condition, population count"),
    (49, "miscellaneous extensions 1, execution hint, load and trap, processor assist"),
    (53, "load/store on condition 2"),
    (75, "access-exception fetch/store indication"),
  ]

  /// Doublewords in the order of STFLE; bit 0 of the first is facility 0.
  package static let doublewords = doublewords(hasESA390Mode: true)

  /// The same of a machine that has the ESA/390 mode or not.
  package static func doublewords(hasESA390Mode: Bool) -> [UInt64] {
    let bits = announced.map(\.bit) + (hasESA390Mode ? [] : [Facility.zArchitectureArchitecturalModeBit])
    var words = [UInt64](repeating: 0, count: 1 + (bits.max() ?? 0) / 64)
    for bit in bits { words[bit / 64] |= 1 << (63 - UInt64(bit % 64)) }
    return words
  }
}

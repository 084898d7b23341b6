/// Facilities by their STFLE bit (Principles of Operation, chapter 4, "Facility Indications"), as far as rows name them.
package enum Facility: Int, Sendable, CaseIterable {
  /// In every z/Architecture machine: no bit of its own (N3, bit 0, is announced always).
  case zArchitecture = 0
  case datEnhancement1 = 3  // IDTE
  case storeFacilityListExtended = 7
  case enhancedDAT1 = 8
  case extendedTranslation2 = 16
  case longDisplacement = 18
  case hfpMultiplyAdd = 20
  case extendedImmediate = 21
  case extendedTranslation3 = 22
  case storeClockFast = 25
  case parsingEnhancement = 26
  case moveWithOptionalSpecifications = 27
  case extractCPUTime = 31
  case compareAndSwapAndStore = 32
  case compareAndSwapAndStore2 = 33
  case generalInstructionsExtension = 34
  case executeExtensions = 35
  case floatingPointExtension = 37
  case floatingPointSupport = 41
  case distinctOperands = 45  // with high-word, interlocked-access 1, load/store-on-condition, population count
  case miscellaneousExtensions1 = 49
  case loadStoreOnCondition2 = 53

  /// Configuration z/Architecture architectural mode: no reset leaves z/Architecture mode. No instruction comes with it.
  package static let zArchitectureArchitecturalModeBit = 138

  /// What every instruction of the facility is: those that came after z/Architecture's first machine are mostly absent in
  /// the ESA/390 mode.
  var impliedTraits: InstructionTraits {
    switch self {
    case .longDisplacement, .extendedImmediate, .extendedTranslation3, .extractCPUTime, .compareAndSwapAndStore,
      .compareAndSwapAndStore2, .generalInstructionsExtension, .executeExtensions, .distinctOperands, .miscellaneousExtensions1,
      .loadStoreOnCondition2, .parsingEnhancement, .storeClockFast, .floatingPointExtension, .floatingPointSupport:
      .zArchitectureOnly
    default: []
    }
  }
}

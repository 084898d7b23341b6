/// Program interruptions by code (Principles of Operation, chapter 6, "Program Interruption"). Thrown by whatever
/// recognizes the condition; details are in `CPUState` by then.
package enum ProgramInterruption: UInt16, Error, CaseIterable, Sendable {
  case operation = 0x01
  case privilegedOperation = 0x02
  case execute = 0x03
  case protection = 0x04
  case addressing = 0x05
  case specification = 0x06
  case data = 0x07
  case fixedPointOverflow = 0x08
  case fixedPointDivide = 0x09
  case decimalOverflow = 0x0A
  case decimalDivide = 0x0B
  case hfpExponentOverflow = 0x0C
  case hfpExponentUnderflow = 0x0D
  case hfpSignificance = 0x0E
  case hfpDivide = 0x0F
  case segmentTranslation = 0x10
  case pageTranslation = 0x11
  case translationSpecification = 0x12
  case specialOperation = 0x13
  case operand = 0x15
  case traceTable = 0x16
  case spaceSwitch = 0x1C
  case hfpSquareRoot = 0x1D
  case pcTranslationSpecification = 0x1F
  case afxTranslation = 0x20
  case asxTranslation = 0x21
  case lxTranslation = 0x22
  case exTranslation = 0x23
  case primaryAuthority = 0x24
  case secondaryAuthority = 0x25
  case lfxTranslation = 0x26
  case lsxTranslation = 0x27
  case aletSpecification = 0x28
  case alenTranslation = 0x29
  case aleSequence = 0x2A
  case asteValidity = 0x2B
  case asteSequence = 0x2C
  case extendedAuthority = 0x2D
  case lstesSequence = 0x2E
  case asteInstance = 0x2F
  case stackFull = 0x30
  case stackEmpty = 0x31
  case stackSpecification = 0x32
  case stackType = 0x33
  case stackOperation = 0x34
  case asceType = 0x38
  case regionFirstTranslation = 0x39
  case regionSecondTranslation = 0x3A
  case regionThirdTranslation = 0x3B
  case monitorEvent = 0x40
  case per = 0x80

  /// Nullified: the old PSW's address is that of the instruction itself (chapter 5, "Types of Instruction Ending").
  /// All others leave the address of the next instruction: they complete, suppress or terminate.
  var isNullifying: Bool {
    switch self {
    case .segmentTranslation, .pageTranslation, .traceTable, .afxTranslation, .asxTranslation, .lxTranslation,
      .exTranslation, .primaryAuthority, .secondaryAuthority, .lfxTranslation, .lsxTranslation, .alenTranslation,
      .aleSequence, .asteValidity, .asteSequence, .extendedAuthority, .lstesSequence, .asteInstance, .stackFull,
      .stackEmpty, .stackSpecification, .stackType, .stackOperation, .asceType, .regionFirstTranslation,
      .regionSecondTranslation, .regionThirdTranslation:
      true
    default: false
    }
  }

  /// Completed: the instruction has done all that it does, and its PER events count.
  var isCompleting: Bool {
    switch self {
    case .fixedPointOverflow, .decimalOverflow, .hfpExponentOverflow, .hfpExponentUnderflow, .hfpSignificance, .spaceSwitch,
      .monitorEvent:
      true
    default: false
    }
  }

  /// Whether real locations 168-175 receive the translation-exception identification.
  package var storesTranslationExceptionIdentification: Bool {
    switch self {
    case .protection, .segmentTranslation, .pageTranslation, .asceType, .regionFirstTranslation, .regionSecondTranslation,
      .regionThirdTranslation, .afxTranslation, .asxTranslation, .primaryAuthority, .secondaryAuthority, .spaceSwitch,
      .lxTranslation, .exTranslation, .lfxTranslation, .lsxTranslation, .lstesSequence:
      true
    default: false
    }
  }

  /// Whether real location 160 receives the exception access identification.
  var storesExceptionAccessIdentification: Bool {
    switch self {
    case .protection, .segmentTranslation, .pageTranslation, .asceType, .regionFirstTranslation, .regionSecondTranslation,
      .regionThirdTranslation, .aletSpecification, .alenTranslation, .aleSequence, .asteValidity, .asteSequence,
      .extendedAuthority, .asteInstance:
      true
    default: false
    }
  }
}

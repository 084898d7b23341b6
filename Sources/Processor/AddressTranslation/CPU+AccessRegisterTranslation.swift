/// Access-register translation (chapter 5, "Access-Register Translation").
extension CPU {
  /// The ASCE that access register `ar` designates; AR 0 is the primary space whatever it holds.
  func translateAccessRegister(_ ar: Int, _ kind: AccessKind) throws(ProgramInterruption) -> ASCE {
    let alet = ar == 0 ? 0 : s.pointee.ar[ar & 15]
    switch alet {
    case 0: return ASCE(s.pointee.cr[1])
    case 1: return ASCE(s.pointee.cr[7])
    default:
      s.pointee.exceptionAccessIdentification = UInt8(truncatingIfNeeded: ar)
      throw .aletSpecification
    }
  }
}

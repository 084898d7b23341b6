/// Access-register translation (chapter 5, "Access-Register Translation").
extension CPU {
  /// The space that access register `ar` designates; AR 0 is the primary space whatever it holds.
  func translateAccessRegister(_ ar: Int) throws(ProgramInterruption) -> DesignatedSpace {
    let alet = ar == 0 ? 0 : s.pointee.ar[ar & 15]
    switch alet {
    case 0: return DesignatedSpace(asce: ASCE(s.pointee.cr[1]), space: .accessRegister, ar: ar)
    case 1: return DesignatedSpace(asce: ASCE(s.pointee.cr[7]), space: .accessRegister, ar: ar)
    default:
      s.pointee.exceptionAccessIdentification = UInt8(truncatingIfNeeded: ar)
      throw .aletSpecification
    }
  }
}

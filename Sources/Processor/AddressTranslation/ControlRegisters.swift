/// Bits of control register 0 (chapter 4, "Control Registers"), named by what they enable.
package enum CR0 {
  @inline(__always) private static func bit(_ n: UInt64) -> UInt64 { 1 << (63 - n) }
  static let transactionalExecution = bit(8)
  package static let ssmSuppression = bit(33)
  static let todClockSync = bit(34)
  package static let lowAddressProtection = bit(35)
  package static let extractionAuthority = bit(36)
  package static let secondarySpace = bit(37)
  package static let fetchProtectionOverride = bit(38)
  package static let storageProtectionOverride = bit(39)
  package static let enhancedDAT = bit(40)
  static let asnAndLxReuse = bit(44)
  package static let afpRegister = bit(45)
  package static let vector = bit(46)
  static let malfunctionAlert = bit(48)
  package static let emergencySignal = bit(49)
  package static let externalCall = bit(50)
  package static let clockComparator = bit(52)
  package static let cpuTimer = bit(53)
  package static let serviceSignal = bit(54)
  package static let interruptKey = bit(57)
  static let measurementAlert = bit(58)
  static let timingAlert = bit(59)
  /// Bits whose change leaves nothing in the TLB valid.
  package static let translation = lowAddressProtection | fetchProtectionOverride | storageProtectionOverride | enhancedDAT
}

/// The address space of a data access: PSW bits 16-17, and the low two bits of the TEID.
package enum AddressSpace: UInt64, Sendable {
  case primary = 0
  case accessRegister = 1
  case secondary = 2
  case home = 3
}

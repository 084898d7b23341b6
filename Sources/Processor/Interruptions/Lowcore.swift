/// Assigned storage locations (chapter 3, "Assigned Storage Locations"): real addresses.
package enum Lowcore {
  // z/Architecture
  static let externalParameter: UInt64 = 0x80
  package static let externalCPUAddress: UInt64 = 0x84
  package static let externalCode: UInt64 = 0x86
  package static let supervisorCallLength: UInt64 = 0x88
  package static let programLength: UInt64 = 0x8C
  package static let programCode: UInt64 = 0x8E
  package static let dataExceptionCode: UInt64 = 0x90
  static let monitorClass: UInt64 = 0x94
  package static let perCode: UInt64 = 0x96
  package static let perAddress: UInt64 = 0x98
  package static let exceptionAccessIdentification: UInt64 = 0xA0
  static let perAccessIdentification: UInt64 = 0xA1
  package static let operandAccessIdentification: UInt64 = 0xA2
  package static let architecturalMode: UInt64 = 0xA3
  package static let translationExceptionIdentification: UInt64 = 0xA8
  package static let monitorCode: UInt64 = 0xB0
  /// ESA/390: one word.
  static let shortTranslationExceptionIdentification: UInt64 = 0x90
  package static let shortMonitorCode: UInt64 = 0x9C
  package static let subsystemIdentification: UInt64 = 0xB8
  package static let ioParameter: UInt64 = 0xBC
  package static let ioIdentification: UInt64 = 0xC0
  package static let facilityList: UInt64 = 0xC8
  static let machineCheckCode: UInt64 = 0xE8
  static let failingStorageAddress: UInt64 = 0xF8
  package static let breakingEventAddress: UInt64 = 0x110
  package static let restart = Pair(old: 0x120, new: 0x1A0)
  package static let external = Pair(old: 0x130, new: 0x1B0)
  package static let supervisorCall = Pair(old: 0x140, new: 0x1C0)
  package static let program = Pair(old: 0x150, new: 0x1D0)
  package static let machineCheck = Pair(old: 0x160, new: 0x1E0)
  package static let io = Pair(old: 0x170, new: 0x1F0)
  // Save areas of store status and machine-check interruptions.
  static let savedFPRs: UInt64 = 0x1200
  static let savedGRs: UInt64 = 0x1280
  static let savedPSW: UInt64 = 0x1300
  static let savedPrefix: UInt64 = 0x1318
  static let savedFPC: UInt64 = 0x131C
  static let savedTODProgrammable: UInt64 = 0x1324
  static let savedCPUTimer: UInt64 = 0x1328
  static let savedClockComparator: UInt64 = 0x1330
  static let savedARs: UInt64 = 0x1340
  static let savedCRs: UInt64 = 0x1380

  /// Where the old PSW of a class goes and its new PSW comes from.
  package struct Pair: Sendable { package let old: UInt64, new: UInt64 }
}

/// The six classes of interruption, in the order of ESA/390's old PSWs.
package enum InterruptionClass: Int, Sendable, CaseIterable {
  case restart, external, supervisorCall, program, machineCheck, io
  package var pair: Lowcore.Pair {
    switch self {
    case .restart: Lowcore.restart
    case .external: Lowcore.external
    case .supervisorCall: Lowcore.supervisorCall
    case .program: Lowcore.program
    case .machineCheck: Lowcore.machineCheck
    case .io: Lowcore.io
    }
  }
  /// ESA/390: old PSWs at 8, 24, 32, 40, 48, 56; new ones at 0, 88, 96, 104, 112, 120.
  package var shortPair: Lowcore.Pair {
    self == .restart ? Lowcore.Pair(old: 8, new: 0) : Lowcore.Pair(old: UInt64(16 + 8 * rawValue), new: UInt64(80 + 8 * rawValue))
  }
}

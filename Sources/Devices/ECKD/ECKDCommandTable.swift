import ChannelIO

/// The commands of a 3990 model 6 with 3390s, one row each (IBM 3990 reference; what Linux, its tools and zipl send; the
/// classic ones). Codes that are not here end with command reject, invalid command: WRITE SPECIAL CKD (01) and RECALIBRATE
/// (13), which a 3390 never had, DIAGNOSTIC CONTROL (F3) and the diagnostic forms of the home address commands among them.
///
/// Handlers lie in files by theme. A multitrack form (bit 0 of the code) has a row of its own.
extension ECKDCommand {
  package static let rows: [ECKDCommand] = positioning + searching + reading + writing + tracks + subsystem

  private static let positioning: [ECKDCommand] = [
    .init(0x03, "NO-OPERATION") { device, _, _ throws(UnitCheck) in .normalEnd },
    .init(0x07, "SEEK") { d, _, t throws(UnitCheck) in try d.seek(t, .all) },
    .init(0x0B, "SEEK CYLINDER") { d, _, t throws(UnitCheck) in try d.seek(t, .cylinder) },
    .init(0x1B, "SEEK HEAD", after: .position) { d, _, t throws(UnitCheck) in try d.seek(t, .head) },
    .init(0x1F, "SET FILE MASK") { d, _, t throws(UnitCheck) in try d.setFileMask(t) },
    .init(0x23, "SET SECTOR", after: .position) { d, _, t throws(UnitCheck) in try d.setSector(t) },
    .init(0x22, "READ SECTOR", .remembersIndex) { d, _, t throws(UnitCheck) in try d.readSector(t) },
    .init(0x0F, "SPACE COUNT", after: .position) { d, c, t throws(UnitCheck) in try d.spaceCount(c, t) },
    .init(0x63, "DEFINE EXTENT") { d, _, t throws(UnitCheck) in try d.defineExtent(t) },
    .init(0x47, "LOCATE RECORD", after: [.defineExtent, .readIPL]) { d, _, t throws(UnitCheck) in try d.locateRecord(t) },
    .init(0x4B, "LOCATE RECORD EXTENDED", after: [.defineExtent, .readIPL]) { d, _, t throws(UnitCheck) in
      try d.locateRecordExtended(t)
    },
    .init(0xE7, "PREFIX") { d, _, t throws(UnitCheck) in try d.prefix(t) },
  ]

  private static let searching: [ECKDCommand] = [
    .init(0x31, "SEARCH ID EQUAL", after: .position, .remembersIndex, searchID),
    .init(0xB1, "SEARCH ID EQUAL MT", after: .position, [.remembersIndex, .multitrack], searchID),
    .init(0x51, "SEARCH ID HIGH", after: .position, .remembersIndex, searchID),
    .init(0xD1, "SEARCH ID HIGH MT", after: .position, [.remembersIndex, .multitrack], searchID),
    .init(0x71, "SEARCH ID EQUAL OR HIGH", after: .position, .remembersIndex, searchID),
    .init(0xF1, "SEARCH ID EQUAL OR HIGH MT", after: .position, [.remembersIndex, .multitrack], searchID),
    .init(0x29, "SEARCH KEY EQUAL", after: .position, .remembersIndex, searchKey),
    .init(0xA9, "SEARCH KEY EQUAL MT", after: .position, [.remembersIndex, .multitrack], searchKey),
    .init(0x49, "SEARCH KEY HIGH", after: .position, .remembersIndex, searchKey),
    .init(0xC9, "SEARCH KEY HIGH MT", after: .position, [.remembersIndex, .multitrack], searchKey),
    .init(0x69, "SEARCH KEY EQUAL OR HIGH", after: .position, .remembersIndex, searchKey),
    .init(0xE9, "SEARCH KEY EQUAL OR HIGH MT", after: .position, [.remembersIndex, .multitrack], searchKey),
    .init(0x39, "SEARCH HOME ADDRESS EQUAL", after: .position, .remembersIndex, searchHomeAddress),
    .init(0xB9, "SEARCH HOME ADDRESS EQUAL MT", after: .position, [.remembersIndex, .multitrack], searchHomeAddress),
  ]
  private static let searchID: Handler = { d, c, t throws(UnitCheck) in try d.searchID(c, t) }
  private static let searchKey: Handler = { d, c, t throws(UnitCheck) in try d.searchKey(c, t) }
  private static let searchHomeAddress: Handler = { d, c, t throws(UnitCheck) in try d.searchHomeAddress(c, t) }

  private static let reads: Places = [.outside, .readData, .read]
  private static let reading: [ECKDCommand] = [
    .init(0x02, "READ IPL") { d, c, t throws(UnitCheck) in try d.readIPL(c, t) },
    .init(0x06, "READ DATA", in: reads, after: .position, .keepsSearch, readData),
    .init(0x86, "READ DATA MT", in: reads, after: .position, [.keepsSearch, .multitrack], readData),
    .init(0x0E, "READ KEY AND DATA", in: reads, after: .position, .keepsSearch, readKeyAndData),
    .init(0x8E, "READ KEY AND DATA MT", in: reads, after: .position, [.keepsSearch, .multitrack], readKeyAndData),
    .init(0x1E, "READ COUNT, KEY AND DATA", in: reads, after: .position, [], readCountKeyAndData),
    .init(0x9E, "READ COUNT, KEY AND DATA MT", in: reads, after: .position, .multitrack, readCountKeyAndData),
    .init(0x12, "READ COUNT", in: reads, after: .position, .remembersIndex, readCount),
    .init(0x92, "READ COUNT MT", in: [.outside, .readData, .read, .writeData], after: .position, .multitrack, readCount),
    .init(0x16, "READ RECORD ZERO", in: reads, after: .position, [], readRecordZero),
    .init(0x96, "READ RECORD ZERO MT", in: reads, after: .position, .multitrack, readRecordZero),
    .init(0x1A, "READ HOME ADDRESS", in: reads, after: .position, [], readHomeAddress),
    .init(0x9A, "READ HOME ADDRESS MT", in: reads, after: .position, .multitrack, readHomeAddress),
    .init(0x5E, "READ MULTIPLE COUNT, KEY AND DATA", in: [.outside, .read], after: .position) { d, c, t throws(UnitCheck) in
      try d.readMultiple(c, t)
    },
  ]
  private static let readData: Handler = { d, c, t throws(UnitCheck) in try d.readData(c, t) }
  private static let readKeyAndData: Handler = { d, c, t throws(UnitCheck) in try d.readKeyAndData(c, t) }
  private static let readCountKeyAndData: Handler = { d, c, t throws(UnitCheck) in try d.readCountKeyAndData(c, t) }
  private static let readCount: Handler = { d, c, t throws(UnitCheck) in try d.readCount(c, t) }
  private static let readRecordZero: Handler = { d, c, t throws(UnitCheck) in try d.readRecordZero(c, t) }
  private static let readHomeAddress: Handler = { d, c, t throws(UnitCheck) in try d.readHomeAddress(c, t) }

  private static let found: Predecessors = [.equalID, .equalKey]
  private static let writing: [ECKDCommand] = [
    .init(0x05, "WRITE DATA", in: [.outside, .writeData, .writeTrack], after: found, .keepsSearch, writeData),
    .init(0x85, "WRITE UPDATE DATA", in: .writeData, [.keepsSearch, .multitrack], writeData),
    .init(0x0D, "WRITE KEY AND DATA", in: [.outside, .writeData, .writeTrack], after: .equalID, .keepsSearch, writeKeyAndData),
    .init(0x8D, "WRITE UPDATE KEY AND DATA", in: .writeData, [.keepsSearch, .multitrack], writeKeyAndData),
    .init(0x1D, "WRITE COUNT, KEY AND DATA", in: [.outside, .format, .writeTrack], after: found.union(.format), .formats) {
      d, _, t throws(UnitCheck) in try d.writeCountKeyAndData(t)
    },
    .init(0x9D, "WRITE COUNT, KEY AND DATA NEXT TRACK", in: .format, .formats) { d, _, t throws(UnitCheck) in
      try d.writeCountKeyAndDataNextTrack(t)
    },
    .init(0x11, "ERASE", in: [.outside, .writeTrack], after: found.union(.format), .formats) {
      d, _, t throws(UnitCheck) in try d.erase(t)
    },
    .init(0x15, "WRITE RECORD ZERO", in: [.outside, .format], after: .homeAddress, .formats) { d, _, t throws(UnitCheck) in
      try d.writeRecordZero(t)
    },
    .init(0x19, "WRITE HOME ADDRESS", in: [.outside, .format], after: .position, .formats) { d, _, t throws(UnitCheck) in
      try d.writeHomeAddress(t)
    },
  ]
  private static let writeData: Handler = { d, c, t throws(UnitCheck) in try d.writeData(c, t) }
  private static let writeKeyAndData: Handler = { d, c, t throws(UnitCheck) in try d.writeKeyAndData(c, t) }

  private static let tracks: [ECKDCommand] = [
    .init(0xDE, "READ TRACK", in: .readTracks) { d, _, t throws(UnitCheck) in try d.readTrack(t) },
    .init(0xA6, "READ TRACK DATA", in: .readTrackData) { d, _, t throws(UnitCheck) in try d.readTrackData(t) },
    .init(0x95, "WRITE FULL TRACK", in: .writeFullTrack) { d, _, t throws(UnitCheck) in try d.writeFullTrack(t) },
    .init(0xA5, "WRITE TRACK DATA", in: .writeTrackData) { d, _, t throws(UnitCheck) in try d.writeTrackData(t) },
  ]

  private static let subsystem: [ECKDCommand] = [
    .init(0x04, "SENSE") { d, _, t throws(UnitCheck) in d.senseCommand(t) },
    .init(0xE4, "SENSE ID") { d, _, t throws(UnitCheck) in d.senseID(t) },
    .init(0x64, "READ DEVICE CHARACTERISTICS") { d, _, t throws(UnitCheck) in d.readDeviceCharacteristics(t) },
    .init(0xFA, "READ CONFIGURATION DATA") { d, _, t throws(UnitCheck) in d.readConfigurationData(t) },
    .init(0x27, "PERFORM SUBSYSTEM FUNCTION") { d, _, t throws(UnitCheck) in try d.performSubsystemFunction(t) },
    .init(0x3E, "READ SUBSYSTEM DATA") { d, _, t throws(UnitCheck) in try d.readSubsystemData(t) },
    .init(0x54, "SENSE SUBSYSTEM STATUS") { d, _, t throws(UnitCheck) in d.senseSubsystemStatus(t) },
    .init(0x34, "SENSE PATH GROUP ID", after: .nothing) { d, _, t throws(UnitCheck) in d.sensePathGroupID(t) },
    .init(0xAF, "SET PATH GROUP ID", after: .nothing) { d, _, t throws(UnitCheck) in try d.setPathGroupID(t) },
    .init(0x5B, "SUSPEND MULTIPATH RECONNECTION") { d, _, _ throws(UnitCheck) in d.suspendMultipathReconnection() },
    .init(0xB4, "DEVICE RESERVE", after: .nothing) { d, _, t throws(UnitCheck) in d.reserve(t) },
    .init(0x14, "UNCONDITIONAL RESERVE", after: .nothing) { d, _, t throws(UnitCheck) in d.reserve(t) },
    .init(0x94, "DEVICE RELEASE") { d, _, t throws(UnitCheck) in try d.release(t) },
  ]
}

/// What an ECKD command is for in the channel program of a load (3990 Reference, "Commands"; Devices has the whole table).
enum CommandRole {
  case seek, recalibrate, setSector, setFileMask
  case searchKey, searchID, searchHomeAddress
  case readIPL
  /// READ DATA, READ KEY AND DATA.
  case read

  private static let byCode: [UInt8: CommandRole] = [
    0x07: .seek, 0x0B: .seek, 0x1B: .seek, 0x13: .recalibrate, 0x23: .setSector, 0x1F: .setFileMask,
    0x29: .searchKey, 0x49: .searchKey, 0x69: .searchKey, 0x31: .searchID, 0x51: .searchID, 0x71: .searchID,
    0x39: .searchHomeAddress, 0x02: .readIPL, 0x06: .read, 0x0E: .read,
  ]

  /// - Returns: nil for any other command.
  init?(code: UInt8) {
    guard let role = Self.byCode[code & 0x7F], code & 0x80 == 0 || role.hasMultitrackForm else { return nil }
    self = role
  }

  /// Bit 0 of the code makes it go on to the next track.
  private var hasMultitrackForm: Bool { isSearch || self == .read }

  /// It can end with status modifier, which passes over the next CCW.
  var isSearch: Bool { self == .searchKey || self == .searchID || self == .searchHomeAddress }

  /// It moves no data of the volume, and prepares for what does.
  var isPositioning: Bool { self != .read && self != .readIPL }
}

extension LoadStep.Command {
  /// nil when the CCW could not be fetched, or is none of these.
  var role: CommandRole? { ccw.flatMap { CommandRole(code: $0.code) } }

  /// Whether it only prepares for a read: a seek, a search and their kin.
  public var isPositioning: Bool { role?.isPositioning ?? false }
}

import ChannelIO
import DASD
import Storage

/// The causes that can be told, most particular first. A rule gives its cause in words when it applies.
extension LoadDiagnosis {
  struct Rule: Sendable {
    let name: String
    let cause: @Sendable (LoadDiagnosis, Trouble) -> String?
    init(_ name: String, _ cause: @escaping @Sendable (LoadDiagnosis, Trouble) -> String?) {
      self.name = name
      self.cause = cause
    }
  }

  static let rules: [Rule] = [
    Rule("prefetched", prefetched), Rule("no IPL1", noIPL1), Rule("empty IPL1", emptyIPL1), Rule("short record", shortRecord),
    Rule("wrong seek", wrongSeek), Rule("no such record", noSuchRecord), Rule("no such key", noSuchKey),
    Rule("seek argument", seekArgument), Rule("invalid track", invalidTrack), Rule("rejected", rejected),
    Rule("end of file", endOfFile), Rule("incorrect length", incorrectLength), Rule("transfer", transfer),
    Rule("outside", outside), Rule("command code", commandCode), Rule("data address", dataAddress), Rule("key", protection),
  ]

  // MARK: The program that was not there

  /// What the document on DASD IPL says of channels that prefetch.
  private static func prefetched(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.command.isCopy else { return nil }
    return "the channel copied the whole program before its first command, so it did not see the CCWs that the program read: "
      + "it executed \(d.text(t.command)), which is no longer there; load with --procedure prefetch"
  }

  private static func noIPL1(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.command.role == .readIPL, t.unitStatus.contains(.unitCheck) else { return nil }
    let track = VolumePlace(cylinder: 0, head: 0, record: nil)
    guard d.senseHas(1, 0x08) else { return nil }
    return "the volume has no IPL1: \(d.records(on: track)); `ironload dasd boot` or zipl writes it"
  }

  private static func emptyIPL1(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.subchannelStatus.contains(.programCheck), let origin = t.command.broughtBy, t.command.ccw?.code == 0,
      case .command(let read) = d.steps[origin - 1].action, read.role == .readIPL
    else { return nil }
    return "IPL1 holds no channel program: byte 8 of record 1 is zeros; `ironload dasd boot` or zipl writes one"
  }

  /// A CCW that nothing brought lies where an earlier read was to put bytes that its record did not have.
  private static func shortRecord(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.subchannelStatus.contains(.programCheck) else { return nil }
    let address = UInt64(t.command.address)
    for step in t.before.reversed() {
      guard case .command(let read) = step.action, read.residual > 0, let ccw = read.ccw, let piece = read.stored.last,
        read.stored.count == 1
      else { continue }
      let wanted = StoragePiece(address: piece.address, count: UInt64(ccw.count))
      guard address >= piece.end &- 7, address < wanted.end, let place = read.place else { continue }
      let name = d.segments.first { $0.broughtBy == step.number }?.name ?? "a record"
      return
        "\(name) is short: the CCW at 0x\(hex(UInt64(read.address), digits: 6)) (step \(step.number)) was to read \(ccw.count) bytes "
        + "from \(place) to 0x\(hex(piece.address, digits: 6)), but the record has \(read.storedCount), and SLI hid it; "
        + "no CCW was read here"
    }
    return nil
  }

  // MARK: Records that were not found

  /// The five bytes that a SEARCH ID wanted; nil for other commands.
  private static func searchID(_ d: LoadDiagnosis, _ t: Trouble) -> [UInt8]? {
    let argument = d.argument(of: t.command)
    return t.command.role == .searchID && argument.count >= 5 ? argument : nil
  }

  private static func wrongSeek(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard let argument = searchID(d, t), d.senseHas(1, 0x08), let place = t.command.place else { return nil }
    let wanted = d.recordID(argument)
    guard wanted.track.cylinder != place.cylinder || wanted.track.head != place.head else { return nil }
    var cause = "wrong seek: the search is for \(wanted)"
    if let seek = t.before.last(where: {
      if case .command(let c) = $0.action { c.role == .seek } else { false }
    }),
      case .command(let command) = seek.action
    {
      cause += ", but the SEEK at 0x\(hex(UInt64(command.address), digits: 6)) (step \(seek.number)) went to "
    } else {
      cause += ", but without a SEEK the device is at "
    }
    return cause + "cylinder \(place.cylinder) head \(place.head)"
  }

  private static func noSuchRecord(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard let argument = searchID(d, t), d.senseHas(1, 0x08), let place = t.command.place else { return nil }
    return "there is no \(d.recordID(argument)): \(d.records(on: place))"
  }

  private static func noSuchKey(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.command.role == .searchKey, d.senseHas(1, 0x08), let place = t.command.place
    else { return nil }
    return "no record of the track has the key \(d.bytes(d.argument(of: t.command))); \(d.keys(on: place))"
  }

  // MARK: What the device rejected

  private static func seekArgument(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.command.role == .seek, d.senseHas(0, 0x80), t.command.firstBytes.count >= 6 else {
      return nil
    }
    let b = t.command.firstBytes
    let target = TrackAddress(cylinder: UInt16(b[2]) << 8 | UInt16(b[3]), head: UInt16(b[4]) << 8 | UInt16(b[5]))
    return "wrong seek: its argument \(d.bytes(b)) is \(target), and the volume has \(d.image.geometry.cylinders) cylinders of "
      + "\(CKDGeometry.heads) heads"
  }

  private static func invalidTrack(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard d.senseHas(1, 0x40), let place = t.command.place else { return nil }
    return "the track's format is not valid: \(d.records(on: place))"
  }

  private static func rejected(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.unitStatus.contains(.unitCheck), d.senseHas(0, 0x80), d.sense.count > 7 else { return nil }
    let reasons: [UInt8: String] = [
      1: "the device has no such command", 2: "the command may not follow those before it",
      3: "its argument is too short", 4: "its argument is not valid",
    ]
    let reason = reasons[d.sense[7] & 0x0F] ?? "command reject"
    return "the device rejected \(d.text(t.command)): \(reason); argument \(d.bytes(t.command.firstBytes))\(d.senseText)"
  }

  private static func endOfFile(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.unitStatus.contains(.unitException) else { return nil }
    return "unit exception: the record has a data length of zero, which marks the end of a file"
  }

  // MARK: What the channel objected to

  private static func incorrectLength(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.subchannelStatus.contains(.incorrectLength), let ccw = t.command.ccw else { return nil }
    let had = t.command.residual > 0 ? "\(Int(ccw.count) - t.command.residual)" : "more"
    return "incorrect length: the count is \(ccw.count), the record has \(had) bytes, and SLI is off"
  }

  private static func transfer(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.subchannelStatus.contains(.programCheck), let ccw = t.command.ccw, ccw.code & 0x0F == 8 else { return nil }
    let target = "0x\(hex(UInt64(ccw.dataAddress), digits: 6))"
    if case .transfer(let first) = t.before.last?.action {
      return first.address == t.command.address
        ? "a transfer in channel to itself never ends: program check"
        : "a transfer in channel leads to another, from 0x\(hex(UInt64(first.address), digits: 6)): program check"
    }
    if t.before.last.map({ if case .start = $0.action { true } else { false } }) == true {
      return "a channel program cannot begin with a transfer in channel: program check"
    }
    if ccw.dataAddress % 8 != 0 { return "the transfer in channel leads to \(target), which is no doubleword boundary" }
    return "the transfer in channel leads to \(target), where no CCW can be"
  }

  private static func outside(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    t.command.ccw == nil ? "the chain leads to where no CCW can be: program check" : nil
  }

  private static func commandCode(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.subchannelStatus.contains(.programCheck), t.command.unitStatus == 0, let ccw = t.command.ccw else { return nil }
    let origin =
      t.command.broughtBy.map { "which step \($0) read" } ?? "and nothing in this load has put a CCW here: it ran past its end"
    if ccw.code & 0x0F == 0 { return "\(d.text(t.command)) has no valid command code, \(origin)" }
    if ccw.count == 0 { return "\(d.text(t.command)) has a count of zero, \(origin)" }
    return "\(d.text(t.command)) is not valid, \(origin): program check"
  }

  private static func dataAddress(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    guard t.subchannelStatus.contains(.programCheck), let ccw = t.command.ccw else { return nil }
    let kind = ccw.flags & 0x04 != 0 ? "list of IDAWs" : "data address"
    return
      "program check: the \(kind) 0x\(hex(UInt64(ccw.dataAddress), digits: 8)) leads out of storage or is not aligned, after "
      + "\(Int(ccw.count) - t.command.residual) of \(ccw.count) bytes"
  }

  private static func protection(_ d: LoadDiagnosis, _ t: Trouble) -> String? {
    t.subchannelStatus.contains(.protectionCheck) ? "protection check: the storage key does not match" : nil
  }

  // MARK: Words

  func senseHas(_ byte: Int, _ bit: UInt8) -> Bool { sense.indices.contains(byte) && sense[byte] & bit != 0 }

  func bytes(_ bytes: [UInt8]) -> String {
    let digits = bytes.map { hex(UInt64($0), digits: 2) }.joined()
    let text = EBCDIC.decode(bytes)
    return text.contains("?") || text.isEmpty ? digits : "\(digits) ('\(text)')"
  }

  /// The eight bytes of a format-0 CCW, in words of four.
  func text(_ command: LoadStep.Command) -> String {
    guard let ccw = command.ccw else { return "the CCW" }
    let words = CCW(ccw.code, flags: CCWFlags(rawValue: ccw.flags), count: ccw.count, dataAddress: ccw.dataAddress).format0
    return "CCW \(hex(words >> 32, digits: 8)) \(hex(words & 0xFFFF_FFFF, digits: 8))"
  }

  func recordID(_ argument: [UInt8]) -> RecordID {
    RecordID(
      cylinder: UInt16(argument[0]) << 8 | UInt16(argument[1]), head: UInt16(argument[2]) << 8 | UInt16(argument[3]),
      record: argument[4])
  }

  /// What is on the track, in words.
  func records(on place: VolumePlace) -> String {
    let name = "cylinder \(place.cylinder) head \(place.head)"
    guard let track = track(place) else { return "\(name) cannot be read" }
    if let fault = track.layout.fault { return "on \(name) \(fault)" }
    let numbers = track.records.dropFirst().map { String($0.count.id.record) }
    if numbers.isEmpty { return "\(name) has no records" }
    return "\(name) has \(numbers.count == 1 ? "record" : "records") \(numbers.joined(separator: ", "))"
  }

  func keys(on place: VolumePlace) -> String {
    guard let track = track(place) else { return "it cannot be read" }
    let keyed = track.records.filter { $0.count.keyLength > 0 }
    if keyed.isEmpty { return "its records have no keys" }
    let list = keyed.prefix(6).map { "record \($0.count.id.record) \(bytes(Array(track.bytes[$0.key])))" }
    return "it has " + list.joined(separator: ", ") + (keyed.count > 6 ? " and \(keyed.count - 6) more" : "")
  }
}

import Ironload

/// The words and numbers that the forms of an explanation share.
enum ExplanationWords {
  /// `value` in hexadecimal, six digits or more.
  static func address(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
    hex(UInt64(value), digits: 6).uppercased()
  }

  static func byte(_ value: UInt8) -> String { hex(UInt64(value), digits: 2).uppercased() }

  /// A PSW of eight bytes, as two words.
  static func psw(_ psw: UInt64) -> String { "\(hex(psw >> 32, digits: 8)) \(hex(psw & 0xFFFF_FFFF, digits: 8))" }

  static func bytes(_ values: some Sequence<UInt8>) -> String { values.map(byte).joined() }

  /// `first-last`.
  static func range(_ piece: StoragePiece) -> String {
    piece.count == 0 ? address(piece.address) : "\(address(piece.address))-\(address(piece.end - 1))"
  }

  static func count(_ n: some BinaryInteger, _ noun: String) -> String { "\(n) \(noun)\(n == 1 ? "" : "s")" }

  private static let unitBits = [
    "attention", "status modifier", "control-unit end", "busy", "channel end", "device end", "unit check", "unit exception",
  ]
  private static let subchannelBits = [
    "PCI", "incorrect length", "program check", "protection check", "channel-data check", "channel-control check",
    "interface-control check", "chaining check",
  ]

  /// The names of the bits that are on.
  static func status(_ unit: UInt8, _ subchannel: UInt8) -> String {
    let names =
      zip(unitBits, 0..<8).filter { unit & (0x80 >> UInt8($0.1)) != 0 }.map(\.0)
      + zip(subchannelBits, 0..<8).filter { subchannel & (0x80 >> UInt8($0.1)) != 0 }.map(\.0)
    return names.isEmpty ? "no status" : names.joined(separator: ", ")
  }

  /// What a command did, beyond its place: an argument, or what went where.
  static func effect(_ command: LoadStep.Command) -> String {
    var parts: [String] = []
    if !command.stored.isEmpty {
      let places = command.stored.prefix(4).map(range).joined(separator: ", ") + (command.stored.count > 4 ? ", ..." : "")
      parts.append("\(count(command.storedCount, "byte")) to \(places)")
    }
    if !command.fetched.isEmpty { parts.append("argument \(bytes(command.firstBytes))") }
    if command.passes > 1 { parts.append("\(command.passes) passes, with TIC *-8") }
    if command.residual > 0, !command.hasFailed { parts.append("\(count(command.residual, "byte")) of the count left") }
    if command.hasFailed { parts.append(status(command.unitStatus ?? 0, command.subchannelStatus)) }
    return parts.joined(separator: "; ")
  }
}

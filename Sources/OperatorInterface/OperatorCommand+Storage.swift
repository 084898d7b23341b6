import Ironload
import Storage

extension OperatorParameter {
  static let cpu = OperatorParameter("cpu", .decimal, "the CPU's address; 0 unless said")
  static let address = OperatorParameter("address", .hexadecimal, .required, "hexadecimal")
  static let addressKind = OperatorParameter(
    "kind", .word(StorageLocation.Kind.allCases.map(\.rawValue)), "how the address is meant; absolute unless said")
}

extension OperatorArguments {
  /// Where `address`, `kind` and `cpu` lead.
  var location: StorageLocation {
    StorageLocation(text("kind").flatMap { StorageLocation.Kind(rawValue: $0) } ?? .absolute, number("address") ?? 0, cpu: cpu)
  }
}

extension OperatorCommand {
  /// The most that one answer shows: an answer is one line.
  static let displayLimit: UInt64 = 1 << 16

  static let storageCommands: [OperatorCommand] = [
    OperatorCommand(
      "storage", "Display storage; nothing changes by that, reference bits included.",
      [.address, OperatorParameter("count", .decimal, .optional, "bytes, at most 65536; 16 unless said"), .addressKind, .cpu]
    ) { context, arguments throws(OperatorFailure) in
      let count = arguments.count("count") ?? 16
      guard count <= displayLimit else {
        throw OperatorFailure(request: "storage: \(count) bytes are too many for one answer; ask for at most \(displayLimit)")
      }
      let location = arguments.location
      let bytes = try context.attempt { machine throws(OperationError) in try machine.read(Int(count), at: location) }
      return OperatorAnswer(
        .object([
          "address": .hex(location.address), "kind": .string(location.kind.rawValue), "bytes": .string(digits(bytes)),
        ]), dump(bytes, from: location.address))
    },
    OperatorCommand(
      "alter", "Put bytes into storage.",
      [.address, OperatorParameter("bytes", .text, .rest, "hexadecimal digits; blanks do not count"), .addressKind, .cpu]
    ) { context, arguments throws(OperatorFailure) in
      guard let bytes = parseBytes(arguments.text("bytes") ?? "") else {
        throw OperatorFailure(request: "alter: bytes are pairs of hexadecimal digits, as in 07fe")
      }
      let location = arguments.location
      try context.attempt { machine throws(OperationError) in try machine.write(bytes, at: location) }
      return OperatorAnswer(.object(["count": .number(Int64(bytes.count))]))
    },
    OperatorCommand(
      "place", "Put a file of the host into storage.",
      [.address, OperatorParameter("file", .file, .required, "a path on the machine's host"), .addressKind, .cpu]
    ) { context, arguments throws(OperatorFailure) in
      let location = arguments.location, path = arguments.text("file") ?? ""
      let count = try context.attempt { machine throws(OperationError) in try machine.write(file: path, at: location) }
      return OperatorAnswer(.object(["count": .number(Int64(count))]), "\(count) bytes at \(hex(location.address))")
    },
    OperatorCommand(
      "key", "Display the storage key of a 4-KiB block, or set it.",
      [
        .address,
        OperatorParameter("value", .hexadecimal, .optional, "two digits, as ISKE shows them: access control, F, R, C"),
        .addressKind,
        .cpu,
      ]
    ) { context, arguments throws(OperatorFailure) in
      let location = arguments.location
      if let value = arguments.number("value") {
        guard let bits = UInt8(exactly: value), bits & 1 == 0 else {
          throw OperatorFailure(request: "key: \(hex(value, digits: 2)) is no storage key; its last bit is zero")
        }
        try context.attempt { machine throws(OperationError) in try machine.setStorageKey(StorageKey(bits: bits), at: location) }
      }
      let key = try context.attempt { machine throws(OperationError) in try machine.storageKey(at: location) }
      let text =
        "\(hex(UInt64(key.bits), digits: 2)): key \(key.accessControl)\(key.isFetchProtected ? ", fetch-protected" : "")"
        + "\(key.isReferenced ? ", referenced" : "")\(key.isChanged ? ", changed" : "")"
      return OperatorAnswer(.object(["key": .hex(UInt64(key.bits), digits: 2)]), text)
    },
    OperatorCommand(
      "disassemble", "Display storage as instructions.",
      [
        .address, OperatorParameter("count", .decimal, .optional, "instructions, at most 1000; 8 unless said"), .addressKind,
        .cpu,
      ]
    ) { context, arguments throws(OperatorFailure) in
      let location = arguments.location, count = min(arguments.count("count") ?? 8, 1000)
      let lines = try context.attempt { machine throws(OperationError) in try machine.disassemble(Int(count), at: location) }
      return OperatorAnswer(.object(["instructions": .array(lines.map { .string($0) })]), lines.joined(separator: "\n"))
    },
  ]

  // MARK: Bytes as text

  static func digits(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    let digit = Array("0123456789abcdef".utf8)
    for byte in bytes {
      text.append(digit[Int(byte >> 4)])
      text.append(digit[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Returns: nil for anything but pairs of digits and blanks.
  static func parseBytes(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = [], high: UInt8?
    for character in text.utf8 where character != 0x20 {
      guard let value = Character(UnicodeScalar(character)).hexDigitValue else { return nil }
      if let first = high {
        bytes.append(first << 4 | UInt8(value))
        high = nil
      } else {
        high = UInt8(value)
      }
    }
    return high == nil && !bytes.isEmpty ? bytes : nil
  }

  /// Sixteen bytes a line, with what they are in ASCII.
  private static func dump(_ bytes: [UInt8], from address: UInt64) -> String {
    stride(from: 0, to: bytes.count, by: 16).map { start in
      let row = bytes[start..<min(start + 16, bytes.count)]
      let words = stride(from: row.startIndex, to: row.endIndex, by: 4).map { digits(row[$0..<min($0 + 4, row.endIndex)]) }
      let columns = words.joined(separator: " ")
      let letters = String(decoding: row.map { 0x20..<0x7F ~= $0 ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
      let padding = String(repeating: " ", count: 35 - columns.utf8.count)
      return "\(hex(address &+ UInt64(start)))  \(columns)\(padding)  \(letters)"
    }.joined(separator: "\n")
  }
}

import Ironload

/// Any JSON, for answers whose shape each command chooses. Their numbers are whole; addresses and contents of registers are
/// hexadecimal strings, since many readers of JSON have only 53 bits.
package enum JSONValue: Hashable, Sendable, Codable {
  case null
  case bool(Bool)
  case number(Int64)
  /// A number with a fraction or too large to count with, as a client may send it. No argument is one.
  case fraction(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  package init(from decoder: any Decoder) throws {
    let one = try decoder.singleValueContainer()
    if one.decodeNil() {
      self = .null
    } else if let value = try? one.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? one.decode(Int64.self) {
      self = .number(value)
    } else if let value = try? one.decode(Double.self) {
      self = .fraction(value)
    } else if let value = try? one.decode(String.self) {
      self = .string(value)
    } else if let value = try? one.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try one.decode([String: JSONValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var one = encoder.singleValueContainer()
    switch self {
    case .null: try one.encodeNil()
    case .bool(let value): try one.encode(value)
    case .number(let value): try one.encode(value)
    case .fraction(let value): try one.encode(value)
    case .string(let value): try one.encode(value)
    case .array(let value): try one.encode(value)
    case .object(let value): try one.encode(value)
    }
  }

  /// A number that may be too large for a signed one, which it then is no more: hexadecimal.
  static func count(_ value: UInt64) -> JSONValue { Int64(exactly: value).map { .number($0) } ?? .hex(value) }
  /// Hexadecimal digits.
  static func hex(_ value: UInt64, digits: Int = 16) -> JSONValue { .string(Ironload.hex(value, digits: digits)) }

  /// The member of an object.
  package subscript(_ name: String) -> JSONValue? { if case .object(let members) = self { members[name] } else { nil } }
  /// The text of a string.
  package var text: String? { if case .string(let value) = self { value } else { nil } }
}

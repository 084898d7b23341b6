/// The framing of the GDB remote serial protocol (GDB's manual, "Overview" of appendix E): `$data#checksum`, acknowledgements
/// `+` and `-`, and the byte 03 that interrupts.
struct PacketFraming {
  /// What a client sent.
  enum Element: Equatable {
    /// A packet whose checksum is right, with escapes and run lengths undone.
    case packet([UInt8])
    /// A packet that is damaged, or longer than a client was told it may be.
    case damaged
    case acknowledgement
    /// The last packet of ours is wanted again.
    case repeatRequest
    case interruption
  }

  /// The longest packet that we take, escapes not undone.
  static let limit = 0x2_0000

  private var state = State.between
  private var data: [UInt8] = []
  private var isTooLong = false
  private var highDigit: UInt8 = 0

  private enum State { case between, data, firstDigit, secondDigit }

  init() {}

  /// - Returns: what `bytes` complete. Bytes between packets that mean nothing are passed over.
  mutating func take(_ bytes: [UInt8]) -> [Element] {
    var elements: [Element] = []
    for byte in bytes { if let element = take(byte) { elements.append(element) } }
    return elements
  }

  private mutating func take(_ byte: UInt8) -> Element? {
    switch state {
    case .between: return takeBetween(byte)
    case .data:
      if byte == UInt8(ascii: "#") {
        state = .firstDigit
      } else if byte == UInt8(ascii: "$") {
        begin()  // The packet before was cut off.
      } else if data.count == Self.limit {
        isTooLong = true
      } else {
        data.append(byte)
      }
    case .firstDigit:
      highDigit = byte
      state = .secondDigit
    case .secondDigit:
      state = .between
      let wanted = HexDigits.byte(highDigit, byte)
      guard !isTooLong, wanted == Self.checksum(data) else { return .damaged }
      return .packet(Self.unescaped(data))
    }
    return nil
  }

  private mutating func takeBetween(_ byte: UInt8) -> Element? {
    switch byte {
    case UInt8(ascii: "$"): begin()
    case UInt8(ascii: "+"): return .acknowledgement
    case UInt8(ascii: "-"): return .repeatRequest
    case 0x03: return .interruption
    default: break
    }
    return nil
  }

  private mutating func begin() {
    data.removeAll(keepingCapacity: true)
    isTooLong = false
    state = .data
  }

  /// A packet as it goes over the wire.
  static func framed(_ data: [UInt8]) -> [UInt8] {
    var escaped: [UInt8] = []
    escaped.reserveCapacity(data.count + 4)
    for byte in data {
      switch byte {
      case UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "}"), UInt8(ascii: "*"): escaped += [0x7D, byte ^ 0x20]
      default: escaped.append(byte)
      }
    }
    return [UInt8(ascii: "$")] + escaped + [UInt8(ascii: "#")] + HexDigits.text([checksum(escaped)])
  }

  static func checksum(_ bytes: [UInt8]) -> UInt8 { bytes.reduce(0, &+) }

  private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(0x7D) else { return bytes }
    var result: [UInt8] = [], isEscaped = false
    for byte in bytes {
      if isEscaped {
        result.append(byte ^ 0x20)
        isEscaped = false
      } else if byte == 0x7D {
        isEscaped = true
      } else {
        result.append(byte)
      }
    }
    return result
  }
}

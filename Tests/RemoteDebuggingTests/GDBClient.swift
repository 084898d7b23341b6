import Ironload
import Sockets

/// A debugger that speaks packets, over a real connection.
final class GDBClient {
  private let connection: SocketConnection
  private var received: [UInt8] = []

  init(port: UInt16) throws { connection = try SocketConnection(host: "127.0.0.1", port: port) }
  deinit { connection.end() }

  static func framed(_ data: [UInt8]) -> [UInt8] {
    let sum = data.reduce(UInt8(0), &+)
    let digits = String(sum, radix: 16)
    return Array("$".utf8) + data + Array("#\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8)
  }

  func send(raw: [UInt8]) { connection.send(raw) }
  func end() { connection.end() }

  /// Sends a packet and waits for the answer's text; acknowledgements are passed over.
  func ask(_ packet: String, milliseconds: Int32 = 20_000) -> String? {
    send(raw: Self.framed(Array(packet.utf8)))
    return next(milliseconds: milliseconds)
  }

  /// The next packet's text.
  func next(milliseconds: Int32 = 20_000) -> String? {
    while true {
      if let start = received.firstIndex(of: UInt8(ascii: "$")), let end = received[start...].firstIndex(of: UInt8(ascii: "#")),
        end + 2 < received.count
      {
        let text = String(decoding: received[(start + 1)..<end], as: UTF8.self)
        received.removeSubrange(...(end + 2))
        return text
      }
      guard case .bytes(let more) = connection.receive(milliseconds: milliseconds) else { return nil }
      received += more
    }
  }
}

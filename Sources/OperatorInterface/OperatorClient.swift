import FoundationEssentials
package import Sockets

/// A client of the operator's socket: one request at a time.
package final class OperatorClient {
  private let connection: SocketConnection
  private var received: [UInt8] = []

  /// Connects to the machine whose socket is `path`.
  package init(path: String) throws(SocketError) { connection = try SocketConnection(unixPath: path) }

  /// Sends a request and waits for its answer.
  /// - Returns: the line of the answer and what it says; nil when the machine has gone.
  package func ask(_ request: OperatorRequest) -> (line: String, answer: OperatorAnswer)? {
    guard let line = try? JSONEncoder().encode(request) else { return nil }
    // A machine that is busy says so and goes, whether it was asked yet or not.
    connection.send(Array(line) + [0x0A])
    while true {
      if let end = received.firstIndex(of: 0x0A) {
        let line = Array(received[..<end])
        received.removeSubrange(...end)
        guard let answer = try? JSONDecoder().decode(OperatorAnswer.self, from: Data(line)) else { return nil }
        return (String(decoding: line, as: UTF8.self), answer)
      }
      switch connection.receive() {
      case .bytes(let bytes): received += bytes
      case .ended: return nil
      case .woken, .timeLimit: break
      }
    }
  }
}

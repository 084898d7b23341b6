package import Ironload
package import Sockets

/// The operator's socket: serves a machine's requests to whoever connects.
///
/// Concurrency: each connection has a thread, which waits where the machine makes it wait. `stop` ends them all; a wait for the
/// machine ends by that only when the machine's run ends, so quit it first.
package final class OperatorServer: Sendable {
  private let server: SocketServer
  private let path: String
  /// Connections at a time: a person, a script, a program that watches, and some more.
  private static let connectionLimit = 16

  /// Takes the Unix socket `path` for `machine`, which only this user can connect to.
  package init(_ machine: Machine, path: String) throws(SocketError) {
    let memory = OperatorMemory()
    let busy = OperatorSession.encoded(OperatorAnswer(OperatorFailure(busyAt: Self.connectionLimit)))
    server = try SocketServer(
      try ListeningSocket(unixPath: path), atMost: Self.connectionLimit, turnAway: { $0.send(busy) }
    ) { connection in
      var session = OperatorSession(
        OperatorContext(machine: machine, memory: memory, isAbandoned: { connection.isAbandoned }))
      var isOpen = true
      while isOpen {
        switch connection.receive() {
        case .bytes(let bytes):
          session.take(bytes) {
            isOpen = connection.send($0)
            return isOpen
          }
        case .ended: isOpen = false
        case .woken, .timeLimit: break
        }
      }
    }
    self.path = path
  }

  /// Begins to serve. Who connected before was kept waiting.
  package func start() throws(SocketError) {
    guard server.start() else { throw SocketError(.host, "\(path): the host gives no thread; end other processes and try again") }
  }

  /// Ends all connections and removes the socket.
  package func stop() { server.stop() }
}

package import Ironload
package import Sockets

/// The operator's socket: serves a machine's requests to whoever connects.
///
/// Concurrency: each connection has a thread, which waits where the machine makes it wait. `stop` ends them all; a wait for the
/// machine ends by that only when the machine's run ends, so quit it first.
package final class OperatorServer: Sendable {
  private let server: SocketServer
  /// Connections at a time: a person, a script, a program that watches, and some more.
  private static let connectionLimit = 16

  /// Serves `machine` at the Unix socket `path`, which only this user can connect to.
  package init(_ machine: Machine, path: String) throws(SocketError) {
    let memory = OperatorMemory()
    server = SocketServer(try ListeningSocket(unixPath: path), atMost: Self.connectionLimit) { connection in
      var session = OperatorSession(
        OperatorContext(machine: machine, memory: memory, isAbandoned: { connection.isAbandoned }))
      var isOpen = true
      while isOpen {
        switch connection.receive() {
        case .bytes(let bytes): session.take(bytes) { if isOpen { isOpen = connection.send($0) } }
        case .ended: isOpen = false
        case .woken, .timeLimit: break
        }
      }
    }
    guard server.start() else { throw SocketError(.host, "\(path): the host gives no thread; end other processes and try again") }
  }

  /// Ends all connections and removes the socket.
  package func stop() { server.stop() }
}

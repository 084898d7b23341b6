package import Ironload
package import Sockets

/// Serves one debugger at a time at a TCP port. Others wait until it has gone.
///
/// Concurrency: the connection's thread owns its session. `stop` ends it.
package final class DebugServer: Sendable {
  private let server: SocketServer
  /// The port, when any that is free was asked for.
  package let port: UInt16

  /// Takes `port` of `host` for debuggers of `machine`.
  package init(_ machine: Machine, host: String, port: UInt16) throws(SocketError) {
    let socket = try ListeningSocket(host: host, port: port)
    self.port = socket.port
    server = try SocketServer(socket, atMost: 1) { connection in
      // Who is served without it would hear of no stop.
      guard let wakeup = try? Wakeup() else { return }
      let session = DebugSession(machine, wake: { wakeup.signal() }, send: { connection.send($0) })
      while !session.isOver {
        switch connection.receive(or: wakeup) {
        case .bytes(let bytes): session.take(bytes)
        case .woken: session.hearNews()
        case .timeLimit: break
        case .ended: session.end()
        }
      }
    }
  }

  /// Begins to serve. Who connected before was kept waiting.
  package func start() throws(SocketError) {
    guard server.start() else {
      throw SocketError(.host, "port \(port): the host gives no thread; end other processes and try again")
    }
  }

  /// Ends the session, whose machine goes on if it was stopped for it, and listens no more.
  package func stop() { server.stop() }
}

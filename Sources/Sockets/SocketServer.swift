import Dispatch
import Glibc
import Synchronization
import Threads

/// Serves whoever connects to a socket, each on a thread of its own.
///
/// Concurrency: `start` and `stop` are the owner's, once each. `connections` is guarded by its mutex; `serve` is called without
/// it, on the connection's thread.
package final class SocketServer: Sendable {
  private let socket: Mutex<ListeningSocket?>
  private let limit: Int
  private let serve: @Sendable (SocketConnection) -> Void
  private let turnAway: (@Sendable (SocketConnection) -> Void)?
  /// Signalled when the server is to stop, and when a connection has ended.
  private let wakeup: Wakeup
  private let connections = Mutex<[ObjectIdentifier: SocketConnection]>([:])
  private let isStopping = Atomic(false)
  private let threads = DispatchGroup()

  /// - Parameters:
  ///   - atMost: how many connections at a time.
  ///   - turnAway: says a last word to one more than that, before it is closed; nil: one more waits until another has ended. It is
  ///     called on the thread that accepts.
  ///   - serve: the whole life of one connection, which ends when this returns.
  /// - Throws: when the host has no pipe to give.
  package init(
    _ socket: ListeningSocket, atMost limit: Int, turnAway: (@Sendable (SocketConnection) -> Void)? = nil,
    serve: @escaping @Sendable (SocketConnection) -> Void
  ) throws(SocketError) {
    wakeup = try Wakeup()
    self.socket = Mutex(socket)
    self.limit = limit
    self.turnAway = turnAway
    self.serve = serve
  }

  /// Begins to accept.
  /// - Returns: false when the host has no thread to give.
  package func start() -> Bool { spawn { [self] in accept() } }

  /// Ends all connections and waits for their threads; the path of a Unix socket goes.
  package func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    wakeup.signal()
    for connection in connections.withLock({ Array($0.values) }) { connection.end() }
    threads.wait()
    socket.withLock { $0 = nil }
  }

  private func accept() {
    guard let socket = socket.withLock({ $0 }) else { return }
    while !isStopping.load(ordering: .sequentiallyConsistent) {
      // Who is not accepted waits in the socket's backlog.
      if turnAway == nil, isFull {
        wakeup.wait()
        wakeup.drain()
        continue
      }
      guard let connection = socket.accept(or: wakeup) else {
        wakeup.drain()
        continue
      }
      // Only this thread adds connections.
      if let turnAway, isFull {
        turnAway(connection)
        connection.end()
        continue
      }
      connections.withLock { $0[ObjectIdentifier(connection)] = connection }
      // Stopped between the two: nobody else would end it.
      if isStopping.load(ordering: .sequentiallyConsistent) { connection.end() }
      let isServed = spawn { [self] in
        serve(connection)
        forget(connection)
      }
      if !isServed { forget(connection) }
    }
  }

  private var isFull: Bool { connections.withLock { $0.count >= limit } }

  private func forget(_ connection: SocketConnection) {
    connection.end()
    connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    wakeup.signal()
  }

  /// A thread that ends with `body`. `stop` waits for it.
  /// - Returns: false when the host has none to give.
  private func spawn(_ body: @escaping @Sendable () -> Void) -> Bool {
    threads.enter()
    let thread = HostThread { [threads] in
      body()
      threads.leave()
    }
    guard let thread else {
      threads.leave()
      return false
    }
    thread.detach()
    return true
  }
}

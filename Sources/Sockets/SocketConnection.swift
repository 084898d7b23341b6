import Glibc

/// One end of a connected stream.
///
/// Concurrency: one thread receives, one sends; `end` may be called by any, and releases both.
package final class SocketConnection: Sendable {
  private let descriptor: Int32

  /// Takes over a connected socket.
  init(descriptor: Int32) { self.descriptor = descriptor }
  deinit { Glibc.close(descriptor) }

  /// Connects to the Unix socket at `path`.
  /// - Throws: `refused` when nobody listens there.
  package init(unixPath path: String) throws(SocketError) {
    let address = try UnixAddress(path)
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SocketError(errno: errno, path, "the host has no socket to give") }
    guard address.withSockaddr({ connect(descriptor, $0, $1) }) == 0 else {
      throw SocketError(errno: errno, path, "does a machine run there, as `ironload run --operator \(path)` starts it?")
    }
  }

  /// Connects to a TCP port.
  package init(host: String, port: UInt16) throws(SocketError) {
    descriptor = try InternetAddress.first(host, port, passive: false) { family, address, length in
      let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      if descriptor >= 0, connect(descriptor, address, length) != 0 {
        let number = errno
        Glibc.close(descriptor)
        errno = number
        return -1
      }
      return descriptor
    }
  }

  /// What came.
  package enum Received: Sendable {
    case bytes([UInt8])
    /// The other side has ended, or this one was told to.
    case ended
    /// The wakeup was signalled; it is drained.
    case woken
    case timeLimit
  }

  /// Waits for bytes, the wakeup, or the time limit.
  package func receive(atMost count: Int = 65_536, or wakeup: Wakeup? = nil, milliseconds: Int32 = -1) -> Received {
    var waits = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    if let wakeup { waits.append(pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)) }
    let ready = poll(&waits, nfds_t(waits.count), milliseconds)
    if ready == 0 { return .timeLimit }
    if ready < 0 { return errno == EINTR ? .woken : .ended }
    if let wakeup, waits[1].revents != 0 {
      wakeup.drain()
      return .woken
    }
    var received = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      received = recv(descriptor, buffer.baseAddress, count, 0)
      initialized = max(0, received)
    }
    if received < 0 && errno == EINTR { return .woken }
    return received > 0 ? .bytes(bytes) : .ended
  }

  /// Whether the other side has gone, as far as one can tell without reading.
  package var isAbandoned: Bool {
    // Whoever has only no more to say still listens.
    var other = pollfd(fd: descriptor, events: 0, revents: 0)
    return poll(&other, 1, 0) > 0
  }

  /// Sends all of `bytes`, however long the other side takes.
  /// - Returns: false when it has gone.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
        let sent = Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        if sent < 0 && errno == EINTR { continue }
        if sent <= 0 { return false }
        done += sent
      }
      return true
    }
  }

  /// Ends both directions. Whoever waits here goes on.
  package func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Small packets go at once: a debugger waits for each.
  func sendAtOnce() {
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }
}

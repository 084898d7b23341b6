import Glibc

/// A socket that others connect to.
///
/// Concurrency: one thread accepts.
package final class ListeningSocket: Sendable {
  private let descriptor: Int32
  /// The path to remove in the end, with the inode that was made there.
  private let madePath: (path: String, inode: ino_t)?

  /// Makes a Unix socket that only this user may connect to. One that a dead process left behind is replaced.
  /// - Throws: `inUse` when somebody listens there, or something else lies there.
  package init(unixPath path: String) throws(SocketError) {
    let address = try UnixAddress(path)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    self.descriptor = descriptor
    guard descriptor >= 0 else { throw SocketError(errno: errno, path, "the host has no socket to give") }
    // Linux gives the path the mode that the socket has when it is bound: there is no moment at which others may connect.
    var status = fchmod(descriptor, 0o600)
    if status == 0 { status = address.withSockaddr { bind(descriptor, $0, $1) } }
    if status != 0, errno == EADDRINUSE, Self.isAbandoned(path) {
      unlink(path)
      status = address.withSockaddr { bind(descriptor, $0, $1) }
    }
    var made = stat()
    guard status == 0, listen(descriptor, 16) == 0, lstat(path, &made) == 0 else {
      let number = errno
      Glibc.close(descriptor)
      if status == 0 { unlink(path) }
      throw SocketError(errno: number, path, "choose another path, or remove what is there when no machine uses it")
    }
    madePath = (path, made.st_ino)
  }

  /// Listens at a TCP port; port 0 is any that is free.
  package init(host: String, port: UInt16) throws(SocketError) {
    descriptor = try InternetAddress.first(host, port, passive: true) { family, address, length in
      let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { return -1 }
      var on: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
      if bind(descriptor, address, length) != 0 || listen(descriptor, 4) != 0 {
        let number = errno
        Glibc.close(descriptor)
        errno = number
        return -1
      }
      return descriptor
    }
    madePath = nil
  }

  deinit {
    Glibc.close(descriptor)
    guard let madePath else { return }
    var now = stat()
    if lstat(madePath.path, &now) == 0, now.st_ino == madePath.inode { unlink(madePath.path) }
  }

  /// A socket lies there and nobody listens.
  private static func isAbandoned(_ path: String) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return false }
    do throws(SocketError) { _ = try SocketConnection(unixPath: path) } catch { return error.kind == .refused }
    return false
  }

  /// The TCP port, or 0 for a Unix socket.
  package var port: UInt16 {
    var address = sockaddr_storage(), length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &address) { storage in
      let status = storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
      guard status == 0 else { return 0 }
      switch Int32(storage.pointee.ss_family) {
      case AF_INET: return storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
      case AF_INET6:
        return storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin6_port) }
      default: return 0
      }
    }
  }

  /// Waits for somebody to connect.
  /// - Returns: nil when the wakeup was signalled.
  func accept(or wakeup: Wakeup) -> SocketConnection? {
    while true {
      var waits = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&waits, 2, -1) < 0 {
        // The host is short of memory: no reason to spin.
        if errno != EINTR { usleep(10_000) }
        continue
      }
      if waits[1].revents != 0 { return nil }
      guard waits[0].revents != 0 else { continue }
      let connected = Glibc.accept(descriptor, nil, nil)
      if connected < 0 {
        // Gone again before it was accepted, or the host is short of descriptors: no reason to spin.
        usleep(10_000)
        continue
      }
      _ = fcntl(connected, F_SETFD, FD_CLOEXEC)
      let connection = SocketConnection(descriptor: connected)
      connection.sendAtOnce()
      return connection
    }
  }
}

import Glibc

/// A path as Unix sockets have it: at most 107 bytes.
struct UnixAddress {
  private var address = sockaddr_un()

  init(_ path: String) throws(SocketError) {
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0) else {
      throw SocketError(.address, "\(path): a socket's path has 1 to 107 bytes; choose another")
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  }

  func withSockaddr<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
    withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}

/// A host and a port.
package enum InternetAddress {
  /// Reads `HOST:PORT`; IPv6 addresses may stand in brackets. An empty host is 127.0.0.1.
  package static func parse(_ text: String) -> (host: String, port: UInt16)? {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    let host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { return (String(host.dropFirst().dropLast()), port) }
    return host.contains(":") ? nil : (host.isEmpty ? "127.0.0.1" : String(host), port)
  }

  /// `HOST:PORT` again.
  package static func text(_ host: String, _ port: UInt16) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// The first address of `host` that `make` gives a descriptor for.
  static func first(
    _ host: String, _ port: UInt16, passive: Bool, _ make: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(SocketError) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = passive ? AI_PASSIVE : 0
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &list)
    guard status == 0 else {
      throw SocketError(.address, "\(host): \(String(cString: gai_strerror(status))); say an address such as 127.0.0.1")
    }
    defer { freeaddrinfo(list) }
    var number = EADDRNOTAVAIL
    var next = list
    while let one = next {
      if let address = one.pointee.ai_addr {
        let descriptor = make(one.pointee.ai_family, address, one.pointee.ai_addrlen)
        if descriptor >= 0 { return descriptor }
        number = errno
      }
      next = one.pointee.ai_next
    }
    throw SocketError(
      errno: number, text(host, port), passive ? "choose another port or address" : "does somebody listen there?")
  }
}

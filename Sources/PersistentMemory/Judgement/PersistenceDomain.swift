/// How far a store must get on the host to outlive a loss of power, as the kernel's `persistence_domain` of the region says.
package enum PersistenceDomain: String, Hashable, Sendable, Codable {
  /// The CPU's caches are inside (eADR): a store is enough.
  case cpuCache = "cpu_cache"
  /// The memory controller's queues are inside (ADR): a cache-line write-back and a fence are needed.
  case memoryController = "memory_controller"
  /// The kernel does not say. Treated like the memory controller.
  case unknown

  /// Looks the region up: from the device in /sys/dev upwards to the folder `regionN`.
  static func find(_ device: String, isCharacterDevice: Bool, in files: any HostFiles) -> PersistenceDomain {
    guard let start = files.realPath("/sys/dev/\(isCharacterDevice ? "char" : "block")/\(device)") else { return .unknown }
    var parts = start.split(separator: "/")
    while let last = parts.last {
      if last.hasPrefix("region"), last.count > 6, last.dropFirst(6).allSatisfy(\.isNumber) {
        let path = "/" + parts.joined(separator: "/") + "/persistence_domain"
        return files.line(of: path).flatMap(PersistenceDomain.init(rawValue:)) ?? .unknown
      }
      parts.removeLast()
    }
    return .unknown
  }
}

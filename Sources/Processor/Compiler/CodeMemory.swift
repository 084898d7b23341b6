import CHost

/// Memory for compiled code: written through one mapping, executed through another, with the sites of accesses behind it.
///
/// Concurrency: owned by the compiler of one CPU.
final class CodeMemory {
  /// A quarter of what the emulator may use beside the guest's storage.
  static let codeSize = 24 << 20
  static let siteCount = 1 << 18
  private static let siteSize = 16

  /// The first byte, to be written, and to be executed.
  let write: UnsafeMutablePointer<UInt8>
  let execute: UInt64
  private let sites: UnsafeMutablePointer<UInt64>
  /// Where the next block goes.
  var cursor: UnsafeMutablePointer<UInt8>
  private var siteCursor = 0
  /// Where blocks begin: behind the thunks.
  var blocksStart: UnsafeMutablePointer<UInt8>

  /// - Returns: nil when the host has no such memory to give.
  init?() {
    var view: UnsafeMutableRawPointer?
    guard let execute = chost_code_memory(CodeMemory.codeSize, CodeMemory.siteCount * CodeMemory.siteSize, &view), let view else { return nil }
    write = view.assumingMemoryBound(to: UInt8.self)
    self.execute = UInt64(UInt(bitPattern: execute))
    sites = (execute + CodeMemory.codeSize).assumingMemoryBound(to: UInt64.self)
    cursor = write
    blocksStart = write
    wipeSites()
  }
  deinit {
    chost_release_code_memory(
      UnsafeMutableRawPointer(bitPattern: UInt(execute)), CodeMemory.codeSize, CodeMemory.siteCount * CodeMemory.siteSize, write)
  }

  /// Whether there is room for one more block, however large.
  var hasRoom: Bool {
    write + CodeMemory.codeSize - cursor > 1 << 17 && siteCursor < CodeMemory.siteCount - BlockBuilder.nodeLimit
  }
  func executeView(_ p: UnsafeMutablePointer<UInt8>) -> UInt64 { execute &+ UInt64(p - write) }
  func writeView(_ address: UInt64) -> UnsafeMutablePointer<UInt8> { write + Int(address &- execute) }

  func nextSite() -> Int {
    defer { siteCursor += 1 }
    return siteCursor
  }
  /// Bytes from a place in the code to a site.
  func distance(from place: UnsafeMutablePointer<UInt8>, toSite site: Int) -> Int {
    CodeMemory.codeSize + site * CodeMemory.siteSize - (place - write)
  }
  /// Makes every access miss once.
  func wipeSites() {
    for k in 0..<max(siteCursor, 1) { sites[2 * k] = ~0 }
    if siteCursor == 0 { for k in 0..<CodeMemory.siteCount { sites[2 * k] = ~0 } }
  }
  /// Forgets all blocks.
  func reset() {
    wipeSites()
    siteCursor = 0
    cursor = blocksStart
  }
}

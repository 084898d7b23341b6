import CHost

/// One block of host memory with everything that the engine reaches at a fixed distance: a stack for compiled code (which has its
/// stack pointer at the state), the state, the TLB, the jump cache.
///
/// Concurrency: owned by the CPU's thread, which it is given to.
struct CPUMemory: @unchecked Sendable {
  /// Bytes of stack. What compiled code calls runs on it: the whole of the machine. What follows it is one large page of the host.
  private static let stackSize = 2 << 20
  private static let guardSize = 1 << 16
  /// From the state to the TLB, its large frames, to the jump cache, and to `TLB.origins`.
  static let tlbOffset = (MemoryLayout<CPUState>.stride + 63) & ~63
  static let largeTLBOffset = tlbOffset + TLBEntries.size
  static let jumpCacheOffset = largeTLBOffset + TLB.largeCount * MemoryLayout<LargeTLBEntry>.stride
  static let originsOffset = jumpCacheOffset + JumpCache.count * MemoryLayout<JumpCacheEntry>.stride
  private static let size = (stackSize + originsOffset + 2 * TLB.originCount + (1 << 21) - 1) & ~((1 << 21) - 1)

  private let base: UnsafeMutableRawPointer
  let state: UnsafeMutablePointer<CPUState>
  let tlbEntries: TLBEntries
  let largeTLBEntries: UnsafeMutablePointer<LargeTLBEntry>
  let jumpCache: UnsafeMutablePointer<JumpCacheEntry>
  let origins: UnsafeMutablePointer<UInt8>

  /// - Returns: nil when the host has no memory to give.
  init?() {
    guard let base = chost_reserve_addresses(CPUMemory.size) else { return nil }
    guard chost_populate(base, CPUMemory.size) == 0, chost_guard(base, CPUMemory.guardSize) == 0 else {
      chost_unmap(base, CPUMemory.size)
      return nil
    }
    self.base = base
    let place = base + CPUMemory.stackSize
    state = place.assumingMemoryBound(to: CPUState.self)
    tlbEntries = TLBEntries(at: place + CPUMemory.tlbOffset)
    largeTLBEntries = (place + CPUMemory.largeTLBOffset).assumingMemoryBound(to: LargeTLBEntry.self)
    origins = (place + CPUMemory.originsOffset).assumingMemoryBound(to: UInt8.self)
    jumpCache = (place + CPUMemory.jumpCacheOffset).assumingMemoryBound(to: JumpCacheEntry.self)
    jumpCache.initialize(repeating: JumpCacheEntry(), count: JumpCache.count)
  }

  func deallocate() { chost_unmap(base, CPUMemory.size) }
}

/// Where compiled code finds the block at a logical address. An entry holds while its tag is the CPU's.
struct JumpCacheEntry {
  /// Odd: no instruction is there.
  var address: UInt64 = 1
  /// Mode, context and its epoch.
  var tag: UInt64 = 0
  var code: UInt64 = 0
  /// The host address of the page.
  var host: UInt64 = 0
}

enum JumpCache {
  /// Entries, direct-mapped by bits 51-62 of the address.
  static let count = 4096
  /// The bits behind these.
  static let shift: UInt64 = 1
  static func number(_ address: UInt64) -> Int { Int(truncatingIfNeeded: address &>> shift) & (count - 1) }
}

import CHost
import X86

/// Memory for compiled code: written through one mapping, executed through another, with the sites of accesses behind it, and their
/// histories.
///
/// Concurrency: owned by the compiler of one CPU.
final class CodeMemory {
  /// Bytes of code, and the eighths of it that are for what is run often.
  private let codeSize: Int
  private static let blocksEighths = 5
  /// Bytes that one block may take of either part.
  static let blockRoom = 1 << 16
  static let siteCount = 1 << 18
  private static let siteSize = 16
  /// Bytes from a site to its history, which is as large, and of both.
  static let historyOffset = siteCount * siteSize
  private static let dataSize = 2 * historyOffset

  /// The first byte, to be written, and to be executed.
  let write: UnsafeMutablePointer<UInt8>
  let execute: UInt64
  private let sites: UnsafeMutablePointer<UInt64>
  /// Where the next block goes, and what is seldom run of it: apart from each other, as the host's caches are small.
  var cursor: UnsafeMutablePointer<UInt8>
  var stubCursor: UnsafeMutablePointer<UInt8>
  /// Where the stubs begin.
  private let stubs: UnsafeMutablePointer<UInt8>
  private var siteCursor = 0
  /// Bytes of a large page of the host, and how much of the blocks' part is in such pages.
  private static let largePage = 2 << 20
  private var enlarged = 0
  /// Which instructions raise floating-point exceptions, for the handler of SIGFPE.
  let floatCode: UnsafeMutablePointer<chost_float_code>
  private static let faultLimit = 1 << 17
  /// Where blocks begin: behind the thunks.
  var blocksStart: UnsafeMutablePointer<UInt8>

  /// - Parameter codeSize: a multiple of a page, and room for several blocks.
  /// - Returns: nil when the host has no such memory to give.
  init?(codeSize: Int) {
    self.codeSize = codeSize
    var view: UnsafeMutableRawPointer?
    guard chost_handle_float_faults() == 0,
      let execute = chost_code_memory(codeSize, CodeMemory.dataSize, &view), let view
    else { return nil }
    write = view.assumingMemoryBound(to: UInt8.self)
    self.execute = UInt64(UInt(bitPattern: execute))
    sites = (execute + codeSize).assumingMemoryBound(to: UInt64.self)
    cursor = write
    blocksStart = write
    stubs = write + codeSize / 8 * CodeMemory.blocksEighths
    stubCursor = stubs
    floatCode = .allocate(capacity: 1)
    floatCode.initialize(
      to: chost_float_code(
        start: UInt(bitPattern: execute), size: UInt(codeSize), entries: .allocate(capacity: CodeMemory.faultLimit), count: 0,
        faults: nil, masked: nil))
    wipeSites()
  }
  deinit {
    floatCode.pointee.entries.deallocate()
    floatCode.deallocate()
    chost_release_code_memory(
      UnsafeMutableRawPointer(bitPattern: UInt(execute)), codeSize, CodeMemory.dataSize, write)
  }

  /// Whether there is room for one more block, however large.
  var hasRoom: Bool {
    stubs - cursor > CodeMemory.blockRoom && write + codeSize - stubCursor > CodeMemory.blockRoom
      && siteCursor < CodeMemory.siteCount - BlockBuilder.nodeLimit
      && Int(floatCode.pointee.count) < CodeMemory.faultLimit - BlockBuilder.nodeLimit
  }
  /// Has an exception of the instruction at one place go on at another. Places come in ascending order.
  func noteFault(at place: UnsafeMutablePointer<UInt8>, to stub: UnsafeMutablePointer<UInt8>) {
    let code = floatCode
    code.pointee.entries[Int(code.pointee.count)] = chost_float_entry(at: UInt32(place - write), stub: UInt32(stub - write))
    code.pointee.count += 1
  }
  var isQuarterFree: Bool {
    cursor - write < (stubs - write) / 4 * 3 && stubCursor - stubs < (write + codeSize - stubs) / 4 * 3
      && siteCursor < CodeMemory.siteCount / 4 * 3
  }
  func executeView(_ p: UnsafeMutablePointer<UInt8>) -> UInt64 { execute &+ UInt64(p - write) }
  func writeView(_ address: UInt64) -> UnsafeMutablePointer<UInt8> { write + Int(address &- execute) }

  /// Has code lead to other code from its first instruction on.
  func lead(from old: UInt64, to new: UInt64) {
    var assembler = Assembler(at: writeView(old))
    Assembler.resolve(assembler.jump(), to: writeView(new))
  }

  /// Has a jump lead to a block.
  /// - Parameter end: where its displacement ends, to be executed.
  func link(_ end: UInt64, to code: UInt64) {
    UnsafeMutableRawPointer(writeView(end) - 4)
      .storeBytes(of: Int32(truncatingIfNeeded: Int64(bitPattern: code &- end)), as: Int32.self)
  }

  /// Has the host keep in large pages what blocks fill by an eighth and more, and no longer map for writing what was written.
  func enlargePages() {
    while cursor - write > enlarged + CodeMemory.largePage / 8 && enlarged + CodeMemory.largePage <= codeSize {
      chost_unmap_code_writing(write, codeSize)
      chost_enlarge_code_page(UnsafeMutableRawPointer(bitPattern: UInt(execute) + UInt(enlarged)))
      enlarged += CodeMemory.largePage
    }
  }

  func nextSite() -> Int {
    defer { siteCursor += 1 }
    return siteCursor
  }
  /// The history of the access whose site is there.
  static func history(_ site: UnsafeMutablePointer<UInt64>) -> UnsafeMutablePointer<AccessHistory> {
    UnsafeMutableRawPointer(site).advanced(by: historyOffset).assumingMemoryBound(to: AccessHistory.self)
  }
  /// Begins the history of a site.
  func beginHistory(ofSite site: Int, _ history: AccessHistory) { CodeMemory.history(sites + 2 * site).initialize(to: history) }
  /// Bytes from a place in the code to a site.
  func distance(from place: UnsafeMutablePointer<UInt8>, toSite site: Int) -> Int {
    codeSize + site * CodeMemory.siteSize - (place - write)
  }
  /// The tag of a site that every access misses.
  static let void = ~UInt64(0)
  /// Makes every access miss once.
  func wipeSites() {
    for k in 0..<max(siteCursor, 1) { sites[2 * k] = CodeMemory.void }
    if siteCursor == 0 { for k in 0..<CodeMemory.siteCount { sites[2 * k] = CodeMemory.void } }
  }
  /// Forgets all blocks.
  func reset() {
    wipeSites()
    siteCursor = 0
    floatCode.pointee.count = 0
    cursor = blocksStart
    stubCursor = stubs
  }
}

/// The extended-report word, word 1 of the ESW (chapter 16, "Extended-Report Word").
package struct ERW: Hashable, Sendable {
  package var word: UInt32
  package init(word: UInt32 = 0) { self.word = word }

  /// S and SCNT: sense bytes are in the extended-control word, and how many (0-32).
  package var concurrentSenseCount: UInt8? {
    get { word & 0x0100_0000 != 0 ? UInt8(word >> 16 & 0x3F) : nil }
    set { word = word & ~0x013F_0000 | (newValue.map { 0x0100_0000 | UInt32($0 & 0x3F) << 16 } ?? 0) }
  }
}

/// The extended-status word: 20 bytes (chapter 16, "Extended-Status Word").
package struct ESW: Hashable, Sendable {
  package static let size = 20

  /// Word 0: the subchannel logout of format 0; else the path last used in byte 1, and in format 2 the
  /// device-connect time in the right half, in units of 128 microseconds.
  package var logout: UInt32 = 0
  package var report = ERW()
  /// Words 2-4: failing-storage address and secondary CCW address, format 0 only.
  package var addresses: [UInt32] = [0, 0, 0]

  package init() {}
  package init(lastPathUsedMask: UInt8, connectTime: UInt16 = 0) {
    logout = UInt32(lastPathUsedMask) << 16 | UInt32(connectTime)
  }

  init(_ block: BlockReader, at base: Int) {
    logout = block.word(base)
    report = ERW(word: block.word(base + 4))
    addresses = (0..<3).map { block.word(base + 8 + 4 * $0) }
  }

  func encode(into block: inout BlockWriter) {
    block.put(logout)
    block.put(report.word)
    for n in 0..<3 { block.put(n < addresses.count ? addresses[n] : 0) }
  }
}

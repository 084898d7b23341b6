/// The interruption-response block of TEST SUBCHANNEL: SCSW, ESW and extended-control word, 64 bytes; 96 with the
/// extended-measurement word (chapter 16, "Interruption-Response Block").
package struct IRB: Hashable, Sendable {
  package static let size = 64
  package static let extendedSize = 96

  package var status = SCSW()
  package var extendedStatus = ESW()
  /// The extended-control word: with concurrent sense, the sense bytes. At most 32.
  package var extendedControl: [UInt8] = []

  package init() {}

  /// - Returns: nil when `bytes` are fewer than 64.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.size else { return nil }
    let block = BlockReader(bytes)
    status = SCSW(block, at: 0)
    extendedStatus = ESW(block, at: SCSW.size)
    extendedControl = Array(bytes[32..<64])
  }

  /// 64 bytes.
  package func encode() -> [UInt8] {
    var block = BlockWriter(capacity: Self.size)
    status.encode(into: &block)
    extendedStatus.encode(into: &block)
    block.put(extendedControl)
    block.fill(to: Self.size)
    return block.bytes
  }

  /// 96 bytes, the extended-measurement word zero, as when nothing was measured.
  package func encodeExtended() -> [UInt8] { encode() + Array(repeating: 0, count: Self.extendedSize - Self.size) }
}

/// Big-endian fields of a control block that is being read. Reads beyond the end give zeros: sizes are checked once, when a
/// block is made.
struct BlockReader {
  let bytes: [UInt8]
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func byte(_ at: Int) -> UInt8 { at < bytes.count ? bytes[at] : 0 }
  func half(_ at: Int) -> UInt16 { UInt16(byte(at)) << 8 | UInt16(byte(at + 1)) }
  func word(_ at: Int) -> UInt32 { UInt32(half(at)) << 16 | UInt32(half(at + 2)) }
  func doubleword(_ at: Int) -> UInt64 { UInt64(word(at)) << 32 | UInt64(word(at + 4)) }
}

/// A control block that is being written, big-endian, field after field.
struct BlockWriter {
  private(set) var bytes: [UInt8] = []
  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func put(_ value: UInt8) { bytes.append(value) }
  mutating func put(_ value: UInt16) { put(UInt8(value >> 8)); put(UInt8(truncatingIfNeeded: value)) }
  mutating func put(_ value: UInt32) { put(UInt16(value >> 16)); put(UInt16(truncatingIfNeeded: value)) }
  mutating func put(_ value: UInt64) { put(UInt32(value >> 32)); put(UInt32(truncatingIfNeeded: value)) }
  mutating func put(_ values: [UInt8]) { bytes += values }
  /// Zeros up to `size` bytes; a longer block is cut.
  mutating func fill(to size: Int) {
    while bytes.count < size { bytes.append(0) }
    if bytes.count > size { bytes.removeLast(bytes.count - size) }
  }
}

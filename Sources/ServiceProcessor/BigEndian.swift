/// Big-endian fields of a byte array, for control blocks that a guest lays out. Reading never traps.
extension [UInt8] {
  /// The value at `offset`; nil when it does not lie wholly within the array.
  func field<T: FixedWidthInteger>(_: T.Type, at offset: Int) -> T? {
    guard offset >= 0, offset <= count, count - offset >= T.bitWidth / 8 else { return nil }
    return self[offset..<offset + T.bitWidth / 8].reduce(0) { ($0 << 8) | T(truncatingIfNeeded: $1) }
  }

  /// Replaces the bytes at `offset`, which must lie within the array.
  mutating func setField<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    precondition(offset >= 0 && offset + T.bitWidth / 8 <= count, "a field outside of its control block")
    for k in 0..<T.bitWidth / 8 { self[offset + k] = UInt8(truncatingIfNeeded: value >> T(T.bitWidth - 8 - 8 * k)) }
  }

  mutating func append<T: FixedWidthInteger>(field value: T) {
    for k in 0..<T.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> T(T.bitWidth - 8 - 8 * k))) }
  }
}

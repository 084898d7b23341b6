/// PACK and UNPACK in their EBCDIC, ASCII and Unicode forms (chapters 7 and 8). Nothing is checked but the sign of
/// UNPACK ASCII and UNPACK UNICODE.
package enum ZonedDecimal {
  /// Both nibbles of a byte exchanged: how the rightmost byte is packed and unpacked.
  @inline(__always) package static func exchanged(_ byte: UInt8) -> UInt8 { byte &<< 4 | byte &>> 4 }

  /// PACK, right to left, each result byte stored before the next operand bytes are fetched, so that operands may overlap.
  /// - Parameters: `first` and `second` are numbers of the last byte; bytes are numbered from the left.
  @inline(__always)
  package static func pack(
    last first: Int, from second: Int, load: (Int) -> UInt8, store: (Int, UInt8) -> Void
  ) {
    store(first, exchanged(load(second)))
    var source = second &- 1
    for target in stride(from: first &- 1, through: 0, by: -1) {
      let right = source >= 0 ? load(source) & 15 : 0
      let left = source >= 1 ? load(source &- 1) & 15 : 0
      source &-= 2
      store(target, left &<< 4 | right)
    }
  }

  /// UNPACK, right to left: two zoned digits from each packed byte but the last.
  @inline(__always)
  package static func unpack(
    last first: Int, from second: Int, load: (Int) -> UInt8, store: (Int, UInt8) -> Void
  ) {
    store(first, exchanged(load(second)))
    var source = second &- 1
    var target = first &- 1
    while target >= 0 {
      let byte = source >= 0 ? load(source) : 0
      source &-= 1
      store(target, 0xF0 | byte & 15)
      if target > 0 { store(target &- 1, 0xF0 | byte &>> 4) }
      target &-= 2
    }
  }

  /// The condition code of UNPACK ASCII and UNPACK UNICODE: 0 plus, 1 minus, 3 no sign.
  package static func conditionCode(sign: UInt8) -> UInt8 {
    sign < 10 ? 3 : PackedDecimal.isMinus(sign) ? 1 : 0
  }
}

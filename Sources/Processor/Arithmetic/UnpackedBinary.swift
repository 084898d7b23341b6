/// A BFP datum taken apart, the same for all formats, so that one implementation serves them all.
package struct UnpackedBinary {
  package enum Kind: UInt8 { case zero, finite, infinity, quietNaN, signalingNaN }

  package var kind: Kind
  package var isNegative: Bool
  /// For `.finite`: the value is significand × 2^(exponent − 127).
  package var exponent: Int
  /// For `.finite`: bit 127 (the leftmost) is one. For a NaN: the fraction, left-justified without the hidden bit.
  var significand: UInt128

  @inline(__always)
  package init(kind: Kind, isNegative: Bool, exponent: Int = 0, significand: UInt128 = 0) {
    self.kind = kind
    self.isNegative = isNegative
    self.exponent = exponent
    self.significand = significand
  }

  @inline(__always)
  package init<Format: BinaryFormat>(_ bits: Format.Bits, _: Format.Type) {
    isNegative = bits & Format.signBit != 0
    let fraction = bits & Format.fractionMask
    let biased = Int(truncatingIfNeeded: (bits & ~Format.signBit) &>> Format.Bits(truncatingIfNeeded: Format.fractionBits))
    let left = UInt128(truncatingIfNeeded: 127 &- Format.fractionBits)
    if biased == 2 &* Format.maximumExponent &+ 1 {
      kind = fraction == 0 ? .infinity : fraction & Format.quietBit != 0 ? .quietNaN : .signalingNaN
      exponent = 0
      significand = UInt128(truncatingIfNeeded: fraction) &<< (left &+ 1)
    } else if biased != 0 {
      kind = .finite
      exponent = biased &- Format.maximumExponent
      significand = UInt128(truncatingIfNeeded: fraction | Format.hiddenBit) &<< left
    } else if fraction == 0 {
      kind = .zero
      exponent = 0
      significand = 0
    } else {
      kind = .finite
      let wide = UInt128(truncatingIfNeeded: fraction) &<< left
      let zeros = wide.leadingZeroBitCount
      exponent = Format.minimumExponent &- zeros
      significand = wide &<< UInt128(truncatingIfNeeded: zeros)
    }
  }

  /// The integer `magnitude`, negated if asked.
  @inline(__always)
  package init(magnitude: UInt64, isNegative: Bool) {
    if magnitude == 0 {
      self.init(kind: .zero, isNegative: false)
    } else {
      let zeros = magnitude.leadingZeroBitCount
      let significand = UInt128(truncatingIfNeeded: magnitude &<< UInt64(truncatingIfNeeded: zeros)) &<< 64
      self.init(kind: .finite, isNegative: isNegative, exponent: 63 &- zeros, significand: significand)
    }
  }

  @inline(__always) package var isNaN: Bool { kind.rawValue >= Kind.quietNaN.rawValue }
}

extension BinaryFormat {
  /// The zero, infinity or NaN that `source` (of whatever format) is in this one; NaNs are made quiet and lose or gain fraction
  /// bits on the right.
  @inline(__always)
  static func special(_ source: UnpackedBinary) -> Bits {
    let sign = source.isNegative ? signBit : 0
    switch source.kind {
    case .zero, .finite: return sign
    case .infinity: return sign | infinity
    case .quietNaN, .signalingNaN:
      let fraction = Bits(truncatingIfNeeded: source.significand &>> UInt128(truncatingIfNeeded: 128 &- fractionBits))
      return sign | defaultNaN | fraction
    }
  }

  /// The number whose significand of exactly `precision` bits is an integer `magnitude` (leftmost bit on), with that exponent.
  @inline(__always)
  static func pack(isNegative: Bool, exponent: Int, magnitude: UInt128) -> Bits {
    let biased = Bits(truncatingIfNeeded: exponent &+ maximumExponent)
    let fraction = Bits(truncatingIfNeeded: magnitude) & fractionMask
    return (isNegative ? signBit : 0) | biased &<< Bits(truncatingIfNeeded: fractionBits) | fraction
  }
}

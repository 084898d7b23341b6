/// The shape of one binary-floating-point (BFP) format: Principles of Operation, chapter 19, "BFP Data Formats".
///
/// All three formats share one layout: sign, biased exponent, fraction, with a hidden leading bit. Everything else follows
/// from the precision, the largest exponent and the width of `Bits`.
package protocol BinaryFormat: Sendable {
  /// An unsigned integer as wide as the format; bit 0 of the Principles is its most significant bit.
  associatedtype Bits: FixedWidthInteger & UnsignedInteger & Sendable
  /// Bits of the significand, the hidden one included.
  static var precision: Int { get }
  /// Emax, the exponent of the largest finite number; also the exponent bias.
  static var maximumExponent: Int { get }
  /// Ψ: a result that overflows or underflows with its trap enabled is delivered with its exponent changed by this much.
  static var scaling: Int { get }
  /// Ψ for LOAD ROUNDED with this format as the *source*, in which such a result is delivered.
  static var loadRoundedScaling: Int { get }
}

/// Formats of which a product of two significands fits 128 bits: those that have fused and divide-to-integer instructions.
package protocol NarrowBinaryFormat: BinaryFormat {}

/// BFP short: 1 + 8 + 23 bits.
package enum ShortBinary: NarrowBinaryFormat {
  package typealias Bits = UInt32
  package static var precision: Int { 24 }
  package static var maximumExponent: Int { 127 }
  package static var scaling: Int { 192 }
  package static var loadRoundedScaling: Int { 0 }
}

/// BFP long: 1 + 11 + 52 bits.
package enum LongBinary: NarrowBinaryFormat {
  package typealias Bits = UInt64
  package static var precision: Int { 53 }
  package static var maximumExponent: Int { 1023 }
  package static var scaling: Int { 1536 }
  package static var loadRoundedScaling: Int { 512 }
}

/// BFP extended: 1 + 15 + 112 bits, the high half in the lower-numbered register of a pair.
package enum ExtendedBinary: BinaryFormat {
  package typealias Bits = UInt128
  package static var precision: Int { 113 }
  package static var maximumExponent: Int { 16383 }
  package static var scaling: Int { 24576 }
  package static var loadRoundedScaling: Int { 8192 }
}

extension BinaryFormat {
  /// Emin, the exponent of the smallest normal number.
  @inline(__always) static var minimumExponent: Int { 1 &- maximumExponent }
  @inline(__always) package static var fractionBits: Int { precision &- 1 }
  @inline(__always) package static var signBit: Bits { (1 as Bits) &<< Bits(truncatingIfNeeded: Bits.bitWidth &- 1) }
  @inline(__always) package static var fractionMask: Bits { hiddenBit &- 1 }
  /// The bit of weight one, hidden in normal numbers.
  @inline(__always) package static var hiddenBit: Bits { (1 as Bits) &<< Bits(truncatingIfNeeded: fractionBits) }
  /// The fraction's leftmost bit tells a quiet NaN from a signaling one.
  @inline(__always) package static var quietBit: Bits { hiddenBit &>> 1 }
  @inline(__always) package static var infinity: Bits {
    Bits(truncatingIfNeeded: 2 &* maximumExponent &+ 1) &<< Bits(truncatingIfNeeded: fractionBits)
  }
  @inline(__always) package static var largestFinite: Bits { infinity &- 1 }
  /// The default NaN: positive, quiet, nothing else.
  @inline(__always) package static var defaultNaN: Bits { infinity | quietBit }
}

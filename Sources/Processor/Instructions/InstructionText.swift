/// The text of one instruction, left-aligned in 64 bits (instruction bit 0 is bit 63 of `bits`); what follows the
/// instruction is undefined. Fields carry their Principles of Operation names; where a name stands at two places,
/// the formats that mean the second one are in the name.
package struct InstructionText {
  package let bits: UInt64
  @inline(__always) package init(bits: UInt64) { self.bits = bits }

  /// The four bits that start at instruction bit `position`.
  @inline(__always) package func nibble(_ position: UInt64) -> Int { Int(truncatingIfNeeded: bits &>> (60 &- position)) & 15 }
  @inline(__always) private func signed16(_ position: UInt64) -> Int64 {
    Int64(Int16(truncatingIfNeeded: bits &>> (48 &- position)))
  }

  /// The first byte.
  @inline(__always) var majorOpcode: Int { Int(truncatingIfNeeded: bits &>> 56) }
  /// 2, 4 or 6 bytes, from bits 0-1.
  @inline(__always) package var length: UInt64 { 2 &* (1 &+ (((bits &>> 62) &+ 1) &>> 1)) }

  // MARK: Bits 8-15 (RR, RX, RXY, RS, RSY, RI, RIL, RIE, SI, SS)

  /// R1 or M1, bits 8-11.
  @inline(__always) package var r1: Int { nibble(8) }
  /// R2 of RR and RIE-b/f, bits 12-15.
  @inline(__always) package var r2: Int { nibble(12) }
  /// X2, bits 12-15.
  @inline(__always) package var x2: Int { nibble(12) }
  /// R3 of RS, RSY, RSI, RIE-d/e; M3 of RS-b, RSY-b, RIE-c/g, RIS: bits 12-15.
  @inline(__always) package var r3: Int { nibble(12) }
  /// The mask at bits 12-15.
  @inline(__always) package var m3: Int { nibble(12) }
  /// I2 of SI and SIY, I of I; the length L of SS-a: bits 8-15.
  @inline(__always) package var byte1: Int { Int(truncatingIfNeeded: bits &>> 48) & 0xFF }
  /// L1 of SS-b, bits 8-11 (one less than the length in bytes).
  @inline(__always) package var l1: Int { nibble(8) }
  /// L2 of SS-b, bits 12-15.
  @inline(__always) package var l2: Int { nibble(12) }

  // MARK: Bits 16-31

  /// B2 of RX, RXY, RS, RSY, S; bits 16-19.
  @inline(__always) var b2: Int { nibble(16) }
  /// D2, 12 bits unsigned, bits 20-31.
  @inline(__always) var d2: UInt64 { bits &>> 32 & 0xFFF }
  /// B1 of SI, SIY, SIL, SS; bits 16-19. The same bits as `b2`.
  @inline(__always) var b1: Int { nibble(16) }
  /// D1, 12 bits unsigned, bits 20-31. The same bits as `d2`.
  @inline(__always) var d1: UInt64 { bits &>> 32 & 0xFFF }
  /// The signed 20-bit displacement of RXY, RSY and SIY: DH (bits 32-39) above DL (bits 20-31).
  @inline(__always) var longDisplacement: UInt64 {
    let high = Int64(Int8(truncatingIfNeeded: bits &>> 24))
    return UInt64(bitPattern: high &<< 12) | (bits &>> 32 & 0xFFF)
  }
  /// I2 of RI, RIE-a/d/e/g, I4 of RIE-b/c: 16 bits signed, bits 16-31.
  @inline(__always) var i16: Int64 { signed16(16) }
  /// I2 of RIL, 32 bits signed, bits 16-47.
  @inline(__always) var i32: Int64 { Int64(Int32(truncatingIfNeeded: bits &>> 16)) }
  /// I3 and I4 of RIE-f (bits 16-23 and 24-31).
  @inline(__always) var i3: Int { Int(truncatingIfNeeded: bits &>> 40) & 0xFF }
  @inline(__always) var i4: Int { Int(truncatingIfNeeded: bits &>> 32) & 0xFF }

  // MARK: RRE and RRF

  /// R1 of RRE and RRF, bits 24-27; R3 of RRD.
  @inline(__always) var e1: Int { nibble(24) }
  /// R2 of RRE and RRF, bits 28-31; R2 of RRD.
  @inline(__always) var e2: Int { nibble(28) }
  /// R3 or M3 of RRF, R1 of RRD: bits 16-19.
  @inline(__always) var e3: Int { nibble(16) }
  /// M4 of RRF, bits 20-23.
  @inline(__always) var e4: Int { nibble(20) }

  // MARK: Bits 32-47

  /// B2 of SS, SSE, SSF; bits 32-35.
  @inline(__always) var ssB2: Int { nibble(32) }
  /// D2 of SS, SSE, SSF; bits 36-47.
  @inline(__always) var ssD2: UInt64 { bits &>> 16 & 0xFFF }
  /// I2 of SIL, 16 bits signed, bits 32-47.
  @inline(__always) var silI2: Int64 { signed16(32) }
  /// I2 of RIE-c and RIS, 8 bits signed, bits 32-39; I5 of RIE-f.
  @inline(__always) var i8: Int64 { Int64(Int8(truncatingIfNeeded: bits &>> 24)) }
  /// M3 of RIE-a/b, RRS; R1 of RXF, M3 of RXE; L1's register... bits 32-35.
  @inline(__always) var n32: Int { nibble(32) }

  // MARK: Unsigned and byte immediates

  /// I2 of RI, unsigned, bits 16-31.
  @inline(__always) var u16: UInt64 { bits &>> 32 & 0xFFFF }
  /// I2 of RIL, unsigned, bits 16-47.
  @inline(__always) var u32: UInt64 { bits &>> 16 & 0xFFFF_FFFF }
  /// I2 of RIE-c and RIS, I5 of RIE-f: unsigned, bits 32-39.
  @inline(__always) var u8: UInt64 { bits &>> 24 & 0xFF }
  /// I2 of SIL, unsigned, bits 32-47.
  @inline(__always) var silU2: UInt64 { bits &>> 16 & 0xFFFF }
  /// I2 of SIY, signed, bits 8-15.
  @inline(__always) var immediateByte: Int64 { Int64(Int8(truncatingIfNeeded: bits &>> 48)) }
}

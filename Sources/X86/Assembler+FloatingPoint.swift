/// SSE2 and FMA: scalar floating point, and sixteen bytes at a time, in XMM registers, named by number.
extension Assembler {
  /// MOVSD or MOVSS from storage; the rest of the register becomes zero.
  @inlinable public mutating func loadFloat(_ x: UInt8, _ m: Memory, isDouble: Bool) {
    encode(isDouble ? 0xF200_0F10 : 0xF300_0F10, x, m)
  }
  /// MOVSD or MOVSS to storage.
  @inlinable public mutating func storeFloat(_ m: Memory, _ x: UInt8, isDouble: Bool) {
    encode(isDouble ? 0xF200_0F11 : 0xF300_0F11, x, m)
  }
  /// ADDSD, SUBSD and their like: `to` = `to` o `from`; `code` is the opcode's last byte.
  @inlinable public mutating func float(_ code: FloatOperation, _ to: UInt8, _ from: UInt8, isDouble: Bool) {
    encode((isDouble ? 0xF200_0F00 : 0xF300_0F00) | UInt32(code.rawValue), to, xmm(from))
  }
  /// UCOMISD: ZF equal or unordered, CF low or unordered, PF unordered; OF and SF zero.
  @inlinable public mutating func compareFloat(_ a: UInt8, _ b: UInt8, isDouble: Bool) {
    encode(isDouble ? 0x6600_0F2E : 0x0F2E, a, xmm(b))
  }
  /// MOVDQU: 16 bytes, on any boundary.
  @inlinable public mutating func loadVector(_ x: UInt8, _ m: Memory) { encode(0xF300_0F6F, x, m) }
  /// MOVDQU to storage.
  @inlinable public mutating func storeVector(_ m: Memory, _ x: UInt8) { encode(0xF300_0F7F, x, m) }
  /// XORPS: zero.
  @inlinable public mutating func clearFloat(_ x: UInt8) { encode(0x0F57, x, xmm(x)) }
  /// PUNPCKLQDQ: the low eight bytes twice.
  @inlinable public mutating func duplicateLow(_ x: UInt8) { encode(0x6600_0F6C, x, xmm(x)) }
  /// PCMPEQB: bytes of ones where the two are equal.
  @inlinable public mutating func compareBytes(_ to: UInt8, _ from: UInt8) { encode(0x6600_0F74, to, xmm(from)) }
  /// PANDN: `from` where `to` has zeros.
  @inlinable public mutating func andNot(_ to: UInt8, _ from: UInt8) { encode(0x6600_0FDF, to, xmm(from)) }
  /// PMOVMSKB: the first bit of each byte, the byte at the lowest address in the lowest bit.
  @inlinable public mutating func byteMask(_ to: Register, _ from: UInt8) { encode(0x6600_0FD7, to.number, xmm(from)) }
  /// The bits of the number.
  @inlinable public mutating func mov(_ to: Register, fromFloat x: UInt8, _ width: Width) { encode(0x6600_0F7E, x, to, width) }
  /// MOVD or MOVQ: the number of the bits; the rest of the register becomes zero.
  @inlinable public mutating func mov(toFloat x: UInt8, _ from: Register, _ width: Width) { encode(0x6600_0F6E, x, from, width) }
  /// CVTSI2SD, CVTSI2SS.
  @inlinable public mutating func floatFromInteger(_ to: UInt8, _ from: Register, _ width: Width, isDouble: Bool) {
    encode(isDouble ? 0xF200_0F2A : 0xF300_0F2A, to, from, width)
  }
  /// CVTTSD2SI, CVTTSS2SI: toward zero; what does not fit becomes the most negative number.
  @inlinable public mutating func integerFromFloat(_ to: Register, _ from: UInt8, _ width: Width, isDouble: Bool) {
    encode(isDouble ? 0xF200_0F2C : 0xF300_0F2C, to.number, xmm(from), width)
  }
  /// CVTSS2SD, CVTSD2SS.
  @inlinable public mutating func convertFloat(_ to: UInt8, _ from: UInt8, toDouble: Bool) {
    encode(toDouble ? 0xF300_0F5A : 0xF200_0F5A, to, xmm(from))
  }
  /// VFMADD231, VFMSUB231: `to` = `a` x `b` + or - `to`, rounded once.
  @inlinable public mutating func multiplyAdd(_ to: UInt8, _ a: UInt8, _ b: UInt8, isSubtracting: Bool, isDouble: Bool) {
    vex(2, 1, isSubtracting ? 0xBB : 0xB9, xmm(to), xmm(a), xmm(b), wide: isDouble)
  }
  /// MOVAPS: the whole register.
  @inlinable public mutating func moveFloat(_ to: UInt8, _ from: UInt8) { encode(0x0F28, to, xmm(from)) }
  /// VANDPD, VORPD, VXORPD: `to` = `from` o the 16 bytes in storage, on any boundary.
  @inlinable public mutating func floatBits(_ o: FloatBitOperation, _ to: UInt8, _ from: UInt8, _ m: Memory) {
    vex(1, 1, o.rawValue, xmm(to), xmm(from), m)
  }
  /// VPSHUFB: byte k of `to` is the byte of `from` that byte k of the 16 bytes in storage numbers.
  @inlinable public mutating func shuffleBytes(_ to: UInt8, _ from: UInt8, _ m: Memory) { vex(2, 1, 0x00, xmm(to), xmm(from), m) }
  /// UCOMISD, UCOMISS with storage.
  @inlinable public mutating func compareFloat(_ a: UInt8, _ m: Memory, isDouble: Bool) {
    encode(isDouble ? 0x6600_0F2E : 0x0F2E, a, m)
  }
  /// Loads the control and status register.
  @inlinable public mutating func loadFloatControl(_ m: Memory) { encode(0x0FAE, 2, m) }
  /// The number of an XMM register as the encoder takes it.
  @inlinable func xmm(_ x: UInt8) -> Register { Register(number: x & 15) }
}

/// Operations on bits by their opcodes.
public enum FloatBitOperation: UInt8, Sendable {
  case and = 0x54, or = 0x56, xor = 0x57
}

/// Scalar operations by the last byte of their opcodes.
public enum FloatOperation: UInt8, Sendable {
  case squareRoot = 0x51, add = 0x58, multiply = 0x59, subtract = 0x5C, divide = 0x5E
}

/// Moves, and accesses with the bytes in reverse.
extension Assembler {
  /// MOV between registers; nothing when that would be nothing.
  @inlinable public mutating func mov(_ to: Register, _ from: Register, _ width: Width = .bits64) {
    if to == from && width == .bits64 { return }
    encode(0x8B, to.number, from, width)
  }
  /// MOV from storage.
  @inlinable public mutating func mov(_ to: Register, _ m: Memory, _ width: Width = .bits64) {
    encode(0x8B, to.number, m, width)
  }
  /// MOV to storage.
  @inlinable public mutating func mov(_ m: Memory, _ from: Register, _ width: Width = .bits64) {
    encode(0x89, from.number, m, width)
  }
  /// MOV of 16 bits.
  @inlinable public mutating func mov16(_ m: Memory, _ from: Register) { encode(0x6600_0089, from.number, m) }
  /// Bits 8-63 of the register stay.
  @inlinable public mutating func mov8(_ to: Register, _ from: Register) { encode(0x8A, to.number, from, bytes: true) }
  /// MOV of 8 bits.
  @inlinable public mutating func mov8(_ m: Memory, _ from: Register) { encode(0x88, from.number, m, bytes: true) }
  /// The shortest encoding that leaves the flags alone.
  @inlinable public mutating func mov(_ to: Register, _ v: UInt64) {
    if v <= 0xFFFF_FFFF {
      encode(0xB8, in: to.number, .bits32)
      int32(Int32(truncatingIfNeeded: v))
    } else if let short = Int32(exactly: Int64(bitPattern: v)) {
      encode(0xC7, 0, to, .bits64)
      int32(short)
    } else {
      encode(0xB8, in: to.number, .bits64)
      int64(v)
    }
  }
  /// A sign-extended immediate into storage.
  @inlinable public mutating func mov(_ m: Memory, immediate v: Int32, _ width: Width) {
    encode(0xC7, 0, m, width)
    int32(v)
  }
  /// MOV of 8 bits.
  @inlinable public mutating func mov8(_ m: Memory, immediate v: UInt8) {
    encode(0xC6, 0, m)
    byte(v)
  }
  /// MOVZX from 8 bits, to 32 that clear the others.
  @inlinable public mutating func zeroExtend8(_ to: Register, _ from: Register) { encode(0x0FB6, to.number, from, bytes: true) }
  /// MOVZX from 8 bits, to 32 that clear the others.
  @inlinable public mutating func zeroExtend8(_ to: Register, _ m: Memory) { encode(0x0FB6, to.number, m) }
  /// MOVZX from 16 bits, to 32 that clear the others.
  @inlinable public mutating func zeroExtend16(_ to: Register, _ from: Register) { encode(0x0FB7, to.number, from) }
  /// MOVZX from 16 bits, to 32 that clear the others.
  @inlinable public mutating func zeroExtend16(_ to: Register, _ m: Memory) { encode(0x0FB7, to.number, m) }
  /// MOVSX from 8 bits to 64.
  @inlinable public mutating func signExtend8(_ to: Register, _ from: Register) { encode(0x0FBE, to.number, from, .bits64) }
  /// MOVSX from 16 bits to 64.
  @inlinable public mutating func signExtend16(_ to: Register, _ from: Register) { encode(0x0FBF, to.number, from, .bits64) }
  /// MOVSXD from 32 bits to 64.
  @inlinable public mutating func signExtend32(_ to: Register, _ from: Register) { encode(0x63, to.number, from, .bits64) }
  /// LEA: the address itself. The flags stay.
  @inlinable public mutating func lea(_ to: Register, _ m: Memory, _ width: Width = .bits64) {
    encode(0x8D, to.number, m, width)
  }
  /// XCHG of 64 bits.
  @inlinable public mutating func xchg(_ a: Register, _ b: Register) { encode(0x87, a.number, b, .bits64) }

  /// CMOV. With 32 bits, bits 32-63 become zeros whether the condition holds or not.
  @inlinable public mutating func move(if c: Condition, _ to: Register, _ from: Register, _ width: Width = .bits64) {
    encode(0x0F40 | UInt32(c.rawValue), to.number, from, width)
  }
  /// CMOV from storage, which is accessed in any case.
  @inlinable public mutating func move(if c: Condition, _ to: Register, _ m: Memory, _ width: Width = .bits64) {
    encode(0x0F40 | UInt32(c.rawValue), to.number, m, width)
  }

  // MARK: Big-endian access

  /// MOVBE: the bytes in reverse.
  @inlinable public mutating func movbe(_ to: Register, _ m: Memory, _ width: Width) { encode(0x0F38F0, to.number, m, width) }
  /// MOVBE: the bytes in reverse.
  @inlinable public mutating func movbe(_ m: Memory, _ from: Register, _ width: Width) {
    encode(0x0F38F1, from.number, m, width)
  }
  /// Bits 16-63 of the register stay.
  @inlinable public mutating func movbe16(_ to: Register, _ m: Memory) { encode(0x660F_38F0, to.number, m) }
  /// MOVBE of 16 bits.
  @inlinable public mutating func movbe16(_ m: Memory, _ from: Register) { encode(0x660F_38F1, from.number, m) }
  /// BSWAP: reverses the bytes.
  @inlinable public mutating func bswap(_ r: Register, _ width: Width) {
    encode(0x0FC8, in: r.number, width)
  }
}

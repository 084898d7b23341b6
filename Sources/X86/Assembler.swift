/// Encodes x86-64 instructions (Intel SDM volume 2, chapter 2) into bytes. Knows nothing of z/Architecture.
///
/// Code is written through one mapping and executed through another: `executionOffset` leads from the first to the second, and
/// matters only where an address outside the code is reached relative to it.
///
/// Concurrency: a value of whoever compiles.
public struct Assembler {
  /// Where the next byte goes.
  public var cursor: UnsafeMutablePointer<UInt8>
  /// Begins at a place that can be written.
  @inlinable public init(at cursor: UnsafeMutablePointer<UInt8>) { self.cursor = cursor }

  // MARK: Bytes

  /// One byte of code.
  @inlinable public mutating func byte(_ b: UInt8) {
    cursor.pointee = b
    cursor += 1
  }
  /// Four bytes, the lowest first.
  @inlinable public mutating func int32(_ v: Int32) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: v, as: Int32.self)
    cursor += 4
  }
  /// Eight bytes, the lowest first.
  @inlinable public mutating func int64(_ v: UInt64) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: v, as: UInt64.self)
    cursor += 8
  }

  // MARK: Prefixes, opcode and operands

  /// Stores eight bytes, of which `count` count. An instruction is put together in a register: were its bytes stored one at a time,
  /// each would wait for the cursor of the one before.
  @inlinable @inline(__always) mutating func put(_ bits: UInt64, _ count: UInt64) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: bits, as: UInt64.self)
    cursor += Int(truncatingIfNeeded: count)
  }
  /// The prefix, REX and the opcode.
  /// - Parameter registers: the bits of REX that registers need.
  /// - Returns: up to five bytes, the first lowest, and how many they are.
  @inlinable @inline(__always) func head(_ opcode: Opcode, _ registers: UInt8) -> (bits: UInt64, count: UInt64) {
    let rex = opcode.rex | registers, hasREX: UInt64 = rex != 0 ? 1 : 0
    var bits = opcode.bits &<< (8 &* hasREX) | (rex != 0 ? UInt64(rex) | 0x40 : 0), count = opcode.count &+ hasREX
    if opcode.prefix != 0 {
      bits = bits &<< 8 | opcode.prefix
      count &+= 1
    }
    return (bits, count)
  }
  /// An instruction without operands but a register in its opcode.
  @inlinable mutating func encode(_ code: UInt32, in register: UInt8, _ width: Width) {
    let (bits, count) = head(Opcode(code | UInt32(register & 7), width), register &>> 3)
    put(bits, count)
  }

  /// An instruction with a register and a register or opcode extension.
  @inlinable @inline(__always) mutating func encode(
    _ code: UInt32, _ reg: UInt8, _ rm: Register, _ width: Width = .bits32, bytes: Bool = false
  ) {
    encode(Opcode(code, width, bytes: bytes), reg, rm)
  }
  /// The same, where the opcode is known.
  @usableFromInline mutating func encode(_ opcode: Opcode, _ reg: UInt8, _ rm: Register) {
    let (bits, count) = head(opcode, (reg &>> 3) &<< 2 | rm.number &>> 3)
    put(bits | UInt64(0xC0 | (reg & 7) &<< 3 | rm.number & 7) &<< (8 &* count), count &+ 1)
  }

  /// An instruction with a register or opcode extension and an operand in storage.
  @inlinable @inline(__always) mutating func encode(
    _ code: UInt32, _ reg: UInt8, _ m: Memory, _ width: Width = .bits32, bytes: Bool = false
  ) {
    let opcode = Opcode(code, width, bytes: bytes)
    if m.base == .rsp && m.index == nil { encode(opcode, reg, stack: m.displacement) } else { encode(opcode, reg, m) }
  }
  /// The same, where the opcode is known.
  @usableFromInline mutating func encode(_ opcode: Opcode, _ reg: UInt8, _ m: Memory) {
    let (bits, count) = head(opcode, (reg &>> 3) &<< 2 | ((m.index?.number ?? 0) &>> 3) &<< 1 | m.base.number &>> 3)
    address(bits, count, reg, m)
  }
  /// The same of what RSP points to, which is most of what compiled code accesses.
  @usableFromInline mutating func encode(_ opcode: Opcode, _ reg: UInt8, stack displacement: Int32) {
    let (bits, count) = head(opcode, (reg &>> 3) &<< 2), isShort = displacement >= -128 && displacement <= 127
    let operand = UInt64((isShort ? 0x44 : 0x84) | (reg & 7) &<< 3) | 0x2400
    put(bits | operand &<< (8 &* count), count &+ 2)
    UnsafeMutableRawPointer(cursor).storeBytes(of: displacement, as: Int32.self)
    cursor += isShort ? 1 : 4
  }

  /// ModRM, SIB and displacement, behind `count` bytes.
  @inline(__always) mutating func address(_ head: UInt64, _ count: UInt64, _ reg: UInt8, _ m: Memory) {
    let field = (reg & 7) &<< 3, base = m.base.number & 7
    let isShort = m.displacement >= -128 && m.displacement <= 127
    // RBP and R13 as a base always have a displacement.
    let mode: UInt8 = m.displacement == 0 && base != 5 ? 0 : isShort ? 0x40 : 0x80
    let hasSIB = m.index != nil || base == 4
    let sib = m.scale &<< 6 | ((m.index?.number ?? 4) & 7) &<< 3 | base
    let operand = UInt64(mode | field | (hasSIB ? 4 : base)) | UInt64(hasSIB ? sib : 0) &<< 8
    put(head | operand &<< (8 &* count), count &+ (hasSIB ? 2 : 1))
    UnsafeMutableRawPointer(cursor).storeBytes(of: m.displacement, as: Int32.self)
    cursor += mode == 0 ? 0 : mode == 0x40 ? 1 : 4
  }

  // MARK: Moves

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
  @inlinable public mutating func mov16(_ m: Memory, _ from: Register) {
    byte(0x66)
    encode(0x89, from.number, m)
  }
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
  @inlinable public mutating func movbe16(_ to: Register, _ m: Memory) {
    byte(0x66)
    encode(0x0F38F0, to.number, m)
  }
  /// MOVBE of 16 bits.
  @inlinable public mutating func movbe16(_ m: Memory, _ from: Register) {
    byte(0x66)
    encode(0x0F38F1, from.number, m)
  }
  /// BSWAP: reverses the bytes.
  @inlinable public mutating func bswap(_ r: Register, _ width: Width) {
    encode(0x0FC8, in: r.number, width)
  }

  // MARK: Arithmetic

  /// ADD, OR, ADC, SBB, AND, SUB, XOR or CMP.
  @inlinable public mutating func arithmetic(
    _ o: ArithmeticOperation, _ to: Register, _ from: Register, _ width: Width = .bits64
  ) {
    encode(UInt32(o.rawValue &<< 3 | 3), to.number, from, width)
  }
  /// ADD, OR, ADC, SBB, AND, SUB, XOR or CMP.
  @inlinable public mutating func arithmetic(_ o: ArithmeticOperation, _ to: Register, _ m: Memory, _ width: Width = .bits64) {
    encode(UInt32(o.rawValue &<< 3 | 3), to.number, m, width)
  }
  /// ADD, OR, ADC, SBB, AND, SUB, XOR or CMP.
  @inlinable public mutating func arithmetic(_ o: ArithmeticOperation, _ m: Memory, _ from: Register, _ width: Width = .bits64) {
    encode(UInt32(o.rawValue &<< 3 | 1), from.number, m, width)
  }
  /// ADD, OR, ADC, SBB, AND, SUB, XOR or CMP.
  @inlinable public mutating func arithmetic(
    _ o: ArithmeticOperation, _ to: Register, immediate v: Int32, _ width: Width = .bits64
  ) {
    if v >= -128 && v <= 127 {
      encode(0x83, o.rawValue, to, width)
      byte(UInt8(bitPattern: Int8(truncatingIfNeeded: v)))
    } else {
      encode(0x81, o.rawValue, to, width)
      int32(v)
    }
  }
  /// ADD, OR, ADC, SBB, AND, SUB, XOR or CMP.
  @inlinable public mutating func arithmetic(_ o: ArithmeticOperation, _ m: Memory, immediate v: Int32, _ width: Width = .bits64)
  {
    if v >= -128 && v <= 127 {
      encode(0x83, o.rawValue, m, width)
      byte(UInt8(bitPattern: Int8(truncatingIfNeeded: v)))
    } else {
      encode(0x81, o.rawValue, m, width)
      int32(v)
    }
  }
  /// TEST: the flags of AND.
  @inlinable public mutating func test(_ a: Register, _ b: Register, _ width: Width = .bits64) {
    encode(0x85, b.number, a, width)
  }
  /// Compares the low 16 bits with storage.
  @inlinable public mutating func compare16(_ r: Register, _ m: Memory) {
    byte(0x66)
    encode(0x3B, r.number, m)
  }
  /// LOCK CMPXCHG: storage becomes `new` if it is what RAX has; RAX becomes what was there; ZF says which.
  @inlinable public mutating func lockedCompareExchange(_ m: Memory, _ new: Register, _ width: Width) {
    byte(0xF0)
    encode(0x0FB1, new.number, m, width)
  }
  /// TEST of a byte in storage.
  @inlinable public mutating func test8(_ m: Memory, immediate v: UInt8) {
    encode(0xF6, 0, m)
    byte(v)
  }
  /// TEST of the low byte.
  @inlinable public mutating func test8(_ r: Register, immediate v: UInt8) {
    encode(0xF6, 0, r, bytes: true)
    byte(v)
  }
  /// AND of a byte in storage.
  @inlinable public mutating func and8(_ m: Memory, immediate v: UInt8) {
    encode(0x80, 4, m)
    byte(v)
  }
  /// OR of a byte in storage.
  @inlinable public mutating func or8(_ m: Memory, immediate v: UInt8) {
    encode(0x80, 1, m)
    byte(v)
  }
  /// NEG; CF says that it was not zero.
  @inlinable public mutating func neg(_ r: Register, _ width: Width = .bits64) { encode(0xF7, 3, r, width) }
  /// IMUL: the low half of the product.
  @inlinable public mutating func imul(_ to: Register, _ from: Register, _ width: Width = .bits64) {
    encode(0x0FAF, to.number, from, width)
  }
  /// DIV: RDX and RAX by `r`; quotient in RAX, remainder in RDX.
  @inlinable public mutating func divide(by r: Register, _ width: Width) { encode(0xF7, 6, r, width) }
  /// IDIV of 64 bits.
  @inlinable public mutating func divideSigned(by r: Register) { encode(0xF7, 7, r, .bits64) }
  /// CQO: the sign of RAX in RDX.
  @inlinable public mutating func signExtendPair() {
    byte(0x48)
    byte(0x99)
  }
  /// IMUL: the low half of the product.
  @inlinable public mutating func imul(_ to: Register, _ m: Memory, _ width: Width = .bits64) {
    encode(0x0FAF, to.number, m, width)
  }
  /// A shift by a constant.
  @inlinable public mutating func shift(_ o: ShiftOperation, _ r: Register, _ amount: UInt8, _ width: Width = .bits64) {
    encode(0xC1, o.rawValue, r, width)
    byte(amount)
  }
  /// Rotates by CL.
  @inlinable public mutating func rolByCL(_ r: Register, _ width: Width) { encode(0xD3, 0, r, width) }
  /// The count of leading zeros; the operand's width for zero (ABM).
  @inlinable public mutating func lzcnt(_ to: Register, _ from: Register) { encode(0xF300_0FBD, to.number, from, .bits64) }
  /// BSF: the number of the lowest bit that is one; of zero it says nothing.
  @inlinable public mutating func lowestBit(_ to: Register, _ from: Register) { encode(0x0FBC, to.number, from) }
  /// SETcc: bits 8-63 stay.
  @inlinable public mutating func set(_ c: Condition, _ r: Register) { encode(0x0F90 | UInt32(c.rawValue), 0, r, bytes: true) }
  /// Inverts CF.
  @inlinable public mutating func cmc() { byte(0xF5) }
  /// LAHF: SF, ZF, AF, PF, CF into AH.
  @inlinable public mutating func lahf() { byte(0x9F) }
  /// SAHF: the reverse.
  @inlinable public mutating func sahf() { byte(0x9E) }

  // MARK: BMI2: no flags changed

  /// A three-byte VEX prefix, the opcode of map 0F38 (2) or 0F3A (3), and register operands.
  @usableFromInline mutating func vex(
    _ map: UInt8, _ pp: UInt8, _ code: UInt8, _ reg: Register, _ vvvv: Register?, _ rm: Register, wide: Bool
  ) {
    let operand = UInt64(0xC0 | (reg.number & 7) &<< 3 | rm.number & 7) &<< 32
    put(vexHead(map, pp, code, reg, 0, rm, vvvv?.number ?? 0, wide: wide) | operand, 5)
  }
  /// The same with an operand in storage.
  @usableFromInline mutating func vex(
    _ map: UInt8, _ pp: UInt8, _ code: UInt8, _ reg: Register, _ vvvv: Register, _ m: Memory
  ) {
    address(vexHead(map, pp, code, reg, m.index?.number ?? 0, m.base, vvvv.number, wide: false), 4, reg.number, m)
  }
  @inline(__always) private func vexHead(
    _ map: UInt8, _ pp: UInt8, _ code: UInt8, _ reg: Register, _ index: UInt8, _ base: Register, _ vvvv: UInt8, wide: Bool
  ) -> UInt64 {
    let high = (reg.number &>> 3 ^ 1) &<< 7 | (index &>> 3 ^ 1) &<< 6 | (base.number &>> 3 ^ 1) &<< 5 | map
    let low = (wide ? 0x80 : 0) | (~vvvv & 15) &<< 3 | pp
    return 0xC4 | UInt64(high) &<< 8 | UInt64(low) &<< 16 | UInt64(code) &<< 24
  }
  /// RORX: rotates to the right, leaving the flags alone.
  @inlinable public mutating func rorx(_ to: Register, _ from: Register, _ amount: UInt8, _ width: Width) {
    vex(3, 3, 0xF0, to, nil, from, wide: width == .bits64)
    byte(amount)
  }
  /// SHLX, SARX, SHRX: the flags stay.
  @inlinable public mutating func shift(
    _ o: FlaglessShift, _ to: Register, _ from: Register, by amount: Register, _ width: Width = .bits64
  ) {
    vex(2, o.rawValue, 0xF7, to, amount, from, wide: width == .bits64)
  }
  /// high:low = RDX x `from`.
  @inlinable public mutating func mulx(_ high: Register, _ low: Register, _ from: Register) {
    vex(2, 3, 0xF6, high, low, from, wide: true)
  }
  /// Bits of `from`, 32 bits (BMI1): `range` has the first, 0 the lowest, and in its next byte how many. The flags are lost.
  @inlinable public mutating func bextr(_ to: Register, _ from: Register, _ range: Register) {
    vex(2, 0, 0xF7, to, range, from, wide: false)
  }
  /// Gathers the bits of `from` that `mask` selects.
  @inlinable public mutating func pext(_ to: Register, _ from: Register, mask: Register) {
    vex(2, 2, 0xF5, to, from, mask, wide: false)
  }
}

/// An opcode with what goes in front of it: mostly known where the instruction is, and then a number.
public struct Opcode: BitwiseCopyable, Sendable {
  /// Bits 0-23 the opcode's bytes as they follow each other, the first lowest; 24-31 how many; 32-39 a mandatory prefix, zero for none;
  /// 40-47 REX, zero when registers alone say whether there is one.
  @usableFromInline let packed: UInt64

  /// - Parameters:
  ///   - code: as it is read, one byte, 0Fxx or 0F38xx, with a mandatory prefix in bits 24-31.
  ///   - bytes: an operand is a byte: registers 4-7 are SPL, BPL, SIL and DIL only behind a REX.
  @inlinable @inline(__always) init(_ code: UInt32, _ width: Width = .bits32, bytes: Bool = false) {
    let read = code & 0xFF_FFFF, count = UInt64(read > 0xFFFF ? 3 : read > 0xFF ? 2 : 1)
    let bits = UInt64(read.byteSwapped &>> UInt32(truncatingIfNeeded: 32 &- 8 &* count))
    let rex: UInt64 = width == .bits64 ? 0x48 : bytes ? 0x40 : 0
    packed = bits | count &<< 24 | UInt64(code &>> 24) &<< 32 | rex &<< 40
  }
  @inlinable @inline(__always) var bits: UInt64 { packed & 0xFF_FFFF }
  @inlinable @inline(__always) var count: UInt64 { packed &>> 24 & 0xFF }
  @inlinable @inline(__always) var prefix: UInt64 { packed &>> 32 & 0xFF }
  @inlinable @inline(__always) var rex: UInt8 { UInt8(truncatingIfNeeded: packed &>> 40) }
}

/// Arithmetic, comparisons, shifts and bits of general registers.
extension Assembler {
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
  @inlinable public mutating func compare16(_ r: Register, _ m: Memory) { encode(0x6600_003B, r.number, m) }
  /// LOCK CMPXCHG: storage becomes `new` if it is what RAX has; RAX becomes what was there; ZF says which.
  @inlinable public mutating func lockedCompareExchange(_ m: Memory, _ new: Register, _ width: Width) {
    encode(0xF000_0FB1, new.number, m, width)
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
    address(vexHead(map, pp, code, reg, m.index, m.base, vvvv.number, wide: false), 32, reg.number, m)
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

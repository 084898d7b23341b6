/// Jumps and calls, barriers, and operands relative to the instruction.
extension Assembler {
  /// Jcc to a target that is not known yet.
  @inlinable public mutating func jump(_ c: Condition) -> Fixup {
    put(0x800F | UInt64(c.rawValue) &<< 8, 6)
    return Fixup(end: cursor)
  }
  /// Has a conditional jump be taken when its condition does not hold.
  @inlinable public func invert(_ jump: Fixup) { jump.end[-5] ^= 1 }
  /// JMP to a target that is not known yet.
  @inlinable public mutating func jump() -> Fixup {
    byte(0xE9)
    int32(0)
    return Fixup(end: cursor)
  }
  /// CALL of a target that is not known yet.
  @inlinable public mutating func call() -> Fixup {
    byte(0xE8)
    int32(0)
    return Fixup(end: cursor)
  }
  /// JMP to the address in storage.
  @inlinable public mutating func jump(_ m: Memory) { encode(0xFF, 4, m) }
  /// JMP to the address in a register.
  @inlinable public mutating func jump(_ r: Register) { encode(0xFF, 4, r) }
  /// CALL of the address in storage.
  @inlinable public mutating func call(_ m: Memory) { encode(0xFF, 2, m) }
  /// RET.
  @inlinable public mutating func ret() { byte(0xC3) }
  /// PUSH of 64 bits.
  @inlinable public mutating func push(_ r: Register) {
    encode(0x50, in: r.number, .bits32)
  }
  /// POP of 64 bits.
  @inlinable public mutating func pop(_ r: Register) {
    encode(0x58, in: r.number, .bits32)
  }
  /// RDTSC: the upper half of the counter into EDX, the lower into EAX.
  @inlinable public mutating func readTimeStamp() {
    byte(0x0F)
    byte(0x31)
  }
  /// MFENCE.
  @inlinable public mutating func mfence() {
    byte(0x0F)
    byte(0xAE)
    byte(0xF0)
  }

  /// Makes the displacement lead to `target`, in the same mapping.
  @inlinable public static func resolve(_ fixup: Fixup, to target: UnsafeMutablePointer<UInt8>) {
    set(fixup, Int32(truncatingIfNeeded: target - fixup.end))
  }
  /// Makes the four bytes of an operand that end there a number.
  @inlinable public static func set(_ fixup: Fixup, _ v: Int32) {
    UnsafeMutableRawPointer(fixup.end - 4).storeBytes(of: v, as: Int32.self)
  }
  /// Makes it lead here.
  @inlinable public func resolveHere(_ fixup: Fixup) { Assembler.resolve(fixup, to: cursor) }

  // MARK: Operands relative to the instruction

  /// The instruction with `[target]` where `target` is `distance` bytes behind the start of this instruction, in the execution view.
  @usableFromInline mutating func encodeRelative(_ opcode: Opcode, _ reg: UInt8, _ distance: Int) {
    let registers = UInt64((reg &>> 3) &<< 2), unused = opcode.unused(registers)
    let count = (opcode.size &- unused) &>> 3
    put((opcode.bits | registers | UInt64((reg & 7) &<< 3 | 5) &<< opcode.size) &>> unused, count &+ 1)
    int32(Int32(truncatingIfNeeded: distance &- Int(count) &- 5))
  }
  /// An operation with what is `distance` bytes from here.
  @inlinable public mutating func arithmeticRelative(_ o: ArithmeticOperation, _ to: Register, _ distance: Int) {
    encodeRelative(Opcode(UInt32(o.rawValue &<< 3 | 3), .bits64), to.number, distance)
  }
  /// MOV from `distance` bytes from here.
  @inlinable public mutating func movRelative(_ to: Register, _ distance: Int) {
    encodeRelative(Opcode(0x8B, .bits64), to.number, distance)
  }
  /// LEA of what is `distance` bytes from here.
  @inlinable public mutating func leaRelative(_ to: Register, _ distance: Int) {
    encodeRelative(Opcode(0x8D, .bits64), to.number, distance)
  }
}

/// The sixteen general registers of x86-64, by their number in an encoding.
///
/// A structure: of an enumeration of another module the optimizer knows neither the numbers nor how to compare them, and asks for
/// both at run time.
package struct Register: Equatable, Sendable {
  package let number: UInt8
  /// - Parameter number: 0 to 15.
  @inlinable package init(number: UInt8) { self.number = number }
  @inlinable package static func == (a: Register, b: Register) -> Bool { a.number == b.number }

  @inlinable package static var rax: Register { Register(number: 0) }
  @inlinable package static var rcx: Register { Register(number: 1) }
  @inlinable package static var rdx: Register { Register(number: 2) }
  @inlinable package static var rbx: Register { Register(number: 3) }
  @inlinable package static var rsp: Register { Register(number: 4) }
  @inlinable package static var rbp: Register { Register(number: 5) }
  @inlinable package static var rsi: Register { Register(number: 6) }
  @inlinable package static var rdi: Register { Register(number: 7) }
  @inlinable package static var r8: Register { Register(number: 8) }
  @inlinable package static var r9: Register { Register(number: 9) }
  @inlinable package static var r10: Register { Register(number: 10) }
  @inlinable package static var r11: Register { Register(number: 11) }
  @inlinable package static var r12: Register { Register(number: 12) }
  @inlinable package static var r13: Register { Register(number: 13) }
  @inlinable package static var r14: Register { Register(number: 14) }
  @inlinable package static var r15: Register { Register(number: 15) }
}

/// Width of an operation. A 32-bit result clears bits 32-63 of its register.
package enum Width: Sendable { case bits32, bits64 }

/// Condition of Jcc, SETcc and CMOVcc: the low four bits of their opcodes.
package enum Condition: UInt8, Sendable {
  case overflow = 0, noOverflow, carry, noCarry, zero, notZero, notAbove, above, sign, noSign, parity, noParity
  case less, notLess, notGreater, greater
  /// The opposite.
  @inlinable package var inverted: Condition { Condition(rawValue: rawValue ^ 1).unsafelyUnwrapped }
}

/// The eight two-operand operations that share an encoding: bits 3-5 of their opcodes.
package enum ArithmeticOperation: UInt8, Sendable { case add = 0, or, adc, sbb, and, sub, xor, cmp }

/// Shifts by an immediate: the reg field of C1.
package enum ShiftOperation: UInt8, Sendable { case rol = 0, ror, shl = 4, shr = 5, sar = 7 }

/// Shifts by a register that leave the flags alone (BMI2): the prefix field of VEX.
package enum FlaglessShift: UInt8, Sendable { case shlx = 1, sarx = 2, shrx = 3 }

/// An operand in storage: base + index x scale + displacement, or relative to the next instruction.
package struct Memory: Sendable {
  package let base: Register
  package let index: Register?
  /// log2 of the scale, 0-3.
  package let scale: UInt8
  package let displacement: Int32
  @inlinable package init(_ base: Register, _ displacement: Int32 = 0, index: Register? = nil, scale: UInt8 = 0) {
    self.base = base
    self.displacement = displacement
    self.index = index
    self.scale = scale
  }
}

/// A place in code that is to be filled with the distance to a target: the end of a 32-bit displacement.
package struct Fixup {
  package let end: UnsafeMutablePointer<UInt8>
  @inlinable package init(end: UnsafeMutablePointer<UInt8>) { self.end = end }
}

/// The sixteen general registers of x86-64, by their number in an encoding.
///
/// A structure: of an enumeration of another module the optimizer knows neither the numbers nor how to compare them, and asks for
/// both at run time. For the same reason what is in this module is public, not for the package: only that is inlined elsewhere.
public struct Register: Equatable, Sendable, BitwiseCopyable {
  /// Its number in an encoding, 0 to 15.
  public let number: UInt8
  /// - Parameter number: 0 to 15.
  @inlinable public init(number: UInt8) { self.number = number }
  /// The same.
  @inlinable public static func == (a: Register, b: Register) -> Bool { a.number == b.number }

  /// RAX.
  @inlinable public static var rax: Register { Register(number: 0) }
  /// RCX.
  @inlinable public static var rcx: Register { Register(number: 1) }
  /// RDX.
  @inlinable public static var rdx: Register { Register(number: 2) }
  /// RBX.
  @inlinable public static var rbx: Register { Register(number: 3) }
  /// RSP.
  @inlinable public static var rsp: Register { Register(number: 4) }
  /// RBP.
  @inlinable public static var rbp: Register { Register(number: 5) }
  /// RSI.
  @inlinable public static var rsi: Register { Register(number: 6) }
  /// RDI.
  @inlinable public static var rdi: Register { Register(number: 7) }
  /// R8.
  @inlinable public static var r8: Register { Register(number: 8) }
  /// R9.
  @inlinable public static var r9: Register { Register(number: 9) }
  /// R10.
  @inlinable public static var r10: Register { Register(number: 10) }
  /// R11.
  @inlinable public static var r11: Register { Register(number: 11) }
  /// R12.
  @inlinable public static var r12: Register { Register(number: 12) }
  /// R13.
  @inlinable public static var r13: Register { Register(number: 13) }
  /// R14.
  @inlinable public static var r14: Register { Register(number: 14) }
  /// R15.
  @inlinable public static var r15: Register { Register(number: 15) }
}

/// Width of an operation. A 32-bit result clears bits 32-63 of its register.
@frozen public enum Width: Sendable {
  case bits32, bits64
  /// The same.
  @inlinable public static func == (a: Width, b: Width) -> Bool {
    switch (a, b) {
    case (.bits32, .bits32), (.bits64, .bits64): true
    default: false
    }
  }
}

/// Condition of Jcc, SETcc and CMOVcc: the low four bits of their opcodes.
public enum Condition: UInt8, Sendable {
  case overflow = 0, noOverflow, carry, noCarry, zero, notZero, notAbove, above, sign, noSign, parity, noParity
  case less, notLess, notGreater, greater
}

/// The eight two-operand operations that share an encoding: bits 3-5 of their opcodes.
public enum ArithmeticOperation: UInt8, Sendable { case add = 0, or, adc, sbb, and, sub, xor, cmp }

/// Shifts by an immediate: the reg field of C1.
public enum ShiftOperation: UInt8, Sendable { case rol = 0, ror, shl = 4, shr = 5, sar = 7 }

/// Shifts by a register that leave the flags alone (BMI2): the prefix field of VEX.
public enum FlaglessShift: UInt8, Sendable { case shlx = 1, sarx = 2, shrx = 3 }

/// An operand in storage: base + index x scale + displacement, or relative to the next instruction.
public struct Memory: Sendable, BitwiseCopyable {
  /// A register that is added.
  public let base: Register
  /// The number of a register that is added, scaled; that of RSP, which cannot be, for none.
  public let index: UInt8
  /// log2 of the scale, 0-3.
  public let scale: UInt8
  /// What is added, sign-extended.
  public let displacement: Int32
  /// - Parameter scale: log2 of it.
  @inlinable public init(_ base: Register, _ displacement: Int32 = 0, index: Register? = nil, scale: UInt8 = 0) {
    self.base = base
    self.displacement = displacement
    self.index = index?.number ?? 4
    self.scale = scale
  }
  @inlinable @inline(__always) var hasIndex: Bool { index != 4 }
}

/// A place in code that is to be filled with the distance to a target: the end of a 32-bit displacement.
public struct Fixup: BitwiseCopyable {
  /// Where the displacement ends.
  public let end: UnsafeMutablePointer<UInt8>
  /// The displacement that ends there.
  @inlinable public init(end: UnsafeMutablePointer<UInt8>) { self.end = end }
}

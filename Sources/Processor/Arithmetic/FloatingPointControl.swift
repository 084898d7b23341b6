/// IEEE exceptions, in the bit order that masks (FPC byte 0), flags (FPC byte 1) and data-exception codes share.
package struct IEEEExceptions: OptionSet, Sendable {
  package let rawValue: UInt8
  @inline(__always) package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let invalidOperation = IEEEExceptions(rawValue: 0x80)
  package static let divisionByZero = IEEEExceptions(rawValue: 0x40)
  package static let overflow = IEEEExceptions(rawValue: 0x20)
  package static let underflow = IEEEExceptions(rawValue: 0x10)
  package static let inexact = IEEEExceptions(rawValue: 0x08)
  /// Decimal floating point only.
  static let quantum = IEEEExceptions(rawValue: 0x04)
}

/// The data-exception code (DXC) that a data exception stores at real location 147 and, with the AFP-register control on, in
/// the FPC: Principles of Operation, chapter 6, "Data-Exception Code".
package struct DataExceptionCode: Equatable, Sendable {
  package let rawValue: UInt8
  @inline(__always) package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Decimal operand.
  static let decimalOperand = DataExceptionCode(rawValue: 0x00)
  /// An AFP register (not 0, 2, 4 or 6) without the AFP-register control.
  package static let afpRegister = DataExceptionCode(rawValue: 0x01)
  static let binaryInstruction = DataExceptionCode(rawValue: 0x02)
  static let decimalFloatingPointInstruction = DataExceptionCode(rawValue: 0x03)
  package static let invalidOperation = DataExceptionCode(rawValue: 0x80)
  package static let divisionByZero = DataExceptionCode(rawValue: 0x40)
  /// COMPARE AND TRAP, LOAD AND TRAP.
  static let compareAndTrap = DataExceptionCode(rawValue: 0xFF)

  /// Overflow, underflow or nothing, joined with how the delivered result differs from the precise one.
  @inline(__always)
  package init(_ cause: IEEEExceptions, inexact: Bool, incremented: Bool) {
    rawValue = cause.rawValue | (inexact ? (incremented ? 0x0C : 0x08) : 0)
  }
}

/// The floating-point-control (FPC) register as a value: masks in bits 0-5, flags in 8-13, DXC in 16-23, DFP rounding in
/// 25-27, BFP rounding in 29-31.
package struct FloatingPointControl: Equatable, Sendable {
  package var bits: UInt32

  @inline(__always) package init(bits: UInt32 = 0) { self.bits = bits }

  /// Bits that must be zero in whatever is loaded into the FPC. The quantum mask and flag came with the floating-point
  /// extension facility.
  static let reservedBits: UInt32 = 0x0303_0088

  /// Whether a value may be loaded into the FPC; if not it is a specification exception.
  package static func isValid(_ bits: UInt32) -> Bool {
    bits & reservedBits == 0 && !(4...6).contains(bits & 7)
  }

  @inline(__always) package var masks: IEEEExceptions { IEEEExceptions(rawValue: UInt8(truncatingIfNeeded: bits &>> 24)) }
  @inline(__always) package var flags: IEEEExceptions { IEEEExceptions(rawValue: UInt8(truncatingIfNeeded: bits &>> 16)) }
  @inline(__always) package var roundingMode: RoundingMode { RoundingMode(field: bits) }

  @inline(__always) package func traps(_ exception: IEEEExceptions) -> Bool { masks.contains(exception) }

  @inline(__always) package mutating func raise(_ exceptions: IEEEExceptions) {
    bits |= UInt32(exceptions.rawValue) &<< 16
  }

  package var dataExceptionCode: DataExceptionCode {
    get { DataExceptionCode(rawValue: UInt8(truncatingIfNeeded: bits &>> 8)) }
    set { bits = bits & 0xFFFF_00FF | UInt32(newValue.rawValue) &<< 8 }
  }

  /// LOAD FPC AND SIGNAL and SET FPC AND SIGNAL: the new register, and the DXC of the simulated IEEE exception if a flag that
  /// was on before meets a mask in `source`. The caller has checked `isValid(source)`.
  package func signaling(_ source: UInt32) -> (control: FloatingPointControl, trap: DataExceptionCode?) {
    let result = FloatingPointControl(bits: source | bits & 0x00FC_0000)
    let enabled = flags.intersection(result.masks)
    let alone: [IEEEExceptions] = [.invalidOperation, .divisionByZero]
    for one in alone where enabled.contains(one) { return (result, DataExceptionCode(rawValue: one.rawValue | 3)) }
    for one: IEEEExceptions in [.overflow, .underflow] where enabled.contains(one) {
      return (result, DataExceptionCode(rawValue: one.union(enabled.intersection(.inexact)).rawValue | 3))
    }
    for one: IEEEExceptions in [.inexact, .quantum] where enabled.contains(one) {
      return (result, DataExceptionCode(rawValue: one.rawValue | 3))
    }
    return (result, nil)
  }
}

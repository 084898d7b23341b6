/// What a BFP operation did: the value, the flags to raise, and the trap to take (Principles of Operation, chapter 9,
/// "IEEE Exceptions").
package struct BinaryResult<Value> {
  /// The value to deliver. Meaningless when `isSuppressed`.
  package var value: Value
  /// Exceptions that are recognized and not trapped: their FPC flags are to be set, also when another one traps.
  package var flags: IEEEExceptions
  /// The data-exception code of the interruption to take after (or, if `isSuppressed`, instead of) delivering the value;
  /// zero if none.
  package var trap: UInt8

  @inline(__always)
  package init(_ value: Value, flags: IEEEExceptions = [], trap: UInt8 = 0) {
    self.value = value
    self.flags = flags
    self.trap = trap
  }

  /// An invalid operation or a division by zero that traps suppresses the operation: no register changes.
  @inline(__always) package var isSuppressed: Bool { trap & 0xC0 != 0 }

  @inline(__always)
  package func map<Other>(_ change: (Value) -> Other) -> BinaryResult<Other> {
    BinaryResult<Other>(change(value), flags: flags, trap: trap)
  }

  /// A result that an invalid operation yields when it does not trap.
  @inline(__always)
  static func invalid(_ value: Value, _ control: FloatingPointControl) -> BinaryResult {
    control.traps(.invalidOperation)
      ? BinaryResult(value, trap: DataExceptionCode.invalidOperation.rawValue)
      : BinaryResult(value, flags: .invalidOperation)
  }
}

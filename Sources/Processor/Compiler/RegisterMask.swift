/// Registers as a mask, a bit each, 0 the lowest.
extension UInt16 {
  /// Visits the registers whose bits are one, in ascending order. Inlined: a closure that has the emitter would retain it each time.
  @inline(__always) func visitRegisters(_ body: (_ r: Int) -> Void) {
    var rest = self
    while rest != 0 {
      body(rest.trailingZeroBitCount)
      rest &= rest &- 1
    }
  }
}

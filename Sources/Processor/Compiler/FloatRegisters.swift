import X86

/// Which floating-point registers of the guest, as 64-bit numbers, are in XMM3 to XMM15 besides being in the state, at a place in
/// a block. Whatever is called loses them, and loads them again from the state.
struct FloatRegisters {
  /// The number of each register's XMM register, 0 for none: four bits from bit 4 times its own number (0 the lowest).
  private var places: UInt64 = 0
  /// The registers that have one, a bit each.
  private var held: UInt16 = 0
  /// The one that makes room next.
  private var next: UInt8 = first
  /// The floating-point control was looked at in this block: it permits the host's arithmetic.
  var isControlKnown = false

  private static let first: UInt8 = 3, last: UInt8 = 15
  /// No host register holds anything.
  var isEmpty: Bool { held == 0 }
  /// A host register holds something, or what was looked at is known.
  var holdsAny: Bool { isControlKnown || held != 0 }

  /// The XMM register that holds register `r`.
  subscript(r: Int) -> UInt8? { place(r) == 0 ? nil : place(r) }
  private func place(_ r: Int) -> UInt8 { UInt8(places >> UInt64(4 * r) & 15) }

  /// A place for register `r`, which another one may lose, but not one of those that are needed beside it.
  mutating func place(for r: Int, beside kept: (UInt8, UInt8) = (0, 0)) -> UInt8 {
    if let place = self[r] { return place }
    while next == kept.0 || next == kept.1 { advance() }
    for k in 0..<16 where place(k) == next { forget(k) }
    places |= UInt64(next) << UInt64(4 * r)
    held |= 1 << UInt16(r)
    advance()
    return place(r)
  }
  private mutating func advance() { next = next == FloatRegisters.last ? FloatRegisters.first : next + 1 }
  mutating func forget(_ r: Int) {
    places &= ~(15 << UInt64(4 * r))
    held &= ~(1 << UInt16(r))
  }
  /// Visits the registers that have one, with it.
  @inline(__always) func visit(_ body: (_ r: Int, _ x: UInt8) -> Void) {
    held.visitRegisters { body($0, place($0)) }
  }
}

extension BlockEmitter {
  func fpr(_ r: Int, isDouble: Bool) -> Memory { Memory(.rsp, StateOffset.fpr + Int32(8 * r) + (isDouble ? 0 : 4)) }

  /// The XMM register with the 64-bit number in register `r`, loaded when it is not there.
  func floatRegister(_ r: Int, beside kept: (UInt8, UInt8) = (0, 0)) -> UInt8 {
    if let x = floats[r] { return x }
    let x = floats.place(for: r, beside: kept)
    assembler.loadFloat(x, fpr(r, isDouble: true), isDouble: true)
    return x
  }
  /// Loads everything again after a call.
  func emitReload(_ registers: FloatRegisters) {
    registers.visit { r, x in assembler.loadFloat(x, fpr(r, isDouble: true), isDouble: true) }
  }
}

/// The general registers that an instruction's nodes set, a bit each (0 the lowest): noted while they are built.
struct RegisterSettings {
  /// Set in whole or in part by what says so; by more than one node.
  private(set) var all: UInt16 = 0
  private(set) var again: UInt16 = 0
  /// Bits 0-31 are set, too, or may be.
  private(set) var beyondLow: UInt16 = 0

  /// Notes what a node does, which is known where it is built.
  @inline(__always) mutating func note(_ operation: NodeOperation, _ imm: UInt64) {
    switch operation {
    case .setRegister, .setRegister32, .setRegisterHigh:
      let bit: UInt16 = 1 << UInt16(imm & 15)
      again |= all & bit
      all |= bit
      if operation != .setRegister32 { beyondLow |= bit }
    default: break
    }
  }
  /// Notes that floating point sets a register.
  mutating func noteFloat(_ r: Int) { beyondLow |= 1 << UInt16(r) }

  @inline(__always) func sets(_ r: UInt64) -> Bool { all >> UInt16(r & 15) & 1 != 0 }
  @inline(__always) func setsOnce(_ r: UInt64) -> Bool { (all & ~again) >> UInt16(r & 15) & 1 != 0 }
}

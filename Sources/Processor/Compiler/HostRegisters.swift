import X86

/// Where compiled code keeps the guest's general registers: most of them in registers of the host, for good; r6 to r8 and r13, which
/// compilers take last, in the state. RSP points to the state; RAX, RCX and RDX are for values.
enum HostRegisters {
  /// The host's register of a general register, nil when it is in the state.
  @inline(__always) static func pinned(_ r: Int) -> Register? {
    switch r {
    case 0: .r8
    case 1: .rbx
    case 2: .rdi
    case 3: .rsi
    case 4: .r9
    case 5: .r10
    case 9: .r13
    case 10: .r11
    case 11: .r12
    case 12: .r15
    case 14: .r14
    case 15: .rbp
    default: nil
    }
  }
  /// How many are for values, and those, by number: RAX, RCX, RDX.
  static let scratchCount = 3
  @inline(__always) static func scratch(_ k: Int) -> Register { Register(number: UInt8(truncatingIfNeeded: k)) }
  /// The general registers that have one, a bit each.
  static let allPinned: UInt16 = (0..<16).reduce(0) { pinned($1) == nil ? $0 : $0 | 1 << UInt16($1) }
}

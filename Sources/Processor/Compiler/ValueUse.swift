/// How the value of a node is used, as it is found from the last use to the first. One byte: a use changes all of it at once, without a
/// branch, as the host would guess in vain which way that goes.
struct ValueUse: BitwiseCopyable {
  /// Bit 0: it is used; 1: more than once; 2: nobody looks at all of it, but at bits 32-63; 3: it is nothing but the address of accesses.
  private var bits: UInt8 = 12

  @inline(__always) var isUsed: Bool { bits & 1 != 0 }
  @inline(__always) var isUsedOnce: Bool { bits & 3 == 1 }
  @inline(__always) var isNarrow: Bool { bits & 4 != 0 }
  @inline(__always) var isAddressOnly: Bool { bits & 8 != 0 }

  /// Notes one use more: the next of `operands`.
  @inline(__always) mutating func note(_ operands: NodeOperands) {
    bits = (bits | (bits & 1) &<< 1 | 1) & ~(operands.use & 12)
  }
}

import Storage

/// Looks at storage on behalf of a debugger: no exception is recognized, no reference or change bit is set, no TLB entry made.
extension CPU {
  /// The absolute address of the byte at logical `address` as the current PSW means it: real without DAT. In the
  /// access-register mode it is that of the primary space.
  /// - Parameters:
  ///   - space: this space instead of the PSW's; without DAT its ASCE is used all the same.
  ///   - fetchesInstructions: as instructions are fetched: from the home space in home-space mode, else from the primary space.
  /// - Returns: nil where translation ends with an exception, or outside storage.
  package func peekAddress(_ address: UInt64, in space: AddressSpace? = nil, fetchesInstructions: Bool = false) -> UInt64? {
    var real = address, isReal = true
    if space != nil || isTranslating {
      let meant = space ?? (fetchesInstructions && addressSpace != .home ? .primary : addressSpace)
      let register =
        switch meant {
        case .primary, .accessRegister: 1
        case .secondary: 7
        case .home: 13
        }
      let walk = walk(address, ASCE(s.pointee.cr[register]))
      guard walk.exception == nil else { return nil }
      real = walk.address
      isReal = walk.isReal
    }
    let absolute = isReal ? prefixed(real) : real
    return storage.contains(AbsoluteAddress(absolute), count: 1) ? absolute : nil
  }

  /// The instruction at `address`; what follows it in the result is undefined.
  /// - Returns: nil when it cannot be fetched.
  package func peekInstruction(_ address: UInt64) -> InstructionText? {
    guard address & 1 == 0 else { return nil }
    var bits: UInt64 = 0
    var k: UInt64 = 0
    while k < (k == 0 ? 2 : InstructionText(bits: bits).length) {
      guard let absolute = peekAddress((address &+ k) & s.pointee.addressMask, fetchesInstructions: true),
        storage.contains(AbsoluteAddress(absolute), count: 2)
      else { return nil }
      bits |= UInt64(storage.load(UInt16.self, at: AbsoluteAddress(absolute))) &<< (48 &- 8 &* k)
      k &+= 2
    }
    return InstructionText(bits: bits)
  }
}

/// The operation-request block, the operand of START SUBCHANNEL (Principles of Operation, chapter 15,
/// "Operation-Request Block"). Twelve bytes, or 32 with the extension, whose priorities we have no use for.
///
///     0 interruption parameter
///     4 key 0-3, S 4, C 5, M 6, Y 7, F 8, P 9, I 10, A 11, U 12, B 13, H 14, T 15, LPM 16-23, L 24, D 25, 0 26-30, X 31
///     8 0, channel-program address 1-31
package struct ORB: Hashable, Sendable {
  package static let size = 12

  /// Stored in the PMCW and given back by the I/O interruption.
  package var interruptionParameter: UInt32
  /// Word 1, as the program wrote it.
  package var control: UInt32
  /// Word 2: the absolute address of the first CCW, and bit 0, which must be zero.
  package var programAddress: UInt32

  package init(interruptionParameter: UInt32 = 0, control: UInt32 = 0x0000_FF00, programAddress: UInt32 = 0) {
    self.interruptionParameter = interruptionParameter
    self.control = control
    self.programAddress = programAddress
  }

  /// - Returns: nil when `bytes` are fewer than twelve. What follows the twelfth is not looked at.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.size else { return nil }
    let block = BlockReader(bytes)
    self.init(interruptionParameter: block.word(0), control: block.word(4), programAddress: block.word(8))
  }

  package func encode() -> [UInt8] {
    var block = BlockWriter(capacity: Self.size)
    block.put(interruptionParameter)
    block.put(control)
    block.put(programAddress)
    return block.bytes
  }

  private func bit(_ n: UInt32) -> Bool { control & (0x8000_0000 >> n) != 0 }
  private mutating func setBit(_ n: UInt32, _ on: Bool) {
    if on { control |= 0x8000_0000 >> n } else { control &= ~(0x8000_0000 >> n) }
  }

  /// The access key for everything the program fetches and stores, 0-15.
  package var key: UInt8 {
    get { UInt8(control >> 28) }
    set { control = control & 0x0FFF_FFFF | UInt32(newValue & 0xF) << 28 }
  }
  /// S: the S flag of a CCW suspends; without it the flag is a program check.
  package var suspendControl: Bool {
    get { bit(4) }
    set { setBit(4, newValue) }
  }
  /// F: the CCWs are of format 1.
  package var isFormat1: Bool {
    get { bit(8) }
    set { setBit(8, newValue) }
  }
  /// P: CCWs, IDAWs and data may be fetched ahead without limit.
  package var allowsPrefetch: Bool {
    get { bit(9) }
    set { setBit(9, newValue) }
  }
  /// I: an intermediate interruption when the device accepts the first command.
  package var initialStatusInterruption: Bool {
    get { bit(10) }
    set { setBit(10, newValue) }
  }
  /// A: data addresses are checked against the limit as the PMCW says.
  package var addressLimitChecking: Bool {
    get { bit(11) }
    set { setBit(11, newValue) }
  }
  /// U: no interruption when the program is suspended.
  package var suppressesSuspendedInterruption: Bool {
    get { bit(12) }
    set { setBit(12, newValue) }
  }
  /// B: a transport-mode program (not provided).
  package var isTransportMode: Bool { bit(13) }
  /// H: IDAWs are of format 2.
  package var hasFormat2IDAWs: Bool {
    get { bit(14) }
    set { setBit(14, newValue) }
  }
  /// T: format-2 IDAWs designate blocks of 2 KiB instead of 4 KiB.
  package var has2KBlocks: Bool {
    get { bit(15) }
    set { setBit(15, newValue) }
  }
  /// The paths on which the start may be attempted.
  package var pathMask: UInt8 {
    get { UInt8(truncatingIfNeeded: control >> 8) }
    set { control = control & 0xFFFF_00FF | UInt32(newValue) << 8 }
  }
  /// L: for format-1 CCWs, an immediate operation is no incorrect length (format 0 is always so).
  package var suppressesIncorrectLength: Bool {
    get { bit(24) }
    set { setBit(24, newValue) }
  }
  /// D: the MIDA flag of a CCW designates a list of MIDAWs; without it the flag is a program check.
  package var allowsMIDAWs: Bool {
    get { bit(25) }
    set { setBit(25, newValue) }
  }

  /// Whether the bits that must be zero are: otherwise START SUBCHANNEL is an operand exception. Transport mode is not
  /// provided, so its bit is one of them.
  package var isValid: Bool { !isTransportMode && control & 0x3E == 0 && programAddress & 0x8000_0000 == 0 }
}

/// The program-status word in its z/Architecture form: 16 bytes, the mask in bits 0-63, the instruction address in
/// bits 64-127 (Principles of Operation, chapter 4, "Program-Status Word").
public struct PSW: Hashable, Sendable {
  /// Bits 0-63. Bits 18-19 are the condition code.
  public var mask: UInt64
  /// Bits 64-127: where the next instruction is.
  public var instructionAddress: UInt64

  /// The PSW with these two doublewords.
  public init(mask: UInt64, instructionAddress: UInt64) {
    self.mask = mask
    self.instructionAddress = instructionAddress
  }

  /// The bit of PSW position `n`, 0-63, in `mask`.
  @inlinable package static func bit(_ n: UInt64) -> UInt64 { 1 << (63 - n) }

  package static let per = bit(1)
  package static let dat = bit(5)
  package static let io = bit(6)
  package static let external = bit(7)
  package static let keyShift: UInt64 = 63 - 11
  package static let key: UInt64 = 0xF << keyShift
  /// In the ESA/390 form bit 12 is one; in the z/Architecture form it is zero.
  package static let shortForm = bit(12)
  package static let machineCheck = bit(13)
  package static let wait = bit(14)
  package static let problemState = bit(15)
  package static let addressSpaceShift: UInt64 = 63 - 17
  package static let addressSpace: UInt64 = 3 << addressSpaceShift
  package static let conditionCodeShift: UInt64 = 63 - 19
  package static let conditionCode: UInt64 = 3 << conditionCodeShift
  package static let programMaskShift: UInt64 = 63 - 23
  package static let fixedPointOverflow = bit(20)
  package static let decimalOverflow = bit(21)
  package static let hfpExponentUnderflow = bit(22)
  package static let hfpSignificance = bit(23)
  package static let extendedAddressing = bit(31)
  package static let basicAddressing = bit(32)
  /// Bits that must be zero: 0, 2-4, 12, 24-30, 33-63.
  package static let unassigned: UInt64 =
    bit(0) | bit(2) | bit(3) | bit(4) | shortForm | (0x7F << (63 - 30)) | (bit(32) - 1)

  /// A PSW of the 8-byte form: bit 12 inverted, bits 33-63 the instruction address.
  package init(short: UInt64) {
    mask = (short & ~0x7FFF_FFFF) ^ PSW.shortForm
    instructionAddress = short & 0x7FFF_FFFF
  }
  /// The 8-byte form; bits 64-96 of the address must be zero.
  package var short: UInt64 { (mask & ~0x7FFF_FFFF) ^ PSW.shortForm | instructionAddress & 0x7FFF_FFFF }

  /// Whether this PSW, just loaded, causes an early specification exception in the architectural mode: ESA/390 knows neither
  /// 64-bit addressing nor, here, DAT.
  package func isInvalid(isZArchitecture: Bool) -> Bool {
    isInvalid || !isZArchitecture && mask & (PSW.extendedAddressing | PSW.dat) != 0
  }

  /// Whether a PSW that was just loaded causes an early specification exception (chapter 6, "Early Exception Recognition").
  package var isInvalid: Bool {
    if mask & PSW.unassigned != 0 { return true }
    switch (mask & PSW.extendedAddressing != 0, mask & PSW.basicAddressing != 0) {
    case (true, false): return true
    case (false, false): return instructionAddress > 0xFF_FFFF
    case (false, true): return instructionAddress > 0x7FFF_FFFF
    case (true, true): return false
    }
  }
}

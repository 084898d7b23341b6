import ServiceProcessor

/// The IPL parameter block of type CCW, which DIAGNOSE 308 stores and sets. Known from Linux
/// (arch/s390/include/uapi/asm/ipl.h) and QEMU (hw/s390x/ipl.h):
///
///     0 length, 7 version (0); then one block:
///     8 its length (192), 12 type (2 = CCW), 13 flags (80 = load parameter valid), 16-23 load parameter,
///     109 subchannel set, 110 device number, 112 flags and parameters for a guest of z/VM
struct LoadParameterBlock: Hashable, Sendable {
  static let headerLength = 8
  static let ccwBlockLength = 192
  static let ccwType: UInt8 = 0x02
  static let maximumLength = 4096

  /// The whole block as the guest set it, or as a load made it.
  var bytes: [UInt8]

  /// The block of a load from a CCW device.
  init(deviceNumber: UInt16, loadParameter: LoadParameter) {
    bytes = [UInt8](repeating: 0, count: Self.headerLength + Self.ccwBlockLength)
    put32(UInt32(bytes.count), at: 0)
    put32(UInt32(Self.ccwBlockLength), at: 8)
    bytes[12] = Self.ccwType
    bytes[13] = 0x80
    for (k, b) in loadParameter.bytes.enumerated() { bytes[Self.loadParameterOffset + k] = b }
    bytes[Self.deviceOffset] = UInt8(deviceNumber >> 8)
    bytes[Self.deviceOffset + 1] = UInt8(truncatingIfNeeded: deviceNumber)
  }

  /// What a guest hands over with subcode 5.
  /// - Returns: nil when it is not a well-formed block of type CCW in subchannel set 0.
  init?(guest: [UInt8]) {
    bytes = guest
    let shortest = Self.headerLength + Self.ccwBlockLength
    guard guest.count >= shortest else { return nil }
    let length = Int(word(at: 0))
    guard length >= shortest, length <= guest.count, length <= Self.maximumLength, guest[12] == Self.ccwType else { return nil }
    bytes = Array(guest[0..<length])
    guard bytes[Self.ssidOffset] & 3 == 0 else { return nil }
  }

  private static let loadParameterOffset = 16
  private static let ssidOffset = 109
  private static let deviceOffset = 110

  var deviceNumber: UInt16 { UInt16(bytes[Self.deviceOffset]) << 8 | UInt16(bytes[Self.deviceOffset + 1]) }
  /// The load parameter's eight EBCDIC characters.
  var loadParameter: LoadParameter? {
    LoadParameter(CodePage.ibm037.decode(Array(bytes[Self.loadParameterOffset..<Self.loadParameterOffset + 8])))
  }

  private func word(at k: Int) -> UInt32 { bytes[k..<k + 4].reduce(0) { $0 << 8 | UInt32($1) } }
  private mutating func put32(_ v: UInt32, at k: Int) {
    for n in 0..<4 { bytes[k + n] = UInt8(truncatingIfNeeded: v >> UInt32(24 - 8 * n)) }
  }
}

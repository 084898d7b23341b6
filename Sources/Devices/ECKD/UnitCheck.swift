package import DASD

/// Why a command ends with unit check: the sense bytes that tell the program.
///
/// ```
/// byte 0    1       2       3   4    5     6        7           8-26   27    28   29-30  31
///      what and why         0   0   CC lo  CC|HH  format|msg    zeros  0x80   0    CC    HH
/// ```
/// Byte 0: 80 command reject, 10 equipment check. Byte 1: 80 permanent error, 40 invalid track format, 20 end of cylinder,
/// 08 no record found, 04 file protected, 02 write inhibited. Byte 7: format in the left half, message in the right one.
/// Bytes 5 and 6 are FF on volumes of more than 4,095 cylinders, whose addresses do not fit. Byte 27 bit 0: this is the
/// 24-byte form (IBM 3990 reference; Linux reads it in drivers/s390/block/dasd_3990_erp.c).
package struct UnitCheck: Error, Hashable, Sendable {
  package var byte0: UInt8, byte1: UInt8, byte7: UInt8
  package init(_ byte0: UInt8, _ byte1: UInt8, _ byte7: UInt8) {
    self.byte0 = byte0
    self.byte1 = byte1
    self.byte7 = byte7
  }

  /// Command reject, format 0 message 1: no such command.
  package static let invalidCommand = UnitCheck(0x80, 0, 0x01)
  /// Command reject, format 0 message 2: not behind the commands before it, or against the write part of the file mask.
  package static let invalidSequence = UnitCheck(0x80, 0, 0x02)
  /// Command reject, format 0 message 3: fewer parameter bytes than the command needs.
  package static let countTooSmall = UnitCheck(0x80, 0, 0x03)
  /// Command reject, format 0 message 4: a parameter is not valid.
  package static let invalidParameter = UnitCheck(0x80, 0, 0x04)
  /// Command reject and write inhibited: the volume is read-only. (With equipment check in place of command reject, Linux
  /// would look for another channel path.)
  package static let writeInhibited = UnitCheck(0x80, 0x02, 0)
  /// The track's bytes are not a track, a record does not fit on it or has not the length expected.
  package static let invalidTrackFormat = UnitCheck(0, 0x40, 0)
  /// A multitrack operation came to the end of the cylinder.
  package static let endOfCylinder = UnitCheck(0, 0x20, 0)
  package static let noRecordFound = UnitCheck(0, 0x08, 0)
  /// Outside the extent, or against the seek part of the file mask.
  package static let fileProtected = UnitCheck(0, 0x04, 0)
  /// Equipment check, permanent, format 1: the host could not read or write the image.
  package static let equipmentCheck = UnitCheck(0x10, 0x80, 0x10)

  /// The 32 sense bytes, for a device at the given track.
  package func sense(at address: TrackAddress, cylinders: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    bytes[0] = byte0
    bytes[1] = byte1
    let (cylinder, head) = (address.cylinder, UInt8(truncatingIfNeeded: address.head))
    bytes[5] = cylinders > 4_095 ? 0xFF : UInt8(truncatingIfNeeded: cylinder)
    bytes[6] = cylinders > 4_095 ? 0xFF : UInt8(truncatingIfNeeded: cylinder >> 8) << 4 | head & 0x0F
    bytes[7] = byte7
    bytes[27] = 0x80
    bytes[29] = UInt8(truncatingIfNeeded: cylinder >> 8)
    bytes[30] = UInt8(truncatingIfNeeded: cylinder)
    bytes[31] = head
    return bytes
  }
}

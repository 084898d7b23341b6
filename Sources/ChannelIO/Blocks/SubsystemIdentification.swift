/// The subsystem-identification word, general register 1 bits 32-63 of the I/O instructions (chapter 14,
/// "I/O-Instruction Formats"): CSSID 0-7, 0 8-11, m 12, SSID 13-14, one 15, subchannel number 16-31.
package struct SubsystemIdentification: Hashable, Sendable {
  package var word: UInt32
  package init(word: UInt32) { self.word = word }
  package init(subchannel: UInt16, set: UInt8 = 0) { word = 0x0001_0000 | UInt32(set & 3) << 17 | UInt32(subchannel) }

  package var subchannel: UInt16 { UInt16(truncatingIfNeeded: word) }
  /// SSID: the subchannel set.
  package var set: UInt8 { UInt8(word >> 17 & 3) }
  /// Bit 15 one, one channel-subsystem image, and no subchannel set but 0 unless `sets` (the multiple-subchannel-set
  /// facility) is enabled: otherwise an operand exception.
  package func isValid(multipleSets sets: Bool) -> Bool { word & 0xFFF9_0000 == 0x0001_0000 && (sets || set == 0) }
}

/// The path-management-control word: 28 bytes at the start of the SCHIB (chapter 15, "Path-Management-Control Word").
///
///      0 interruption parameter
///      4 0 0-1, ISC 2-4, 0 5-7, E 8, LM 9-10, MM 11-12, D 13, T 14, V 15, device number 16-31
///      8 LPM, PNOM, LPUM, PIM
///     12 measurement-block index 0-15, POM, PAM
///     16 channel-path identifiers 0-7
///     24 type 8-10, 0, F 29, X 30, S 31
package struct PMCW: Hashable, Sendable {
  package static let size = 28

  package var interruptionParameter: UInt32 = 0
  /// Bits 0-15 of word 1.
  package var flags: UInt16 = 0
  package var deviceNumber: UInt16 = 0
  /// LPM: logical-path mask.
  package var logicalPathMask: UInt8 = 0
  /// PNOM: path-not-operational mask.
  package var pathNotOperationalMask: UInt8 = 0
  /// LPUM: the path last used.
  package var lastPathUsedMask: UInt8 = 0
  /// PIM: path-installed mask.
  package var pathInstalledMask: UInt8 = 0
  package var measurementBlockIndex: UInt16 = 0
  /// POM: path-operational mask.
  package var pathOperationalMask: UInt8 = 0
  /// PAM: path-available mask.
  package var pathAvailableMask: UInt8 = 0
  /// Always eight.
  package var channelPaths: [UInt8] = Array(repeating: 0, count: 8)
  /// Word 6.
  package var characteristics: UInt32 = 0

  package init() {}

  init(_ block: BlockReader, at base: Int) {
    interruptionParameter = block.word(base)
    flags = block.half(base + 4)
    deviceNumber = block.half(base + 6)
    logicalPathMask = block.byte(base + 8)
    pathNotOperationalMask = block.byte(base + 9)
    lastPathUsedMask = block.byte(base + 10)
    pathInstalledMask = block.byte(base + 11)
    measurementBlockIndex = block.half(base + 12)
    pathOperationalMask = block.byte(base + 14)
    pathAvailableMask = block.byte(base + 15)
    channelPaths = (0..<8).map { block.byte(base + 16 + $0) }
    characteristics = block.word(base + 24)
  }

  func encode(into block: inout BlockWriter) {
    block.put(interruptionParameter)
    block.put(flags)
    block.put(deviceNumber)
    block.put(logicalPathMask)
    block.put(pathNotOperationalMask)
    block.put(lastPathUsedMask)
    block.put(pathInstalledMask)
    block.put(measurementBlockIndex)
    block.put(pathOperationalMask)
    block.put(pathAvailableMask)
    for n in 0..<8 { block.put(n < channelPaths.count ? channelPaths[n] : 0) }
    block.put(characteristics)
  }

  private func flag(_ mask: UInt16) -> Bool { flags & mask != 0 }
  private mutating func setFlag(_ mask: UInt16, _ on: Bool) { if on { flags |= mask } else { flags &= ~mask } }

  /// ISC: the interruption subclass, 0-7.
  package var interruptionSubclass: UInt8 {
    get { UInt8(flags >> 11 & 7) }
    set { flags = flags & ~0x3800 | UInt16(newValue & 7) << 11 }
  }
  /// E.
  package var isEnabled: Bool {
    get { flag(0x80) }
    set { setFlag(0x80, newValue) }
  }
  /// LM, 0-3: 1 means data addresses at or above the limit, 2 those below it; 3 is an operand exception.
  package var limitMode: UInt8 { UInt8(flags >> 5 & 3) }
  /// MM bit 0: the measurement block is updated.
  package var updatesMeasurementBlock: Bool { flag(0x10) }
  /// MM bit 1: device-connect time is measured.
  package var measuresConnectTime: Bool { flag(0x08) }
  /// D: multipath mode.
  package var isMultipath: Bool { flag(0x04) }
  /// T: the timing facility is there.
  package var hasTimingFacility: Bool {
    get { flag(0x02) }
    set { setFlag(0x02, newValue) }
  }
  /// V: the device number is valid.
  package var isDeviceNumberValid: Bool {
    get { flag(0x01) }
    set { setFlag(0x01, newValue) }
  }
  /// F: the measurement block is of format 1, at the address in the SCHIB.
  package var hasFormat1MeasurementBlock: Bool { characteristics & 4 != 0 }
  /// X: extended measurement words in the IRB.
  package var storesExtendedMeasurement: Bool { characteristics & 2 != 0 }
  /// S: sense comes with the status of a unit check.
  package var hasConcurrentSense: Bool {
    get { characteristics & 1 != 0 }
    set { characteristics = characteristics & ~1 | (newValue ? 1 : 0) }
  }

  /// Bits of `flags` that MODIFY SUBCHANNEL changes: ISC, E, LM, MM, D.
  package static let modifiableFlags: UInt16 = 0x38FC
  /// Bits of `characteristics` that MODIFY SUBCHANNEL changes: F, S. X asks for a facility that is not provided.
  package static let modifiableCharacteristics: UInt32 = 0x5

  /// Whether the bits that must be zero are, and LM is not 3: otherwise MODIFY SUBCHANNEL is an operand exception. Bit 5 is
  /// ignored (kvm-unit-tests s390x/css.c).
  package var isValid: Bool {
    flags & 0xC300 == 0 && limitMode != 3 && characteristics & 0xFF1F_FFF8 == 0 && !storesExtendedMeasurement
  }
}

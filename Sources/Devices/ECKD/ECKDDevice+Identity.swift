package import ChannelIO
package import DASD

/// Who the device is: SENSE ID, characteristics, configuration data.
extension ECKDDevice {
  /// Models of a 3390 by size: the smallest number of cylinders it is used for, model, type code in characteristics.
  private static let models: [(cylinders: Int, model: UInt8, code: UInt8)] = [
    (1_113, 0x02, 0x26), (2_226, 0x06, 0x27), (3_339, 0x0A, 0x24), (.max, 0x0C, 0x32),
  ]
  private var model: (cylinders: Int, model: UInt8, code: UInt8) { Self.model(of: image.geometry) }
  package static func model(of geometry: CKDGeometry) -> (cylinders: Int, model: UInt8, code: UInt8) {
    models.first { geometry.cylinders <= $0.cylinders } ?? models[3]
  }

  package var identification: DeviceIdentification {
    DeviceIdentification(
      controlUnitType: 0x3990, controlUnitModel: 0xE9, deviceType: 0x3390, deviceModel: model.model,
      commandInformationWords: [0x40FA_0100])  // READ CONFIGURATION DATA, 256 bytes
  }

  func send(_ bytes: [UInt8], _ transfer: any DataTransfer) -> UnitStatus {
    _ = transfer.send(bytes)
    return .normalEnd
  }

  /// SENSE ID (E4).
  func senseID(_ transfer: any DataTransfer) -> UnitStatus {
    let id = identification
    var bytes: [UInt8] = [0xFF]
    bytes += bigEndian(id.controlUnitType) + [id.controlUnitModel] + bigEndian(id.deviceType) + [id.deviceModel, 0]
    for word in id.commandInformationWords { bytes += bigEndian(word) }
    return send(bytes, transfer)
  }

  /// READ DEVICE CHARACTERISTICS (64), 64 bytes: see Linux, `struct dasd_eckd_characteristics`.
  func readDeviceCharacteristics(_ transfer: any DataTransfer) -> UnitStatus {
    var bytes = [UInt8](repeating: 0, count: 64)
    func put(_ at: Int, _ value: [UInt8]) { bytes.replaceSubrange(at..<at + value.count, with: value) }
    let cylinders = image.geometry.cylinders
    let id = identification
    put(0, bigEndian(id.controlUnitType) + [id.controlUnitModel] + bigEndian(id.deviceType) + [id.deviceModel])
    // Facilities: READ TRACK and READ in LOCATE RECORD; PREFIX.
    put(6, [options.prefixFeature ? 0x52 : 0x50])
    // Class DASD; type code; primary cylinders, tracks per cylinder, sectors; bytes per track, of home address and record 0.
    put(10, [0x20, model.code] + bigEndian(UInt16(truncatingIfNeeded: cylinders)) + bigEndian(UInt16(CKDGeometry.heads)))
    put(16, [UInt8(Self.sectors)] + [0, 0xE5, 0xA2] + bigEndian(UInt16(1_428)))
    // Capacity formula 2 and its factors (`TrackCapacity`).
    put(22, [2, 34, 19, 9, 6, 116])
    // MDR and OBR record identifiers, control unit type code, parameter length, longest record 0, track set, factor 6, RPS.
    put(40, [model.code, model.code, 0x15, 0x02] + bigEndian(UInt16(57_326)) + [0, 1, 6, 0x77, 0x08])
    put(54, [0x48, 0, 0x15, 0xFF])
    put(60, bigEndian(UInt32(truncatingIfNeeded: cylinders)))
    return send(bytes, transfer)
  }

  /// READ CONFIGURATION DATA (FA), 256 bytes: node element descriptors of device, string, director and subsystem, zeros,
  /// and the general node element qualifier (Linux: `struct dasd_ned`, `struct dasd_gneq`).
  func readConfigurationData(_ transfer: any DataTransfer) -> UnitStatus {
    let unit = UInt8(truncatingIfNeeded: options.deviceNumber)
    let director = UInt8(truncatingIfNeeded: options.deviceNumber >> 8)
    let serial = String((String(repeating: "0", count: 12) + options.serial.filter(\.isASCII)).suffix(12))
    let type = "  3390" + "0" + hexadecimal(model.model)
    var bytes: [UInt8] = [0xDC, 0x01, 0x01, 0x00] + ebcdic(type + "IRLZZ" + serial) + [director, unit]
    bytes += [0xD4, 0x02, 0x00, 0x00] + ebcdic(type + "IRLZZ000000000003") + [0, 0]
    bytes += [0xD0, 0x00, 0x00, 0x00] + ebcdic("  39900E9IRLZZ000000000002") + [0, director]
    bytes += [0xF0, 0x00, 0x00, 0x01] + ebcdic("  3990   IRLZZ000000000001") + [0, 0]
    bytes += [UInt8](repeating: 0, count: 96)
    var qualifier = [UInt8](repeating: 0, count: 32)
    qualifier[0] = 0x80  // general qualifier
    qualifier[6] = 0x1E  // missing-interruption time: 30 s
    qualifier[8] = director  // subsystem identifier 0x0001 + director
    qualifier[9] = 0x01
    qualifier[10] = 0x80
    qualifier[11] = unit
    qualifier[12] = unit
    qualifier[13] = unit
    qualifier[17] = 0x80
    qualifier[18] = 0x80
    qualifier[19] = unit
    return send(bytes + qualifier, transfer)
  }

  /// SENSE (04): the sense bytes of the last unit check, once.
  func senseCommand(_ transfer: any DataTransfer) -> UnitStatus { send(takeSense(), transfer) }

  private func bigEndian<I: FixedWidthInteger>(_ value: I) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

  private func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }

  /// Capital letters in EBCDIC; zeros for a text that is not printable.
  private func ebcdic(_ text: String) -> [UInt8] {
    EBCDIC.encode(text.uppercased(), length: text.utf8.count) ?? [UInt8](repeating: 0xF0, count: text.utf8.count)
  }
}

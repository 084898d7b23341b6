import ChannelIO
import DASD

/// Subsystem functions and data.
extension ECKDDevice {
  /// PERFORM SUBSYSTEM FUNCTION (27).
  ///
  /// ```
  /// 0       1       2-5    6          7-11
  /// | order | flags | zero | suborder | more |
  /// ```
  /// Orders: 18 prepare for READ SUBSYSTEM DATA (suborders 03 messages,
  /// 0E unit-address configuration, 41 feature codes), 1D set subsystem
  /// characteristics. What is not known ends with command reject, invalid parameter, which Linux takes for "not there".
  func performSubsystemFunction(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    scratch.initializeMemory(as: UInt8.self, repeating: 0)
    // The order says how many bytes there are; asking for more would be an incorrect length.
    guard receive(0..<2, transfer) else { throw .countTooSmall }
    guard scratch[1] == 0 else { throw .invalidParameter }
    switch scratch[0] {
    case 0x18:
      guard receive(2..<12, transfer) else { throw .countTooSmall }
      guard scratch[2...5].allSatisfy({ $0 == 0 }) else { throw .invalidParameter }
      chain.subsystemData = try subsystemData(suborder: scratch[6])
    case 0x1D:
      // The host tells what it could use (parallel access volumes, ...). Nothing of it is offered.
      guard receive(2..<66, transfer) else { throw .countTooSmall }
    default: throw .invalidParameter
    }
    return .normalEnd
  }

  /// Fills these bytes of `scratch`.
  private func receive(_ range: Range<Int>, _ transfer: any DataTransfer) -> Bool {
    transfer.receive(into: UnsafeMutableRawBufferPointer(rebasing: scratch[range])) == range.count
  }

  private func subsystemData(suborder: UInt8) throws(UnitCheck) -> [UInt8] {
    switch suborder {
    case 0x03:
      // No message: length 9, format 0, the message identifier asked for.
      return [0, 9, 0, 0] + scratch[8...11] + [0]
    case 0x0E:
      // Unit-address configuration: two bytes a unit address, 01 a base device. There are no aliases.
      var configuration = [UInt8](repeating: 0, count: 512)
      configuration[2 * Int(options.deviceNumber & 0xFF)] = 0x01
      return configuration
    case 0x41:
      var features = [UInt8](repeating: 0, count: 256)
      if options.prefixFeature {
        features[8] |= 0x01  // PREFIX
        features[9] |= 0x20  // READ TRACK DATA
        features[12] |= 0x40  // WRITE TRACK DATA
      }
      return features
    default: throw .invalidParameter
    }
  }

  /// READ SUBSYSTEM DATA (3E): what was prepared by the command before.
  func readSubsystemData(_ transfer: any DataTransfer) throws(UnitCheck) -> UnitStatus {
    guard let data = chain.subsystemData else { throw .invalidSequence }
    chain.subsystemData = nil
    return send(data, transfer)
  }

  /// SENSE SUBSYSTEM STATUS (54): 40 bytes; unit address, and the subsystem identifier of configuration data.
  func senseSubsystemStatus(_ transfer: any DataTransfer) -> UnitStatus {
    var bytes = [UInt8](repeating: 0, count: 40)
    bytes[1] = UInt8(truncatingIfNeeded: options.deviceNumber)
    bytes[38] = UInt8(truncatingIfNeeded: options.deviceNumber >> 8)
    bytes[39] = 0x01
    return send(bytes, transfer)
  }
}

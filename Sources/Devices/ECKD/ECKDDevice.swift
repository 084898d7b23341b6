package import ChannelIO
package import DASD

/// A 3390 volume behind a 3990 model 6 control unit.
///
/// The commands are rows of a table (`ECKDCommand.rows`); this type finds the row, checks that the command may stand where
/// it stands, and carries it out. Handlers are extensions of this type in files by theme.
///
/// Concurrency: the channel calls one method at a time, from any thread, which is all that guards the state below.
package final class ECKDDevice: Device, @unchecked Sendable {
  package struct Options: Sendable {
    /// The device number; its low byte is the unit address in configuration data.
    package var deviceNumber: UInt16
    /// Up to twelve characters of the serial number in configuration data.
    package var serial: String
    /// Whether PREFIX is offered (feature codes and the command itself), and with it READ and WRITE TRACK DATA, which Linux
    /// sends behind it only. Linux does without.
    package var prefixFeature = true
    /// Called for each host error behind an equipment check, for the operator.
    package var reportHostError: @Sendable (CKDImageError) -> Void = { _ in }
    package init(deviceNumber: UInt16, serial: String = "000000000001") {
      self.deviceNumber = deviceNumber
      self.serial = serial
    }
  }

  package let image: CKDImage
  package let options: Options
  let commands: [ECKDCommand?]
  /// Room for parameters and for one track as it comes from the channel, 64 KiB.
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)

  var chain: ECKDChain
  /// Where the device is: a track, and what of it has just passed under the head.
  var address = TrackAddress(cylinder: 0, head: 0)
  var area = Area.index
  /// The record of `area`, by position: 0 is record 0.
  var recordIndex = 0
  /// The track whose formatting is not at its end.
  var formatted: TrackAddress?
  var pendingSense: [UInt8]?
  var pathGroup = PathGroup()
  var isReserved = false

  enum Area { case index, homeAddress, count, key, data }

  package init(image: CKDImage, options: Options) {
    self.image = image
    self.options = options
    chain = ECKDChain(geometry: image.geometry)
    var table = [ECKDCommand?](repeating: nil, count: 256)
    for row in ECKDCommand.rows where row.code != 0xE7 || options.prefixFeature { table[Int(row.code)] = row }
    commands = table
  }

  deinit {
    settleFormatting()
    scratch.deallocate()
  }

  package func beginChannelProgram() {
    settleFormatting()
    chain = ECKDChain(geometry: image.geometry)
    area = .index
  }

  package func reset(_ signal: ResetSignal) {
    beginChannelProgram()
    guard signal == .system else { return }
    pathGroup = PathGroup()
    isReserved = false
    pendingSense = nil
  }

  package func takeSense() -> [UInt8] {
    defer { pendingSense = nil }
    return pendingSense ?? [UInt8](repeating: 0, count: 32)
  }

  package func execute(_ command: UInt8, _ transfer: any DataTransfer) -> UnitStatus {
    do throws(UnitCheck) {
      guard let row = commands[Int(command)] else { throw .invalidCommand }
      try check(row)
      if !row.traits.contains(.formats) { settleFormatting() }
      if !row.traits.contains(.remembersIndex) { chain.indexPassed = false }
      chain.before.formIntersection(row.traits.contains(.keepsSearch) ? [.lasting, .equalID, .equalKey] : .lasting)
      let inDomain = chain.domain != nil
      let status = try row.handler(self, row, transfer)
      if inDomain { countDown() }
      chain.previous = command
      return status
    } catch {
      settleFormatting()
      chain.domain = nil
      chain.subsystemData = nil
      pendingSense = error.sense(at: address, cylinders: image.geometry.cylinders)
      return [.channelEnd, .deviceEnd, .unitCheck]
    }
  }

  package func name(of command: UInt8) -> String? { commands[Int(command)]?.name }

  package var position: DevicePosition? {
    var record: UInt8?
    if area != .index, area != .homeAddress, let track = try? image.track(address), recordIndex < track.layout.records.count {
      record = track.layout.records[recordIndex].count.id.record
    }
    return DevicePosition(cylinder: address.cylinder, head: address.head, record: record)
  }

  /// Whether the command may stand where it stands.
  private func check(_ row: ECKDCommand) throws(UnitCheck) {
    if chain.subsystemData != nil, row.code != 0x3E { throw .invalidSequence }
    guard let domain = chain.domain else {
      guard row.places.contains(.outside) else { throw .invalidSequence }
      guard row.needs.isEmpty || !row.needs.isDisjoint(with: chain.before) else { throw .invalidSequence }
      return
    }
    guard row.places.contains(domain.place) else { throw .invalidSequence }
  }

  /// One command of the domain is done; the last one ends it.
  private func countDown() {
    guard let remaining = chain.domain?.remaining else { return }
    if remaining <= 1 {
      chain.domain = nil
      settleFormatting()
    } else {
      chain.domain?.remaining = remaining - 1
    }
  }

  /// Turns what the image says into what the guest sees; the operator gets the rest.
  func unitCheck(for error: CKDImageError) -> UnitCheck {
    if case .readOnly = error { return .writeInhibited }
    options.reportHostError(error)
    return .equipmentCheck
  }
}

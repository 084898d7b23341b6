/// The compatible disk layout, exactly as `dasdfmt -d cdl -b 4096` leaves a 3390:
///
/// ```
/// track 0   R1 key IPL1, 24 bytes | R2 key IPL2, 144 bytes | R3 key VOL1, 80 bytes | R4-R12 4096 bytes, no key
/// track 1   R1-R12 key 44 bytes, data 96 bytes: the VTOC
/// others    R1-R12 4096 bytes, no key
/// ```
/// Source: Linux `drivers/s390/block/dasd_eckd.c` (`sizes_trk0`), s390-tools `dasdfmt/dasdfmt.h` and measured on a volume
/// that the real tools made.
package enum CompatibleLayout {
  package static let blockSize = 4096
  package static let blocksPerTrack = 12
  /// Bytes of data on a track behind the VTOC.
  package static let bytesPerTrack = blockSize * blocksPerTrack
  package static let vtocTrack = TrackAddress(cylinder: 0, head: 1)
  /// Tracks in front of the first data set: labels and VTOC.
  package static let reservedTracks = 2
  package static let ipl1Size = 24
  package static let ipl2Size = 144

  /// Record 1 of a volume nobody loads from: a disabled wait with code F, and a no-operation for a channel program.
  package static let emptyIPL1: [UInt8] = words([0x000A_0000, 0x0000_000F, 0x0300_0000, 0x0000_0001, 0, 0])
  /// Record 2 of such a volume.
  package static let emptyIPL2: [UInt8] =
    words([
      0x0700_3AB8, 0x4000_0006, 0x3100_3ABE, 0x4000_0005, 0x0800_3AA0, 0, 0x0600_0000, 0x2000_0000, 0, 0, 0x0000_0400,
    ]) + [UInt8](repeating: 0, count: ipl2Size - 44)

  private static func words(_ values: [UInt32]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
  }

  /// Keys of records 1 to 3 of track 0 (`IPL1`, `IPL2`, `VOL1`).
  package static let keys: [[UInt8]] = [[0xC9, 0xD7, 0xD3, 0xF1], [0xC9, 0xD7, 0xD3, 0xF2], [0xE5, 0xD6, 0xD3, 0xF1]]

  /// Puts the records of this layout on an empty track.
  package static func format(_ track: inout Track, label: VolumeLabel, vtoc: VTOC) {
    switch track.address {
    case VolumeLabel.home.track:
      for (index, data) in [emptyIPL1, emptyIPL2, label.bytes].enumerated() {
        track.append(record: UInt8(index + 1), key: keys[index], data: data)
      }
      appendBlocks(to: &track, from: 4)
    case vtocTrack:
      for slot in vtoc.slots { track.append(record: slot.id.record, key: slot.dscb.key, data: slot.dscb.data) }
    default: appendBlocks(to: &track, from: 1)
    }
  }

  private static let emptyBlock = [UInt8](repeating: 0, count: blockSize)

  private static func appendBlocks(to track: inout Track, from first: UInt8) {
    for number in first...UInt8(blocksPerTrack) { track.append(record: number, data: emptyBlock) }
  }

  /// Whether the track has just the data records that this layout has from track 2 on.
  package static func isDataTrack(_ layout: TrackLayout) -> Bool {
    layout.fault == nil && layout.records.count == blocksPerTrack + 1
      && layout.records.dropFirst().enumerated().allSatisfy { index, record in
        record.count.keyLength == 0 && record.count.dataLength == blockSize && Int(record.count.id.record) == index + 1
      }
  }
}

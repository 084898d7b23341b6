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

  /// Track 0.
  package static func labelTrack(_ label: VolumeLabel) -> Track {
    var track = Track(empty: TrackAddress(cylinder: 0, head: 0))
    let special = zip(keys, [emptyIPL1, emptyIPL2, label.bytes])
    for (number, record) in zip(UInt8(1)..., special) { track.append(record: number, key: record.0, data: record.1) }
    return withBlocks(track, from: 4)
  }

  /// Track 1 with the given control blocks, at most 12; the others are free.
  package static func vtocTrack(_ blocks: [DSCB]) -> Track {
    precondition(blocks.count <= blocksPerTrack, "a VTOC of one track holds \(blocksPerTrack) DSCBs")
    var track = Track(empty: vtocTrack)
    for number in 1...blocksPerTrack {
      let block = number <= blocks.count ? blocks[number - 1] : DSCB()
      track.append(record: UInt8(number), key: block.key, data: block.data)
    }
    return track
  }

  /// Any track from track 2 on.
  package static func dataTrack(_ address: TrackAddress) -> Track { withBlocks(Track(empty: address), from: 1) }

  private static func withBlocks(_ track: Track, from first: UInt8) -> Track {
    var track = track
    let zeros = [UInt8](repeating: 0, count: blockSize)
    for number in first...UInt8(blocksPerTrack) { track.append(record: number, data: zeros) }
    return track
  }
}

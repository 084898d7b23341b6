package import SystemPackage

/// A channel program on a volume that loads a storage image when the machine is told to load from it: no instruction of
/// ours runs, and the machine's last step is the PSW at 0.
///
/// The hardware reads record 1 (IPL1: PSW, READ DATA, TIC) and goes on with it; that reads record 2 (IPL2) and goes on
/// with it; IPL2 reads the first *segment*, a record of CCWs and their arguments, and goes on with it; every segment reads
/// its share of the data and then the next segment, into the other of two buffers. A READ of CCWs is always followed by
/// the TIC into them, and each segment begins with a SEEK of its own, so that the chain may be broken there: that is how
/// such a program gets over a channel that fetches programs ahead.
///
/// ```
/// workArea   + 0x0000 IPL2   + 0x1000 segment 1, 3, 5...   + 0x2000 segment 2, 4, 6...
/// segment    SEEK, SEARCH ID EQUAL, TIC *-8, READ DATA x 1-12     for each of up to 14 tracks
///            SEEK, SEARCH ID EQUAL, TIC *-8, READ DATA, TIC       the next segment, unless this is the last
///            arguments of SEEK and SEARCH (BBCCHHR), IDALs
/// data set   all segments, then from the next track on all regions, in blocks of 4096 bytes
/// ```
/// CCWs are format 0. What goes below 16 MiB is addressed directly; what goes above goes through format-1 IDAWs (31-bit
/// addresses, blocks of 2 KiB), since the implied ORB of a load is zero. A segment has at most 215 CCWs.
package struct LoadProgram: Sendable {
  /// A READ DATA of one block of the data set.
  private struct Transfer {
    var region: Int
    var offset: Int
    var count: Int
    var address: Int
  }

  /// Absolute addresses reach up to here: an IDAW of format 1 has 31 bits.
  package static let storageLimit = 1 << 31
  /// A CCW of format 0 reaches up to here.
  package static let directLimit = 1 << 24
  static let workAreaSize = 0x3000
  static let tracksPerSegment = 14
  /// `IRONLOAD` in EBCDIC, at this offset in IPL2.
  package static let marker: [UInt8] = [0xC9, 0xD9, 0xD6, 0xD5, 0xD3, 0xD6, 0xC1, 0xC4]
  package static let markerOffset = 0x40

  package let image: StorageImage
  /// Where IPL2 and the segments go.
  package let workArea: Int
  /// Blocks of CCWs.
  package let segmentCount: Int
  private let transfers: [Transfer]

  /// Plans the loading of `image`, which has at least one region.
  /// - Parameter path: of what is loaded, for messages.
  /// - Throws: `VolumeError` of kind `noRoom` when storage cannot hold it.
  package init(_ image: StorageImage, path: FilePath) throws(VolumeError) {
    precondition(!image.regions.isEmpty, "a load of nothing")
    self.image = image
    if let outside = image.regions.first(where: { $0.address < 8 || $0.range.upperBound > Self.storageLimit }) {
      throw VolumeError(
        .noRoom, path, "\(outside.name) of \(outside.bytes.count) bytes does not fit below 2 GiB of storage; make it smaller")
    }
    guard let workArea = Self.findWorkArea(image) else {
      throw VolumeError(.noRoom, path, "leaves no 12 KiB below 16 MiB for the channel program; make it smaller")
    }
    self.workArea = workArea
    transfers = image.regions.enumerated().flatMap { index, region in
      stride(from: 0, to: region.bytes.count, by: CompatibleLayout.blockSize).map { offset in
        Transfer(
          region: index, offset: offset, count: min(CompatibleLayout.blockSize, region.bytes.count - offset),
          address: region.address + offset)
      }
    }
    segmentCount = (Self.tracks(transfers.count) + Self.tracksPerSegment - 1) / Self.tracksPerSegment
  }

  /// The lowest free place from 0x2000 on: below are the CPU's assigned storage locations.
  private static func findWorkArea(_ image: StorageImage) -> Int? {
    var candidate = 0x2000
    for region in image.regions.sorted(by: { $0.address < $1.address })
    where region.range.overlaps(candidate..<candidate + workAreaSize) {
      candidate = (region.range.upperBound + 0xFFF) & ~0xFFF
    }
    return candidate + workAreaSize <= directLimit ? candidate : nil
  }

  /// Tracks of segments in front of the data.
  private var segmentTracks: Int { Self.tracks(segmentCount) }
  private static func tracks(_ blocks: Int) -> Int {
    (blocks + CompatibleLayout.blocksPerTrack - 1) / CompatibleLayout.blocksPerTrack
  }

  /// Tracks of the data set.
  package var trackCount: Int { segmentTracks + Self.tracks(transfers.count) }

  /// Whether part of it goes beyond what a CCW of format 0 reaches.
  package var usesIDAWs: Bool { image.end > Self.directLimit }

  /// The data of record 1.
  package var ipl1: [UInt8] {
    var program = ChannelProgramBlock(at: 8, size: CompatibleLayout.ipl1Size - 8)
    program.read(CompatibleLayout.ipl2Size, to: workArea, shorter: true)
    program.transfer(to: workArea)
    var fields = BigEndianFields(count: 8)
    fields.store(image.psw, at: 0)
    return fields.bytes + program.bytes
  }

  /// The data of record 2, for a data set that begins at track number `first`.
  package func ipl2(first: Int) -> [UInt8] {
    var program = ChannelProgramBlock(at: workArea, size: CompatibleLayout.ipl2Size)
    program.position(to: record(0, first: first))
    program.read(CompatibleLayout.blockSize, to: buffer(0))
    program.transfer(to: buffer(0))
    program.finish()
    precondition(program.end <= Self.markerOffset, "IPL2 runs into its marker")
    var fields = BigEndianFields(program.bytes)
    fields.store(Self.marker, at: Self.markerOffset)
    return fields.bytes
  }

  /// The data of block `index` of the data set, 4096 bytes. All blocks of all its tracks are given.
  package func block(_ index: Int, first: Int) -> [UInt8] {
    if index < segmentCount { return segment(index, first: first) }
    let data = index - segmentTracks * CompatibleLayout.blocksPerTrack
    guard transfers.indices.contains(data) else { return [UInt8](repeating: 0, count: CompatibleLayout.blockSize) }
    let transfer = transfers[data]
    let bytes = image.regions[transfer.region].bytes[transfer.offset..<transfer.offset + transfer.count]
    return Array(bytes) + [UInt8](repeating: 0, count: CompatibleLayout.blockSize - transfer.count)
  }

  private func segment(_ index: Int, first: Int) -> [UInt8] {
    var program = ChannelProgramBlock(at: buffer(index), size: CompatibleLayout.blockSize)
    let perTrack = CompatibleLayout.blocksPerTrack
    let share = Self.tracksPerSegment * perTrack
    for data in index * share..<min((index + 1) * share, transfers.count) {
      if data.isMultiple(of: perTrack) { program.position(to: record(segmentTracks * perTrack + data, first: first)) }
      let transfer = transfers[data]
      program.read(transfer.count, to: transfer.address, shorter: transfer.count < CompatibleLayout.blockSize)
    }
    if index + 1 < segmentCount {
      program.position(to: record(index + 1, first: first))
      program.read(CompatibleLayout.blockSize, to: buffer(index + 1))
      program.transfer(to: buffer(index + 1))
    }
    program.finish()
    return program.bytes
  }

  private func buffer(_ segment: Int) -> Int { workArea + 0x1000 + segment % 2 * 0x1000 }

  private func record(_ block: Int, first: Int) -> RecordID {
    let perTrack = CompatibleLayout.blocksPerTrack
    guard let track = TrackAddress(index: first + block / perTrack) else {
      preconditionFailure("block \(block) of a data set at track \(first) is not on a 3390")
    }
    return RecordID(track: track, record: UInt8(block % perTrack + 1))
  }
}

import DASD
import SystemPackage
import Testing

@Suite struct LabelledVolumeTests {
  private func newVolume(_ scratch: ScratchDirectory, cylinders: Int = 4, partition: Range<Int>? = 2..<45) throws -> CKDImage {
    let path = scratch.path("volume.ckd")
    try LabelledVolume.create(
      path: path, geometry: try #require(CKDGeometry(cylinders: cylinders)), serial: "TEST01", partition: partition, date: .never)
    return try CKDImage(path: path)
  }

  @Test func `a new volume has the records of dasdfmt on every track`() throws {
    let scratch = try ScratchDirectory(), image = try newVolume(scratch)
    let labels = try image.readTrack(address(0, 0))
    #expect(labels.records.map(\.count.keyLength) == [0, 4, 4, 4] + [UInt8](repeating: 0, count: 9))
    #expect(labels.records.map(\.count.dataLength) == [8, 24, 144, 80] + [UInt16](repeating: 4096, count: 9))
    #expect(labels.records[1...3].map { EBCDIC.decode(labels.key(of: $0)) } == ["IPL1", "IPL2", "VOL1"])
    let vtoc = try image.readTrack(address(0, 1))
    #expect(vtoc.records.dropFirst().allSatisfy { $0.count.keyLength == 44 && $0.count.dataLength == 96 })
    #expect(vtoc.records.count == 13)
    for index in 2..<image.geometry.tracks {
      let track = try image.readTrack(try #require(TrackAddress(index: index)))
      #expect(CompatibleLayout.isDataTrack(track.layout))
    }
    #expect(try image.check() == [])
    #expect(try LabelledVolume(image).checkContents() == [])
    #expect(LoadRecords(labels).loader == .empty)
  }

  @Test func `a volume of one cylinder works`() throws {
    let scratch = try ScratchDirectory(), image = try newVolume(scratch, cylinders: 1, partition: 2..<15)
    #expect(try LabelledVolume(image).partition(1).size == 13 * 12 * 4096)
  }

  @Test func `what is filled into a partition comes out of it, the rest being zeros`() throws {
    let scratch = try ScratchDirectory(), image = try newVolume(scratch)
    let volume = try LabelledVolume(image), partition = try LabelledVolume(image).partition(1)
    try volume.fill(partition) { [UInt8](repeating: 0xEE, count: $0) }
    let contents = (0..<100_001).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    var offset = 0
    try volume.fill(partition) { size in
      let part = contents[min(offset, contents.count)..<min(offset + size, contents.count)]
      offset += size
      return Array(part)
    }
    var read: [UInt8] = []
    try volume.export(partition) { read += $0 }
    #expect(read.count == partition.size)
    #expect(read == contents + [UInt8](repeating: 0, count: partition.size - contents.count))
    #expect(try image.check() == [])
  }

  @Test func `a partition with a track that is not formatted for Linux is refused`() throws {
    let scratch = try ScratchDirectory(), image = try newVolume(scratch)
    var odd = Track(empty: address(2, 14))
    odd.append(record: 1, data: [UInt8](repeating: 1, count: 4096))
    try image.writeTrack(odd)
    let volume = try LabelledVolume(image), partition = try volume.partition(1)
    #expect { try volume.check(partition) } throws: { "\($0)".contains("cylinder 2 head 14") }
    #expect { try volume.export(partition) { _ in } } throws: { ($0 as? VolumeError)?.kind == .unsuitable }
  }

  @Test func `a partition that is not there is refused by number`() throws {
    let scratch = try ScratchDirectory(), image = try newVolume(scratch)
    #expect { try LabelledVolume(image).partition(2) } throws: {
      ($0 as? VolumeError)?.kind == .noPartition && "\($0)".contains("no partition 2; partitions here: 1")
    }
    #expect(throws: VolumeError.self) { try LabelledVolume(image).partition(0) }
  }

  @Test func `blocks of 512 bytes are a partition, too`() throws {
    let scratch = try ScratchDirectory(), image = try newVolume(scratch)
    let blocks = TrackCapacity.records(keyLength: 0, dataLength: 512)
    #expect(blocks == 49)
    for index in 2..<45 {
      var track = Track(empty: try #require(TrackAddress(index: index)))
      for number in 1...blocks { track.append(record: UInt8(number), data: [UInt8](repeating: 7, count: 512)) }
      try image.writeTrack(track)
    }
    let volume = try LabelledVolume(image), partition = try LabelledVolume(image).partition(1)
    #expect(partition.size == 43 * 49 * 512)
    var size = 0
    try volume.export(partition) { size += $0.count }
    #expect(size == partition.size)
  }

  @Test func `a volume without a label says so`() throws {
    let scratch = try ScratchDirectory()
    let image = try CKDImage(path: try newImage(scratch))
    #expect { try LabelledVolume(image) } throws: { "\($0)".contains("no volume label") }
  }

  @Test func `an extent off the volume, an overlap and wrong free space are found`() throws {
    let scratch = try ScratchDirectory(), image = try newVolume(scratch, partition: nil)
    let serial = [UInt8](repeating: 0xC1, count: 6)
    func put(_ record: UInt8, _ name: String, _ first: TrackAddress, _ last: TrackAddress) throws {
      let block = try #require(
        Format1DSCB(
          name: name, serial: serial, extent: DatasetExtent(first: first, last: last), blockSize: 4096, date: .never))
      let track = try image.track(address(0, 1))
      let place = track.records[Int(record)]
      track.mutableBytes(place.keyOffset..<place.end).copyBytes(from: block.dscb.key + block.dscb.data)
      try image.update(track, place.keyOffset..<place.end)
    }
    try put(3, "A", address(0, 5), address(1, 5))
    try put(4, "B", address(1, 5), address(2, 0))
    try put(5, "C", address(3, 0), address(99, 0))
    let found = try LabelledVolume(image).checkContents()
    #expect(found.contains { $0.contains("B overlaps A at track 20") })
    #expect(found.contains { $0.contains("data set C: extent") && $0.contains("not on the volume") })
    #expect(found.contains { $0.contains("free-space DSCB") })
    #expect(throws: VolumeError.self) { try LabelledVolume(image).partition(3) }
  }

  @Test func `labels and VTOC of random bytes never stop the reader`() throws {
    let scratch = try ScratchDirectory(), image = try newVolume(scratch)
    var random = SystemRandomNumberGenerator()
    let spots: [(TrackAddress, Int)] = [(address(0, 0), 3), (address(0, 1), 1), (address(0, 1), 2), (address(0, 1), 3)]
    for _ in 0..<1_500 {
      let spot = try #require(spots.randomElement(using: &random))
      let track = try image.track(spot.0), record = track.records[spot.1]
      let place = record.keyOffset..<record.end
      let before = Array(track.bytes[place])
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        track.mutableBytes(place)[Int.random(in: 0..<place.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try image.update(track, place)
      if let volume = try? LabelledVolume(image) {
        _ = volume.checkContents()
        for dataset in volume.vtoc.datasets { _ = try? dataset.partition.map(volume.partition) }
      }
      track.mutableBytes(place).copyBytes(from: before)
      try image.update(track, place)
    }
  }

  @Test(.enabled(if: RealVolume.isPresent, RealVolume.why)) func `the real tools' volume is read as they made it`() throws {
    let scratch = try ScratchDirectory()
    let image = try CKDImage(path: try RealVolume.unpack(into: scratch), readOnly: true)
    let volume = try LabelledVolume(image)
    #expect(volume.label.serial == "0X0120")
    #expect(try volume.partition(1).size == 898 * 12 * 4096)
    #expect(volume.checkContents() == [])
    #expect(LoadRecords(try image.readTrack(address(0, 0))).loader == .zipl)
    // The ext2 superblock, 1024 bytes into the partition: its magic number, and its block count within the partition.
    var first: [UInt8] = []
    struct Enough: Error {}
    try? volume.export(try volume.partition(1)) {
      first = $0; throw Enough()
    }
    #expect(first[1024 + 56..<1024 + 58].elementsEqual([0x53, 0xEF]))
  }
}

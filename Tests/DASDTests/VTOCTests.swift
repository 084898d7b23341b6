import DASD
import Testing

@Suite struct VTOCTests {
  private func volume(_ cylinders: Int) throws -> CKDGeometry { try #require(CKDGeometry(cylinders: cylinders)) }

  private func block(_ hexadecimal: String) throws -> DSCB {
    let bytes = RealTools.bytes(hexadecimal)
    return try #require(DSCB(key: bytes.prefix(44), data: bytes.dropFirst(44)))
  }

  private func slots(_ blocks: [DSCB]) -> [VTOC.Slot] {
    (0..<12).map {
      VTOC.Slot(id: RecordID(cylinder: 0, head: 1, record: UInt8($0 + 1)), dscb: $0 < blocks.count ? blocks[$0] : DSCB())
    }
  }

  @Test func `the volume label is the one dasdfmt writes`() throws {
    let label = try #require(VolumeLabel(serial: RealTools.serial, vtoc: RecordID(cylinder: 0, head: 1, record: 1)))
    #expect(label.bytes == RealTools.bytes(RealTools.label))
    let read = try #require(VolumeLabel(RealTools.bytes(RealTools.label)))
    #expect(read.serial == "0X0120")
    #expect(read.vtoc == RecordID(cylinder: 0, head: 1, record: 1))
  }

  @Test(arguments: ["", "TOOLONG", "lower", "A B", "Ä", "A.B"])
  func `a serial that dasdfmt would change is refused`(serial: String) {
    #expect(VolumeLabel(serial: serial, vtoc: RecordID(cylinder: 0, head: 1, record: 1)) == nil)
  }

  @Test func `EBCDIC goes there and back for all printable ASCII`() throws {
    let all = String(decoding: (UInt8(0x21)...0x7E).map { $0 }, as: UTF8.self)
    #expect(EBCDIC.decode(try #require(EBCDIC.encode(all, length: 120))) == all)
    #expect(EBCDIC.encode("VOL1", length: 4) == [0xE5, 0xD6, 0xD3, 0xF1])
    #expect(EBCDIC.encode("[]^", length: 3) == [0xAD, 0xBD, 0x5F])
    #expect(EBCDIC.encode("é", length: 4) == nil)
    #expect(EBCDIC.encode("12345", length: 4) == nil)
  }

  @Test func `a volume with one partition has the VTOC that dasdfmt and fdasd write`() throws {
    let geometry = try volume(60)
    var vtoc = VTOC(empty: geometry)
    let serial = try #require(EBCDIC.encode(RealTools.serial, length: 6))
    try vtoc.add(
      name: "LINUX.V0X0120.PART0001.NATIVE", serial: serial, tracks: 2..<900, geometry: geometry,
      date: LabelDate(year: RealTools.date.year, day: RealTools.date.day))
    let blocks = vtoc.slots.map { $0.dscb.key + $0.dscb.data }
    #expect(blocks[0] == RealTools.bytes(RealTools.format4))
    #expect(blocks[1] == RealTools.bytes(RealTools.format5))
    #expect(blocks[2] == RealTools.bytes(RealTools.format1))
    #expect(blocks[3...].allSatisfy { $0.allSatisfy { $0 == 0 } })
    #expect(blocks.count == 12)
  }

  @Test func `the real tools' VTOC is read as one partition over the whole volume`() throws {
    let vtoc = VTOC(slots: slots(try [RealTools.format4, RealTools.format5, RealTools.format1].map(block)))
    let dataset = try #require(vtoc.datasets.first)
    #expect(dataset.name == "LINUX.V0X0120.PART0001.NATIVE")
    #expect(dataset.partition == 1)
    #expect(dataset.extents.map(\.first) == [address(0, 2)])
    #expect(dataset.extents.map(\.last) == [address(59, 14)])
    #expect(dataset.description.blockSize == 4096)
    #expect(dataset.description.serial == "0X0120")
    #expect(vtoc.freeTracks(try volume(60)).isEmpty)
    #expect(vtoc.description?.cylinders == 60)
  }

  @Test func `partitions are counted as Linux counts them: an unknown block ends the search`() throws {
    let one = try block(RealTools.format1), head = try [RealTools.format4, RealTools.format5].map(block)
    #expect(VTOC(slots: slots(head + [one, one, one, one])).datasets.map(\.partition) == [1, 2, 3, nil])
    #expect(VTOC(slots: slots(head + [DSCB(), one])).datasets.map(\.partition) == [nil])
    #expect(VTOC(slots: slots(head + [try block(RealTools.format5), one])).datasets.map(\.partition) == [1])
  }

  @Test func `free space of a small volume is in format 5, sorted and whole`() throws {
    let geometry = try volume(100)
    var vtoc = VTOC(empty: geometry)
    try vtoc.add(name: "A", serial: [1, 2, 3, 4, 5, 6], tracks: 100..<200, geometry: geometry, date: .never)
    let space = try #require(FreeSpaceDSCB(vtoc.slots[1].dscb))
    #expect(space.format == .format5)
    #expect(space.free == [2..<100, 200..<1500])
    #expect(space.dscb.key[4..<14].elementsEqual([0, 2, 0, 6, 8, 0, 200, 0, 86, 10]))
    let dataset = try #require(vtoc.datasets.first)
    try vtoc.remove(dataset, geometry: geometry)
    #expect(vtoc == VTOC(empty: geometry))
  }

  @Test func `a volume of more than 65,536 tracks has its free space in format 7`() throws {
    #expect(VTOC(empty: try volume(4369)).slots[2].dscb.format == .free)
    let geometry = try volume(4370)
    var vtoc = VTOC(empty: geometry)
    try vtoc.add(name: "A", serial: [1, 2, 3, 4, 5, 6], tracks: 2..<1002, geometry: geometry, date: .never)
    #expect(vtoc.slots[0...3].map(\.dscb.format) == [.format4, .format5, .format7, .format1])
    #expect(FreeSpaceDSCB(vtoc.slots[1].dscb)?.free == [])
    #expect(FreeSpaceDSCB(vtoc.slots[2].dscb)?.free == [1002..<65550])
    // VTOC indicators, extended free-space level and pointer, as vtoc_set_freespace leaves them.
    let own = vtoc.slots[0].dscb.data
    #expect(own[58 - 44] == 0xA0)
    #expect(own[125 - 44..<131 - 44].elementsEqual([7, 0, 0, 0, 1, 3]))
    #expect(vtoc.description?.highest == RecordID(cylinder: 0, head: 1, record: 4))
    // fdasd counts partitions by it: blocks a track, less 2, less this.
    #expect(vtoc.description?.unused == 9)
    #expect(vtoc.datasets.first?.partition == 1)
  }

  @Test func `the largest volume has its cylinders in both fields`() throws {
    let geometry = try volume(65_520)
    let own = try #require(VTOC(empty: geometry).description)
    #expect(own.cylinders == 65_520)
    #expect(own.dscb.data[62 - 44..<64 - 44].elementsEqual([0xFF, 0xF0]))
    #expect(own.dscb.data[132 - 44..<136 - 44].elementsEqual([0, 0, 0xFF, 0xF0]))
  }

  @Test func `extents beyond the third are found through format-3 blocks, and a circle ends`() throws {
    var first = RealTools.bytes(RealTools.format1), more = [UInt8](repeating: 0, count: 140)
    first[59] = 5
    let extent: [UInt8] = [1, 0, 0, 9, 0, 0, 0, 9, 0, 1]
    for offset in [115, 125] { first.replaceSubrange(offset..<offset + 10, with: extent) }
    first.replaceSubrange(135..<140, with: [0, 0, 0, 1, 4])
    more.replaceSubrange(0..<4, with: [3, 3, 3, 3])
    more.replaceSubrange(4..<14, with: extent)
    more[44] = 0xF3
    more.replaceSubrange(45..<55, with: extent)
    more.replaceSubrange(135..<140, with: [0, 0, 0, 1, 4])
    let blocks = [first, more].compactMap { DSCB(key: $0.prefix(44), data: $0.dropFirst(44)) }
    let vtoc = VTOC(slots: slots(try [RealTools.format4, RealTools.format5].map(block) + blocks))
    #expect(vtoc.datasets.first?.extents.count == 5)
  }

  @Test func `a VTOC that is not fdasd's is not changed`() throws {
    let geometry = try volume(60)
    var vtoc = VTOC(slots: slots(try [RealTools.format4, RealTools.format1, RealTools.format5].map(block)))
    let before = vtoc
    #expect(throws: VTOC.Refusal.self) {
      try vtoc.remove(try #require(vtoc.datasets.first), geometry: geometry)
    }
    #expect(vtoc == before)
  }

  @Test func `blocks of random bytes never stop the reader`() throws {
    var random = SystemRandomNumberGenerator()
    let geometry = try volume(60)
    let formats: [UInt8] = [0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xF9, 0x42]
    for _ in 0..<2_000 {
      let blocks = (0..<12).compactMap { index -> DSCB? in
        var bytes = (0..<140).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes[44] = index == 0 ? 0xF4 : formats[Int.random(in: 0..<formats.count, using: &random)]
        return DSCB(key: bytes.prefix(44), data: bytes.dropFirst(44))
      }
      var vtoc = VTOC(slots: slots(blocks))
      for free in vtoc.freeTracks(geometry) { #expect(free.lowerBound >= 2 && free.upperBound <= geometry.tracks) }
      _ = vtoc.slots.compactMap { FreeSpaceDSCB($0.dscb)?.free }
      if let dataset = vtoc.datasets.first { try? vtoc.remove(dataset, geometry: geometry) }
    }
  }
}

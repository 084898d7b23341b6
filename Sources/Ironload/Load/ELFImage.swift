/// An ELF64 file for s390, big-endian (machine 22): what of it goes where in storage.
struct ELFImage: Sendable {
  /// Bytes for absolute storage; `size` beyond `bytes` is zeros.
  struct Segment: Sendable {
    var address: UInt64
    var bytes: ArraySlice<UInt8>
    var size: UInt64
  }
  /// R_390_RELATIVE: the doubleword at `offset` is the place of the image plus `addend`.
  struct Relocation: Sendable { let offset: UInt64, addend: UInt64 }

  /// The segments of type PT_LOAD at their physical addresses.
  private(set) var segments: [Segment] = []
  let entry: UInt64
  /// Of the dynamic section; empty when there is none.
  private(set) var relocations: [Relocation] = []

  /// What a file is not, without its name.
  struct Malformed: Error {
    let description: String
    init(_ description: String) { self.description = description }
  }

  static func isELF(_ file: [UInt8]) -> Bool { file.starts(with: [0x7F, 0x45, 0x4C, 0x46]) }

  /// The end of the highest segment.
  var end: UInt64 { segments.map { $0.address &+ $0.size }.max() ?? 0 }

  private enum SegmentType { static let load: UInt64 = 1, dynamic: UInt64 = 2 }
  private enum DynamicTag { static let none: UInt64 = 0, relocations: UInt64 = 7, size: UInt64 = 8, entrySize: UInt64 = 9 }
  private static let machine: UInt64 = 22
  private static let relative: UInt64 = 12
  /// No image that anybody loads has more; a damaged one may say so.
  private static let relocationLimit: UInt64 = 1 << 20

  init(_ file: [UInt8]) throws(Malformed) {
    let fields = Fields(file[...])
    guard Self.isELF(file), file.count > 64, file[4] == 2, file[5] == 2, fields.number(18, 2) == Self.machine else {
      throw Malformed("not a 64-bit ELF file for s390")
    }
    guard let entry = fields.number(24, 8), let table = fields.number(32, 8), let size = fields.number(54, 2),
      let count = fields.number(56, 2), size >= 56
    else { throw Malformed("the ELF header is damaged") }
    self.entry = entry
    var dynamic: Header?
    for k in 0..<count {
      guard let header = Header(fields, at: table.addingReportingOverflow(k * size)) else {
        throw Malformed("program header \(k) lies outside the file")
      }
      guard [SegmentType.load, SegmentType.dynamic].contains(header.type) else { continue }
      guard header.isSound(fileSize: UInt64(file.count)) else { throw Malformed("segment \(k) lies outside the file") }
      if header.type == SegmentType.dynamic {
        dynamic = header
      } else {
        let bytes = file[Int(header.offset)..<Int(header.offset + header.sizeInFile)]
        segments.append(Segment(address: header.address, bytes: bytes, size: header.size))
      }
    }
    guard !segments.isEmpty else { throw Malformed("an ELF file with nothing to load") }
    if let dynamic { relocations = try readRelocations(dynamic, fields) }
  }

  /// One program header.
  private struct Header {
    let type: UInt64, offset: UInt64, address: UInt64, sizeInFile: UInt64, size: UInt64

    init?(_ fields: Fields, at place: (partialValue: UInt64, overflow: Bool)) {
      let at = place.partialValue
      guard !place.overflow, at < 1 << 62, let type = fields.number(at, 4), let offset = fields.number(at + 8, 8),
        let address = fields.number(at + 24, 8), let sizeInFile = fields.number(at + 32, 8), let size = fields.number(at + 40, 8)
      else { return nil }
      self.type = type
      self.offset = offset
      self.address = address
      self.sizeInFile = sizeInFile
      self.size = size
    }

    func isSound(fileSize: UInt64) -> Bool {
      sizeInFile <= size && offset <= fileSize && sizeInFile <= fileSize - offset
        && !address.addingReportingOverflow(size).overflow
    }
  }

  private func readRelocations(_ dynamic: Header, _ fields: Fields) throws(Malformed) -> [Relocation] {
    var table: UInt64?, size: UInt64 = 0, entrySize: UInt64 = 24
    for place in stride(from: dynamic.offset, to: dynamic.offset + dynamic.sizeInFile, by: 16) {
      guard let tag = fields.number(place, 8), let value = fields.number(place + 8, 8), tag != DynamicTag.none else { break }
      if tag == DynamicTag.relocations { table = value }
      if tag == DynamicTag.size { size = value }
      if tag == DynamicTag.entrySize { entrySize = value }
    }
    guard let table, size > 0 else { return [] }
    guard entrySize == 24, size / 24 <= Self.relocationLimit else { throw Malformed("the relocation table is damaged") }
    return try (0..<size / 24).map { (n: UInt64) throws(Malformed) -> Relocation in
      guard let offset = number(at: table &+ n * 24), let info = number(at: table &+ n * 24 &+ 8),
        let addend = number(at: table &+ n * 24 &+ 16)
      else { throw Malformed("relocation \(n) lies outside the segments") }
      guard info & 0xFFFF_FFFF == Self.relative else { throw Malformed("relocation \(n) is not R_390_RELATIVE") }
      return Relocation(offset: offset, addend: addend)
    }
  }

  /// The doubleword that a segment puts at an address of the image.
  private func number(at address: UInt64) -> UInt64? {
    for segment in segments where address >= segment.address && address - segment.address <= UInt64(segment.bytes.count) {
      return Fields(segment.bytes).number(address - segment.address, 8)
    }
    return nil
  }

  /// Big-endian numbers in bytes that may end anywhere.
  private struct Fields {
    let bytes: ArraySlice<UInt8>
    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    func number(_ offset: UInt64, _ count: UInt64) -> UInt64? {
      guard offset <= UInt64(bytes.count), count <= UInt64(bytes.count) - offset else { return nil }
      let first = bytes.startIndex + Int(offset)
      return bytes[first..<first + Int(count)].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}

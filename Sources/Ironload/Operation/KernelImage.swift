/// A kernel that is loaded without a device, as QEMU's `-kernel` does it (hw/s390x/ipl.c): an ELF file by the physical
/// addresses of its segments, anything else as a flat image at 0.
struct KernelImage: Sendable {
  /// Bytes for absolute storage; `size` beyond `bytes` is zeros.
  struct Segment: Sendable {
    var address: UInt64
    var bytes: ArraySlice<UInt8>
    var size: UInt64
  }
  let segments: [Segment]
  /// Where the CPU begins; the PSW mask is `entryMask`.
  let entry: UInt64

  /// 64-bit addressing, everything else off.
  static let entryMask: UInt64 = 0x0000_0001_8000_0000
  /// Where Linux's startup code begins, and what says that it does.
  static let linuxEntry: UInt64 = 0x1_0000
  static let linuxMark: (offset: Int, text: [UInt8]) = (0x1_0008, Array("S390EP".utf8))
  /// Linux's parameter area (arch/s390/include/asm/setup.h).
  static let initrdParameter: UInt64 = 0x1_0408
  static let commandLineSizeParameter: UInt64 = 0x1_0430
  static let commandLine: UInt64 = 0x1_0480
  static let defaultCommandLineSize: UInt64 = 896

  /// - Throws: what is wrong with the file, without its name.
  init(_ file: [UInt8]) throws(Malformed) {
    if file.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
      (segments, entry) = try KernelImage.readELF(file)
      return
    }
    guard file.count >= 8 else { throw Malformed("\(file.count) bytes are no kernel") }
    segments = [Segment(address: 0, bytes: file[...], size: UInt64(file.count))]
    let mark = KernelImage.linuxMark
    if file.count >= mark.offset + mark.text.count, Array(file[mark.offset..<mark.offset + mark.text.count]) == mark.text {
      entry = KernelImage.linuxEntry
    } else {
      entry = UInt64(file[4] & 0x7F) << 24 | UInt64(file[5]) << 16 | UInt64(file[6]) << 8 | UInt64(file[7])
    }
  }

  /// The end of the highest segment.
  var end: UInt64 { segments.map { $0.address &+ $0.size }.max() ?? 0 }

  /// What a file is not.
  struct Malformed: Error {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// ELF64, big-endian, machine 22 (s390): its PT_LOAD segments. An entry of 0x800 is that of old kernels: Linux begins
  /// at 0x10000.
  private static func readELF(_ file: [UInt8]) throws(Malformed) -> ([Segment], UInt64) {
    func number(_ offset: Int, _ count: Int) -> UInt64? {
      guard offset >= 0, offset <= file.count - count else { return nil }
      return file[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
    }
    guard file.count > 64, file[4] == 2, file[5] == 2, number(18, 2) == 22 else {
      throw Malformed("an ELF file, but not a 64-bit one for s390")
    }
    guard let entry = number(24, 8), let table = number(32, 8), let size = number(54, 2), let count = number(56, 2), size >= 56,
      let first = Int(exactly: table)
    else { throw Malformed("the ELF header is damaged") }
    var segments: [Segment] = []
    for k in 0..<Int(count) {
      let (header, overflow) = first.addingReportingOverflow(k * Int(size))
      guard !overflow, let type = number(header, 4), let offset = number(header + 8, 8), let address = number(header + 24, 8),
        let inFile = number(header + 32, 8), let inStorage = number(header + 40, 8)
      else { throw Malformed("program header \(k) lies outside the file") }
      if type != 1 { continue }
      guard inFile <= inStorage, offset <= UInt64(file.count), inFile <= UInt64(file.count) - offset,
        !address.addingReportingOverflow(inStorage).overflow
      else { throw Malformed("segment \(k) lies outside the file") }
      segments.append(
        Segment(address: address, bytes: file[Int(offset)..<Int(offset + inFile)], size: inStorage))
    }
    guard !segments.isEmpty else { throw Malformed("an ELF file with nothing to load") }
    return (segments, entry == 0x800 ? linuxEntry : entry)
  }
}

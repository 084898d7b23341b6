import DASD

/// A kernel that is loaded without a device, as QEMU's `-kernel` does it (hw/s390x/ipl.c): an ELF file by the physical
/// addresses of its segments, anything else as a flat image at 0.
struct KernelImage: Sendable {
  let segments: [ELFImage.Segment]
  /// Where the CPU begins; the PSW mask is `entryMask`.
  let entry: UInt64

  /// 64-bit addressing, everything else off.
  static let entryMask: UInt64 = 0x0000_0001_8000_0000
  /// The entry of old Linux kernels' ELF files, which is another loader's: Linux itself begins at `LinuxParameterArea.entry`.
  private static let foreignEntry: UInt64 = 0x800

  /// - Throws: what is wrong with the file, without its name.
  init(_ file: [UInt8]) throws(ELFImage.Malformed) {
    if ELFImage.isELF(file) {
      let elf = try ELFImage(file)
      segments = elf.segments
      entry = elf.entry == Self.foreignEntry ? UInt64(LinuxParameterArea.entry) : elf.entry
      return
    }
    guard file.count >= 8 else { throw ELFImage.Malformed("\(file.count) bytes are no kernel") }
    segments = [ELFImage.Segment(address: 0, bytes: file[...], size: UInt64(file.count))]
    if LinuxParameterArea.isLinux(flat: file) {
      do { try LinuxParameterArea.checkLength(flat: file) } catch { throw ELFImage.Malformed(error.reason) }
      entry = UInt64(LinuxParameterArea.entry)
    } else {
      entry = UInt64(file[4] & 0x7F) << 24 | UInt64(file[5]) << 16 | UInt64(file[6]) << 8 | UInt64(file[7])
    }
  }

  /// Whether it begins where Linux does: then it has Linux's parameter area, too.
  var isLinux: Bool { entry == UInt64(LinuxParameterArea.entry) }

  /// The end of the highest segment.
  var end: UInt64 { segments.map { $0.address &+ $0.size }.max() ?? 0 }
}

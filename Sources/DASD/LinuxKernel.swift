package import SystemPackage

/// How a kernel, its initial RAM disk and its parameters lie in storage.
///
/// A Linux kernel for s390x is a flat image for address 0 that is entered at 0x10000. Its first 64 KiB serve other ways of
/// loading and are not loaded (zipl leaves them out, too), so the loader's channel program has room there.
///
/// ```
/// 0x10000   kernel: 0x10008 "S390EP"
/// 0x10408   initrd: address, 0x10410 length (8 bytes each, big-endian)
/// 0x10430   longest parameter line with its NUL (8 bytes; zero means 896)
/// 0x10480   parameter line, ASCII, NUL-terminated
/// 0x800000  initrd, or the next MiB that is 1 MiB behind the kernel; the kernel moves it when it needs the room
/// ```
/// Source: Linux `arch/s390/boot/head.S` and `arch/s390/include/asm/setup.h`, QEMU `hw/s390x/ipl.c`.
package enum LinuxKernel {
  package static let entry = 0x10000
  static let magic = Array("S390EP".utf8)
  static let parameterArea = 0x10400
  static let commandLine = 0x10480
  static let defaultCommandLineSize = 896
  package static let lowestInitrd = 0x80_0000
  /// Disabled for interruptions, 31-bit addressing, at 0x10000.
  package static let psw: UInt64 = 0x0008_0000_8001_0000

  /// Lays out a Linux kernel with what goes with it, or a flat image that begins with its own PSW, which takes neither
  /// initrd nor parameters.
  /// - Parameters:
  ///   - path: the kernel's, for messages.
  ///   - initrdAddress: where the initrd goes when not at its usual place; a multiple of 4096.
  /// - Throws: `VolumeError` of kind `badInput` or `noRoom`.
  package static func layOut(
    kernel: [UInt8], path: FilePath, initrd: [UInt8]?, arguments: String?, initrdAddress: Int? = nil
  ) throws(VolumeError) -> StorageImage {
    try refuseForeign(kernel, path)
    guard kernel.count > entry + 16, kernel[entry + 8..<entry + 14].elementsEqual(magic) else {
      return try layOutFlat(kernel, path, initrd, arguments)
    }
    guard kernel.count >= commandLine + 8 else {
      throw VolumeError(.badInput, path, "ends before its parameter area at 0x10480; the file is cut short, copy it again")
    }
    var regions = [StorageImage.Region("kernel", at: entry, Array(kernel[entry...]))]
    var fields = BigEndianFields(Array(kernel[parameterArea..<commandLine]))
    if let initrd {
      let region = try placeInitrd(initrd, at: initrdAddress, kernelSize: kernel.count, path)
      regions.append(region)
      fields.store(UInt64(region.address), at: 0x08)
      fields.store(UInt64(region.bytes.count), at: 0x10)
    }
    let line = try encode(arguments ?? "", limit: fields.integer(at: 0x30, width: 8), path)
    regions.append(StorageImage.Region("parameters", at: parameterArea, fields.bytes + line))
    return StorageImage(psw: psw, regions: regions)
  }

  private static func refuseForeign(_ kernel: [UInt8], _ path: FilePath) throws(VolumeError) {
    let foreign: [([UInt8], String)] = [
      ([0x7F, 0x45, 0x4C, 0x46], "an ELF file"), ([0x1F, 0x8B], "compressed with gzip"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz"), ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd"),
    ]
    for (magic, what) in foreign where kernel.starts(with: magic) {
      throw VolumeError(
        .badInput, path, "is \(what), not a flat s390x kernel image; give arch/s390/boot/bzImage or /boot/vmlinuz")
    }
  }

  /// A program of the user's own: eight bytes of PSW, then whatever it likes.
  private static func layOutFlat(
    _ image: [UInt8], _ path: FilePath, _ initrd: [UInt8]?, _ arguments: String?
  ) throws(VolumeError) -> StorageImage {
    guard image.count > 8 else {
      throw VolumeError(.badInput, path, "is not a kernel: \(image.count) bytes hold no PSW and program; give a flat image")
    }
    let psw = BigEndianFields(image).integer(at: 0, width: 8)
    // Bit 12 is one in every valid ESA/390 PSW; all-zero or text files stop here instead of in the guest.
    guard psw & 0x0008_0000_0000_0000 != 0, psw >> 63 == 0 else {
      throw VolumeError(
        .badInput, path, "is neither a Linux kernel for s390x (no S390EP at 0x10008) nor an image that begins with a PSW")
    }
    guard initrd == nil, arguments == nil else {
      throw VolumeError(.badInput, path, "is not a Linux kernel and takes no initrd or parameters; leave them out")
    }
    return StorageImage(psw: psw, regions: [.init("image", at: 8, Array(image[8...]))])
  }

  private static func placeInitrd(
    _ initrd: [UInt8], at wish: Int?, kernelSize: Int, _ path: FilePath
  ) throws(VolumeError) -> StorageImage.Region {
    let mebibyte = 1 << 20
    let behindKernel = (kernelSize + mebibyte + mebibyte - 1) / mebibyte * mebibyte
    let lowest = max(lowestInitrd, behindKernel)
    if let wish {
      guard wish >= behindKernel, wish.isMultiple(of: 4096), wish < LoadProgram.storageLimit else {
        let (given, first) = (String(wish, radix: 16), String(behindKernel, radix: 16))
        throw VolumeError(
          .badInput, path, "the initrd cannot go to 0x\(given); give a multiple of 4096 from 0x\(first) on")
      }
    }
    return StorageImage.Region("initrd", at: wish ?? lowest, initrd)
  }

  /// The parameter line with its NUL. Bytes with the leftmost bit on would make Linux take the line for EBCDIC.
  private static func encode(_ arguments: String, limit: UInt64, _ path: FilePath) throws(VolumeError) -> [UInt8] {
    guard arguments.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw VolumeError(.badInput, path, "the parameters have characters that are not printable ASCII; leave them out")
    }
    let line = Array(arguments.utf8) + [0]
    let longest = limit == 0 ? defaultCommandLineSize : Int(clamping: limit)
    guard line.count <= longest else {
      throw VolumeError(.badInput, path, "the parameters have \(line.count - 1) characters, this kernel takes \(longest - 1)")
    }
    return line
  }
}

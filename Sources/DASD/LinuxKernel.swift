package import SystemPackage

/// How a kernel, its initial RAM disk and its parameters lie in storage when a volume's channel program loads them.
///
/// A Linux kernel for s390x is a flat image for address 0 that is entered at 0x10000 (`LinuxParameterArea`). Its first 64 KiB
/// serve other ways of loading and are not loaded (zipl leaves them out, too), so the loader's channel program has room there.
package enum LinuxKernel {
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
    guard LinuxParameterArea.isLinux(flat: kernel) else {
      return try layOutFlat(kernel, path, initrd, arguments)
    }
    let area = LinuxParameterArea.start, entry = LinuxParameterArea.entry
    do { try LinuxParameterArea.checkLength(flat: kernel) } catch { throw VolumeError(.badInput, path, error.reason) }
    var regions = [StorageImage.Region("kernel", at: entry, Array(kernel[entry...]))]
    var fields = BigEndianFields(Array(kernel[area..<LinuxParameterArea.commandLine]))
    if let initrd {
      let region = try placeInitrd(initrd, at: initrdAddress, kernelSize: kernel.count, path)
      regions.append(region)
      fields.store(UInt64(region.address), at: LinuxParameterArea.initrd - area)
      fields.store(UInt64(region.bytes.count), at: LinuxParameterArea.initrd + 8 - area)
    }
    let limit = fields.integer(at: LinuxParameterArea.commandLineSize - area, width: 8)
    let line: [UInt8]
    do { line = try LinuxParameterArea.line(arguments ?? "", limit: limit) } catch {
      throw VolumeError(.badInput, path, error.reason)
    }
    regions.append(StorageImage.Region("parameters", at: area, fields.bytes + line))
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
    if let wish {
      let behindKernel = LinuxParameterArea.placeBehind(kernelEnd: kernelSize)
      guard wish >= behindKernel, wish.isMultiple(of: 4096), wish < LoadProgram.storageLimit else {
        let (given, first) = (String(wish, radix: 16), String(behindKernel, radix: 16))
        throw VolumeError(
          .badInput, path, "the initrd cannot go to 0x\(given); give a multiple of 4096 from 0x\(first) on")
      }
    }
    return StorageImage.Region("initrd", at: wish ?? LinuxParameterArea.placeOfInitrd(kernelEnd: kernelSize), initrd)
  }
}

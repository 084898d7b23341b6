import Dispatch
import Processor
import Storage
import SystemPackage

/// Loading a kernel from a file of the host, without a device.
extension Machine {
  /// Places a kernel, its initial file system and its command line in cleared storage, and starts CPU 0 there in
  /// z/Architecture mode.
  /// - Parameter starts: false leaves it stopped before its first instruction, as if the operator had stopped it there.
  /// - Throws: which file is missing or does not fit, and what to do.
  public func load(
    kernel: String, initrd: String? = nil, commandLine: String? = nil, starts: Bool = true
  ) throws(ConfigurationError) {
    let file = try Machine.read(kernel, "--kernel")
    let image: KernelImage
    do { image = try KernelImage(file) } catch { throw ConfigurationError(.badData, "--kernel \(kernel): \(error.description)") }
    let ramdisk: [UInt8]? = if let initrd { try Machine.read(initrd, "--initrd") } else { nil }
    let failure: ConfigurationError? = control.sync {
      do throws(ConfigurationError) {
        resetSystem(clear: true)
        try place(image, kernel)
        if let ramdisk { try place(ramdisk, above: image, initrd ?? "") }
        if let commandLine { try place(commandLine) }
        let psw = PSW(mask: KernelImage.entryMask, instructionAddress: image.entry)
        perform(on: 0) { cpu in
          cpu.setArchitecture(isZArchitecture: true)
          cpu.load(psw)
          cpu.begin(starts: starts)
        }
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }

  /// A whole file of the host.
  static func read(_ path: String, _ option: String) throws(ConfigurationError) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly)
      defer { try? file.close() }
      let size = try file.seek(offset: 0, from: .end)
      guard size < 1 << 31 else { throw ConfigurationError(.badData, "\(option) \(path): \(size) bytes are too many") }
      try file.seek(offset: 0, from: .start)
      return try [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
        while count < Int(size) {
          let n = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]))
          if n == 0 { break }
          count += n
        }
      }
    } catch let error as ConfigurationError { throw error } catch {
      throw ConfigurationError(.noInput, "\(option) \(path): \(error); name a file that can be read")
    }
  }

  private func place(_ image: KernelImage, _ name: String) throws(ConfigurationError) {
    for segment in image.segments {
      let address = AbsoluteAddress(segment.address)
      guard storage.contains(address, count: segment.size) else {
        throw ConfigurationError(
          .usage, "--kernel \(name): does not fit into \(configuration.memory >> 20) MiB; give more --memory")
      }
      copy(segment.bytes, to: address)
    }
  }

  /// Above the kernel and not below 8 MiB, as QEMU does it; its address and size go into Linux's parameter area.
  private func place(_ ramdisk: [UInt8], above image: KernelImage, _ name: String) throws(ConfigurationError) {
    let megabyte: UInt64 = 1 << 20
    let start = max(8 * megabyte, (image.end &+ megabyte &+ megabyte - 1) & ~(megabyte - 1))
    guard storage.contains(AbsoluteAddress(start), count: UInt64(ramdisk.count)) else {
      throw ConfigurationError(
        .usage, "--initrd \(name): does not fit into \(configuration.memory >> 20) MiB; give more --memory")
    }
    copy(ramdisk[...], to: AbsoluteAddress(start))
    storage.store(start, at: AbsoluteAddress(KernelImage.initrdParameter))
    storage.store(UInt64(ramdisk.count), at: AbsoluteAddress(KernelImage.initrdParameter + 8))
  }

  private func place(_ commandLine: String) throws(ConfigurationError) {
    let bytes = Array(commandLine.utf8) + [0]
    let announced = storage.load(UInt64.self, at: AbsoluteAddress(KernelImage.commandLineSizeParameter))
    let limit = announced == 0 ? KernelImage.defaultCommandLineSize : announced
    guard UInt64(bytes.count) <= limit, storage.contains(AbsoluteAddress(KernelImage.commandLine), count: UInt64(bytes.count))
    else {
      throw ConfigurationError(.usage, "--append: \(bytes.count - 1) bytes; this kernel takes at most \(limit - 1)")
    }
    copy(bytes[...], to: AbsoluteAddress(KernelImage.commandLine))
  }

  private func copy(_ bytes: ArraySlice<UInt8>, to address: AbsoluteAddress) {
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { storage.host(address).copyMemory(from: start, byteCount: source.count) }
    }
  }
}

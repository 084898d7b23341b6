import DASD
import Dispatch
import Processor
import Storage
import Synchronization

/// Loading a kernel from files of the host, without a device, as QEMU's `-kernel` does it.
extension Machine {
  /// Places a kernel, its initial file system and its command line in cleared storage, and starts CPU 0 there in
  /// z/Architecture mode.
  /// - Parameter starts: false leaves it stopped before its first instruction, as if the operator had stopped it there.
  /// - Throws: which file is missing or does not fit, and what to do.
  public func load(
    kernel: String, initrd: String? = nil, commandLine: String? = nil, starts: Bool = true
  ) throws(ConfigurationError) {
    try onControl { () throws(ConfigurationError) in
      try self.performLoad(kernel: kernel, initrd: initrd, commandLine: commandLine, kind: .clear, starts: starts)
    }
  }

  func performLoad(
    kernel: String, initrd: String?, commandLine: String?, kind: LoadKind, starts: Bool = true
  ) throws(ConfigurationError) {
    let file = try LoadableFile.contents(kernel, "--kernel")
    let image: KernelImage
    do { image = try KernelImage(file) } catch { throw ConfigurationError(.badData, "--kernel \(kernel): \(error.description)") }
    let ramdisk: [UInt8]? = if let initrd { try LoadableFile.contents(initrd, "--initrd") } else { nil }
    guard image.isLinux || commandLine == nil else {
      throw ConfigurationError(
        .usage, "--append: \(kernel) does not begin at 0x10000 as Linux does and takes no command line; leave it out")
    }
    resetSystem(clear: kind == .clear)
    try place(image.segments, "--kernel \(kernel)")
    if image.isLinux { try place(commandLine: commandLine ?? "") }
    if let ramdisk { try place(ramdisk, behind: image, initrd ?? "") }
    state.withLock { state in
      state.wayIn = .kernel(kernel, initrd: initrd, commandLine: commandLine)
      state.loadParameterBlock = nil
    }
    beginInZArchitecture(at: image.entry, starts: starts)
  }

  /// CPU 0 begins in z/Architecture mode with 64-bit addressing and everything else off.
  func beginInZArchitecture(at address: UInt64, starts: Bool) {
    perform(on: 0) { $0.setArchitecture(isZArchitecture: true) }
    begin(with: PSW(mask: KernelImage.entryMask, instructionAddress: address), starts: starts)
  }

  /// Copies segments to their places, with the zeros behind them.
  func place(_ segments: [ELFImage.Segment], offset: UInt64 = 0, _ name: String) throws(ConfigurationError) {
    for segment in segments {
      let address = AbsoluteAddress(segment.address &+ offset)
      guard storage.contains(address, count: segment.size) else { throw doesNotFit(name) }
      let count = Int(segment.size)
      if count > 0 {
        storage.change(at: address, count: count) { $0.initializeMemory(as: UInt8.self, repeating: 0, count: count) }
      }
      copy(segment.bytes, to: address)
    }
  }

  func doesNotFit(_ name: String) -> ConfigurationError {
    ConfigurationError(.usage, "\(name): does not fit into \(configuration.memory >> 20) MiB; give more --memory")
  }

  private func place(_ ramdisk: [UInt8], behind image: KernelImage, _ name: String) throws(ConfigurationError) {
    let start = UInt64(LinuxParameterArea.placeOfInitrd(kernelEnd: Int(clamping: image.end)))
    guard storage.contains(AbsoluteAddress(start), count: UInt64(ramdisk.count)) else { throw doesNotFit("--initrd \(name)") }
    copy(ramdisk[...], to: AbsoluteAddress(start))
    storage.store(start, at: AbsoluteAddress(UInt64(LinuxParameterArea.initrd)))
    storage.store(UInt64(ramdisk.count), at: AbsoluteAddress(UInt64(LinuxParameterArea.initrd) + 8))
  }

  private func place(commandLine: String) throws(ConfigurationError) {
    let limit = storage.load(UInt64.self, at: AbsoluteAddress(UInt64(LinuxParameterArea.commandLineSize)))
    let line: [UInt8]
    do { line = try LinuxParameterArea.line(commandLine, limit: limit) } catch {
      throw ConfigurationError(.usage, "--append: \(error.reason)")
    }
    let address = AbsoluteAddress(UInt64(LinuxParameterArea.commandLine))
    guard storage.contains(address, count: UInt64(line.count)) else { throw doesNotFit("--append") }
    copy(line[...], to: address)
  }

  func copy(_ bytes: ArraySlice<UInt8>, to address: AbsoluteAddress) {
    bytes.withUnsafeBytes { storage.store($0, at: address) }
  }

  /// Carries `work` out on `control`, one after the other with everything else that changes the machine's state.
  func onControl<E: Error>(_ work: () throws(E) -> Void) throws(E) {
    let failure: E? = control.sync {
      do throws(E) {
        try work()
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }
}

import ChannelIO
import Dispatch
import Processor
import ServiceProcessor
import Storage
import Synchronization

/// Loading by a firmware that runs on the CPU: QEMU's s390-ccw.img, unchanged. It finds its device in the load parameter block
/// and carries out a load procedure of its own.
extension Machine {
  /// Places the position-independent ELF file at `path` and starts CPU 0 in it, to load from a device.
  /// - Parameter starts: false leaves it stopped before its first instruction, as if the operator had stopped it there.
  /// - Throws: what is wrong with the file or the configuration, and what to do.
  public func load(
    firmware path: String, from deviceNumber: UInt16, starts: Bool = true
  ) throws(ConfigurationError) {
    try onControl { () throws(ConfigurationError) in
      let block = LoadParameterBlock(deviceNumber: deviceNumber, loadParameter: self.serviceProcessor.description.loadParameter)
      try self.performLoad(firmware: path, block: block, kind: .clear, starts: starts)
    }
  }

  /// QEMU's place for it (hw/s390x/ipl.c): 2 MiB below the end of storage or 2 GiB, whichever is lower, on a 64-KiB boundary.
  private static let room: UInt64 = 2 << 20
  private static let highest: UInt64 = 2 << 30
  private static let alignment: UInt64 = 64 << 10

  func performLoad(
    firmware path: String, block: LoadParameterBlock, kind: LoadKind, starts: Bool = true
  ) throws(ConfigurationError) {
    let option = "--firmware \(path)"
    guard !configuration.hasESA390Mode else {
      throw ConfigurationError(.usage, "\(option): it wants a machine that is always in z/Architecture mode")
    }
    guard channelSubsystem.subchannel(deviceNumber: block.deviceNumber) != nil else {
      throw ConfigurationError(
        .usage, "--load \(block.deviceNumber.deviceNumberText): there is no such device; name one that --dasd attaches")
    }
    let file = try LoadableFile.contents(path, "--firmware"), image: ELFImage
    do { image = try ELFImage(file) } catch {
      throw ConfigurationError(.badData, "\(option): \(error.description); Debian's qemu-system-data has one that is sound")
    }
    let end = min(configuration.memory, Self.highest)
    guard end > Self.room else { throw doesNotFit(option) }
    let place = (end - Self.room) & ~(Self.alignment - 1)
    resetSystem(clear: kind == .clear)
    try self.place(image.segments, offset: place, option)
    for relocation in image.relocations {
      let address = AbsoluteAddress(place &+ relocation.offset)
      guard storage.contains(address, count: 8) else { throw doesNotFit(option) }
      storage.store(place &+ relocation.addend, at: address)
    }
    state.withLock { state in
      state.wayIn = .firmware(path)
      state.loadParameterBlock = block
    }
    beginInZArchitecture(at: place &+ image.entry, starts: starts)
  }
}

internal import CHost
package import Storage
package import SystemPackage

/// A backend that is open, locked, mapped and judged. The mapping that was judged is the one that is used.
///
/// Concurrency: immutable, but for the kernel's word on pages that are gone (`failure`).
package final class MappedBackend: @unchecked Sendable {
  package let request: BackendRequest
  package let report: BackendReport
  /// The first byte of the mapping.
  package let base: UnsafeMutableRawPointer
  package var size: UInt64 { report.size }
  package var verdict: BackendVerdict { report.verdict }
  package var action: StoreAction { report.action }
  /// What each store asks for; nil: a plain store is enough, or nothing is promised.
  package let durability: (any StoreDurability)?
  let files: any HostFiles
  let descriptor: Int32
  let isDevice: Bool
  private let ownsMapping: Bool
  private let watch: UnsafeMutablePointer<chost_backed_range>
  private let batched: CacheLineDurability?

  /// Opens, locks, maps and judges.
  /// - Parameters:
  ///   - place: where the mapping goes, in address space that the caller owns and gives back; nil: anywhere.
  ///   - room: how much there is at `place`.
  ///   - sizeMultiple: `size` must be a multiple of it; without a size asked for, it is rounded down.
  ///   - writeBack: the host CPU's instruction.
  package init(
    _ request: BackendRequest, files: any HostFiles = LinuxFiles(), at place: UnsafeMutableRawPointer? = nil,
    room: UInt64 = UInt64(Int.max), sizeMultiple: UInt64 = 4096, writeBack: CacheLineWriteBack? = CacheLineWriteBack.ofThisHost
  ) throws(BackendError) {
    var probe = try BackendProbe(request, files, sizeMultiple)
    do throws(BackendError) {
      guard probe.report.size <= room else { throw .tooLarge(path: request.path, size: probe.report.size, room: room) }
      base = try probe.map(at: place)
    } catch {
      files.close(probe.descriptor)
      throw error
    }
    probe.decide(writeBack)
    self.request = request
    self.files = files
    descriptor = probe.descriptor
    isDevice = probe.isDevice
    report = probe.report
    ownsMapping = place == nil
    switch probe.report.action {
    case .writtenBack(let how):
      durability = CacheLineDurability(how)
      batched = nil
    case .batched(let how):
      durability = nil
      batched = CacheLineDurability(how)
    default:
      durability = nil
      batched = nil
    }
    let start = UInt(bitPattern: base)
    watch = .allocate(capacity: 1)
    watch.initialize(to: chost_backed_range(start: start, end: start &+ UInt(probe.report.size), failed: 0, address: 0))
    // Unwatched, a page that the host cannot give would be the end of the emulator.
    guard chost_watch_range(watch) == 0 else {
      throw .system(path: request.path, operation: "watching for pages that are lost", errno: .noMemory)
    }
  }

  deinit {
    chost_forget_range(watch)
    watch.deallocate()
    if ownsMapping { files.unmap(base, size: Int(report.size)) }
    files.close(descriptor)
  }

  /// The offset of the first page that the kernel could not give any more: the file was shortened, or the medium is bad.
  package var failure: UInt64? {
    guard chost_range_failed(watch) != 0 else { return nil }
    return UInt64(watch.pointee.address &- UInt(bitPattern: base))
  }

  /// Makes everything stored so far as durable as the backend can: SAVESEG, purge and shutdown.
  ///
  /// With a DAX mapping the CPU's write-back is the whole of it, and msync must not be called. For a file without DAX it is
  /// msync and fdatasync, which is a best effort and no guarantee.
  package func save() throws(Errno) {
    switch action {
    case .plain, .copied, .refused: break
    case .writtenBack: durability?.fence()
    case .batched:
      batched?.writeBack(base, Int(size))
      batched?.fence()
    case .pageCache:
      guard !isDevice else { break }
      try files.synchronize(base, size: Int(size))
      try files.synchronize(descriptor)
    }
  }
}

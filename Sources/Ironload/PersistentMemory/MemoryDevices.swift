import Devices
import PersistentMemory
import Storage
import SystemPackage

/// The machine's persistent memory: opened and judged before anything else of the machine exists.
struct MemoryDevices {
  private(set) var segments: [SavedSegment] = []
  private(set) var increments: [StorageClassMemoryIncrement] = []
  /// One line a device for the operator.
  private(set) var lines: [String] = []

  /// Linux maps segments below 512 GiB (arch/s390/boot/startup.c, MAX_DCSS_ADDR).
  private static let segmentLimit: UInt64 = 512 << 30
  private static let spacing: UInt64 = 256 << 20

  /// The end of the address space that these devices need beyond main storage; nil: none.
  static func addressEnd(_ nvdimms: [MachineConfiguration.NVDIMM]) -> UInt64? {
    nvdimms.contains { $0.segmentName != nil } ? segmentLimit : nil
  }

  /// Opens every device and puts segments behind main storage.
  init(_ configuration: MachineConfiguration, storage: AbsoluteStorage) throws(ConfigurationError) {
    var next = Self.aligned(storage.size)
    for nvdimm in configuration.nvdimms {
      guard let name = nvdimm.segmentName else {
        try addIncrement(nvdimm, configuration)
        continue
      }
      guard next < storage.end else { throw Self.noRoom(nvdimm) }
      let place = storage.base + Int(next)
      let backend: MappedBackend
      do throws(BackendError) {
        backend = try MappedBackend(
          nvdimm.request, at: place, room: storage.end - next,
          sizeMultiple: MachineConfiguration.NVDIMM.segmentSizeMultiple)
      } catch { throw Self.refusal(error, nvdimm, configuration) }
      if case .notGuaranteed(let shortfall) = backend.verdict, nvdimm.mustBeGuaranteed {
        throw ConfigurationError(
          .unmet,
          "--nvdimm \(nvdimm.id): \(nvdimm.path): writes would not be guaranteed to persist: \(shortfall.reason); \(shortfall.remedy)"
        )
      }
      let region = StorageRegion(
        range: next..<next + backend.size, isWritable: backend.action != .refused, durability: backend.durability,
        failure: { backend.failure })
      storage.attach(region)
      let segment = SavedSegment(id: nvdimm.id, name: name, region: region, backend: backend)
      segments.append(segment)
      lines.append(Self.line(segment, name))
      next = Self.aligned(region.range.upperBound + AbsoluteStorage.increment)
    }
  }

  /// Storage-class memory: explicit I/O, durable at completion by whatever means the backend has.
  private mutating func addIncrement(
    _ nvdimm: MachineConfiguration.NVDIMM, _ configuration: MachineConfiguration
  ) throws(ConfigurationError) {
    let backend: MappedBackend
    do throws(BackendError) { backend = try MappedBackend(nvdimm.request) } catch {
      throw Self.refusal(error, nvdimm, configuration)
    }
    let size = increments.first?.size ?? backend.size
    guard backend.size.nonzeroBitCount == 1, backend.size == size else {
      throw ConfigurationError(
        .usage,
        "--nvdimm \(nvdimm.id): \(backend.size) bytes: storage-class memory comes in increments of one power of two for all; say size="
      )
    }
    increments.append(StorageClassMemoryIncrement(backend: backend))
    lines.append("nvdimm \(nvdimm.id): storage-class memory, \(backend.size >> 20) MiB, \(backend.explicitPromise)")
  }

  private static func aligned(_ address: UInt64) -> UInt64 { (address + spacing - 1) / spacing * spacing }

  private static func refusal(
    _ error: BackendError, _ nvdimm: MachineConfiguration.NVDIMM, _ configuration: MachineConfiguration
  ) -> ConfigurationError {
    if case .inUse = error, let conflict = configuration.conflict("--nvdimm \(nvdimm.id)") { return conflict }
    return ConfigurationError(error, nvdimm)
  }

  private static func noRoom(_ nvdimm: MachineConfiguration.NVDIMM) -> ConfigurationError {
    ConfigurationError(
      .usage, "--nvdimm \(nvdimm.id): no address below 512 GiB is left for it; give less --memory or a smaller size")
  }

  private static func line(_ segment: SavedSegment, _ name: String) -> String {
    let megabytes = segment.backend.size >> 20
    return "nvdimm \(segment.id): segment \(name) (\(segment.kind.name)), \(megabytes) MiB at \(hex(segment.first, digits: 9)), "
      + "\(segment.backend.promise)"
  }
}

extension MappedBackend {
  /// What the guest may rely on, in a few words.
  var promise: String {
    switch action {
    case .plain, .writtenBack: verdict.text
    case .batched: "not persistent: relaxed=on writes back in batches"
    case .pageCache: "not guaranteed: survives the emulator, not the host"
    case .copied: "a private copy: never written back"
    case .refused: "read-only"
    }
  }

  /// The same for explicit I/O, which may be flushed.
  var explicitPromise: String {
    switch action {
    case .plain, .writtenBack: "durable at completion, by cache-line write-back (\(verdict.text))"
    case .batched, .pageCache: "durable at completion, by flush"
    case .copied: "a private copy: never written back"
    case .refused: "read-only: writes are prohibited"
    }
  }
}

extension MachineConfiguration.NVDIMM {
  /// A saved segment is a whole number of storage increments, in bytes.
  package static let segmentSizeMultiple = AbsoluteStorage.increment

  var request: BackendRequest {
    BackendRequest(
      path: path, size: size, offset: offset, share: share, pmem: pmem, unarmed: unarmed, readOnly: isReadOnly,
      relaxed: relaxed)
  }
  /// Armed: the user says that the guest's writes persist.
  var mustBeGuaranteed: Bool { share && pmem && !unarmed && !isReadOnly }
}

extension ConfigurationError {
  /// What a backend could not give.
  init(_ error: BackendError, _ nvdimm: MachineConfiguration.NVDIMM) {
    let kind: Kind =
      switch error {
      case .missing: .noInput
      case .inUse: .inUse
      case .misaligned: .usage
      case .tooSmall, .tooLarge, .empty: .badData
      case .unusable: .unmet
      case .system: .host
      }
    self.init(kind, "--nvdimm \(nvdimm.id): \(error)")
  }
}

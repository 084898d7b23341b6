/// Everything that decides what a machine is. Command line, file and console make the same value; `Machine` validates it.
public struct MachineConfiguration: Codable, Hashable, Sendable {
  /// An ECKD DASD and the image behind it.
  public struct DASD: Codable, Hashable, Sendable {
    /// The device number, as in `0120`.
    public var deviceNumber: UInt16
    /// The image's path.
    public var path: String
    /// Writes are inhibited.
    public var isReadOnly: Bool
    /// A write is on the medium before its device end.
    public var sync: Bool
    /// The control unit has the PREFIX command.
    public var hasPrefix: Bool
    /// What the device's channel does with programs.
    public var channel = Channel.architected
    /// The machine takes each ORB as allowing prefetch before the channel sees it.
    public var forcesPrefetch = false

    /// The volume in the image at `path` as device `deviceNumber`.
    public init(deviceNumber: UInt16, path: String, isReadOnly: Bool = false, sync: Bool = false, hasPrefix: Bool = true) {
      self.deviceNumber = deviceNumber
      self.path = path
      self.isReadOnly = isReadOnly
      self.sync = sync
      self.hasPrefix = hasPrefix
    }
  }

  /// The channels that a device can be behind (Documentation/Channels.md).
  public enum Channel: String, Codable, Hashable, Sendable, CaseIterable {
    /// Fetches CCWs one by one, as the Principles of Operation have it.
    case architected
    /// Copies a program whole before its first command, and refuses one whose ORB does not allow that.
    case prefetchRequired = "prefetch-required"
    /// Copies a program whole whatever the ORB says.
    case prefetchAlways = "prefetch-always"
  }

  /// Persistent memory and the file or DAX device behind it. Names, meanings and defaults are QEMU's (docs/nvdimm.txt).
  public struct NVDIMM: Codable, Hashable, Sendable {
    /// How the guest gets at it.
    public enum Attachment: Codable, Hashable, Sendable {
      /// A saved segment (DCSS) above main storage; nil: named after `id`.
      case savedSegment(name: String?)
      /// Storage-class memory behind an EADM subchannel.
      case storageClassMemory
    }
    /// What messages call it.
    public var id: String
    /// A file or a DAX device.
    public var path: String
    /// Bytes; nil: all behind `offset`.
    public var size: UInt64?
    /// Where in the file it begins, in bytes.
    public var offset: UInt64
    /// The guest's stores go into the file; else into a private copy.
    public var share: Bool
    /// The backend is persistent memory: with `share`, the guarantee must hold or the machine is refused.
    public var pmem: Bool
    /// The guest may only read, whatever else is set.
    public var unarmed: Bool
    /// The file is opened for reading only.
    public var isReadOnly: Bool
    /// Write-backs in batches: not persistent.
    public var relaxed: Bool
    /// How the guest gets at it.
    public var attachment: Attachment

    /// The file at `path`, private and not persistent unless said otherwise.
    public init(
      id: String, path: String, size: UInt64? = nil, offset: UInt64 = 0, share: Bool = false, pmem: Bool = false,
      unarmed: Bool = false, isReadOnly: Bool = false, relaxed: Bool = false, attachment: Attachment = .savedSegment(name: nil)
    ) {
      self.id = id
      self.path = path
      self.size = size
      self.offset = offset
      self.share = share
      self.pmem = pmem
      self.unarmed = unarmed
      self.isReadOnly = isReadOnly
      self.relaxed = relaxed
      self.attachment = attachment
    }

    /// The name of the segment; nil for storage-class memory.
    var segmentName: String? {
      guard case .savedSegment(let name) = attachment else { return nil }
      return (name ?? id).uppercased()
    }
  }

  /// Bytes of main storage, a multiple of 1 MiB.
  public var memory: UInt64
  /// CPUs; one for now.
  public var cpuCount: Int
  /// The volumes; no two have the same device number.
  public var dasds: [DASD]
  /// Persistent memory, in the order of the segments' addresses.
  public var nvdimms: [NVDIMM]
  /// What the guest finds itself in; nil: z/VM when there is a saved segment, else a logical partition.
  public var identity: MachineIdentity?
  /// Eight characters for the loaded program.
  public var loadParameter: String
  /// How loads are done; nil for what fits the device's channel.
  public var loadProcedure: LoadProcedure?
  /// CPUs have the ESA/390 mode, in which resets and loads leave them. Off (facility 138), they are always in z/Architecture
  /// mode, as QEMU's firmware wants it.
  public var hasESA390Mode = true
  /// The guest finds a line-mode console (Linux's ttyS0).
  public var hasLineConsole: Bool
  /// The guest finds a VT220 console (Linux's ttysclp0).
  public var hasTerminalConsole: Bool
  /// How CPUs carry out instructions.
  public var execution: Execution = .interpret

  /// How CPUs carry out instructions.
  public enum Execution: String, Codable, Hashable, Sendable, CaseIterable {
    /// One by one: the reference.
    case interpret
    /// What runs often is compiled to x86-64.
    case compile
    /// Compiled, then again interpreted, block by block; the machine ends at the first difference. Slow.
    case verify
  }

  /// DIAGNOSE 008 is there: what the guest says with it goes to the operator.
  public var hasConsoleFunction: Bool
  /// Whether the machine stays when it comes to rest.
  public var onStop: StopPolicy

  /// What becomes of a machine that has come to rest: powered off, in a disabled wait, in the check-stop state.
  public enum StopPolicy: String, Codable, Hashable, Sendable, CaseIterable {
    /// It ends.
    case exit
    /// It stays as it is, to be looked at and restarted, until somebody quits it.
    case hold
  }

  /// One CPU, 1 GiB, both consoles and no device, except as said.
  public init(
    memory: UInt64 = 1 << 30, cpuCount: Int = 1, dasds: [DASD] = [], nvdimms: [NVDIMM] = [],
    identity: MachineIdentity? = nil, loadParameter: String = "",
    hasLineConsole: Bool = true, hasTerminalConsole: Bool = true, hasConsoleFunction: Bool = false,
    onStop: StopPolicy = .exit
  ) {
    self.memory = memory
    self.cpuCount = cpuCount
    self.dasds = dasds
    self.nvdimms = nvdimms
    self.identity = identity
    self.loadParameter = loadParameter
    self.hasLineConsole = hasLineConsole
    self.hasTerminalConsole = hasTerminalConsole
    self.hasConsoleFunction = hasConsoleFunction
    self.onStop = onStop
  }

  /// Whether the device is behind a channel that copies programs ahead.
  public func prefetches(_ deviceNumber: UInt16) -> Bool {
    dasds.contains { $0.deviceNumber == deviceNumber && $0.channel != .architected }
  }

  /// The procedure of loads from a device: the one that is configured, or else the hardware's, or prefetch when the device's
  /// channel prefetches.
  public func procedure(for deviceNumber: UInt16) -> LoadProcedure {
    loadProcedure ?? (prefetches(deviceNumber) ? .prefetch : .hardware)
  }

  /// The largest main storage: 1 TiB.
  public static let maximumMemory: UInt64 = 1 << 40

  /// What is wrong with the values themselves, before any file is touched.
  public func validate() throws(ConfigurationError) {
    guard memory >= 1 << 20, memory <= Self.maximumMemory, memory % (1 << 20) == 0 else {
      throw ConfigurationError(
        .usage, "--memory: \(memory) bytes is not a multiple of 1 MiB from 1M to 1024G; say for example --memory 1G")
    }
    guard cpuCount == 1 else { throw ConfigurationError(.usage, "cpuCount: \(cpuCount): a machine has one CPU for now") }
    try execution.validate(cpuCount: cpuCount)
    var seen: Set<UInt16> = []
    for dasd in dasds where !seen.insert(dasd.deviceNumber).inserted {
      throw ConfigurationError(
        .usage, "--dasd \(dasd.deviceNumber.deviceNumberText): this device number is given twice; give each device its own")
    }
    try validateNVDIMMs()
  }
}

extension MachineConfiguration {
  /// What the guest finds itself in.
  public var effectiveIdentity: MachineIdentity {
    identity ?? (nvdimms.contains { $0.segmentName != nil } ? .zvm : .lpar)
  }

  private func validateNVDIMMs() throws(ConfigurationError) {
    var ids: Set<String> = [], names: Set<String> = []
    for nvdimm in nvdimms {
      guard ids.insert(nvdimm.id).inserted else {
        throw ConfigurationError(.usage, "--nvdimm \(nvdimm.id): this id is given twice; give each its own")
      }
      guard !nvdimm.relaxed || nvdimm.share && nvdimm.pmem else {
        throw ConfigurationError(
          .usage, "--nvdimm \(nvdimm.id): relaxed=on puts off write-backs that only share=on,pmem=on have; leave it out")
      }
      guard let name = nvdimm.segmentName else { continue }
      let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "$#@_-".contains($0)) }
      guard (1...8).contains(name.utf8.count), isName else {
        throw ConfigurationError(
          .usage, "--nvdimm \(nvdimm.id): \(name) cannot name a segment: 1 to 8 letters and digits; say attach=dcss:NAME")
      }
      guard names.insert(name).inserted else {
        throw ConfigurationError(.usage, "--nvdimm \(nvdimm.id): segment \(name) is there twice; say attach=dcss:NAME")
      }
      guard effectiveIdentity == .zvm else {
        throw ConfigurationError(
          .usage, "--nvdimm \(nvdimm.id): only z/VM has saved segments; leave --identity away, or say attach=scm")
      }
    }
  }
}

extension UInt16 {
  /// Four hexadecimal digits, as device numbers are written.
  public var deviceNumberText: String { hex(UInt64(self), digits: 4) }
}

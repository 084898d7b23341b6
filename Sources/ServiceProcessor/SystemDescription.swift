/// What READ SCP INFO and READ CPU INFO tell a control program about the machine. The Machine fills it in; every field
/// must say what the machine really has.
package struct SystemDescription: Hashable, Sendable {
  /// One configured CPU, as its 16-byte entry shows it.
  package struct CPU: Hashable, Sendable {
    /// The CPU address, as STAP and SIGP know it.
    package var address: UInt8
    /// 0 general purpose, 3 Integrated Facility for Linux.
    package var type: UInt8
    /// Bytes 2-13 of the entry: facilities of interpretive execution (SIE). All zero without SIE.
    package var facilities: [UInt8]
    package init(address: UInt8, type: UInt8 = 0, facilities: [UInt8] = []) {
      self.address = address
      self.type = type
      self.facilities = facilities
    }
  }

  /// Bytes of main storage; a multiple of 1 MiB.
  package var storageSize: UInt64
  /// Bytes of a storage increment: a power of two from 1 MiB that divides `storageSize`. Linux takes it as the smallest
  /// block of memory that could go on and off line.
  package var incrementSize: UInt64
  /// The configured CPUs, in the order of the entries.
  package var cpus: [CPU]
  /// The highest CPU address that the configuration may ever have.
  package var highestCPUAddress: UInt16
  package var loadParameter: LoadParameter
  /// Bytes of configuration characteristics by their offset in the answer of READ SCP INFO, 42 to 99 and 112 to 127 (for
  /// example 85: bit 0x02 enhanced suppression on protection; 91, 98, 116-119). Others are zero. Fields which have a
  /// property here cannot be changed by it.
  package var characteristics: [Int: UInt8]

  package init(
    storageSize: UInt64, incrementSize: UInt64? = nil, cpus: [CPU] = [CPU(address: 0)], highestCPUAddress: UInt16? = nil,
    loadParameter: LoadParameter = LoadParameter(), characteristics: [Int: UInt8] = [:]
  ) {
    self.storageSize = storageSize
    self.incrementSize = incrementSize ?? Self.defaultIncrement(for: storageSize)
    self.cpus = cpus
    self.highestCPUAddress = highestCPUAddress ?? UInt16(cpus.map(\.address).max() ?? 0)
    self.loadParameter = loadParameter
    self.characteristics = characteristics
  }

  /// The smallest increment with which `storageSize` has no more than 1,020 of them (what one SCCB can list), as far as
  /// it divides the size; so that no byte of storage goes unannounced.
  package static func defaultIncrement(for storageSize: UInt64) -> UInt64 {
    var increment: UInt64 = 1 << 20
    while storageSize / increment > 1020, storageSize % (increment << 1) == 0 { increment <<= 1 }
    return increment
  }
}

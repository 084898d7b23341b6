/// READ SCP INFO and READ CPU INFO.
extension ServiceProcessor {
  private static let cpuEntryLength = 16

  /// Facilities of the service processor, bytes 48-55: READ CPU INFO, load parameter, READ and WRITE EVENT DATA.
  static let facilities: UInt64 = 0x0804_0040_0000_0000

  /// The answer (drivers/s390/char/sclp.h: read_info_sccb; QEMU: ReadInfo); increments are counted in MiB.
  ///
  ///      8  number of storage increments, or 0    48  facilities
  ///     10  size of an increment, or 0            80  configuration characteristics ...
  ///     16  number of CPUs                       100  size of an increment
  ///     18  offset of their entries              104  number of increments
  ///     24  load parameter                       120  highest CPU address
  ///     42  highest thread identification        128  CPU entries
  func readSCPInfo(_ sccb: inout SCCB) -> ResponseCode {
    let entries = 128
    let system = description
    guard sccb.count >= entries + Self.cpuEntryLength * system.cpus.count else { return .insufficientLength }

    sccb.setData([])
    for (offset, value) in system.characteristics where (42..<100).contains(offset) || (112..<entries).contains(offset) {
      sccb.setField(value, at: offset)
    }
    let size = system.incrementSize >> 20, number = size == 0 ? 0 : system.storageSize / system.incrementSize
    sccb.setField(UInt16(exactly: number) ?? 0, at: 8)
    sccb.setField(size <= 128 ? UInt8(truncatingIfNeeded: size) : 0, at: 10)
    sccb.setField(UInt16(system.cpus.count), at: 16)
    sccb.setField(UInt16(entries), at: 18)
    for (k, byte) in system.loadParameter.bytes.enumerated() { sccb.setField(byte, at: 24 + k) }
    sccb.setField(Self.facilities, at: 48)
    sccb.setField(UInt32(truncatingIfNeeded: size), at: 100)
    sccb.setField(number, at: 104)
    sccb.setField(system.highestCPUAddress, at: 120)
    setEntries(system.cpus, &sccb, at: entries)
    return .informationReturned
  }

  /// The answer (read_cpu_info_sccb): 8 number configured, 10 their offset, 12 number standby, 14 their offset, 24 entries.
  func readCPUInfo(_ sccb: inout SCCB) -> ResponseCode {
    let entries = 24
    let system = description
    let end = entries + Self.cpuEntryLength * system.cpus.count
    guard sccb.count >= end else { return .insufficientLength }

    sccb.setData([])
    sccb.setField(UInt16(system.cpus.count), at: 8)
    sccb.setField(UInt16(entries), at: 10)
    sccb.setField(UInt16(end), at: 14)
    setEntries(system.cpus, &sccb, at: entries)
    return .informationReturned
  }

  /// Entries: 0 CPU address, 2 facilities, 14 CPU type.
  private func setEntries(_ cpus: [SystemDescription.CPU], _ sccb: inout SCCB, at offset: Int) {
    for (k, cpu) in cpus.enumerated() {
      let entry = offset + Self.cpuEntryLength * k
      sccb.setField(cpu.address, at: entry)
      for (n, byte) in cpu.facilities.prefix(12).enumerated() { sccb.setField(byte, at: entry + 2 + n) }
      sccb.setField(cpu.type, at: entry + 14)
    }
  }
}

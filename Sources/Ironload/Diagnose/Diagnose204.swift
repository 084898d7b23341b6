import Glibc
import Processor
import ServiceProcessor
import Storage

/// DIAGNOSE 204: logical-partition CPU data (known from Linux arch/s390/include/asm/diag.h, hypfs_diag.c). R1 the address of
/// the answer, R3 the subcode, R3+1 its size in pages; R3 zero on return when the subcode is known. Linux asks first for
/// the extended forms, and is content with the simple one, subcode 4:
///
///     header     0 partitions, 2 time slice, 4 physical CPUs, 6 offset of this partition's entry, 8 TOD clock
///     partition  0 number, 1 CPUs, 8 name (EBCDIC)
///     CPU        0 address, 4 type, 5 flags, 6 weight, 8 accumulated time, 16 its part for the partition (microseconds)
enum Diagnose204 {
  private static let storeSimple: UInt64 = 4

  static func routine(_ cpu: inout CPU, _ text: InstructionText) throws(ProgramInterruption) {
    let r3 = text.r3
    guard r3 & 1 == 0 else { throw .specification }
    // Any other subcode: R3 stays, which says that it is not there.
    guard cpu.gr(r3) == storeSimple else { return }
    let address = AbsoluteAddress(cpu.prefixed(cpu.reduced(cpu.gr(text.r1))))
    guard address.value & 0xFFF == 0 else { throw .specification }
    guard cpu.storage.contains(address, count: 4096) else { throw .addressing }
    if cpu.storage.isReadOnly(address) { throw .protection }
    let bytes = answer(clock: cpu.complex.clock.now(), cpuCount: cpu.complex.signals.count)
    cpu.storage.store(bytes, at: address)
    cpu.storage.recordChange(address)
    cpu.setGR(r3, 0)
    cpu.setGR(r3 + 1, 1)
  }

  private static func answer(clock: UInt64, cpuCount: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    func put<T: FixedWidthInteger>(_ v: T) { withUnsafeBytes(of: v.bigEndian) { bytes.append(contentsOf: $0) } }
    put(UInt8(1))
    put(UInt8(0))
    put(UInt16(0))
    put(UInt16(cpuCount))
    put(UInt16(16))
    put(clock)
    put(UInt8(1))
    put(UInt8(cpuCount))
    bytes.append(contentsOf: [UInt8](repeating: 0, count: 6))
    bytes.append(contentsOf: CodePage.ibm037.encode("IRONLOAD"))
    for address in 0..<cpuCount {
      put(UInt16(address))
      put(UInt32(0))
      put(UInt16(0))
      let microseconds = processorMicroseconds()
      put(microseconds)
      put(microseconds)
    }
    return bytes
  }

  /// The host CPU time of this CPU's thread.
  private static func processorMicroseconds() -> UInt64 {
    var t = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t)
    return UInt64(t.tv_sec) &* 1_000_000 &+ UInt64(t.tv_nsec) / 1000
  }
}

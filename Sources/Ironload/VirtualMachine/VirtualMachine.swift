import PersistentMemory
import Processor
import Storage
import Synchronization
import SystemPackage
import Tracing

/// What a virtual machine of z/VM has beyond a logical partition: saved segments, CP commands, and what it can ask about its
/// devices. Known from Linux arch/s390/mm/extmem.c, kernel/cpcmd.c, kernel/setup.c, include/asm/diag.h.
///
/// Concurrency: called on CPU threads; immutable but for the regions' atomics.
final class VirtualMachine: Sendable {
  let segments: [SavedSegment]
  /// Device numbers and whether the device is read-only.
  let devices: [UInt16: Bool]
  let storage: AbsoluteStorage
  let tracer: Tracer
  /// Called with one line when a segment could not be written back.
  let onFailure: @Sendable (String) -> Void

  init(
    segments: [SavedSegment], devices: [UInt16: Bool], storage: AbsoluteStorage, tracer: Tracer,
    onFailure: @escaping @Sendable (String) -> Void
  ) {
    self.segments = segments
    self.devices = devices
    self.storage = storage
    self.tracer = tracer
    self.onFailure = onFailure
  }

  func segment(named name: [UInt8]) -> SavedSegment? { segments.first { $0.name == name } }

  /// Writes a segment back by the means its backend has.
  /// - Returns: false when the host refused, now or before; the machine ends then, by policy.
  @discardableResult func save(_ segment: SavedSegment) -> Bool {
    do {
      try segment.backend.save()
      return !segment.region.hasFailed
    } catch {
      segment.region.declareFailed()
      let path = segment.backend.request.path
      onFailure("nvdimm \(segment.id): writing back \(path) failed (\(error)); what the guest stored there may be lost")
      return false
    }
  }

  /// What a reset does: every segment is written back and can no longer be addressed.
  func purgeAll() {
    for segment in segments where segment.region.isLoaded.exchange(false, ordering: .acquiringAndReleasing) { save(segment) }
  }

  // MARK: Parameters in storage

  /// `count` bytes at a real address.
  func fetch(_ cpu: borrowing CPU, _ real: UInt64, _ count: Int) throws(ProgramInterruption) -> [UInt8] {
    let address = AbsoluteAddress(cpu.prefixed(cpu.reduced(real)))
    guard storage.contains(address, count: UInt64(count)) else { throw .addressing }
    storage.recordReference(address)
    return Array(UnsafeRawBufferPointer(start: storage.host(address), count: count))
  }

  func store(_ cpu: borrowing CPU, _ bytes: [UInt8], _ real: UInt64) throws(ProgramInterruption) {
    if bytes.isEmpty { return }
    let address = AbsoluteAddress(cpu.prefixed(cpu.reduced(real)))
    guard storage.contains(address, count: UInt64(bytes.count)) else { throw .addressing }
    if storage.isReadOnly(address) { throw .protection }
    var at = address.value & ~0xFFF
    while at < address.value &+ UInt64(bytes.count) {
      storage.recordChange(AbsoluteAddress(at))
      at &+= 4096
    }
    storage.store(bytes, at: address)
  }

  // MARK: IUCV

  /// Communication between virtual machines (Linux net/iucv/iucv.c): register 0 the function, register 1 the parameters' real
  /// address. There are no others to talk to. QUERY (0) says so: no connections, and 40 bytes for an interruption buffer.
  /// Everything else ends with condition code 1 and, in byte 3 of the parameters, the code of a user without authority.
  func communicateBetweenUsers(_ cpu: inout CPU) throws(ProgramInterruption) {
    if cpu.isProblemState { throw .privilegedOperation }
    if cpu.gr(0) & 0xFFFF_FFFF == 0 {
      cpu.setGR(0, 40)
      cpu.setGR(1, 0)
      return cpu.setCC(0)
    }
    let directoryError: UInt8 = 3
    try store(cpu, [directoryError], cpu.gr(1) &+ 3)
    cpu.setCC(1)
  }

  // MARK: DIAGNOSE 210

  /// DIAGNOSE 210, real address of the block in R1: 0 device number, 2 length, then four bytes of the virtual device (class,
  /// type, status, flags: 80 read-only) and, of the real one behind it, four more. There are no real ones here: condition
  /// code 2. 1: the block is too short; 3: no such device.
  func deviceInformation(_ cpu: inout CPU, _ text: InstructionText) throws(ProgramInterruption) {
    let at = cpu.gr(text.r1) & 0x7FFF_FFFF
    let head = try fetch(cpu, at, 4)
    let number = UInt16(head[0]) << 8 | UInt16(head[1]), length = Int(head[2]) << 8 | Int(head[3])
    guard length >= 8 else { return cpu.setCC(1) }
    guard let isReadOnly = devices[number] else { return cpu.setCC(3) }
    let classOfDASD: UInt8 = 0x04
    try store(cpu, [classOfDASD, 0, 0, isReadOnly ? 0x80 : 0], at &+ 4)
    cpu.setCC(2)
  }
}

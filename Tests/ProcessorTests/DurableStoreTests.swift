import Foundation
import PersistentMemory
import Processor
import Storage
import Synchronization
import Testing

/// Stores into a region that asks for write-back: each kind of store goes the one way, and nothing else does.
@Suite struct DurableStoreTests {
  /// Notes what is written back: offsets in the region and counts, and what was in storage by then.
  final class Recorder: StoreDurability, @unchecked Sendable {
    var base: UnsafeMutableRawPointer
    var ranges: [Range<Int>] = []
    var fences = 0
    var contents: [UInt8] = []
    init(base: UnsafeMutableRawPointer) { self.base = base }
    func writeBack(_ address: UnsafeRawPointer, _ count: Int) {
      let offset = address - UnsafeRawPointer(base)
      ranges.append(offset..<offset + count)
      contents += (0..<count).map { address.load(fromByteOffset: $0, as: UInt8.self) }
    }
    func fence() { fences += 1 }
  }

  let bare = BareMachine.forPrograms(end: 4)
  let recorder: Recorder
  let region: StorageRegion
  let backend: MappedBackend
  static let start: UInt64 = 2 << 20

  init() throws {
    let path = NSTemporaryDirectory() + "ironload-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    FileManager.default.createFile(atPath: path, contents: Data(count: 1 << 20))
    let place = bare.storage.base + Int(Self.start)
    backend = try MappedBackend(BackendRequest(path: path), at: place)
    recorder = Recorder(base: place)
    region = StorageRegion(range: Self.start..<Self.start + 1 << 20, isWritable: true, durability: recorder)
    bare.storage.attach(region)
    region.isLoaded.store(true, ordering: .releasing)
    bare[1] = Self.start
    bare[2] = 0x1122_3344_5566_7788
  }

  /// Executes `text` as the CPU's thread does, to the end of the program.
  func run(_ text: [UInt8]) -> ProgramInterruption? {
    bare.put(text + BareMachine.stopText, at: 0x2000)
    let end = 0x2000 + UInt64(text.count + BareMachine.stopText.count), handled = BareMachine.interruptionHandler + 4
    bare.cpu.s.pointee.nextAddress = 0x2000
    bare.cpu.s.pointee.fetchPage = CPUState.noPage
    _ = bare.services.takeCause()
    for _ in 0..<1000 {
      _ = bare.cpu.takeTurn()
      if [end, handled].contains(bare.cpu.s.pointee.nextAddress) { break }
    }
    // The last store was made durable before the instruction that ended the program.
    return bare.services.takeCause()
  }

  @Test func `each store is written back whole, after it was made, and fenced`() {
    // STG 2,8(1); STC 2,0(1); ST 2,64(1)
    #expect(run([0xE3, 0x20, 0x10, 0x08, 0x00, 0x24, 0x42, 0x20, 0x10, 0x00, 0x50, 0x20, 0x10, 0x40]) == nil)
    #expect(recorder.ranges == [8..<16, 0..<1, 64..<68])
    #expect(recorder.contents == [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x88, 0x55, 0x66, 0x77, 0x88])
    #expect(recorder.fences == 3)
  }

  @Test func `a second store to the same page takes the same way`() {
    let st: [UInt8] = [0x50, 0x20, 0x10, 0x40]
    #expect(run(st + st + st) == nil)
    #expect(recorder.ranges == [64..<68, 64..<68, 64..<68])
  }

  @Test func `a move over a page boundary is written back in two pieces and fenced once`() {
    bare[1] = Self.start + 4096 - 16
    #expect(run([0xD2, 0x1F, 0x10, 0x00, 0x00, 0x00]) == nil)  // MVC 0(32,1),0(0)
    #expect(recorder.ranges == [4080..<4096, 4096..<4112])
    #expect(recorder.fences == 1)
  }

  @Test func `COMPARE AND SWAP, MOVE LONG, EXECUTE and STORE MULTIPLE`() {
    bare[4] = 0
    #expect(run([0xBA, 0x42, 0x10, 0x20]) == nil)  // CS 4,2,32(1)
    #expect(recorder.ranges == [32..<36])
    recorder.ranges = []
    #expect(run([0x90, 0x25, 0x10, 0x00]) == nil)  // STM 2,5,0(1)
    #expect(recorder.ranges == [0..<16])
    recorder.ranges = []
    bare.put([0x92, 0x5A, 0x10, 0x07], at: 0x3000)  // MVI 7(1),X'5A'
    bare[3] = 0x3000
    #expect(run([0x44, 0x00, 0x30, 0x00]) == nil)  // EX 0,0(3)
    #expect(recorder.ranges == [7..<8])
    recorder.ranges = []
    bare[6] = Self.start
    bare[7] = 6000
    bare[8] = 0
    bare[9] = 0x5A00_0000
    #expect(run([0x0E, 0x68]) == nil)  // MVCL 6,8
    #expect(recorder.ranges.reduce(0) { $0 + $1.count } == 6000)
    #expect(recorder.contents.suffix(6000).allSatisfy { $0 == 0x5A })
  }

  @Test func `keys are set, and fetches made, without a write-back`() {
    bare[3] = 0x30
    #expect(run([0xB2, 0x2B, 0x00, 0x31]) == nil)  // SSKE 3,1
    #expect(bare.storage.key(at: AbsoluteAddress(Self.start)).bits == 0x30)
    #expect(run([0xE3, 0x40, 0x10, 0x00, 0x00, 0x04]) == nil)  // LG 4,0(1)
    #expect(recorder.ranges == [] && recorder.fences == 0)
  }

  @Test func `TEST BLOCK and a channel's store go the same way`() {
    bare[0] = 0
    #expect(run([0xB2, 0x2C, 0x00, 0x01]) == nil)  // TB 0,1
    #expect(recorder.ranges == [0..<4096])
    bare.storage.store([1, 2, 3], at: AbsoluteAddress(Self.start + 100))
    #expect(recorder.ranges.last == 100..<103)
    bare.storage.store(UInt32(7), at: AbsoluteAddress(Self.start + 200))
    #expect(recorder.ranges.last == 200..<204)
    #expect(recorder.fences == 3)
  }

  @Test func `a region that is not loaded cannot be addressed, nor can what is behind it`() {
    region.isLoaded.store(false, ordering: .releasing)
    #expect(run([0xE3, 0x40, 0x10, 0x00, 0x00, 0x04]) == .addressing)
    region.isLoaded.store(true, ordering: .releasing)
    #expect(run([0xE3, 0x40, 0x10, 0x00, 0x00, 0x04]) == nil)
    bare[1] = Self.start + 1 << 20
    #expect(run([0xE3, 0x40, 0x10, 0x00, 0x00, 0x04]) == .addressing)
    bare[1] = 1 << 20
    #expect(run([0xE3, 0x40, 0x10, 0x00, 0x00, 0x04]) == .addressing)
  }

  @Test func `a prefix area in a durable region does not lock the CPU out`() {
    bare[1] = Self.start
    bare.put([0, 0, 0, 0] + [0x00, 0x20, 0x00, 0x00], at: 0x3000)
    bare.storage.store(PSW.extendedAddressing | PSW.basicAddressing, at: AbsoluteAddress(Self.start + 0x1D0))
    bare.storage.store(BareMachine.interruptionHandler, at: AbsoluteAddress(Self.start + 0x1D8))
    bare[3] = 0x3004
    // SPX 0(3): the prefix is the region's start; then an MVC that stores into it and an operation exception.
    bare[5] = Self.start
    bare.put(BareMachine.stopText, at: Self.start + BareMachine.interruptionHandler)
    let cause = run([0xB2, 0x10, 0x30, 0x00, 0xD2, 0x03, 0x06, 0x00, 0x30, 0x00, 0x00, 0x00])
    #expect(cause == .operation)
  }
}

@Suite struct ReadOnlyRegionTests {
  @Test func `a store into a read-only region is a protection exception, whatever the key`() throws {
    let path = NSTemporaryDirectory() + "ironload-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    FileManager.default.createFile(atPath: path, contents: Data(repeating: 0x5A, count: 1 << 20))
    let bare = BareMachine.forPrograms(end: 4), start: UInt64 = 2 << 20
    let backend = try MappedBackend(
      BackendRequest(path: path, share: true, unarmed: true), at: bare.storage.base + Int(start))
    let region = StorageRegion(range: start..<start + 1 << 20, isWritable: backend.action != .refused, durability: nil)
    bare.storage.attach(region)
    region.isLoaded.store(true, ordering: .releasing)
    bare[1] = start
    #expect(bare.run([0x50, 0x20, 0x10, 0x00]) == .protection)  // ST 2,0(1)
    #expect(bare.run([0xD2, 0x03, 0x10, 0x00, 0x00, 0x00]) == .protection)  // MVC 0(4,1),0(0)
    #expect(bare.run([0xBA, 0x42, 0x10, 0x20]) == .protection)  // CS 4,2,32(1)
    #expect(bare.run([0x58, 0x40, 0x10, 0x00]) == nil)  // L 4,0(1)
    #expect(bare[4] & 0xFFFF_FFFF == 0x5A5A_5A5A)
    bare.storage.store([1, 2, 3], at: AbsoluteAddress(start))
    #expect(bare.load(UInt8.self, at: start) == 0x5A)
  }
}

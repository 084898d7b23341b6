import ChannelIO
import Storage
import Synchronization
import Testing

/// Subchannels of the EADM type: AOBs as Linux's scm_block builds them, and as it does not.
@Suite struct DataMoverTests {
  /// An increment in memory that counts, and can be told to fail or to wait.
  final class Increment: StorageClassMemory, @unchecked Sendable {
    let size: UInt64 = 1 << 20
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    var isWriteProhibited = false
    var persisted = 0
    var persistSucceeds = true
    let isHeld = Atomic<Bool>(false), isWaiting = Atomic<Bool>(false)
    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool {
      buffer.copyBytes(from: bytes[Int(offset)..<Int(offset) + buffer.count])
      return true
    }
    func write(_ buffer: UnsafeRawBufferPointer, at offset: UInt64) -> Bool {
      isWaiting.store(true, ordering: .sequentiallyConsistent)
      while isHeld.load(ordering: .sequentiallyConsistent) { pause() }
      bytes.replaceSubrange(Int(offset)..<Int(offset) + buffer.count, with: buffer)
      return true
    }
    func persist() -> Bool {
      persisted += 1
      return persistSucceeds
    }
  }

  let rig: Rig
  let increment = Increment(), other = Increment()
  /// The first data mover: subchannel 1.
  let id: UInt32 = 0x0001_0001
  static let aob: UInt64 = 0x8000

  init() throws {
    rig = try Rig()
    #expect(rig.subsystem.attach(storageClassMemory: [increment, other]))
    var block = try #require(rig.subsystem.storeSubchannel(id).block)
    #expect(block.pathManagement.characteristics >> 21 & 7 == 3)
    #expect(!block.pathManagement.isDeviceNumberValid)
    block.pathManagement.isEnabled = true
    block.pathManagement.interruptionSubclass = 4
    #expect(rig.subsystem.modifySubchannel(id, block) == .modified)
  }

  func move(_ k: Int, _ operation: UInt8, flags: UInt8 = 0, size: UInt16 = 0, blocks: UInt32, data: UInt64, scm: UInt64) {
    let at = AbsoluteAddress(Self.aob + 128 + 32 * UInt64(k))
    rig.storage.store(operation, at: at)
    rig.storage.store(flags, at: at + 1)
    rig.storage.store(size, at: at + 2)
    rig.storage.store(blocks, at: at + 4)
    rig.storage.store(data, at: at + 8)
    rig.storage.store(scm, at: at + 16)
  }
  func request(moves: UInt16, command: UInt16 = 1) {
    rig.storage.store(command, at: AbsoluteAddress(Self.aob + 10))
    rig.storage.store(moves, at: AbsoluteAddress(Self.aob + 14))
  }
  /// The EADM ORB: compatibility bits, extension.
  let orb = ORB(interruptionParameter: 0xCAFE_F00D, control: 0x00C0_0001, programAddress: UInt32(aob))

  func run() throws -> IRB {
    #expect(rig.subsystem.startSubchannel(id, orb) == .started)
    let interruption = try rig.interruption(subclasses: 0x08)
    #expect(interruption.parameter == 0xCAFE_F00D)
    let (outcome, block) = rig.subsystem.testSubchannel(id)
    #expect(outcome == .statusWasPending)
    return try #require(block)
  }
  func expectDone(_ block: IRB) {
    #expect(!block.status.hasLogout && block.extendedStatus.report.word == 0)
    #expect(block.status.ccwAddress == UInt32(Self.aob))
    #expect(block.status.status.contains([.primary, .pending]) && !block.status.status.contains(.alert))
  }
  /// The error, as Linux looks for it, and the exception qualifier.
  func expectFailed(_ block: IRB, _ qualifier: UInt8) {
    #expect(block.status.hasLogout && block.extendedStatus.report.word & 0x4000 != 0)
    #expect(block.status.status.contains(.alert))
    #expect(rig.bytes(Self.aob + 75, 1) == [qualifier])
  }

  @Test func `write and read, with completion after the data are persistent`() throws {
    rig.put([UInt8](repeating: 0x5A, count: 8192), at: 0x10000)
    move(0, 2, blocks: 2, data: 0x10000, scm: 0x3000)
    request(moves: 1)
    expectDone(try run())
    #expect(increment.bytes[0x3000..<0x5000].allSatisfy { $0 == 0x5A } && increment.bytes[0x5000] == 0)
    #expect(increment.persisted == 1)
    move(0, 1, blocks: 2, data: 0x20000, scm: 0x3000)
    expectDone(try run())
    #expect(rig.bytes(0x20000, 8192).allSatisfy { $0 == 0x5A })
    #expect(increment.persisted == 1, "reading makes nothing persistent")
    move(0, 0, blocks: 1, data: 0, scm: 0x3000)
    expectDone(try run())
    #expect(increment.bytes[0x3000..<0x4000].allSatisfy { $0 == 0 } && increment.bytes[0x4000] == 0x5A)
  }

  @Test func `indirect lists scatter and gather`() throws {
    for k in 0..<3 { rig.put([UInt8](repeating: UInt8(k + 1), count: 4096), at: 0x10000 + 0x4000 * UInt64(k)) }
    for (k, source) in [2, 0, 1].enumerated() {
      rig.storage.store(UInt64(0x10000 + 0x4000 * source), at: AbsoluteAddress(0x9000 + 16 * UInt64(k) + 8))
    }
    move(0, 2, flags: 0x40, blocks: 3, data: 0x9000, scm: 0)
    request(moves: 1)
    expectDone(try run())
    #expect([0, 4096, 8192].map { increment.bytes[$0] } == [3, 1, 2])
  }

  @Test func `the second increment follows the first`() throws {
    rig.put([UInt8](repeating: 7, count: 4096), at: 0x10000)
    move(0, 2, blocks: 1, data: 0x10000, scm: 1 << 20)
    request(moves: 1)
    expectDone(try run())
    #expect(other.bytes[0] == 7 && increment.bytes[0] == 0 && increment.persisted == 0)
  }

  @Test func `a failure in the second move leaves the first done and persistent`() throws {
    rig.put([UInt8](repeating: 9, count: 4096), at: 0x10000)
    move(0, 2, blocks: 1, data: 0x10000, scm: 0)
    move(1, 2, blocks: 1, data: 0xFFFF_F000_0000, scm: 0x1000)
    request(moves: 2)
    expectFailed(try run(), 3)
    #expect(increment.bytes[0] == 9 && increment.bytes[0x1000] == 0 && increment.persisted == 1)
    #expect(rig.storage.load(UInt64.self, at: AbsoluteAddress(Self.aob + 80)) == Self.aob + 160, "the failing MSB")
  }

  @Test func `block ranges outside an increment`() throws {
    request(moves: 1)
    for (blocks, scm) in [(UInt32(2), UInt64(0xF_F000)), (1, 2 << 20), (UInt32.max, 0), (1, UInt64.max - 4095), (1, 0x800)] {
      move(0, 1, blocks: blocks, data: 0x10000, scm: scm)
      expectFailed(try run(), 4)
    }
    // 1-MiB blocks.
    move(0, 1, size: 1, blocks: 2, data: 0, scm: 0)
    expectFailed(try run(), 4)
  }

  @Test func `unarmed memory answers writes with write prohibited, and reads`() throws {
    increment.isWriteProhibited = true
    request(moves: 1)
    for operation in [UInt8(0), 2, 3] {
      move(0, operation, blocks: 1, data: 0x10000, scm: 0)
      expectFailed(try run(), 22)
    }
    move(0, 1, blocks: 1, data: 0x10000, scm: 0)
    expectDone(try run())
  }

  @Test func `what cannot be made persistent is not told to be done`() throws {
    increment.persistSucceeds = false
    move(0, 2, blocks: 1, data: 0x10000, scm: 0)
    request(moves: 1)
    expectFailed(try run(), 5)
  }

  @Test func `requests that make no sense`() throws {
    for (moves, command) in [(UInt16(0), UInt16(1)), (125, 1), (1, 2)] {
      request(moves: moves, command: command)
      expectFailed(try run(), 1)
    }
    request(moves: 1)
    for (operation, size, data) in [(UInt8(9), UInt16(0), UInt64(0x10000)), (0x11, 0, 0x10000), (1, 5, 0x10000), (1, 0, 0x10010)]
    {
      move(0, operation, size: size, blocks: 1, data: data, scm: 0)
      expectFailed(try run(), 2)
    }
    // An AOB outside storage has no response block either.
    #expect(rig.subsystem.startSubchannel(id, ORB(control: 0x00C0_0001, programAddress: 0x7FFF_F000)) == .started)
    _ = try rig.interruption(subclasses: 0x08)
    #expect(rig.subsystem.testSubchannel(id).block?.status.status.contains(.alert) == true)
  }

  @Test func `a clear while the data mover is busy`() throws {
    increment.isHeld.store(true, ordering: .sequentiallyConsistent)
    move(0, 2, blocks: 8, data: 0x10000, scm: 0)
    request(moves: 1)
    #expect(rig.subsystem.startSubchannel(id, orb) == .started)
    while !increment.isWaiting.load(ordering: .sequentiallyConsistent) { pause() }
    #expect(rig.subsystem.startSubchannel(id, orb) == .busy)
    #expect(rig.subsystem.clearSubchannel(id) == .initiated)
    increment.isHeld.store(false, ordering: .sequentiallyConsistent)
    _ = try rig.interruption(subclasses: 0x08)
    let block = try #require(rig.subsystem.testSubchannel(id).block)
    #expect(block.status.function == .clear)
    // Free for the next.
    move(0, 1, blocks: 1, data: 0x10000, scm: 0)
    expectDone(try run())
  }

  @Test func `CHSC 004C and the characteristics tell of it`() throws {
    let request: [UInt8] = [0, 32, 0, 0x4C] + Array(repeating: 0, count: 28)
    guard case .executed(let answer) = rig.subsystem.channelSubsystemCall(request) else {
      Issue.record("an operand exception")
      return
    }
    #expect(answer.count == 96 + 32)
    #expect(Array(answer[0..<4]) == [0, 128, 0, 1])
    #expect(Array(answer[24..<26]) == [0, 20], "increments of 1 << 20")
    #expect(Array(answer[96..<106]) == [0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0])
    #expect(Array(answer[112..<120]) == [0, 0, 0, 0, 0, 0x10, 0, 0])
    guard
      case .executed(let characteristics) = rig.subsystem.channelSubsystemCall([0, 16, 0, 16] + Array(repeating: 0, count: 12))
    else { return }
    #expect(characteristics[8 + 17 / 8] & 0x80 >> UInt8(17 % 8) != 0)
  }

  @Test func `sizes that are no power of two, or differ, are refused`() throws {
    final class Odd: StorageClassMemory {
      let size: UInt64, isWriteProhibited = false
      init(_ size: UInt64) { self.size = size }
      func read(_: UnsafeMutableRawBufferPointer, at _: UInt64) -> Bool { false }
      func write(_: UnsafeRawBufferPointer, at _: UInt64) -> Bool { false }
      func persist() -> Bool { false }
    }
    for sizes in [[3 << 20], [], [1 << 20, 2 << 20]] as [[UInt64]] {
      #expect(try !Rig().subsystem.attach(storageClassMemory: sizes.map(Odd.init)))
    }
  }
}

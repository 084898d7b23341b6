import Glibc
import Processor
import Storage
import Synchronization
import Testing

/// A region that the host maps read-only: it is fetched from in every way, and each store is a protection exception.
@Suite struct ReadOnlyPageTests {
  let bare = BareMachine.forPrograms(end: 4)
  static let start: UInt64 = 2 << 20

  init() throws {
    let place = bare.storage.base + Int(Self.start)
    try #require(mprotect(place, 1 << 20, PROT_READ | PROT_WRITE) == 0)
    for k in 0..<64 { place.storeBytes(of: UInt8(k + 1), toByteOffset: k, as: UInt8.self) }
    try #require(mprotect(place, 1 << 20, PROT_READ) == 0)
    let region = StorageRegion(range: Self.start..<Self.start + 1 << 20, isWritable: false, durability: nil)
    bare.storage.attach(region)
    region.isLoaded.store(true, ordering: .releasing)
    bare[1] = Self.start
  }

  @Test func `LOAD PAIR FROM QUADWORD and LOAD PAIR DISJOINT only fetch`() {
    #expect(bare.run([0xE3, 0x20, 0x10, 0x10, 0x00, 0x8F]) == nil)  // LPQ 2,16(1)
    #expect((bare[2], bare[3]) == (0x1112_1314_1516_1718, 0x191A_1B1C_1D1E_1F20))
    #expect(bare.run([0xC8, 0x45, 0x10, 0x00, 0x10, 0x08]) == nil)  // LPDG 4,0(1),8(1)
    #expect((bare.conditionCode, bare[4], bare[5]) == (0, 0x0102_0304_0506_0708, 0x090A_0B0C_0D0E_0F10))
    // PLO with function code 0: the second operand is compared only.
    (bare[0], bare[2]) = (0, 0x0102_0304)
    #expect(bare.run([0xEE, 0x24, 0x10, 0x00, 0x10, 0x04]) == nil)
    #expect((bare.conditionCode, bare[4] & 0xFFFF_FFFF) == (0, 0x0506_0708))
  }

  @Test func `what stores, or might, is a protection exception`() {
    for text in [
      [0x50, 0x20, 0x10, 0x00], [0xBA, 0x23, 0x10, 0x00], [0x93, 0x00, 0x10, 0x00], [0x96, 0x00, 0x10, 0x00],
      [0xE3, 0x20, 0x10, 0x00, 0x00, 0x8E], [0xEB, 0x24, 0x10, 0x00, 0x00, 0x3E], [0xEB, 0x23, 0x10, 0x00, 0x00, 0xF8],
      [0xD2, 0x07, 0x10, 0x00, 0x10, 0x08], [0xEB, 0x01, 0x10, 0x00, 0x00, 0x6A],
    ] as [[UInt8]] {
      (bare[2], bare[3]) = (7, 7)
      #expect(bare.run(text) == .protection)
    }
    #expect(bare.bytes(4, at: Self.start) == [1, 2, 3, 4])
  }

  @Test func `frames are not cleared, and TEST PROTECTION says so`() {
    (bare[2], bare[3]) = (0x1_0000, 0x1_1000)
    #expect(bare.run([0xB9, 0xAF, 0x00, 0x21]) == .protection)  // PFMF 2,1: clear 4 KiB
    #expect(bare.run([0xB9, 0xAF, 0x00, 0x31]) == .protection)  // and 1 MiB
    #expect(bare.run([0xB2, 0x2C, 0x00, 0x01]) == .protection)  // TB 0,1
    #expect(bare.bytes(4, at: Self.start) == [1, 2, 3, 4])
    #expect(bare.run([0xE5, 0x01, 0x10, 0x00, 0x00, 0x00]) == nil && bare.conditionCode == 1)  // TPROT 0(1),0
  }
}
